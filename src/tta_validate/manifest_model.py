"""The parts of a pyproject.toml and a uv.toml that decide what a lock holds."""

from collections.abc import Mapping

from msgspec import UNSET, Struct, UnsetType


class Project(Struct, frozen=True, rename="kebab"):
    """The ``[project]`` table."""

    name: str = ""
    version: str | None = None
    requires_python: str | None = None
    dependencies: tuple[str, ...] | None = None
    optional_dependencies: Mapping[str, tuple[str, ...]] | None = None
    dynamic: tuple[str, ...] = ()


class Script(Struct, frozen=True, rename="kebab"):
    """The inline metadata of a script, without its ``[tool]`` tables. Source: PEP 723."""

    dependencies: tuple[str, ...] = ()
    requires_python: str | None = None


class SourceEntry(Struct, frozen=True, rename="kebab"):
    """One entry of ``tool.uv.sources``."""

    git: str | None = None
    url: str | None = None
    path: str | None = None
    index: str | None = None
    workspace: bool | str | None = None
    subdirectory: str | None = None
    rev: str | None = None
    tag: str | None = None
    branch: str | None = None
    lfs: bool | None = None
    editable: bool | None = None
    package: bool | None = None
    marker: str | None = None
    extra: str | None = None
    group: str | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of source that the entry names; exactly one is right."""
        names = ("git", "url", "path", "index", "workspace")
        return tuple(name for name in names if getattr(self, name) is not None)


class IndexEntry(Struct, frozen=True, rename="kebab"):
    """One ``[[tool.uv.index]]``."""

    url: str
    name: str | None = None
    default: bool = False
    explicit: bool = False
    format: str | None = None
    hash_algorithm: str | None = None


class ConflictEntry(Struct, frozen=True, rename="kebab"):
    """One item of ``tool.uv.conflicts``."""

    package: str | None = None
    extra: str | None = None
    group: str | None = None


class GroupSettings(Struct, frozen=True, rename="kebab"):
    """One table of ``[tool.uv.dependency-groups]``."""

    requires_python: str | None = None


class ScopedTarget(Struct, frozen=True, rename="kebab"):
    """The package that a scoped override or exclude is for."""

    name: str
    version: str | None = None


class ScopedEntry(Struct, frozen=True, rename="kebab"):
    """An override or exclude for the dependencies of one package."""

    package: ScopedTarget
    dependencies: tuple[str, ...] = ()


class ConstraintEntry(Struct, frozen=True, rename="kebab"):
    """A build constraint with hashes."""

    requirement: str = ""
    name: str = ""
    hashes: tuple[str, ...] = ()


class MetadataEntry(Struct, frozen=True, rename="kebab"):
    """One ``[[tool.uv.dependency-metadata]]``."""

    name: str
    version: str | None = None
    requires_dist: tuple[str, ...] = ()
    requires_python: str | None = None
    provides_extra: tuple[str, ...] | UnsetType = UNSET
    provides_extras: tuple[str, ...] = ()

    @property
    def extras(self) -> tuple[str, ...]:
        """The extras under either spelling."""
        return self.provides_extras if self.provides_extra is UNSET else self.provides_extra


class Workspace(Struct, frozen=True, rename="kebab"):
    """The ``[tool.uv.workspace]`` table: patterns of folders."""

    members: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Settings(Struct, frozen=True, rename="kebab"):
    """The settings of uv that a uv.toml replaces; None stands for what is not set."""

    resolution: str | None = None
    prerelease: str | None = None
    prerelease_package: Mapping[str, str] = {}
    fork_strategy: str | None = None
    exclude_newer: str | None = None
    exclude_newer_package: Mapping[str, str | bool] = {}
    index: tuple[IndexEntry, ...] = ()
    index_url: str | None = None
    extra_index_url: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    no_sources: bool = False
    no_sources_package: tuple[str, ...] = ()
    index_strategy: str | None = None
    dependency_metadata: tuple[MetadataEntry, ...] = ()
    required_version: str | None = None


class Uv(Settings, frozen=True, rename="kebab"):
    """The ``[tool.uv]`` table."""

    sources: Mapping[str, SourceEntry | tuple[SourceEntry, ...]] = {}
    workspace: Workspace | None = None
    package: bool | None = None
    managed: bool | None = None
    default_groups: tuple[str, ...] | str | None = None
    dependency_groups: Mapping[str, GroupSettings] = {}
    dev_dependencies: tuple[str, ...] | None = None
    override_dependencies: tuple[str | ScopedEntry, ...] = ()
    constraint_dependencies: tuple[str, ...] = ()
    build_constraint_dependencies: tuple[str | ConstraintEntry, ...] = ()
    exclude_dependencies: tuple[str | ScopedEntry, ...] = ()
    environments: str | tuple[str, ...] = ()
    required_environments: str | tuple[str, ...] = ()
    conflicts: tuple[tuple[ConflictEntry, ...], ...] = ()
    minimum_libc_version: str | None = None
    cache_keys: tuple[object, ...] | None = None


class Include(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """``{include-group = "name"}`` in a dependency group."""

    include_group: str
