"""The values of a uv.lock: schema version 1, revisions 0 to 5."""

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import unquote

from msgspec import Struct, field

SOURCE_KINDS = ("registry", "git", "url", "path", "directory", "editable", "virtual")
"""The kinds of source a locked package can have; the last three are trees, ``path`` and ``url`` are archives."""

_NAME = re.compile(r"[-_.]+")


def normalised(name: str) -> str:
    """Returns the name of a package, extra or group as PEP 503 normalises it."""
    return _NAME.sub("-", name).lower()


class Source(Struct, frozen=True, rename="kebab"):
    """Where a package comes from; exactly one of the kinds is set."""

    registry: str | None = None
    git: str | None = None
    url: str | None = None
    path: str | None = None
    directory: str | None = None
    editable: str | None = None
    virtual: str | None = None
    subdirectory: str | None = None

    @property
    def kind(self) -> str:
        """One of SOURCE_KINDS, or an empty text for a source that says nothing."""
        return next((kind for kind in SOURCE_KINDS if getattr(self, kind) is not None), "")

    @property
    def location(self) -> str:
        """The URL or path as the lock spells it."""
        return str(getattr(self, self.kind)) if self.kind else ""

    @property
    def mutable(self) -> bool:
        """Whether the package's metadata can change without its version: trees, archives and direct URLs."""
        return self.kind not in ("registry", "git")


class Edge(Struct, frozen=True, rename="kebab"):
    """A dependency between two locked packages; version and source only where the name alone is ambiguous."""

    name: str
    version: str | None = None
    source: Source | None = None
    extra: tuple[str, ...] = ()
    marker: str | None = None


class ConflictItem(Struct, frozen=True, rename="kebab"):
    """An extra, a group or a whole package that cannot be installed with its neighbours."""

    package: str
    extra: str | None = None
    group: str | None = None


class LockedRequirement(Struct, frozen=True, rename="kebab"):
    """A requirement as the lock recorded it from a pyproject.toml."""

    name: str
    extras: tuple[str, ...] = ()
    marker: str | None = None
    specifier: str | None = None
    index: str | None = None
    conflict: ConflictItem | None = None
    git: str | None = None
    url: str | None = None
    subdirectory: str | None = None
    path: str | None = None
    directory: str | None = None
    editable: str | None = None
    virtual: str | None = None
    hashes: tuple[str, ...] = ()


class ScopedPackage(Struct, frozen=True, rename="kebab"):
    """The package to which a scoped override or exclude is limited."""

    name: str
    version: str | None = None


class LockedOverride(LockedRequirement, frozen=True, rename="kebab"):
    """An override: a requirement for every dependent, or the dependencies of one ``package``."""

    name: str = ""
    package: ScopedPackage | None = None
    dependencies: tuple[LockedRequirement, ...] = ()


class LockedExclude(Struct, frozen=True, rename="kebab"):
    """An exclude that is limited to one package."""

    package: ScopedPackage
    dependencies: tuple[str, ...] = ()


class LockedMetadata(Struct, frozen=True, rename="kebab"):
    """What the lock recorded of a local package's own declarations."""

    requires_dist: tuple[LockedRequirement, ...] = ()
    provides_extras: tuple[str, ...] = ()
    requires_dev: Mapping[str, tuple[LockedRequirement, ...]] = {}


class StaticMetadata(Struct, frozen=True, rename="kebab"):
    """An entry of ``tool.uv.dependency-metadata``."""

    name: str
    version: str | None = None
    requires_dist: tuple[LockedRequirement, ...] = ()
    requires_python: str | None = None
    provides_extras: tuple[str, ...] = ()


class Package(Struct, frozen=True, rename="kebab"):
    """A locked package. ``metadata`` is None where the lock has no such table."""

    name: str
    source: Source
    version: str | None = None
    default_groups: tuple[str, ...] | str | None = None
    resolution_markers: tuple[str, ...] = ()
    dependencies: tuple[Edge, ...] = ()
    optional_dependencies: Mapping[str, tuple[Edge, ...]] = {}
    dev_dependencies: Mapping[str, tuple[Edge, ...]] = {}
    group_requires_python: Mapping[str, str] = {}
    metadata: LockedMetadata | None = None

    @property
    def label(self) -> str:
        """The name with its version, as messages show it."""
        return f"{self.name}=={self.version}" if self.version else f"{self.name} (dynamic)"


class Span(Struct, frozen=True, rename="kebab"):
    """A relative cutoff for one package; ``timestamp`` is a placeholder."""

    timestamp: str
    span: str | None = None


class Options(Struct, frozen=True, rename="kebab"):
    """The settings under which the lock was made; None stands for uv's default of the time."""

    resolution_mode: str | None = None
    prerelease_mode: str | None = None
    fork_strategy: str | None = None
    minimum_libc_version: str | None = None
    exclude_newer: str | None = None
    exclude_newer_span: str | None = None
    prerelease_package: Mapping[str, str] = {}
    exclude_newer_package: Mapping[str, str | bool | Span] = {}


class Manifest(Struct, frozen=True, rename="kebab"):
    """The declarations that belong to no single package."""

    members: tuple[str, ...] = ()
    default_groups: tuple[str, ...] | str | None = None
    requirements: tuple[LockedRequirement, ...] = ()
    constraints: tuple[LockedRequirement, ...] = ()
    overrides: tuple[LockedOverride, ...] = ()
    excludes: tuple[str | LockedExclude, ...] = ()
    build_constraints: tuple[LockedRequirement, ...] = ()
    dependency_groups: Mapping[str, tuple[LockedRequirement, ...]] = {}
    group_requires_python: Mapping[str, str] = {}
    dependency_metadata: tuple[StaticMetadata, ...] = ()


class Lock(Struct, frozen=True, rename="kebab"):
    """A whole lock without its lists of files."""

    version: int
    requires_python: str = ""
    revision: int = 0
    resolution_markers: tuple[str, ...] = ()
    supported_markers: tuple[str, ...] = ()
    required_markers: tuple[str, ...] = ()
    conflicts: tuple[tuple[ConflictItem, ...], ...] = ()
    options: Options = Options()
    manifest: Manifest = Manifest()
    packages: tuple[Package, ...] = field(name="package", default=())


class Artifact(Struct, frozen=True, rename="kebab"):
    """A file of a package: ``size`` in bytes, ``upload_time`` as RFC 3339 text, ``line`` its place in the lock."""

    url: str | None = None
    path: str | None = None
    filename: str | None = None
    hash: str | None = None
    size: int | None = None
    upload_time: str | None = None
    line: int = 1

    @property
    def name(self) -> str:
        """The file's name, percent-decoded."""
        return _file_name(self.filename or self.url or self.path or "")


@cache
def _file_name(where: str) -> str:
    return unquote(where.partition("#")[0].partition("?")[0].rpartition("/")[2])


class Files(Struct, frozen=True):
    """The files of one package."""

    sdist: Artifact | None = None
    wheels: tuple[Artifact, ...] = ()

    @property
    def every(self) -> tuple[Artifact, ...]:
        """The sdist, if any, then the wheels."""
        return (self.sdist, *self.wheels) if self.sdist else self.wheels
