"""Reads pyproject.toml and uv.toml: what a project declares, with the line of each declaration."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from tta_validate.errors import InputError
from tta_validate.lock_model import normalised
from tta_validate.manifest_model import Include, Project, Settings, Uv
from tta_validate.toml_lines import Path as TomlPath
from tta_validate.toml_lines import toml_lines

MAX_BYTES = 4 * 2**20
"""Manifests larger than this are refused."""

T = TypeVar("T")
Group = tuple[str | Include, ...]


class ManifestError(InputError):
    """A manifest that cannot be used, with the place and the reason."""

    def __init__(self, path: str, line: int, why: str) -> None:
        super().__init__(f"{path}:{line}: {why}")
        self.path = path
        self.line = line
        self.why = why


@dataclass(frozen=True)
class Manifest:
    """A pyproject.toml: ``path`` as messages show it, ``folder`` absolute; ``project`` is None where it has none."""

    path: str
    folder: Path
    text: str
    project: Project | None
    uv: Uv
    groups: Mapping[str, Group]
    has_build_system: bool = False
    has_poetry: bool = False

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


def nearest_line(lines: Mapping[TomlPath, int], path: TomlPath) -> int:
    """Returns the line of a value, of the nearest thing that holds it, or 1."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 1)


def read_manifest(path: Path, shown: str | None = None) -> Manifest:
    """Returns the manifest in a file; raises ManifestError for one that uv would refuse to read."""
    name = shown or path.as_posix()
    return parse_manifest(read_text(path, name), name, path.parent)


def read_text(path: Path, shown: str) -> str:
    """Returns the text of a manifest; raises ManifestError."""
    try:
        if not path.is_file():
            raise ManifestError(shown, 1, "is not a file" if path.exists() else "does not exist")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ManifestError(shown, 1, f"cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise ManifestError(shown, 1, f"is larger than {MAX_BYTES // 2**20} MiB")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ManifestError(shown, data.count(b"\n", 0, error.start) + 1, "is not UTF-8") from None


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
    if any(len(line) > 10_000 and line.count(".") > 1_000 for line in text.split("\n")):
        raise ManifestError(shown, 1, "has a line that is too long to be read as TOML")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).rpartition(" (at ")
        found = re.search(r"line (\d+)", place)
        raise ManifestError(
            shown, int(found[1]) if found else text.count("\n") + 1, f"is not valid TOML: {message or error}"
        ) from None
    except (RecursionError, ValueError):
        raise ManifestError(shown, 1, "is nested too deeply to be read as TOML") from None


def _converted(value: object, kind: type[T], at: TomlPath, text: str, shown: str) -> T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        parts: list[str | int] = [
            int(index) if index else key for key, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", where) if key or index
        ]
        place = ".".join(str(part) for part in (*at, *parts)) or "the top"
        line = nearest_line(toml_lines(text), (*at, *parts))
        raise ManifestError(shown, line, f"cannot be used: {message} at {place}") from None
