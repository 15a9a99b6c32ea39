"""Integrity: the names and hashes of the files of a lock."""

import re
from collections.abc import Iterator

from tta_validate.lock.hosts import artifacts
from tta_validate.lock.versions import VersionError, parse_version
from tta_validate.lock.view import Flaw, LockView
from tta_validate.lock_model import Package, normalised

_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128, "blake2b": 128, "sha3_256": 64, "sha3_512": 128}


def missing_hashes(view: LockView) -> Iterator[Flaw]:
    """Yields the files without a hash."""
    for package, artifact in artifacts(view.lockfile) if view.lockfile else ():
        if not artifact.hash and package.source.kind in ("registry", "url", "path"):
            name = artifact.name or package.label
            yield Flaw(f"{name} of {package.label} has no hash", view.path, artifact.line, name)


def weak_hashes(view: LockView) -> Iterator[Flaw]:
    """Yields the files whose hash another file could have, or that is none."""
    for package, artifact in artifacts(view.lockfile) if view.lockfile else ():
        if not artifact.hash:
            continue
        kind, _, digest = artifact.hash.partition(":")
        if kind not in _LENGTHS:
            why = f"has a hash of kind {kind or 'none'}, which does not protect it"
        elif not re.fullmatch(rf"[0-9a-f]{{{_LENGTHS[kind]}}}", digest):
            why = f"has a {kind} hash that is none"
        else:
            continue
        yield Flaw(f"{artifact.name} of {package.label} {why}", view.path, artifact.line, artifact.name)


def duplicate_hashes(view: LockView) -> Iterator[Flaw]:
    """Yields the files with the hash of another file."""
    seen: dict[str, str] = {}
    for package, artifact in artifacts(view.lockfile) if view.lockfile else ():
        if not artifact.hash:
            continue
        name = artifact.name or package.label
        other = seen.setdefault(artifact.hash, name)
        if other != name:
            yield Flaw(f"{name} of {package.label} has the hash of {other}", view.path, artifact.line, name)


def wrong_names(view: LockView) -> Iterator[Flaw]:
    """Yields the files that belong to another package or version by their name."""
    for package, artifact in artifacts(view.lockfile) if view.lockfile else ():
        if package.source.kind != "registry" or not package.version or not artifact.name:
            continue
        if not _belongs(artifact.name, package):
            message = f"{artifact.name} is listed for {package.label}, but its name says otherwise"
            yield Flaw(message, view.path, artifact.line, artifact.name)


def _belongs(name: str, package: Package) -> bool:
    if name.endswith(".whl"):
        parts = name.removesuffix(".whl").split("-")
        return len(parts) in (5, 6) and normalised(parts[0]) == package.name and _same(parts[1], package.version or "")
    stem = re.sub(r"\.(?:tar\.(?:gz|bz2|xz|zst|lzma|Z)|tgz|tbz|txz|zip|egg)$", "", name)
    if stem == name:
        return False
    dashes = [at.start() for at in re.finditer("-", stem)]
    return any(
        normalised(stem[:dash]) == package.name and _same(stem[dash + 1 :], package.version or "") for dash in dashes
    )


def _same(text: str, version: str) -> bool:
    """Whether a file's version is the package's, whose local part a file may lack."""
    if text == version:
        return True
    try:
        found, wanted = parse_version(text.replace("_", "+", 1) if "_" in text else text), parse_version(version)
    except VersionError:
        return False
    return found == wanted or (found.local is None and str(found) == wanted.public)
