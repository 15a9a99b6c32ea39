"""The Python of a project's members: which file is whose, and whether it runs in production."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tta_validate.hygiene.declared import Declared, texts
from tta_validate.hygiene.imports import Imports, Seen
from tta_validate.hygiene.tree import Projects

_AROUND = re.compile(
    r"(?:^|/)(?:tests?|testing|docs?|documentation|examples?|samples?|demos?|benchmarks?|bench|perf|scripts?|tools?|tooling"
    r"|notebooks?|tutorials?|cookbooks?|recipes|playgrounds?|experiments?|templates?|fixtures?|e2e|ci|dev|hack|evals?"
    r"|integration[_-]tests?|unit[_-]tests?|tests?[_-]\w+|\w+[_-]tests?|\.[^/]+)/"
)
EXAMPLES = re.compile(r"(?:^|/)(?:examples?|samples?|demos?)(?:/|$)")
"""A folder below which members show how to use the others."""
_INSIDE = re.compile(r"(?:^|/)(?:tests?|testing|tests?[_-]\w+|\w+[_-]tests?|examples?|templates?|\.[^/]+)/")
_TESTS = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test|conftest|testing|tests?|pytest_plugin|_?pytest[^/]*)\.py$")
_AROUND_FILE = re.compile(
    r"(?:^|/)(?:test_[^/]*|[^/]*_test|conftest|testing|test|tests|setup|noxfile|fabfile|pytest_plugin|_?pytest[^/]*|__nox__"
    r"|manage_dev|hatch_build)\.py$|^(?:tasks|dodo|conf|build|release|bump[^/]*)\.py$"
)

FOR_DEVELOPMENT = re.compile(
    r"(?:^|/)(?:evals?|evaluations?|benchmarks?|bench|dev|devtools?|debug|scripts?|tools?|playgrounds?|demos?)/"
)
"""Folders inside of a package whose code may be for those who work on it, and a group then is the place."""


@dataclass(frozen=True)
class Code:
    """The imports of each member's files."""

    projects: Projects
    imports: Imports

    @cached_property
    def _homes(self) -> Mapping[str, Declared | None]:
        """The member that a folder with a pyproject.toml belongs to: None for projects of their own."""
        found: dict[str, Declared | None] = {one.folder: one for one in self.projects.members}
        for folder in self.projects.others:
            other = self.projects.at(folder)
            own = other is None or other.is_project or isinstance(other.get("tool", "poetry"), dict)
            if folder not in found and own and not self._is_package(folder):
                found[folder] = None
        return found

    def _is_package(self, folder: str) -> bool:
        """Tells whether a folder is the package of the member around it, in spite of a pyproject.toml inside."""
        around = [one for one in self.projects.members if not one.folder or folder.startswith(f"{one.folder}/")]
        member = max(around, key=lambda one: len(one.folder)) if around else None
        return member is not None and f"{folder[len(member.folder) :].lstrip('/')}/" in self._packages(member)

    def home(self, path: str) -> Declared | None:
        """Returns the member that a file belongs to, None for one of no member."""
        folder = path.rpartition("/")[0]
        while True:
            if folder in self._homes:
                return self._homes[folder]
            if not folder:
                return None
            folder = folder.rpartition("/")[0]

    @cached_property
    def by_member(self) -> Mapping[str, tuple[str, ...]]:
        """The files of each member, by its folder."""
        found: dict[str, list[str]] = {one.folder: [] for one in self.projects.members}
        for path in self.imports.files:
            if (home := self.home(path)) is not None and home.folder in found:
                found[home.folder].append(path)
        return {folder: tuple(paths) for folder, paths in found.items()}

    def seen(self, member: Declared) -> Iterator[tuple[str, bool, Seen]]:
        """Yields each absolute import of a member's files, with its path and whether the file runs in production."""
        for path in self.by_member.get(member.folder, ()):
            seen = self.imports.files[path]
            if seen:
                runs = self.runs(member, path)
                for one in seen:
                    if not one.level:
                        yield path, runs, one

    def foreign(self, member: Declared) -> Iterator[Seen]:
        """Yields the absolute imports of files below a member's folder that belong to projects of their own."""
        inside = f"{member.folder}/" if member.folder else ""
        for path, seen in self.imports.files.items():
            if path.startswith(inside) and seen and self.home(path) is None:
                yield from (one for one in seen if not one.level)

    def runs(self, member: Declared, path: str) -> bool:
        """Tells whether a file of a member runs in production: not a test, a document, an example or a tool."""
        below = path[len(member.folder) :].lstrip("/")
        inner = self.inner(member, path)
        if inner != below:
            return not _INSIDE.search(inner) and not _TESTS.search(inner)
        if _told_packages(member) or self._has_own_requirements(member, path):
            return False
        if _AROUND.search(below) or _AROUND_FILE.search(below):
            return False
        top = below.partition("/")[0]
        if "build-system" not in member.values or not self._has_package(member):
            return True
        inside = f"{member.folder}/{top}".lstrip("/")
        return top == "src" or inside in self.imports.tree.packages

    def _has_own_requirements(self, member: Declared, path: str) -> bool:
        """Tells whether a file beside the member's package lies below a folder with a requirements.txt of its own."""
        folder = path.rpartition("/")[0]
        while "build-system" in member.values and len(folder) > len(member.folder):
            if folder in self._with_requirements:
                return True
            folder = folder.rpartition("/")[0]
        return False

    @cached_property
    def _with_requirements(self) -> frozenset[str]:
        paths = (file.path.rpartition("/") for file in self.projects.files.of("text"))
        return frozenset(folder for folder, _, name in paths if name == "requirements.txt")

    def inner(self, member: Declared, path: str) -> str:
        """Returns the part of a path below the member's package, below the member where it lies in none."""
        below = path[len(member.folder) :].lstrip("/")
        found = (below[len(one) :] for one in self._packages(member) if below.startswith(one))
        return next(found, below)

    def packages(self, member: Declared) -> tuple[str, ...]:
        """Returns the outermost packages of a member that run in production, none where it builds no package."""
        if "build-system" not in member.values:
            return ()
        packages = self.imports.tree.packages
        outermost = [one for one in packages if one.rpartition("/")[0] not in packages and one]
        return tuple(
            one
            for one in sorted(outermost)
            if self.home(f"{one}/__init__.py") is member and self.runs(member, f"{one}/__init__.py")
        )

    def _packages(self, member: Declared) -> tuple[str, ...]:
        plain = member.name.replace("-", "_")
        return _told_packages(member) or (f"{plain}/", f"src/{plain}/")

    def _has_package(self, member: Declared) -> bool:
        inside = f"{member.folder}/" if member.folder else ""
        packages = self.imports.tree.packages
        return any(f"{inside}{one.rstrip('/')}" in packages for one in self._packages(member)) or any(
            one.startswith(f"{inside}src/") for one in packages
        )


def _told_packages(member: Declared) -> tuple[str, ...]:
    """Returns the folders that the settings of hatch or uv's own backend name as the packages, none without any."""
    wheel = ("tool", "hatch", "build", "targets", "wheel")
    named = [*member.strings(*wheel, "packages"), *member.strings(*wheel, "only-include")]
    module = member.get("tool", "uv", "build-backend", "module-name")
    root = member.get("tool", "uv", "build-backend", "module-root")
    modules = (module,) if isinstance(module, str) else texts(module)
    place = root if isinstance(root, str) else "src"
    named += [f"{place}/{one.replace('.', '/')}" for one in modules]
    found = (one.removeprefix("./").strip("/") for one in named)
    return tuple(f"{one}/" for one in found if one and one != "." and "*" not in one)
