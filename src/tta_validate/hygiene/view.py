"""What the rules of the families ``groups`` and ``workspace`` look at, loaded at first use."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import msgspec

from tta_validate.cache import Cache, default_folder, own_code
from tta_validate.config import Config
from tta_validate.discover import Tree, discover
from tta_validate.findings import FixRequest, Related, Severity
from tta_validate.hygiene.code import EXAMPLES, Code
from tta_validate.hygiene.commands import Written, read_commands
from tta_validate.hygiene.declared import Declared, Requirement
from tta_validate.hygiene.distributions import Distributions, Installed
from tta_validate.hygiene.files import Files
from tta_validate.hygiene.imports import Imports
from tta_validate.hygiene.locked import Reached
from tta_validate.hygiene.mentions import in_code, mentioned
from tta_validate.hygiene.tree import Projects, Skips
from tta_validate.hygiene.usage import Settings, Usage, external
from tta_validate.lock.view import LockView
from tta_validate.lock_model import normalised
from tta_validate.modules import Modules


class Trouble(NamedTuple):
    """Something wrong at a line; ``subject`` tells two of one line apart; ``severity`` is the rule's if None."""

    message: str
    path: str
    line: int
    subject: str = ""
    severity: Severity | None = None
    related: tuple[Related, ...] = ()
    fix: FixRequest | None = None


@dataclass(frozen=True)
class Given:
    """What a view is made of: the root, its configuration, the text of a file, what is left out, and the lock.

    ``contents`` are those of files, whatever is on disk.
    """

    root: Path
    config: Config
    text: Callable[[str], str | None]
    skips: Skips
    locked: LockView
    transient: bool = False
    contents: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


@dataclass(frozen=True)
class View:
    """The declarations, code and build files of a tree."""

    given: Given

    @cached_property
    def files(self) -> Files:
        """The files that say how the repository is built and run."""
        return Files(self.given.root, self.given.skips, self.given.text)

    @cached_property
    def projects(self) -> Projects:
        """The pyproject.toml of the root and those below it."""
        return Projects(self.given.root, self.given.skips, self.files)

    @property
    def members(self) -> tuple[Declared, ...]:
        """The projects of the workspace, the root's own first."""
        return self.projects.members

    @cached_property
    def manifests(self) -> tuple[Declared, ...]:
        """The root's pyproject.toml, also where it is no project, then those of the members."""
        top = self.projects.top
        rest = tuple(one for one in self.members if one is not top)
        return rest if top is None else (top, *rest)

    @property
    def uses_uv(self) -> bool:
        """Whether the tree is a project of uv: it has a lock or a ``[tool.uv]`` table."""
        return self.given.locked.exists or any(one.uses_uv for one in self.manifests)

    @cached_property
    def written(self) -> Written:
        """The commands of CI, images, Makefiles, tasks, scripts and hooks."""
        digest = hashlib.blake2b(b"written" + own_code(), digest_size=20)
        for file in self.files.every:
            if file.kind != "text":
                digest.update(f"{file.path}\0{self.files.text(file.path)}\0".encode("utf-8", "surrogatepass"))
        with self._cache() as cache:
            kept = cache.get(digest.digest())
            try:
                return msgspec.msgpack.decode(kept or b"", type=Written)
            except (ValueError, RecursionError):
                written = read_commands(self.files)
            cache.put(digest.digest(), msgspec.msgpack.encode(written))
        return written

    def is_elsewhere(self, path: str) -> bool:
        """Tells whether a file lies in a project that is none of the workspace, such as an example with its own."""
        folder = path.rpartition("/")[0]
        out = [folder for one in self.projects.excludes for folder in one.folders]
        others = (one for one in self.projects.others if (other := self.projects.at(one)) and other.is_project)
        return any(folder == other or folder.startswith(f"{other}/") for other in (*out, *others))

    def is_example(self, path: str) -> bool:
        """Tells whether a file belongs to a member of the workspace below a folder of examples."""
        inside = (one.folder for one in self.members if EXAMPLES.search(one.folder))
        return any(path.startswith(f"{folder}/") for folder in inside)

    def _cache(self) -> Cache:
        config = self.given.config
        folder = Path(config.cache_dir) if config.cache_dir else default_folder()
        return Cache(folder if config.cache and not self.given.transient else None)

    @cached_property
    def tree(self) -> Tree:
        """Every Python file, tests among them."""
        return discover(self.given.root, exclude=self.given.config.exclude, tests=True, given=self.given.contents)

    @cached_property
    def imports(self) -> Imports:
        """The imports of every file."""
        with self._cache() as cache:
            return Imports(self.tree, cache)

    @cached_property
    def settings(self) -> Settings:
        """What the user says of groups and packages."""
        groups = self.given.config.groups
        return Settings(
            frozenset(map(normalised, groups.runtime_groups)),
            frozenset(map(normalised, groups.development_extras)),
            frozenset(map(normalised, groups.used)),
            {normalised(name): modules for name, modules in groups.modules.items()},
        )

    @cached_property
    def distributions(self) -> Distributions:
        """Which distribution gives a module."""
        return Distributions(Installed(self.given.root), self.settings.modules)

    @cached_property
    def usages(self) -> tuple[Usage, ...]:
        """The imports of each member against its declarations; those with dynamic dependencies are left out."""
        code = Code(self.projects, self.imports)
        lockfile = self.given.locked.lockfile
        reached = {one.folder: Reached(lockfile, one.name, self.settings.development_extras) for one in self.members}
        names = {one.name for member in self.members for one in member.requirements if one.name}
        names |= {name for one in reached.values() for name in one.names}
        names -= {one.name for one in self.members}
        modules = Modules(self.tree, external(names, self.distributions))
        siblings = self.projects.by_name
        return tuple(
            Usage(one, code, self.distributions, self.settings, modules, reached[one.folder], siblings)
            for one in self.members
            if not one.is_dynamic
        )

    @cached_property
    def unused(self) -> tuple[tuple[Usage, Requirement], ...]:
        """The requirements for production that nothing imports, names, runs or loads."""
        idle = [(usage, one) for usage in self.usages for one in usage.idle() if not usage.plugs_in(one.name)]
        named = self.mentioned({one.name for _, one in idle})
        return tuple((usage, one) for usage, one in idle if one.name not in named)

    def mentioned(self, names: Iterable[str]) -> frozenset[str]:
        """Returns those of some packages that something besides an import names."""
        words: Mapping[str, set[str]] = {
            name: {name, *self.distributions.modules(name)[0], *self.distributions.installed.programs(name)}
            for name in names
        }
        return mentioned(words, self.tree, self.files, self.manifests) if words else frozenset()

    def mentioned_in_code(self, names: Iterable[str]) -> frozenset[str]:
        """Returns those of some packages that a string in code for production names."""
        words = {name: {name, *self.distributions.modules(name)[0]} for name in names}
        if not words:
            return frozenset()
        paths = {path for usage in self.usages for path, runs, _ in usage.code.seen(usage.member) if runs}
        return in_code(words, self.tree, paths)
