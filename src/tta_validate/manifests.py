"""Reads pyproject.toml and uv.toml: what a project declares, with the line of each declaration."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from tta_validate.lock_model import normalised
from tta_validate.manifest_model import Include, Project, Script, Settings, Uv
from tta_validate.toml_files import (
    FileError,
    converted,
    decoded,
    is_hostile,
    nearest_line,
    read_bytes,
    toml_values,
)
from tta_validate.toml_lines import Path as TomlPath
from tta_validate.toml_lines import toml_lines

MAX_BYTES = 4 * 2**20
"""Manifests larger than this are refused."""

T = TypeVar("T")
Group = tuple[str | Include, ...]


class ManifestError(FileError):
    """A manifest that cannot be used, with the place and the reason."""


@dataclass(frozen=True)
class Manifest:
    """A pyproject.toml: ``path`` as messages show it, ``folder`` absolute; ``project`` is None where it has none.

    ``script`` is set for the inline metadata of a script, whose ``text`` has the lines of the script.
    """

    path: str
    folder: Path
    text: str
    project: Project | None
    uv: Uv
    groups: Mapping[str, Group]
    has_build_system: bool = False
    has_poetry: bool = False
    script: Script | None = None

    @cached_property
    def lines(self) -> Mapping[TomlPath, int]:
        """The line of each value."""
        return toml_lines(self.text)

    def line(self, *path: str | int) -> int:
        """Returns the line of a value, of the nearest thing that holds it, or 1."""
        return nearest_line(self.lines, path)

    @property
    def name(self) -> str:
        """The normalised name of the project, empty without one."""
        return normalised(self.project.name) if self.project else ""

    @property
    def dynamic_dependencies(self) -> bool:
        """Whether only a build can tell the dependencies."""
        if self.project is None:
            return True
        if {"dependencies", "optional-dependencies"} & set(self.project.dynamic):
            return True
        return self.has_poetry and self.project.dependencies is None

    @property
    def dynamic_version(self) -> bool:
        """Whether only a build can tell the version."""
        return self.project is not None and "version" in self.project.dynamic

    def error(self, why: str, *path: str | int) -> ManifestError:
        """Returns the error that says what is wrong at a value."""
        return ManifestError(self.path, self.line(*path), why)


def read_manifest(path: Path, shown: str | None = None) -> Manifest:
    """Returns the manifest in a file; raises ManifestError for one that uv would refuse to read."""
    name = shown or path.as_posix()
    return parse_manifest(read_text(path, name), name, path.parent)


def read_text(path: Path, shown: str) -> str:
    """Returns the text of a manifest; raises ManifestError."""
    data = read_bytes(path, shown, MAX_BYTES, ManifestError)
    if len(data) > MAX_BYTES:
        raise ManifestError(shown, 1, f"is larger than {MAX_BYTES // 2**20} MiB")
    return decoded(data, shown, ManifestError)


def parse_manifest(text: str, shown: str, folder: Path) -> Manifest:
    """Returns the manifest in a text; raises ManifestError for one that uv would refuse to read."""
    values: dict[str, object] = _values(text, shown)
    tool = _table(values, "tool")
    project = values.get("project")
    uv = _converted(_table(tool, "uv"), Uv, ("tool", "uv"), text, shown)
    _distinct(uv.sources, text, shown)
    return Manifest(
        shown,
        folder,
        text,
        None if project is None else _project(project, text, shown),
        uv,
        _converted(_table(values, "dependency-groups"), dict[str, Group], ("dependency-groups",), text, shown),
        "build-system" in values,
        "poetry" in tool,
    )


def parse_script(text: str, shown: str, folder: Path) -> Manifest:
    """Returns the manifest in the inline metadata of a script, a text of TOML; raises ManifestError."""
    values: dict[str, object] = _values(text, shown)
    uv = _converted(_table(_table(values, "tool"), "uv"), Uv, ("tool", "uv"), text, shown)
    _distinct(uv.sources, text, shown)
    for key in (
        "environments",
        "required-environments",
        "conflicts",
        "workspace",
        "default-groups",
        "dependency-groups",
    ):
        if key in _table(_table(values, "tool"), "uv"):
            line = nearest_line(toml_lines(text), ("tool", "uv", key))
            raise ManifestError(shown, line, f"has the setting {key}, which a script cannot have")
    script = _converted({**values, "tool": {}}, Script, (), text, shown)
    return Manifest(shown, folder, text, None, uv, {}, script=script)


def _distinct(sources: Iterable[str], text: str, shown: str) -> None:
    """Raises ManifestError where two sources are of one package, spelled differently."""
    seen: set[str] = set()
    for name in sources:
        if (package := normalised(name)) in seen:
            line = toml_lines(text).get(("tool", "uv", "sources", name), 1)
            raise ManifestError(shown, line, f"has two sources for {package}")
        seen.add(package)


def _project(value: object, text: str, shown: str) -> Project:
    project = _converted(value, Project, ("project",), text, shown)
    line = toml_lines(text).get(("project",), 1) if not project.name or project.version is None else 1
    if not project.name:
        raise ManifestError(shown, line, "[project] has no name")
    if project.version is None and "version" not in project.dynamic:
        raise ManifestError(shown, line, "[project] has no version, and does not list it as dynamic")
    return project


def parse_settings(text: str, shown: str) -> Settings:
    """Returns the settings of a uv.toml; raises ManifestError."""
    return _converted(_values(text, shown), Settings, (), text, shown)


def _table(values: dict[str, object], key: str) -> dict[str, object]:
    value = values.get(key)
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _values(text: str, shown: str) -> dict[str, Any]:
    if is_hostile(text):
        raise ManifestError(shown, 1, "is too large or deep to be read as TOML")
    return toml_values(text, shown, ManifestError)


def _converted(value: object, kind: type[T], at: TomlPath, text: str, shown: str) -> T:
    return converted(value, kind, at, text, (shown, ManifestError))
