"""Which files of a tree are the project's own Python."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

import msgspec

from tta_validate.errors import InputError
from tta_validate.gitignore import Ignore

NEVER = frozenset(
    {
        *(".bzr", ".git", ".git-rewrite", ".hg", ".svn"),
        *(
            ".cache",
            ".direnv",
            ".eggs",
            ".hypothesis",
            ".idea",
            ".ipynb_checkpoints",
            ".mypy_cache",
            ".nox",
            ".pants.d",
        ),
        *(".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".tox", ".uv-cache", ".venv", ".vscode"),
        *("__pycache__", "__pypackages__", "node_modules", "site-packages", "venv"),
        *(".archive", "_vendor", "_vendored", "third_party"),
    }
)
"""Folders that never hold a project's own code."""

UNLESS_PACKAGE = frozenset({"_build", "archive", "archived", "buck-out", "build", "dist", "vendor", "vendored"})
"""Folders that are left out unless they hold an ``__init__.py``: then the name is a word of the project's domain."""

TEST_FOLDERS = frozenset({"test", "tests"})
_MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
_MAX_IGNORE_BYTES = 1 << 20


class SourceFile(msgspec.Struct, frozen=True, gc=False):
    """One ``.py`` file: ``path`` relative to the root with forward slashes, ``size`` in bytes, times in nanoseconds."""

    path: str
    size: int
    modified: int
    changed: int
    inode: int


class Skip(msgspec.Struct, frozen=True, gc=False, order=True):
    """A file or folder that was met and could not be read, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tree:
    """The Python files of a project, sorted by path.

    ``links``: path of a symbolic link -> path of the file in the tree that it points to; the file is listed once.
    ``packages``: folders with an ``__init__.py``. ``projects``: folders with a manifest, ``""`` for the root.
    ``given``: what counts as the content of files, whatever is on disk.
    """

    root: Path
    files: tuple[SourceFile, ...]
    skipped: tuple[Skip, ...] = ()
    links: dict[str, str] = field(default_factory=dict[str, str])
    packages: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    given: Mapping[str, bytes] = field(default_factory=dict[str, bytes])

    def read(self, path: str) -> bytes:
        """Returns the content of a file of the tree. Raises OSError, also where it is no regular file any more."""
        if path in self.given:
            return self.given[path]
        handle = os.open(f"{self.root}/{path}", os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                raise OSError(f"{path}: not a regular file")
            data = os.read(handle, facts.st_size + 1)
            while len(data) < facts.st_size and (more := os.read(handle, facts.st_size - len(data) + 1)):
                data += more
            return data
        finally:
            os.close(handle)


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to visit: ``prefix`` is its path in the tree (empty or ending in ``/``), ``rules`` the nearest last."""

    prefix: str
    name: str
    rules: tuple[Ignore, ...]


@dataclass(slots=True)
class _Walk:
    root: str
    tests: bool
    chosen: Ignore
    files: list[SourceFile] = field(default_factory=list[SourceFile])
    skipped: list[Skip] = field(default_factory=list[Skip])
    links: list[str] = field(default_factory=list[str])
    packages: list[str] = field(default_factory=list[str])
    projects: list[str] = field(default_factory=list[str])

    def visit(self, folder: _Folder) -> Iterator[_Folder]:
        """Lists one folder; yields those below it that are to be visited."""
        try:
            with os.scandir(f"{self.root}/{folder.prefix}") as listing:
                entries = {entry.name: entry for entry in listing}
        except OSError as error:
            self._skip(folder.prefix.rstrip("/") or ".", error.strerror or "cannot be listed")
            return
        if folder.prefix and self._foreign(folder, entries):
            return
        place = folder.prefix.rstrip("/")
        if "__init__.py" in entries:
            self.packages.append(place)
        if not _MANIFESTS.isdisjoint(entries):
            self.projects.append(place)
        rules = folder.rules
        if ".gitignore" in entries:
            rules = (*rules, self._patterns(f"{folder.prefix}.gitignore", folder.prefix))
        for name, entry in entries.items():
            if entry.is_dir(follow_symlinks=False):
                path = folder.prefix + name
                if self._folder_wanted(path, name, rules):
                    yield _Folder(f"{path}/", name, rules)
            elif name.endswith(".py"):
                self._file(folder.prefix + name, entry, rules)

    def _foreign(self, folder: _Folder, entries: dict[str, os.DirEntry[str]]) -> bool:
        if "pyvenv.cfg" in entries:
            return True
        return (
            folder.name in UNLESS_PACKAGE
            and "__init__.py" not in entries
            and self.chosen.decide(folder.prefix.rstrip("/"), folder.name, True) is not False
        )

    def _folder_wanted(self, path: str, name: str, rules: tuple[Ignore, ...]) -> bool:
        if (decided := self.chosen.decide(path, name, True)) is not None:
            return not decided
        if name in NEVER or (not self.tests and name in TEST_FOLDERS):
            return False
        return not _ignored(path, name, rules, is_folder=True)

    def _file(self, path: str, entry: os.DirEntry[str], rules: tuple[Ignore, ...]) -> None:
        name = entry.name
        decided = self.chosen.decide(path, name, False)
        if decided is None:
            decided = (not self.tests and _is_test(name)) or _ignored(path, name, rules, is_folder=False)
        if decided:
            return
        if not _spellable(path):
            self._skip(path, "its name is not UTF-8")
            return
        if entry.is_symlink():
            self.links.append(path)
            return
        try:
            facts = entry.stat(follow_symlinks=False)
        except OSError as error:
            self._skip(path, error.strerror or "cannot be read")
            return
        if not stat.S_ISREG(facts.st_mode):
            self._skip(path, "not a regular file")
            return
        self.files.append(SourceFile(path, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino))

    def _patterns(self, path: str, folder: str) -> Ignore:
        return Ignore.parse(folder, _lines(f"{self.root}/{path}"))

    def _skip(self, path: str, reason: str) -> None:
        self.skipped.append(Skip(path.encode("utf-8", "backslashreplace").decode(), reason))

    def resolved_links(self) -> dict[str, str]:
        """Returns the links that point to a listed file; the others become skips."""
        base = os.path.realpath(self.root)
        known = {file.path for file in self.files}
        found: dict[str, str] = {}
        for path in self.links:
            try:
                target = os.path.realpath(f"{self.root}/{path}", strict=True)
            except OSError as error:
                self._skip(path, f"a link that leads nowhere: {error.strerror}")
                continue
            inside = os.path.relpath(target, base).replace(os.sep, "/")
            if inside.startswith("../") or os.path.isabs(inside):
                self._skip(path, "a link to outside of the root")
            elif inside in known:
                found[path] = inside
        return found


def _spellable(path: str) -> bool:
    """Tells whether a path can be written down: POSIX names are bytes, and some are no text."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_test(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"


def _ignored(path: str, name: str, rules: tuple[Ignore, ...], *, is_folder: bool) -> bool:
    for ignore in reversed(rules):
        if (decided := ignore.decide(path, name, is_folder)) is not None:
            return decided
    return False


def _lines(path: str) -> list[str]:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return []
        with open(path, "rb") as handle:
            text = handle.read(_MAX_IGNORE_BYTES).decode("utf-8-sig", "surrogateescape")
    except OSError:
        return []
    return text.split("\n")


def _above(root: Path) -> tuple[Ignore, ...]:
    """Returns the patterns of the repository that ``root`` lies in, of the folders from its top to above ``root``."""
    for top in (root, *root.parents):
        if (top / ".git").exists():
            break
    else:
        return ()
    rules: list[Ignore] = [_Below.parse_below(_lines(f"{top}/.git/info/exclude"), root.relative_to(top).as_posix())]
    for folder in reversed((root, *root.parents)):
        if folder != root and folder.is_relative_to(top):
            rules.append(_Below.parse_below(_lines(f"{folder}/.gitignore"), root.relative_to(folder).as_posix()))
    return tuple(rules)


@dataclass(slots=True)
class _Below(Ignore):
    """Patterns of a folder above the root: paths get the root's place below that folder in front."""

    place: str = ""

    @classmethod
    def parse_below(cls, lines: list[str], place: str) -> Ignore:
        ignore = cls.parse("", lines)
        if isinstance(ignore, _Below) and place != ".":
            ignore.place = f"{place}/"
        return ignore

    def decide(self, path: str, name: str, is_folder: bool) -> bool | None:
        return Ignore.decide(self, self.place + path, name, is_folder)


def discover(
    root: Path, *, exclude: Sequence[str] = (), tests: bool = False, given: Mapping[str, bytes] | None = None
) -> Tree:
    """Returns the Python files below ``root`` that are the project's own.

    Left out: what git ignores (gitignore(5): every ``.gitignore`` up to the repository's top, ``.git/info/exclude``),
    ``NEVER``, ``UNLESS_PACKAGE``, folders with a ``pyvenv.cfg``, and tests (folders ``tests`` and ``test``, files
    ``test_*.py``, ``*_test.py``, ``conftest.py``) unless ``tests``. ``exclude`` holds more gitignore patterns, relative
    to the root; they win over all of these, so ``!archive`` takes that folder in.
    ``given`` holds the content of files that are not, or not like this, on disk.
    Symbolic links are never followed: a link to a file of the tree is an alias in ``links``.
    Raises InputError where ``root`` is no folder.
    """
    root = Path(os.path.abspath(root))
    if not root.is_dir():
        raise InputError(f"{root}: not a folder, name the folder of a project")
    walk = _Walk(str(root), tests, Ignore.parse("", exclude))
    pending = [_Folder("", "", _above(root))]
    while pending:
        pending.extend(walk.visit(pending.pop()))
    links = walk.resolved_links()
    files = {file.path: file for file in walk.files}
    for path, data in (given or {}).items():
        if path in files or (path.endswith(".py") and not os.path.lexists(f"{root}/{path}")):
            # The times are those of no file, and differ with the content, as caches go by them.
            files[path] = SourceFile(path, len(data), -1 - crc32(data), -1, 0)
    return Tree(
        root,
        tuple(sorted(files.values(), key=lambda file: file.path)),
        tuple(sorted(walk.skipped)),
        links,
        frozenset(walk.packages),
        frozenset(walk.projects),
        given or {},
    )
