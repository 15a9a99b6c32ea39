"""Reads uv.lock."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from tta_validate.lock_model import Artifact, Files, Lock, Package, normalised
from tta_validate.locklines import as_json, canonical_lines, files_by_line, is_canonical, without_files
from tta_validate.toml_files import FileError, decoded, is_hostile, nearest_line, place_of, read_bytes, toml_values
from tta_validate.toml_lines import Path as TomlPath
from tta_validate.toml_lines import toml_lines

MAX_BYTES = 32 * 2**20
"""Locks larger than this are refused: the largest public ones are near 5 MB."""

_MAX_TOML = 8 * 2**20
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?: |$)", re.MULTILINE)
_OLD_TABLES = ("\n[package.dependency-groups]", "\n[package.metadata.dependency-groups]")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_ODD_NAME = re.compile(r'name = "[a-z0-9-]*[^a-z0-9"-]')
_KEY = re.compile(r"^([^\s=]+) =", re.MULTILINE)
_ALIAS = re.compile(r"^(\[{1,2})distribution\b", re.MULTILINE)


class LockError(FileError):
    """A lock that cannot be read, with the place and the reason."""

    advice = "; run `uv lock`"


@dataclass(frozen=True)
class Lockfile:
    """A uv.lock: ``path`` as messages show it, its text with LF line ends, and its values."""

    path: str
    text: str
    lock: Lock
    exact: tuple[Files, ...] | None = None

    @cached_property
    def files(self) -> tuple[Files, ...]:
        """The files of each package, in the order of ``lock.packages``."""
        return self.exact if self.exact is not None else tuple(files_by_line(self.text))

    @cached_property
    def blocks(self) -> tuple[str, ...]:
        """The text of each package after its header, empty for a text that is not laid out as uv writes it."""
        found = tuple(block.strip("\n") for block in self.text.split("\n[[package]]\n")[1:])
        return found if self.exact is None and len(found) == len(self.lock.packages) else ()

    def files_at(self, at: int) -> Files:
        """Returns the files of one package, without reading those of the others where the layout lets it."""
        if not self.blocks or "files" in self.__dict__:
            return self.files[at]
        if at not in self._some_files:
            found = files_by_line(f"[[package]]\n{self.blocks[at]}\n", self._starts[at])
            self._some_files[at] = next(found)
        return self._some_files[at]

    @cached_property
    def _some_files(self) -> dict[int, Files]:
        return {}

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        """The line of each package of a canonical text."""
        found: list[int] = []
        line, end = 1, 0
        while (at := self.text.find("\n[[package]]\n", end)) >= 0:
            line += self.text.count("\n", end, at + 1)
            end = at + 1
            found.append(line)
        return tuple(found)

    @cached_property
    def by_name(self) -> Mapping[str, tuple[int, ...]]:
        """The indices into ``lock.packages`` that have a name."""
        found: dict[str, tuple[int, ...]] = {}
        for at, package in enumerate(self.lock.packages):
            found[package.name] = (*found.get(package.name, ()), at)
        return found

    def named(self, name: str) -> tuple[Package, ...]:
        """Returns the packages of that normalised name."""
        return tuple(self.lock.packages[at] for at in self.by_name.get(name, ()))

    @cached_property
    def _lines(self) -> Mapping[TomlPath, int]:
        return canonical_lines(self.text) if self.exact is None else toml_lines(self.text)

    def line(self, *path: str | int) -> int:
        """Returns the line of a value, or of what holds it; a path is ``("package", 3, "dependencies", 0)``, say."""
        if len(path) == 2 and path[0] == "package" and self.blocks:
            return self._starts[int(path[1])]
        return nearest_line(self._lines, path)


def read_lock(path: Path, shown: str | None = None) -> Lockfile:
    """Returns the lock in a file; raises LockError for one that cannot be read as a lock of version 1."""
    name = shown or path.as_posix()
    return parse_lock(read_bytes(path, name, MAX_BYTES, LockError, "does not exist; run `uv lock`"), name)


def parse_lock(data: bytes | str, shown: str) -> Lockfile:
    """Returns the lock in a text; raises LockError as `read_lock` does."""
    if len(data) > MAX_BYTES:
        raise LockError.at(shown, 1, f"is larger than {MAX_BYTES // 2**20} MiB, which no lock is")
    text = decoded(data, shown, LockError) if isinstance(data, bytes) else data.replace("\r\n", "\n")
    if "[distribution" in text:
        text = _ALIAS.sub(r"\1package", text)
    if is_canonical(text):
        lock = _fast(text, shown)
        if lock is not None:
            return Lockfile(shown, text, lock)
    return _parse_exactly(text, shown)


def _fast(text: str, shown: str) -> Lock | None:
    """Returns the lock in a canonical text, or None for one that has to be read in full."""
    short = without_files(text)
    if any(table in short for table in _OLD_TABLES) or _ODD_NAME.search(short) or _is_hostile(short):
        return None
    head, *blocks = short.split("\n[[package]]\n")
    plain = [block for block in blocks if "\n[" not in block]
    try:
        if any(_doubled(block) for block in plain) or "null" in short:
            return None
        packages = iter(msgspec.json.decode(as_json(plain), type=list[_Short]))
        every = [next(packages).package() if "\n[" not in block else _table(block) for block in blocks]
        values = tomllib.loads(head)
    except (ValueError, RecursionError):
        return None
    if None in every or "package" in values:
        return None
    return _lock({**values, "package": []}, text, shown, tuple(one for one in every if one is not None))


class _Short(Package, frozen=True, rename="kebab"):
    """A package with what is left of its files."""

    sdist: Mapping[str, str] = {}
    wheels: tuple[str, ...] = ()

    def package(self) -> Package | None:
        """The package, None where a list of files was not laid out as uv writes it."""
        if self.sdist or self.wheels or self.metadata:
            return None
        return Package(self.name, self.source, self.version, None, self.resolution_markers, self.dependencies)


def _table(block: str) -> Package | None:
    values: dict[str, Any] = tomllib.loads("[[package]]\n" + block)
    if _has_files(values) or values.keys() != {"package"} or len(values["package"]) != 1:
        return None
    return msgspec.convert(values["package"][0], Package)


def _doubled(block: str) -> bool:
    """Whether a key stands twice, which TOML forbids and JSON does not."""
    keys = _KEY.findall(block)
    return len(keys) != len(set(keys))


def _is_hostile(text: str) -> bool:
    """Whether tomllib could need many seconds or gigabytes."""
    return len(text) > _MAX_TOML or is_hostile(text)


def _has_files(values: dict[str, Any]) -> bool:
    packages = values.get("package")
    return not isinstance(packages, list) or any(
        not isinstance(package, dict)
        or cast("dict[str, Any]", package).get("sdist")
        or cast("dict[str, Any]", package).get("wheels")
        for package in cast("list[object]", packages)
    )


def _parse_exactly(text: str, shown: str) -> Lockfile:
    if found := _CONFLICT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise LockError(shown, line, "holds merge conflict markers; take one side's file whole and run `uv lock`")
    if _is_hostile(text):
        raise LockError.at(shown, 1, "is not laid out as uv writes it and too large or deep to be read")
    values = _today(toml_values(text, shown, LockError))
    lock = _lock(values, text, shown)
    positions = toml_lines(text)
    packages = values.get("package", [])
    try:
        files = tuple(_files(package, number, positions) for number, package in enumerate(packages))
    except (msgspec.ValidationError, AttributeError, TypeError) as error:
        raise LockError.at(shown, 1, f"has a list of files that cannot be read: {error}") from None
    return Lockfile(shown, text, lock, files)


def _files(package: dict[str, Any], number: int, lines: Mapping[TomlPath, int]) -> Files:
    def artifact(value: dict[str, Any], *place: str | int) -> Artifact:
        line = lines.get(("package", number, *place), lines.get(("package", number, place[0]), 1))
        time = value.get("upload-time", value.get("upload_time"))
        return msgspec.convert({**value, "line": line, "upload-time": time}, Artifact)

    sdist = package.get("sdist")
    wheels = package.get("wheels", [])
    return Files(
        artifact(sdist, "sdist") if sdist else None,
        tuple(artifact(wheel, "wheels", at) for at, wheel in enumerate(wheels)),
    )


def _today(values: dict[str, Any]) -> dict[str, Any]:
    """Returns the values under the names of today, with normalised package names; other shapes are left as they are."""
    values = cast("dict[str, Any]", _normalised(values))
    packages = values.get("package")
    for package in cast("list[Any]", packages) if isinstance(packages, list) else []:
        _rename(package, "dependency-groups", "dev-dependencies")
        if isinstance(package, dict):
            _rename(cast("dict[str, Any]", package).get("metadata"), "dependency-groups", "requires-dev")
    return values


def _rename(table: object, old: str, new: str) -> None:
    if isinstance(table, dict) and old in table:
        entries = cast("dict[str, Any]", table)
        entries.setdefault(new, entries.pop(old))


def _normalised(value: object) -> object:
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        return {
            key: normalised(entry) if key in ("name", "package") and isinstance(entry, str) else _normalised(entry)
            for key, entry in entries.items()
        }
    return [_normalised(entry) for entry in cast("list[object]", value)] if isinstance(value, list) else value


def _lock(values: dict[str, Any], text: str, shown: str, packages: tuple[Package, ...] | None = None) -> Lock:
    version = values.get("version")
    if isinstance(version, int) and version != 1:
        line = toml_lines(text).get(("version",), 1)
        raise LockError(shown, line, f"has schema version {version}; only version 1 is supported")
    try:
        lock = msgspec.convert(values, Lock)
    except msgspec.ValidationError as error:
        message, path = place_of(error)
        number = path[1] if path[:1] == ("package",) and len(path) > 1 else None
        line = _package_line(text, number) if isinstance(number, int) else 1
        place = ".".join(str(part) for part in path) or "the top"
        raise LockError.at(shown, line, f"is not a lock: {message} at {place}") from None
    if packages is not None:
        lock = replace(lock, packages=packages)
    for number, package in enumerate(lock.packages):
        if problem := _problem(package):
            raise LockError.at(shown, _package_line(text, number), f"package {package.name} {problem}")
    return lock


def _problem(package: Package) -> str | None:
    if not _NAME.fullmatch(package.name):
        return "has a name that no package can have"
    if not package.source.kind:
        return "has no source"
    if package.source.registry is not None and package.version is None:
        return "has no version"
    return "has a git source without a commit" if package.source.git and "#" not in package.source.git else None


def _package_line(text: str, number: int) -> int:
    return toml_lines(text).get(("package", number), 1)
