"""Requirements in the form in which uv compares them, read from pyproject.toml text or from a lock."""

import os
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from tta_validate.lock.markers import Marker, MarkerError, parse_marker
from tta_validate.lock.versions import VersionError, clauses
from tta_validate.lock_model import LockedRequirement, normalised
from tta_validate.toml_lines import Path as TomlPath

Origin = tuple[object, ...]
"""What a requirement is taken from: its kind, then what tells two of that kind apart."""

ANY_INDEX: Origin = ("registry", "", ())

_REQUIREMENT = re.compile(
    r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(?:@\s*(\S[^;\s]*)|\(?([^;()@]*)\)?)\s*(?:(?<=\s);(.*)|;(.*))?",
    re.ASCII | re.DOTALL,
)


class NeedError(ValueError):
    """A requirement that cannot be read, with its path and line where these are known."""

    def __init__(self, why: str, at: tuple[str, int] | None = None) -> None:
        super().__init__(why)
        self.at = at


class Written(NamedTuple):
    """A requirement as PEP 508 writes it; at most one of specifier and url is set."""

    name: str
    extras: frozenset[str]
    specifier: str
    url: str
    marker: str


class Need(NamedTuple):
    """A requirement with its source. ``path`` and ``place`` tell where it is declared; ``text`` shows it."""

    name: str
    extras: frozenset[str]
    specifier: str
    origin: Origin
    marker: Marker
    text: str
    path: str = ""
    place: TomlPath = ()


@cache
def parse_requirement(text: str) -> Written:
    """Returns the parts of a PEP 508 requirement; raises NeedError."""
    at = _REQUIREMENT.fullmatch(text)
    if at is None:
        raise NeedError(f"{text!r} is not a requirement")
    extras = frozenset(normalised(extra.strip()) for extra in (at[2] or "").split(",") if extra.strip())
    specifier = (at[4] or "").strip()
    try:
        clauses(specifier)
    except VersionError as error:
        raise NeedError(f"{text!r} is not a requirement: {error}") from None
    return Written(normalised(at[1]), extras, specifier, at[3] or "", (at[5] or at[6] or "").strip())


def read_marker(text: str) -> Marker:
    """Returns the marker; raises NeedError."""
    try:
        return parse_marker(text)
    except MarkerError as error:
        raise NeedError(str(error)) from None


def without_credentials(url: str) -> str:
    """Returns a URL with a lower-case host and no user, password or fragment; the ``git`` user of ssh stays."""
    parts = urlsplit(url)
    if not parts.scheme or not parts.netloc:
        return url.partition("#")[0]
    user, at, host = parts.netloc.rpartition("@")
    keep = f"{user}@" if at and user == "git" and parts.scheme.endswith("ssh") else ""
    return urlunsplit((parts.scheme.lower(), keep + host.lower(), parts.path or "/", parts.query, ""))


def git_origin(url: str, reference: tuple[str, str], subdirectory: str, lfs: bool, path: str = "") -> Origin:
    """Returns the origin of a git repository at a reference, which is a kind (rev, tag, branch, none) and a name."""
    repository = without_credentials(url.removeprefix("git+")).partition("?")[0]
    return ("git", repository, reference, subdirectory.strip("/"), lfs, path)


def url_origin(url: str, root: Path, subdirectory: str = "") -> Origin:
    """Returns the origin of a direct reference: git, a local file or folder, or an archive."""
    url = url.replace("${PROJECT_ROOT}", root.as_posix())
    parts = urlsplit(url)
    fragment = dict(parse_qsl(parts.fragment))
    subdirectory = subdirectory or fragment.get("subdirectory", "")
    if parts.scheme.startswith("git+"):
        path, _, rev = parts.path.rpartition("@") if "@" in parts.path else (parts.path, "", "")
        plain = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
        return git_origin(plain, ("rev", rev) if rev else ("", ""), subdirectory, False)
    if parts.scheme == "file" or not parts.scheme:
        return path_origin(Path(os.path.normpath(root / unquote(parts.path))))
    return ("url", without_credentials(url), subdirectory.strip("/"))


def path_origin(path: Path, *, editable: bool = False, virtual: bool = False) -> Origin:
    """Returns the origin of a local archive or folder, given by an absolute path."""
    if path.is_dir() or not path.suffix:
        return ("directory", str(path), editable, virtual)
    return ("path", str(path))


def registry_origin(index: str | None, root: Path, conflict: tuple[str, ...] = ()) -> Origin:
    """Returns the origin of a registry, given by the URL or folder of its index; None for any index."""
    if not index:
        return ANY_INDEX if not conflict else ("registry", "", conflict)
    return ("registry", index_key(index, root), conflict)


def index_key(index: str, root: Path) -> str:
    """Returns the text by which two indexes are compared: a URL without credentials, or an absolute path."""
    parts = urlsplit(index)
    if parts.scheme == "file":
        return os.path.normpath(unquote(parts.path))
    if len(parts.scheme) > 1:
        return without_credentials(index)
    return os.path.normpath(root / index)


def locked_need(requirement: LockedRequirement, root: Path) -> Need:
    """Returns a requirement that a lock recorded; raises NeedError for one that cannot be read."""
    return Need(
        normalised(requirement.name),
        frozenset(normalised(extra) for extra in requirement.extras),
        requirement.specifier or "",
        _locked_origin(requirement, root),
        read_marker(requirement.marker or ""),
        shown(requirement),
    )


def _locked_origin(requirement: LockedRequirement, root: Path) -> Origin:
    if requirement.git is not None:
        url = urlsplit(requirement.git)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        reference = next(((kind, query[kind]) for kind in ("rev", "tag", "branch") if kind in query), ("", ""))
        subdirectory = query.get("subdirectory", requirement.subdirectory or "")
        return git_origin(requirement.git, reference, subdirectory, query.get("lfs") == "true", query.get("path", ""))
    if requirement.url is not None:
        return ("url", without_credentials(requirement.url), (requirement.subdirectory or "").strip("/"))
    if requirement.path is not None:
        return ("path", os.path.normpath(root / requirement.path))
    for kind in ("directory", "editable", "virtual"):
        if (path := getattr(requirement, kind)) is not None:
            return ("directory", os.path.normpath(root / path), kind == "editable", kind == "virtual")
    conflict = requirement.conflict
    item = (normalised(conflict.package), conflict.extra or "", conflict.group or "") if conflict else ()
    return registry_origin(requirement.index, root, item)


def shown(requirement: LockedRequirement) -> str:
    """Returns a recorded requirement as a person would write it."""
    extras = f"[{','.join(requirement.extras)}]" if requirement.extras else ""
    kinds = ("git", "url", "path", "directory", "editable", "virtual", "index")
    origin = next((f" ({kind} {value})" for kind in kinds if (value := getattr(requirement, kind)) is not None), "")
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    return f"{requirement.name}{extras}{requirement.specifier or ''}{origin}{marker}"
