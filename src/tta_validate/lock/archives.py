"""Reads what a wheel or sdist says of itself, without unpacking it to disk or trusting its sizes."""

import bz2
import gzip
import hashlib
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from email.parser import BytesHeaderParser
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple, cast

from tta_validate.lock.lowering import mapped_extras
from tta_validate.lock_model import normalised
from tta_validate.manifests import Manifest, ManifestError, parse_manifest

MAX_METADATA = 4 * 2**20
"""The largest file inside an archive that is read, in bytes."""

MAX_UNPACKED = 256 * 2**20
"""How much of an sdist is unpacked in search of its metadata, in bytes."""

MAX_HASHED = 256 * 2**20
"""The largest archive whose hash is computed, in bytes."""

_MAX_DIRECTORY = 16 * 2**20
_FAULTS = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile)
_OTHER_FAULTS = (NotImplementedError, RuntimeError, struct.error, RecursionError, KeyError)
_STATIC_SINCE = (2, 2)


class ArchiveError(ValueError):
    """Why an archive does not tell what it requires."""


class BrokenArchive(ArchiveError):
    """Why an archive is none that uv could use."""


class Declared(NamedTuple):
    """What an archive declares: its requirements as PEP 508 texts, extras as their markers."""

    version: str | None
    requires: tuple[str, ...]
    extras: frozenset[str]


def declared(path: Path, subdirectory: str = "") -> Declared:
    """Returns what a wheel or sdist declares, as far as uv reads it without a build.

    Raises BrokenArchive for what is no archive, ArchiveError for one that does not tell.
    """
    try:
        if path.suffix == ".whl":
            return _of_wheel(path)
        return _of_sdist(path, subdirectory)
    except (*_FAULTS, *_OTHER_FAULTS) as error:
        if isinstance(error, ArchiveError):
            raise
        raise BrokenArchive(f"cannot be read: {type(error).__name__}") from None


def digest(path: Path, kind: str) -> str | None:
    """Returns the hex digest of a file, None for a kind of hash or a size that is not computed."""
    if kind not in hashlib.algorithms_available or path.stat().st_size > MAX_HASHED:
        return None
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, kind).hexdigest()


def _of_wheel(path: Path) -> Declared:
    with _zip(path) as archive:
        names = [name for name in archive.namelist() if _is_metadata(name)]
        if len(names) != 1:
            raise BrokenArchive(f"holds {len(names) or 'no'} METADATA files, a wheel has one")
        with archive.open(names[0]) as stream:
            return _of_headers(_limited(stream))


def _is_metadata(name: str) -> bool:
    parts = name.split("/")
    return len(parts) == 2 and parts[0].endswith(".dist-info") and parts[1] == "METADATA"


def _zip(path: Path) -> zipfile.ZipFile:
    """Opens a ZIP file whose directory is small enough to be held in memory."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 65_557))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 20:
        raise BrokenArchive("is not a ZIP file")
    (size,) = struct.unpack_from("<I", tail, at + 12)
    if size > _MAX_DIRECTORY:
        raise ArchiveError("has too many files to be read")
    return zipfile.ZipFile(path)


def _limited(stream: IO[bytes]) -> bytes:
    data = stream.read(MAX_METADATA + 1)
    if len(data) > MAX_METADATA:
        raise ArchiveError("has metadata that is too large")
    return data


def _of_headers(data: bytes) -> Declared:
    headers = BytesHeaderParser().parsebytes(data)

    def every(name: str) -> list[str]:
        return [str(value).strip() for value in cast("list[object]", headers.get_all(name) or [])]

    version = every("Version")
    extras = frozenset(normalised(extra) for extra in every("Provides-Extra"))
    return Declared(version[0] if version else None, tuple(every("Requires-Dist")), extras)


def _of_sdist(path: Path, subdirectory: str) -> Declared:
    wanted = tuple(str(PurePosixPath(subdirectory or ".", name)) for name in ("pyproject.toml", "PKG-INFO"))
    found = _from_zip(path, wanted) if path.suffix == ".zip" else _from_tar(path, wanted)
    manifest, info = (found.get(name) for name in wanted)
    if manifest is not None and (static := _of_manifest(manifest, path)):
        return static
    if info is not None and _is_static(info):
        return _of_headers(info)
    raise ArchiveError("leaves its dependencies to a build")


def _of_manifest(data: bytes, path: Path) -> Declared | None:
    """Returns what the pyproject.toml of an sdist declares, None where that takes a build."""
    try:
        manifest: Manifest = parse_manifest(data.decode("utf-8-sig"), "pyproject.toml", path.parent)
        extras = mapped_extras(manifest)
    except (ManifestError, UnicodeDecodeError):
        return None
    project = manifest.project
    if project is None or manifest.dynamic_dependencies or "requires-python" in project.dynamic:
        return None
    if manifest.uv.sources:
        raise ArchiveError("has sources of its own in tool.uv")
    optional: Mapping[str, tuple[str, ...]] = project.optional_dependencies or {}
    texts = [*(project.dependencies or ()), *(_with_extra(text, name) for name in optional for text in optional[name])]
    return Declared(project.version, tuple(texts), frozenset(extras))


def _with_extra(text: str, extra: str) -> str:
    requirement, _, marker = text.partition(";")
    return f"{requirement} ; {f'({marker}) and ' if marker.strip() else ''}extra == '{normalised(extra)}'"


def _is_static(info: bytes) -> bool:
    headers = BytesHeaderParser().parsebytes(info)
    try:
        major, minor = (int(part) for part in str(headers.get("Metadata-Version", "")).strip().split("."))
    except ValueError:
        return False
    dynamic = {str(field).strip() for field in cast("list[object]", headers.get_all("Dynamic") or [])}
    left = dynamic & {"Requires-Python", "Requires-Dist", "Provides-Extra"}
    return _STATIC_SINCE <= (major, minor) < (3, 0) and not left


def _from_zip(path: Path, wanted: tuple[str, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with _zip(path) as archive:
        for name in archive.namelist():
            inner = name.partition("/")[2]
            if inner in wanted and inner not in found:
                with archive.open(name) as stream:
                    found[inner] = _limited(stream)
    return found


class _Capped:
    """A stream of unpacked bytes that ends in an error where it gets too long."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = MAX_UNPACKED

    def read(self, size: int = -1) -> bytes:
        """Returns the next bytes; raises ArchiveError where there are too many."""
        if size < 0 or size > self._left:
            raise ArchiveError("is too large to be read")
        data = self._stream.read(size)
        self._left -= len(data)
        return data


def _from_tar(path: Path, wanted: tuple[str, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with _unpacked(path) as stream, tarfile.open(fileobj=cast("IO[bytes]", _Capped(stream)), mode="r|") as archive:
        for member in _files(archive):
            inner = member.name.removeprefix("./").partition("/")[2]
            content = archive.extractfile(member) if inner in wanted and inner not in found else None
            if content is not None:
                found[inner] = _limited(content)
            if len(found) == len(wanted):
                break
    return found


def _files(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (member := archive.next()) is not None:
        # A stream keeps every member that it has passed, which a hostile archive could fill memory with.
        vars(archive)["members"] = []
        if member.isreg():
            yield member


def _unpacked(path: Path) -> IO[bytes]:
    kinds = {".gz": gzip.open, ".tgz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open, ".lzma": lzma.open}
    if path.suffix == ".tar":
        return path.open("rb")
    if path.suffix not in kinds:
        raise ArchiveError("is an archive of a kind that is not read")
    return cast("IO[bytes]", kinds[path.suffix](path, "rb"))
