"""Freshness: what belongs to no single package (constraints, overrides, excludes, groups of a virtual root ...)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from tta_validate.lock.case import Case
from tta_validate.lock.equality import same_as_written
from tta_validate.lock.groups import FlatGroup, flat_groups
from tta_validate.lock.lowering import Scope
from tta_validate.lock.markers import Marker, Test, both, can_hold
from tta_validate.lock.needs import Need, parse_requirement, read_marker
from tta_validate.lock.reasons import CLASSIC, Reason, stale
from tta_validate.lock.versions import python_range
from tta_validate.lock_model import LockedExclude, LockedOverride, StaticMetadata, normalised
from tta_validate.manifest_model import ConstraintEntry, MetadataEntry, ScopedEntry, ScopedTarget
from tta_validate.manifests import Manifest


class _Target(NamedTuple):
    name: str
    version: str


def check_declarations(case: Case) -> Iterator[Reason]:
    """Yields what changed, in uv's order. Raises NeedError for a requirement that cannot be read."""
    yield from _requirements(case)
    yield from _constraints(case)
    yield from _overrides(case)
    yield from _excludes(case)
    yield from _build_constraints(case)
    if case.workspace.is_virtual:
        yield from _root_groups(case)
    yield from _static_metadata(case)


def script_needs(case: Case) -> list[Need]:
    """Returns what the metadata of a script requires, nothing for a project."""
    manifest = case.workspace.manifest
    texts = manifest.script.dependencies if manifest.script else ()
    return [
        need
        for at, text in enumerate(texts)
        for need in case.lowering.needs(manifest, text, Scope(("dependencies", at)))
    ]


def _requirements(case: Case) -> Iterator[Reason]:
    locked = case.locked(case.lock.manifest.requirements)
    yield from case.compare("mismatched requirements", script_needs(case), locked, case.declared("dependencies"))


def _lowered(case: Case, key: str, texts: Sequence[object]) -> list[Need]:
    manifest = case.workspace.manifest
    found: list[Need] = []
    for at, text in enumerate(texts):
        if isinstance(text, str):
            found += case.lowering.needs(manifest, text, Scope(("tool", "uv", key, at)))
    return found


def _filtered(case: Case, kind: str, key: str, declared: list[Need], locked: list[Need]) -> Iterator[Reason]:
    names = {need.name for need in locked}
    for name in sorted({need.name for need in (*declared, *locked)}):
        ours = [need for need in declared if need.name == name]
        theirs = [need for need in locked if need.name == name]
        for reason in case.compare(kind, ours, theirs, case.uv(key)):
            known = name in case.lockfile.by_name or name in names
            yield reason if known else replace(reason, profiles=CLASSIC)


def _limits(case: Case, needs: list[Need]) -> list[Need]:
    """Returns constraints as uv compares them: without extras, and none that limits nothing."""
    return [
        need._replace(extras=frozenset())
        for need in needs
        if (need.specifier or need.origin[0] != "registry") and can_hold(need.marker, case.python)
    ]


def _constraints(case: Case) -> Iterator[Reason]:
    key = "constraint-dependencies"
    declared = _limits(case, _lowered(case, key, case.workspace.manifest.uv.constraint_dependencies))
    locked = _limits(case, case.locked(case.lock.manifest.constraints))
    yield from _filtered(case, "mismatched constraints", key, declared, locked)


def _target(target: ScopedTarget) -> _Target:
    return _Target(normalised(target.name), target.version or "")


def _overrides(case: Case) -> Iterator[Reason]:
    key, kind = "override-dependencies", "mismatched overrides"
    entries = case.workspace.manifest.uv.override_dependencies
    stored = case.lock.manifest.overrides
    plain = [one for one in stored if one.package is None]
    yield from _filtered(case, kind, key, _lowered(case, key, entries), case.locked(plain))
    declared: dict[_Target, list[Need]] = {}
    for at, entry in enumerate(entries):
        if isinstance(entry, ScopedEntry):
            needs = declared.setdefault(_target(entry.package), [])
            for number, text in enumerate(entry.dependencies):
                place = ("tool", "uv", key, at, "dependencies", number)
                needs += case.lowering.needs(case.workspace.manifest, text, Scope(place))
    locked = _scoped(case, stored)
    for target in sorted({*declared, *locked}):
        ours, theirs = declared.get(target), locked.get(target)
        found = case.compare(kind, ours or [], theirs or [], case.uv(key), target.name)
        if not found and (ours is None) != (theirs is None):
            what = "new" if theirs is None else "gone"
            found = [stale(kind, f"the overrides for {target.name} are {what}", case.uv(key), package=target.name)]
        names = {one.name for one in locked}
        known = target.name in case.lockfile.by_name or target.name in names
        yield from found if known else (replace(reason, profiles=CLASSIC) for reason in found)


def _scoped(case: Case, stored: Sequence[LockedOverride]) -> dict[_Target, list[Need]]:
    found: dict[_Target, list[Need]] = {}
    for one in stored:
        if one.package is not None:
            target = _Target(normalised(one.package.name), one.package.version or "")
            found.setdefault(target, []).extend(case.locked(one.dependencies))
    return found


def _excludes(case: Case) -> Iterator[Reason]:
    key = "exclude-dependencies"
    declared: dict[tuple[_Target | None, str], int] = {}
    for at, entry in enumerate(case.workspace.manifest.uv.exclude_dependencies):
        target = _target(entry.package) if isinstance(entry, ScopedEntry) else None
        for name in entry.dependencies if isinstance(entry, ScopedEntry) else (entry,):
            declared.setdefault((target, normalised(name)), at)
    locked: set[tuple[_Target | None, str]] = set()
    for one in case.lock.manifest.excludes:
        if isinstance(one, LockedExclude):
            target = _Target(normalised(one.package.name), one.package.version or "")
            locked |= {(target, normalised(name)) for name in one.dependencies}
        else:
            locked.add((None, normalised(one)))
    stored = {target.name if target else name for target, name in locked}
    for target, name in sorted({*declared, *locked}, key=str):
        if ((target, name) in declared) == ((target, name) in locked):
            continue
        new = (target, name) in declared
        at = case.uv(key, declared[target, name]) if new else case.uv(key)
        about = target.name if target else name
        message = f"the exclude of {name}{f' from {about}' if target else ''} is {'new' if new else 'gone'}"
        reason = stale("mismatched excludes", message, at, package=name)
        known = about in case.lockfile.by_name or about in stored
        yield reason if known else replace(reason, profiles=CLASSIC)


def _build_constraints(case: Case) -> Iterator[Reason]:
    key = "build-constraint-dependencies"
    entries = case.workspace.manifest.uv.build_constraint_dependencies
    texts = [(one.requirement or one.name) if isinstance(one, ConstraintEntry) else one for one in entries]
    declared = _lowered(case, key, texts)
    locked = case.locked(case.lock.manifest.build_constraints)
    hashes = {digest for one in entries if isinstance(one, ConstraintEntry) for digest in one.hashes}
    kept = {digest for one in case.lock.manifest.build_constraints for digest in one.hashes}
    if hashes == kept and same_as_written(declared, locked, case.python):
        return
    expected, found = (", ".join(sorted(need.text for need in needs)) for needs in (declared, locked))
    texts = [need.text for need in locked]
    new = next((need for need in declared if need.text not in texts), None)
    message = f"build constraints are {expected or 'none'}, the lock has {found or 'none'}"
    at = case.declared(*new.place) if new else case.uv(key)
    yield stale("mismatched build constraints", message, at, expected=expected, found=found)


def group_needs(case: Case, manifest: Manifest, name: str, group: FlatGroup) -> list[Need]:
    """Returns the requirements of a group with their sources and the Pythons of the groups around them."""
    found: list[Need] = []
    for entry in group.entries:
        marker: Marker = True
        for python in entry.pythons:
            marker = both(marker, Test("python_full_version", python_range(python)))
        found += case.lowering.needs(
            manifest, entry.text, Scope(entry.place, group=name if manifest.project else None, marker=marker)
        )
    return found


def _root_groups(case: Case) -> Iterator[Reason]:
    kind = "mismatched dependency groups"
    manifest = case.workspace.manifest
    groups = flat_groups(manifest)
    locked = {normalised(name): needs for name, needs in case.lock.manifest.dependency_groups.items()}
    for name in sorted({*groups, *locked}):
        declared = group_needs(case, manifest, name, groups[name]) if name in groups else []
        at = case.declared("dependency-groups", name)
        yield from case.compare(kind, declared, case.locked(locked.get(name, ())), at)


def _facts(entry: MetadataEntry | StaticMetadata, needs: list[Need]) -> tuple[object, ...]:
    extras = entry.extras if isinstance(entry, MetadataEntry) else entry.provides_extras
    requires = sorted(
        (need.name, sorted(need.extras), need.specifier.replace(" ", ""), str(need.marker)) for need in needs
    )
    return (entry.version, entry.requires_python, [normalised(extra) for extra in extras], requires)


def _static_metadata(case: Case) -> Iterator[Reason]:
    key = "dependency-metadata"
    declared: dict[tuple[str, str], tuple[int, tuple[object, ...]]] = {}
    for at, entry in enumerate(case.settings.values.dependency_metadata):
        needs = [_plain(text) for text in entry.requires_dist]
        declared[normalised(entry.name), entry.version or ""] = at, _facts(entry, needs)
    locked = {
        (normalised(one.name), one.version or ""): _facts(one, case.locked(one.requires_dist))
        for one in case.lock.manifest.dependency_metadata
    }
    stored = {name for name, _ in locked}
    for name, version in sorted({*declared, *locked}):
        at, facts = declared.get((name, version), (-1, None))
        if facts == locked.get((name, version)):
            continue
        place = case.setting(key, at) if at >= 0 else case.setting(key)
        what = "is new" if (name, version) not in locked else "is gone" if at < 0 else "changed"
        reason = stale("mismatched static metadata", f"the dependency metadata of {name} {what}", place, package=name)
        known = name in case.lockfile.by_name or name in stored
        yield reason if known else replace(reason, profiles=CLASSIC)


def _plain(text: str) -> Need:
    written = parse_requirement(text)
    return Need(written.name, written.extras, written.specifier, (), read_marker(written.marker), text)
