"""The project under analysis; everything in it is loaded at first use."""

import io
import os
import re
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zlib import crc32

from tta_validate.config import TABLE, Loaded
from tta_validate.discover import NEVER, TEST_FOLDERS, UNLESS_PACKAGE, discover
from tta_validate.documents import Document, parse_toml
from tta_validate.errors import InputError
from tta_validate.gitignore import Ignore
from tta_validate.observations import Observed
from tta_validate.plugins import loaders
from tta_validate.sdk import Sdk
from tta_validate.sites import Inventory

if TYPE_CHECKING:
    from tta_validate.cost.measured import Measured
    from tta_validate.hygiene.view import View
    from tta_validate.leftovers.found import Left
    from tta_validate.lock.view import LockView
    from tta_validate.lockfile import Lockfile
    from tta_validate.survey import Survey

_COMMENTED = re.compile(
    r"\.(?:toml|ya?ml|sh|mk)$|^(?:Dockerfile|Containerfile)(?:\..*)?$|\.[Dd]ockerfile$"
    r"|^(?:GNUm|M|m)akefile$|^\.?[Jj]ustfile$|^\.(?:git|docker)ignore$"
)
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """A package of the workspace: ``path`` is its folder, relative to the root, ``.`` for the root itself."""

    name: str
    path: str
    pyproject: Document

    @property
    def dependencies(self) -> frozenset[str]:
        """The normalised names of everything that it depends on, extras and groups included."""
        project = self.pyproject.table("project") or {}
        lists: list[object] = [project.get("dependencies")]
        lists += list((self.pyproject.table("project", "optional-dependencies") or {}).values())
        lists += list((self.pyproject.table("dependency-groups") or {}).values())
        return frozenset(normalised(name[0]) for text in _strings(lists) if (name := re.match(r"[\w.-]+", text)))


@dataclass(frozen=True, slots=True)
class Replayed:
    """Something that a replay found out, under the rule that reports it; ``subject`` is the case or mock."""

    rule: str
    path: str
    line: int
    message: str
    subject: str


def normalised(name: str) -> str:
    """Returns a distribution's name as the packaging specification normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _strings(lists: Iterable[object]) -> Iterable[str]:
    for entries in lists:
        if isinstance(entries, list):
            yield from (entry for entry in cast("list[object]", entries) if isinstance(entry, str))


def find_root(start: Path) -> Path:
    """Returns the root of the project that a path belongs to, an existing folder.

    That is the nearest folder upward with ``[tool.tta-validate]`` in its pyproject.toml, else the root of the uv
    workspace, else the folder with ``.git``, else the nearest one with a pyproject.toml, else the path's own folder.
    """
    start = start if start.is_dir() else start.parent
    workspace = repository = nearest = None
    for folder in (start, *start.parents):
        document = _pyproject(folder)
        if document is not None:
            if document.table(*TABLE) is not None:
                return folder
            nearest = nearest or folder
            if document.table("tool", "uv", "workspace") is not None or (folder / "uv.lock").is_file():
                workspace = workspace or folder
        if repository is None and (folder / ".git").exists():
            repository = folder
    return workspace or repository or nearest or start


def _pyproject(folder: Path) -> Document | None:
    """Returns the folder's pyproject.toml; one that cannot be read counts as one that says nothing."""
    path = folder / "pyproject.toml"
    try:
        return parse_toml(path.read_bytes().decode("utf-8-sig"), "pyproject.toml")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError, InputError):
        return Document("pyproject.toml", {}, {})


class Project:
    """A root folder with its configuration. Nothing of it is read before it is asked for.

    ``transient``: the folder will be gone soon, so that nothing is kept of where its files are.
    """

    def __init__(self, root: Path, loaded: Loaded, paths: tuple[str, ...] = (), *, transient: bool = False) -> None:
        self.root = root
        self.loaded = loaded
        self.config = loaded.config
        self.paths = paths
        self.transient = transient
        self.skipped: dict[str, str] = {}
        self.remarks: tuple[str, ...] = ()
        self.replayed: tuple[Replayed, ...] | None = None
        self.given: dict[str, bytes] = {}
        """What counts as the content of files, whatever is on disk."""
        self.began: dict[str, str | None] = {}
        """Texts as they were before the first repair, of files whose style has been asked for."""
        self._texts: dict[str, str | None] = {}

    @cached_property
    def name(self) -> str:
        """The name in the root's pyproject.toml, or that of the root folder."""
        return next((member.name for member in self.members if member.path == "."), self.root.name)

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The packages of the uv workspace, the root's own first; without a workspace the root's package, if any."""
        document = _pyproject(self.root)
        if document is None:
            return ()
        found = [Member(name, ".", document)] if (name := _name(document)) else []
        for folder in _workspace_folders(self.root, document):
            path = folder.relative_to(self.root).as_posix()
            try:
                text = (folder / "pyproject.toml").read_bytes().decode("utf-8-sig")
                member = parse_toml(text, f"{path}/pyproject.toml")
            except InputError as error:
                self.skipped[f"{path}/pyproject.toml"] = str(error).partition(": ")[2]
            except (OSError, UnicodeDecodeError) as error:
                self.skipped[f"{path}/pyproject.toml"] = f"cannot be read: {error}"
            else:
                found.append(Member(_name(member) or folder.name, path, member))
        return tuple(found)

    def member_of(self, path: str) -> str | None:
        """Returns the name of the member that a file belongs to: the one with the longest folder around it."""
        around = [member for member in self.members if member.path == "." or path.startswith(f"{member.path}/")]
        return max(around, key=lambda member: len(member.path.strip("."))).name if around else None

    def text(self, path: str) -> str | None:
        """Returns the text of a file below the root, lines ending in ``\\n``; None where it cannot be read."""
        if path not in self._texts:
            self._texts[path] = _decode(self.root / path, self.given.get(path))
        return self._texts[path]

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder of that path, relative to the root."""
        return os.path.lexists(self.root / path)

    @cached_property
    def uses_primitives(self) -> bool:
        """Whether a member depends on a package that gives primitives."""
        packages = {normalised(name) for name in self.config.primitives_packages}
        return any(member.dependencies & packages for member in self.members)

    def marked(self, text: str) -> tuple[str, ...]:
        """Returns the files to report on that can hold a comment and contain the text, in order; not large ones."""
        wanted = text.encode()
        if self.given:
            return tuple(path for path, data in self.given.items() if wanted in data)
        return tuple(path for path in self.files if self.reports_on(path) and _contains(self.root / path, wanted))

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Every file of the project that can hold a ``#`` comment, relative to the root, in order.

        Left out is what `discover` leaves out of the Python files; of the other files, what the root's ``.gitignore``
        names.
        """
        tree = discover(self.root, exclude=self.config.exclude, tests=self.config.include_tests)
        ignore = self._ignored
        left_out = NEVER | UNLESS_PACKAGE
        if not self.config.include_tests:
            left_out |= TEST_FOLDERS
        found = [file.path for file in tree.files]
        for folder, folders, names in os.walk(self.root):
            here = Path(folder).relative_to(self.root).as_posix()
            prefix = "" if here == "." else f"{here}/"
            folders[:] = [n for n in folders if n not in left_out and not ignore.decide(prefix + n, n, is_folder=True)]
            found += [
                prefix + name
                for name in names
                if _COMMENTED.search(name) and not ignore.decide(prefix + name, name, is_folder=False)
            ]
        return tuple(sorted(found))

    @cached_property
    def lock(self) -> "Lockfile | None":
        """The root's uv.lock, or None without one. Raises LockError, an InputError, for one that cannot be read."""
        from tta_validate.lockfile import read_lock

        path = self.root / "uv.lock"
        return read_lock(path, "uv.lock") if path.is_file() else None

    @cached_property
    def locked(self) -> "LockView":
        """The root's uv.lock with all that the lock rules ask about it."""
        from tta_validate.lock.view import LockView, Policy

        lock = self.config.lock
        policy = Policy(
            lock.base or (None if self.transient else self.config.since),
            {host.lower(): hosts for host, hosts in lock.hosts.items()},
            lock.deny,
            lock.allow,
            lock.max_jump,
            lock.min_age,
            lock.max_age,
            lock.targets,
        )
        return LockView(self.root, policy)

    @cached_property
    def locks(self) -> "tuple[LockView, ...]":
        """The root's uv.lock, which need not exist, then every other lock of the tree that uv would read."""
        from tta_validate.lock.nested import nested_locks

        return (self.locked, *nested_locks(self.locked, self._leaves_out))

    def leaves_out(self, path: str) -> bool:
        """Whether the configuration or .gitignore leaves a file or a folder around it out of the project."""
        parts = path.split("/")
        around = [("/".join(parts[:end]), parts[end - 1], end < len(parts)) for end in range(1, len(parts) + 1)]
        return any(self._leaves_out(*one) for one in around)

    def _leaves_out(self, path: str, name: str, is_folder: bool) -> bool:
        never = NEVER if self.config.include_tests else NEVER | TEST_FOLDERS
        return (is_folder and name in never) or bool(self._ignored.decide(path, name, is_folder=is_folder))

    @cached_property
    def _ignored(self) -> Ignore:
        return Ignore.parse("", [*(self.text(".gitignore") or "").split("\n"), *self.config.exclude])

    @cached_property
    def upkeep(self) -> "View":
        """The declarations, code and build files that the families ``groups`` and ``workspace`` look at."""
        from tta_validate.hygiene.view import Given, View

        return View(Given(self.root, self.config, self.text, self._leaves_out, self.locked, self.transient, self.given))

    @property
    def unread(self) -> dict[str, str]:
        """The build files that cannot be read, with the line and the reason, once the rules have asked for them."""
        view = self.__dict__.get("upkeep")
        return dict(view.written.unread) if view is not None and "written" in view.__dict__ else {}

    @cached_property
    def leftovers(self) -> "tuple[Left, ...]":
        """Commands of conda, Poetry and pip, and what takes their place, in every file that is run or read."""
        from tta_validate.leftovers.found import leftovers
        from tta_validate.leftovers.model import Context

        names = frozenset(one.name for member in self.upkeep.members for one in member.requirements if one.name)
        return leftovers(self.root, self.scanned, self.text, Context(names=names))

    @cached_property
    def scanned(self) -> tuple[str, ...]:
        """The paths of the files that can hold such commands, sorted."""
        further = (".vscode/settings.json", "noxfile.py", "tox.ini", ".envrc", ".github/dependabot.yml")
        paths = {file.path for file in self.upkeep.files.every}
        return tuple(sorted(paths | {path for path in further if self.exists(path)}))

    def look_at(self, *views: "LockView") -> None:
        """Makes the lock rules look at other locks than those of the tree."""
        self.__dict__["locked"], self.__dict__["locks"] = views[0], views

    @cached_property
    def sdks(self) -> tuple[Sdk, ...]:
        """The SDK tables: the user's own first, then those of plugins, the built-in ones among them."""
        offered = [cast("Sdk", load()) for load in loaders("tta_validate_sdks").values()]
        return (*self.loaded.sdks, *offered)

    @property
    def has_inventory(self) -> bool:
        """Whether the inventory has been asked for already."""
        return "inventory" in self.__dict__

    @cached_property
    def inventory(self) -> Inventory:
        """Every LLM call site of the tree with its guards."""
        return self.survey.inventory

    @property
    def observed(self) -> Observed:
        """What the linked program shows beside call sites and guards."""
        return self.survey.observed

    @property
    def has_traffic(self) -> bool:
        """Whether recorded traffic is configured, or has been asked for already."""
        return bool(self.config.cost.recordings or self.config.cost.production) or self.is_measured

    @property
    def is_measured(self) -> bool:
        """Whether recorded traffic has been evaluated already."""
        return "measured" in self.__dict__

    @cached_property
    def measured(self) -> "Measured":
        """What recorded traffic cost. Raises InputError where prices are not installed or a recording is not there."""
        from tta_validate.cost.gather import Code
        from tta_validate.cost.measured import measure

        code = Code(self.inventory.sites, self.observed.made)
        return measure(self.root, self.config.cost, self.config.target("cost-reduction", None), code)

    @cached_property
    def survey(self) -> "Survey":
        """What the code of the tree shows."""
        from tta_validate.survey import Task, survey

        return survey(
            Task(
                self.root,
                self.config,
                self.sdks,
                self._primitives,
                self.member_of,
                self.transient,
                self._focus,
                self.given,
            )
        )

    @cached_property
    def shard(self) -> tuple[int, int] | None:
        """Which part of how many is reported, None for the whole."""
        number, _, of = (self.config.shard or "").partition("/")
        return (int(number), int(of)) if of and not self.transient else None

    @property
    def is_whole(self) -> bool:
        """Whether a run reports on the whole project, and not only on some paths or a shard of it."""
        return not self.paths and self.shard is None

    def configured_at(self, origin: str) -> str:
        """Returns where a setting comes from as ``path:line``, relative to the root; empty for a flag."""
        path, _, line = origin.rpartition(":")
        full = (Path.cwd() / path).resolve()
        if not path or not full.is_relative_to(self.root):
            return origin if path else ""
        return f"{full.relative_to(self.root).as_posix()}:{line}"

    def reports_on(self, path: str) -> bool:
        """Whether a run reports what is in a file: it is below the paths, and in the shard."""
        below = not self.paths or any(top == "." or path == top or path.startswith(f"{top}/") for top in self.paths)
        number, of = self.shard or (1, 1)
        return below and crc32(path.encode("utf-8", "surrogatepass")) % of == number - 1

    @property
    def _focus(self) -> tuple[str, ...] | None:
        """The files that are asked about, None where a folder is among them."""
        if self.shard:
            tree = discover(self.root, exclude=self.config.exclude, tests=self.config.include_tests)
            return tuple(file.path for file in tree.files if self.reports_on(file.path))
        return self.named

    @cached_property
    def named(self) -> tuple[str, ...] | None:
        """The files that the run names, None where it names none, or a folder among them."""
        files = (path in self.given or (self.root / path).is_file() for path in self.paths)
        return self.paths if self.paths and all(files) else None

    @property
    def _primitives(self) -> frozenset[str]:
        """The import names of the packages that give primitives."""
        named = {name.replace("-", "_").lower() for name in self.config.primitives_packages}
        tables = [sdk for sdk in self.sdks if any(kind.primitive for kind in sdk.types)]
        return frozenset(named.union(*(sdk.imports for sdk in tables)))


def _name(document: Document) -> str | None:
    name = (document.table("project") or {}).get("name")
    return name if isinstance(name, str) and name else None


def _workspace_folders(root: Path, document: Document) -> list[Path]:
    """Returns the folders that the members' patterns name; uv leaves out hidden ones and those without a project."""
    workspace = document.table("tool", "uv", "workspace") or {}
    out = {path for pattern in _strings([workspace.get("exclude")]) for path in _glob(root, pattern)}
    found = {path for pattern in _strings([workspace.get("members")]) for path in _glob(root, pattern)}
    return sorted(path for path in found - out - {root} if (path / "pyproject.toml").is_file())


def _glob(root: Path, pattern: str) -> Iterable[Path]:
    plain = pattern.strip().rstrip("/")
    if not plain or plain.startswith(("/", "..")):
        return ()
    try:
        return [path for path in root.glob(plain) if not path.name.startswith(".")]
    except (ValueError, NotImplementedError, OSError):
        return ()


def _decode(path: Path, given: bytes | None = None) -> str | None:
    try:
        data = path.read_bytes() if given is None else given
    except (OSError, ValueError):
        return None
    encoding = "utf-8-sig"
    if path.suffix in (".py", ".pyi"):
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        except SyntaxError:
            encoding = "utf-8-sig"
    try:
        text = data.decode(encoding, errors="replace")
    except LookupError:
        text = data.decode("utf-8", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _contains(path: Path, wanted: bytes) -> bool:
    try:
        return path.stat().st_size <= _LARGEST and wanted in path.read_bytes()
    except OSError:
        return False
