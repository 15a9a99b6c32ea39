"""Freshness: the declarations of each local package, and the indexes that locked packages come from."""

import os
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

from packaging.version import Version

from tta_validate.lock.case import Case
from tta_validate.lock.check_archives import check_archive
from tta_validate.lock.check_declarations import group_needs, script_needs
from tta_validate.lock.groups import FlatGroup, flat_groups
from tta_validate.lock.lowering import check_sources, declared_needs, mapped_extras
from tta_validate.lock.markers import All, Marker, Test, both
from tta_validate.lock.needs import Need, index_key
from tta_validate.lock.reasons import Reason, stale, undecided
from tta_validate.lock.versions import VersionError, parse_version
from tta_validate.lock_model import LockedMetadata, Package, normalised
from tta_validate.manifests import Manifest
from tta_validate.registries import default_registry

_EXTRAS_RECORDED = 1
"""The revision from which locks hold the names of extras and empty groups."""

_MAX_DEPTH = 50

_METADATA_OPTIONAL = 4
"""The revision from which locks may leave out metadata."""


def check_packages(case: Case) -> Iterator[Reason]:
    """Yields what changed, package by package as uv walks them.

    Raises ManifestError for manifests that uv refuses, NeedError for a requirement that cannot be read.
    """
    indexes = _allowed_indexes(case)
    waiting = deque(at for name in sorted(case.workspace.members) for at in case.lockfile.by_name.get(name, ())[:1])
    waiting += _root_trees(case)
    if indexes is not None:
        indexes |= _named_indexes(script_needs(case))
    seen = set(waiting)
    while waiting:
        at = waiting.popleft()
        package = case.lock.packages[at]
        if not package.source.mutable:
            if indexes is not None and package.source.registry is not None:
                yield from _index(case, at, indexes)
            continue
        yield from _package(case, package, indexes)
        for next_ in _edges(case, package):
            if next_ not in seen:
                seen.add(next_)
                waiting.append(next_)


def _edges(case: Case, package: Package) -> Iterator[int]:
    for edges in (package.dependencies, *package.optional_dependencies.values(), *package.dev_dependencies.values()):
        for edge in edges:
            for at in case.lockfile.by_name.get(edge.name, ()):
                target = case.lock.packages[at]
                if edge.version in (None, target.version) and edge.source in (None, target.source):
                    yield at


def _root_trees(case: Case) -> Iterator[int]:
    """Yields the local packages that a virtual root's groups or a script require."""
    for needs in (case.lock.manifest.requirements, *case.lock.manifest.dependency_groups.values()):
        for need in needs:
            for at in case.lockfile.by_name.get(normalised(need.name), ()):
                if case.lock.packages[at].source.kind in ("directory", "editable", "virtual"):
                    yield at


def _allowed_indexes(case: Case) -> set[str] | None:
    """Returns the indexes that locked packages may come from, None where nothing is configured."""
    settings, root = case.settings.values, case.workspace.root
    urls = [index.url for index in settings.index] + list(settings.extra_index_url) + list(settings.find_links)
    if settings.index_url:
        urls.append(settings.index_url)
    if not urls and not settings.no_index:
        return None
    if not settings.no_index and not settings.index_url and not any(index.default for index in settings.index):
        urls.append(default_registry().index)
    return {index_key(url, root) for url in urls}


def _index(case: Case, at: int, indexes: set[str]) -> Iterator[Reason]:
    package = case.lock.packages[at]
    registry = package.source.registry or ""
    if index_key(registry, case.workspace.root) not in indexes:
        local = "://" not in registry
        kind = f"missing {'local' if local else 'remote'} index"
        message = f"{package.label} comes from {registry}, which is no configured index"
        found = next(
            (key for key in ("index", "index-url", "find-links", "extra-index-url") if _is_set(case, key)), "index"
        )
        yield stale(kind, message, case.setting(found), package=package.name, found=registry)


def _is_set(case: Case, key: str) -> bool:
    return bool(getattr(case.settings.values, key.replace("-", "_")))


def _package(case: Case, package: Package, indexes: set[str] | None) -> Iterator[Reason]:
    if package.source.kind == "url":
        return
    path = Path(os.path.normpath(case.workspace.root / package.source.location / (package.source.subdirectory or "")))
    shown = case.workspace.shown(path)
    if package.source.kind == "path":
        yield from check_archive(case, package)
        return
    member = case.workspace.members.get(package.name)
    manifest = member if member and member.folder == path else case.workspace.manifest_at(path)
    if manifest is None or manifest.project is None:
        where = case.declared("tool", "uv", "sources", package.name)
        message = f"{shown} has no [project] table: only a build can tell what {package.name} requires"
        yield undecided("dynamic dependencies", message, where, package=package.name)
        return
    if manifest.dynamic_dependencies:
        yield from _groups(case, package, manifest, package.metadata or LockedMetadata())
        key = "dynamic" if manifest.project.dynamic else "name"
        message = f"the dependencies of {package.name} are dynamic: only a build can tell them; check with uv"
        yield undecided(
            "dynamic dependencies", message, (manifest.path, manifest.line("project", key)), package=package.name
        )
        return
    yield from _static(case, package, manifest, indexes)


def _static(case: Case, package: Package, manifest: Manifest, indexes: set[str] | None) -> Iterator[Reason]:
    yield from _version(package, manifest)
    check_sources(manifest)
    declared = declared_needs(case.lowering, manifest)
    if package.metadata is None and case.lock.revision >= _METADATA_OPTIONAL and _is_metadata_free(case):
        message = f"the lock holds no metadata of {package.name}: it was made with uv's preview lock-without-metadata"
        yield undecided("metadata-free lock", message, (manifest.path, 1), package=package.name)
        return
    metadata = package.metadata or LockedMetadata()
    if case.lock.revision >= _EXTRAS_RECORDED:
        yield from _extras(package, manifest, metadata)
    locked = case.locked(metadata.requires_dist)
    key = "dependencies" if manifest.project and manifest.project.dependencies else "name"
    at = (manifest.path, manifest.line("project", key))
    found = case.compare(f"mismatched requirements for: {package.label}", declared, locked, at, package.name)
    if found and manifest.dynamic_version:
        flat = _without_self_extras(declared, manifest)
        if not case.compare("", flat, locked, at, package.name):
            found = []
    yield from found
    yield from _groups(case, package, manifest, metadata)
    if indexes is not None and not found:
        indexes |= _named_indexes(declared)


def _named_indexes(needs: list[Need]) -> set[str]:
    return {str(need.origin[1]) for need in needs if need.origin[0] == "registry" and need.origin[1]}


def _is_metadata_free(case: Case) -> bool:
    return all(package.metadata is None for package in case.lock.packages)


def _version(package: Package, manifest: Manifest) -> Iterator[Reason]:
    version = manifest.project.version if manifest.project else None
    if manifest.dynamic_version:
        if package.version is not None:
            at = (manifest.path, manifest.line("project", "dynamic"))
            message = f"the version of {package.name} is dynamic now, the lock has {package.version}"
            yield stale("dynamic version", message, at, package=package.name, expected="dynamic", found=package.version)
        return
    at = (manifest.path, manifest.line("project", "version"))
    if package.version is None:
        message = f"the version of {package.name} is {version}, the lock has it as dynamic"
        yield stale("static version", message, at, package=package.name, expected=version or "", found="dynamic")
    elif version is not None and _parsed(version, manifest) != _parsed(package.version, manifest):
        message = f"the version of {package.name} is {version}, the lock has {package.version}"
        yield stale("mismatched version", message, at, package=package.name, expected=version, found=package.version)


def _parsed(text: str, manifest: Manifest) -> Version:
    try:
        return parse_version(text)
    except VersionError as error:
        raise manifest.error(str(error), "project", "version") from None


def _extras(package: Package, manifest: Manifest, metadata: LockedMetadata) -> Iterator[Reason]:
    kind = f"mismatched extras for: {package.label}"
    now = mapped_extras(manifest)
    locked = {normalised(extra) for extra in metadata.provides_extras}
    for extra in sorted(now.keys() - locked):
        at = (manifest.path, manifest.line("project", "optional-dependencies", now[extra]))
        yield stale(kind, f"extra {extra} is not in the lock", at, package=package.name, expected=extra)
    for extra in sorted(locked - now.keys()):
        at = (manifest.path, manifest.line("project", "optional-dependencies"))
        message = f"the lock has the extra {extra}, which is no longer declared"
        yield stale(kind, message, at, package=package.name, found=extra)


def _groups(case: Case, package: Package, manifest: Manifest, metadata: LockedMetadata) -> Iterator[Reason]:
    kind = f"mismatched dependency groups for: {package.label}"
    now: Mapping[str, FlatGroup] = flat_groups(manifest)
    locked = {normalised(name): needs for name, needs in metadata.requires_dev.items()}
    for name in sorted({*now, *locked}):
        declared = group_needs(case, manifest, name, now[name]) if name in now else []
        key = next((key for key in manifest.groups if normalised(key) == name), "")
        at = (manifest.path, manifest.line("dependency-groups", key))
        found = case.compare(kind, declared, case.locked(locked.get(name, ())), at, package.name)
        if not found and (name in now) != (name in locked) and case.lock.revision >= _EXTRAS_RECORDED:
            message = f"group {name} is {'not in the lock' if name in now else 'in the lock, but no longer declared'}"
            found = [stale(kind, message, at, package=package.name)]
        yield from found


def _without_self_extras(needs: list[Need], manifest: Manifest) -> list[Need]:
    """Returns the requirements with those on the project's own extras replaced by what the extras hold.

    Build backends flatten them so; the marker of what an extra holds is dropped with the extra itself.
    """
    held: dict[str, list[Need]] = {}
    for need in needs:
        if need.place[:2] == ("project", "optional-dependencies"):
            held.setdefault(normalised(str(need.place[2])), []).append(need)
    result = [need for need in needs if need.name != manifest.name]
    waiting = [(need, 0) for need in needs if need.name == manifest.name]
    while waiting:
        own, depth = waiting.pop()
        for inner in (need for extra in own.extras for need in held.get(extra, ())):
            moved = inner._replace(marker=both(own.marker, _without_extra(inner.marker)))
            if inner.name != manifest.name:
                result.append(moved)
            elif depth < _MAX_DEPTH:
                waiting.append((moved, depth + 1))
    return result


def _without_extra(marker: Marker) -> Marker:
    """Returns the marker of a requirement of an extra without the ``extra ==`` that was and-ed to it last."""
    if isinstance(marker, Test):
        return True if marker.variable.startswith("extra ") else marker
    return marker.parts[0] if isinstance(marker, All) and len(marker.parts) == 2 else marker
