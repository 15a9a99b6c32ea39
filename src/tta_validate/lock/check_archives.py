"""Freshness: local archives, whose own metadata tells what they require."""

import os
from collections.abc import Iterator
from pathlib import Path

from tta_validate.lock.archives import ArchiveError, BrokenArchive, Declared, declared, digest
from tta_validate.lock.case import Case
from tta_validate.lock.needs import ANY_INDEX, Need, NeedError, parse_requirement, read_marker, url_origin
from tta_validate.lock.reasons import Reason, stale, undecided
from tta_validate.lock.versions import VersionError, parse_version
from tta_validate.lock_model import LockedMetadata, Package, normalised
from tta_validate.manifests import Manifest, ManifestError


def check_archive(case: Case, package: Package) -> Iterator[Reason]:
    """Yields what an archive declares otherwise than the lock; undecided where only a build could tell.

    Raises ManifestError for an archive that is not there or that uv refuses.
    """
    path = Path(os.path.normpath(case.workspace.root / package.source.location))
    shown = case.workspace.shown(path)
    at = _named_at(case, path)
    if not path.is_file():
        raise ManifestError(*at, f"the archive {shown} does not exist")
    if not _is_locked(case, package, path):
        if path.suffix != ".whl":
            why = (
                f"the archive {shown} has another hash than in the lock; run `uv lock --upgrade-package {package.name}`"
            )
            raise ManifestError(*at, why)
        yield Reason("", "archive", f"{shown} has another hash than in the lock: installing it will fail", *at)
    try:
        now = declared(path, package.source.subdirectory or "")
        needs = [_need(text, path) for text in now.requires]
    except BrokenArchive as error:
        raise ManifestError(*at, f"the archive {shown} {error}") from None
    except (ArchiveError, NeedError) as error:
        message = f"{shown} {error}: what {package.name} requires cannot be told from it"
        yield undecided("archive", message, at, package=package.name)
        return
    yield from _version(package, now, shown, at)
    metadata = package.metadata or LockedMetadata()
    locked_extras = frozenset(normalised(extra) for extra in metadata.provides_extras)
    if case.lock.revision >= 1 and now.extras != locked_extras:
        have, had = (", ".join(sorted(extras)) or "none" for extras in (now.extras, locked_extras))
        message = f"{shown} has the extras {have}, the lock has {had}"
        kind = f"mismatched extras for: {package.label}"
        yield stale(kind, message, at, package=package.name, expected=have, found=had)
    kind = f"mismatched requirements for: {package.label}"
    for reason in case.compare(kind, needs, case.locked(metadata.requires_dist), at, package.name):
        yield _told(reason, shown, at)


def _is_locked(case: Case, package: Package, path: Path) -> bool:
    """Whether a file can be the one that was locked. uv asks that of an sdist before it reads it."""
    for file in case.lockfile.files_at(case.lock.packages.index(package)).every:
        kind, _, wanted = (file.hash or "").partition(":")
        if wanted and (file.name or path.name) == path.name:
            return digest(path, kind) in (None, wanted)
    return True


def _version(package: Package, now: Declared, shown: str, at: tuple[str, int]) -> Iterator[Reason]:
    if now.version is None or package.version is None:
        return
    try:
        same = parse_version(now.version) == parse_version(package.version)
    except VersionError:
        same = now.version == package.version
    if not same:
        message = f"{shown} is of version {now.version}, the lock has {package.version}"
        expected, found = now.version, package.version
        yield stale("mismatched version", message, at, package=package.name, expected=expected, found=found)


def _told(reason: Reason, shown: str, at: tuple[str, int]) -> Reason:
    path, line = at
    return Reason(
        reason.rule,
        reason.kind,
        f"{shown}: {reason.message}",
        path,
        line,
        reason.package,
        reason.expected,
        reason.found,
        reason.profiles,
    )


def _need(text: str, path: Path) -> Need:
    written = parse_requirement(text)
    origin = url_origin(written.url, path.parent) if written.url else ANY_INDEX
    return Need(written.name, written.extras, written.specifier, origin, read_marker(written.marker), text.strip())


def _named_at(case: Case, path: Path) -> tuple[str, int]:
    """Returns the line of the source that names an archive."""
    for manifest in (case.workspace.manifest, *case.workspace.members.values()):
        for name, place in _paths(manifest):
            if Path(os.path.normpath(manifest.folder / name)) == path:
                return manifest.path, manifest.line(*place)
    return case.workspace.manifest.path, case.workspace.manifest.line("project")


def _paths(manifest: Manifest) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    for name, entries in manifest.uv.sources.items():
        for at, entry in enumerate(entries if isinstance(entries, tuple) else (entries,)):
            if entry.path is not None:
                place = ("tool", "uv", "sources", name)
                yield entry.path, (*place, at) if isinstance(entries, tuple) else place
