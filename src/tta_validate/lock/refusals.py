"""What uv refuses to read in a lock that is TOML of the right shape. Source: ``Lock::new`` of uv's lock/mod.rs."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

from tta_validate.lock.graph import Section, sections
from tta_validate.lock.versions import VersionError, python_range
from tta_validate.lock_model import Edge, Package, Source
from tta_validate.lockfile import LockError, Lockfile

_WHEEL = re.compile(r"/([^/\"]+)-([^/\"-]+)(?:-\d[^/\"-]*)?-[^/\"-]+-[^/\"-]+-[^/\"-]+\.whl\"")
_REQUIRES = re.compile(r"^requires-python[ \t]*=", re.MULTILINE)
_TREES = ("directory", "editable", "virtual")

_Id = tuple[str, str | None, Source]


def refuse_unreadable(lockfile: Lockfile) -> None:
    """Raises LockError for the first thing for which uv refuses to read the lock."""
    _check_python(lockfile)
    _check_wheels(lockfile)
    identities = _identities(lockfile)
    for at, package in enumerate(lockfile.lock.packages):
        for section in sections(package):
            _check_edges(lockfile, at, section, identities)
    _check_hashes(lockfile)


def _error(lockfile: Lockfile, why: str, *place: str | int) -> LockError:
    return LockError(lockfile.path, lockfile.line(*place), f"{why}; run `uv lock`")


def _check_python(lockfile: Lockfile) -> None:
    text = lockfile.lock.requires_python
    if not text and not _REQUIRES.search(lockfile.text.partition("\n[")[0]):
        raise _error(lockfile, "has no requires-python", "requires-python")
    try:
        python_range(text)
    except VersionError as error:
        raise _error(lockfile, f"has a requires-python that cannot be read: {error}", "requires-python") from None


def _check_wheels(lockfile: Lockfile) -> None:
    """Raises LockError where a wheel has another version than its package."""
    for at, (package, block) in enumerate(zip(lockfile.lock.packages, lockfile.blocks, strict=False)):
        if package.version is None:
            continue
        if block.count(f"-{package.version}-") == block.count('.whl"'):
            continue
        for found in set(_WHEEL.findall(block.partition("\nwheels = [")[2].partition("\n]")[0])):
            version = unquote(found[1])
            if version != package.version and not _same_version(version, package.version):
                why = f"{package.name} {package.version} has a wheel of version {version}"
                raise _error(lockfile, why, "package", at, "wheels")


def _same_version(one: str, other: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one.replace("_", "-")) == Version(other)
    except InvalidVersion:
        return False


def _identities(lockfile: Lockfile) -> set[_Id]:
    """Returns what tells the packages apart; raises LockError where one stands twice."""
    found: set[_Id] = set()
    for name, places in lockfile.by_name.items():
        for at in places:
            package = lockfile.lock.packages[at]
            identity = (name, package.version, package.source)
            if identity in found:
                raise _error(lockfile, f"{package.label} stands twice in the lock", "package", at)
            found.add(identity)
    return found


def _check_edges(lockfile: Lockfile, at: int, section: Section, identities: set[_Id]) -> None:
    owner = lockfile.lock.packages[at]
    seen: set[tuple[_Id, tuple[str, ...], str | None]] = set()
    for number, edge in enumerate(section.edges):
        found = _meant(lockfile, edge)
        why = ""
        if isinstance(found, str):
            why = f"{owner.label} requires {edge.name}, {found}"
        elif found not in identities and not _is_respelled(lockfile, found):
            why = f"{owner.label} requires {edge.name} {found[1] or ''}".rstrip() + ", which the lock does not hold"
        elif (key := (found, tuple(sorted(edge.extra)), edge.marker)) in seen:
            why = f"{owner.label} requires {edge.name} twice"
        else:
            seen.add(key)
        if why:
            raise _error(lockfile, why, "package", at, *section.place, number)


def _meant(lockfile: Lockfile, edge: Edge) -> _Id | str:
    """Returns the package that an edge means, or why that is not said."""
    named = lockfile.by_name.get(edge.name, ())
    only = lockfile.lock.packages[named[0]] if len(named) == 1 else None
    source = edge.source or (only.source if only else None)
    if source is None:
        return f"without saying which of {len(named)} it means" if named else "which the lock does not hold"
    version = edge.version or (only.version if only else None)
    if version is None and only is None and source.kind not in _TREES:
        return "without saying which version it means"
    return edge.name, version, source


def _is_respelled(lockfile: Lockfile, wanted: _Id) -> bool:
    """Whether the lock has that package with its version spelled in another way."""
    name, version, source = wanted
    return version is not None and any(
        package.source == source and package.version is not None and _same_version(version, package.version)
        for package in lockfile.named(name)
    )


def _check_hashes(lockfile: Lockfile) -> None:
    """Raises LockError for wheels with a hash that their source cannot have, or without one that it must have.

    uv asks this of wheels only: an sdist goes unchecked.
    """
    for at, package in enumerate(lockfile.lock.packages):
        wanted = _wants_hash(package)
        if wanted is None:
            continue
        for wheel in lockfile.files_at(at).wheels:
            if wanted != (wheel.hash is not None):
                word = "without" if wanted else "with"
                why = f"{package.label} comes from {package.source.kind} and has a wheel {word} a hash"
                raise LockError(lockfile.path, wheel.line, f"{why}; run `uv lock`")


def _wants_hash(package: Package) -> bool | None:
    """Whether the files of a package must or must not have a hash; None where they may."""
    kind = package.source.kind
    if kind == "registry":
        return None
    if kind == "git":
        return "path" in parse_qs(urlsplit(package.source.location).query)
    return kind in ("url", "path")
