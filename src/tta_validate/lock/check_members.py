"""Freshness: the members of the workspace, their default groups, their groups' Pythons and their kind of source."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from tta_validate.lock.case import Case
from tta_validate.lock.groups import flat_groups
from tta_validate.lock.reasons import CURRENT, Reason, stale
from tta_validate.lock.versions import spelled
from tta_validate.lock_model import normalised
from tta_validate.manifests import Manifest

_GROUPS_RECORDED = 5
"""The revision from which locks hold default groups and the Pythons of groups."""


def check_members(case: Case) -> Iterator[Reason]:
    """Yields what changed among the members, in uv's order. Raises ManifestError for groups that uv refuses."""
    yield from _names(case)
    if case.lock.revision >= _GROUPS_RECORDED:
        yield from _default_groups(case)
        yield from _group_pythons(case)
    yield from _virtual_root_pythons(case)
    for member in case.workspace.members.values():
        yield from _source(case, member)


def _names(case: Case) -> Iterator[Reason]:
    members = case.workspace.members
    alone = len(members) == 1 and case.workspace.is_root(next(iter(members.values())))
    now = set[str]() if alone else set(members)
    locked = {normalised(name) for name in case.lock.manifest.members}
    if now == locked:
        return
    new = [members[name] for name in sorted(now - locked)]
    at = (new[0].path, new[0].line("project", "name")) if new and locked else case.uv("workspace", "members")
    parts = [
        f"{', '.join(sorted(names))} {what}" for names, what in ((now - locked, "new"), (locked - now, "gone")) if names
    ]
    shown = [", ".join(sorted(names)) or "only the root" for names in (now, locked)]
    message = f"the workspace's members changed: {'; '.join(parts)}"
    yield stale("mismatched members", message, at, expected=shown[0], found=shown[1])


def _defaults(groups: tuple[str, ...] | str | None) -> tuple[str, ...] | str:
    if isinstance(groups, str):
        return groups
    return ("dev",) if groups is None else tuple(sorted({normalised(group) for group in groups}))


def _default_groups(case: Case) -> Iterator[Reason]:
    root = case.workspace.manifest
    virtual = [(None, root, case.lock.manifest.default_groups)] if case.workspace.is_virtual else []
    members = [
        (name, member, next((package.default_groups for package in case.lockfile.named(name)), None))
        for name, member in case.workspace.members.items()
    ]
    for name, manifest, locked in (*members, *virtual):
        now = manifest.uv.default_groups
        _check_defaults(manifest)
        if _defaults(now) != _defaults(locked):
            shown = [
                one if isinstance(one, str) else ", ".join(one) or "none" for one in (_defaults(now), _defaults(locked))
            ]
            kind = "mismatched member default groups" if name else "mismatched workspace default groups"
            message = f"default groups are {shown[0]}, the lock has {shown[1]}"
            at = (manifest.path, manifest.line("tool", "uv", "default-groups"))
            reason = stale(kind, message, at, package=name or "", expected=shown[0], found=shown[1])
            yield replace(reason, profiles=CURRENT)


def _check_defaults(manifest: Manifest) -> None:
    """Raises ManifestError where a default group is named that does not exist."""
    named = manifest.uv.default_groups
    known = {normalised(name) for name in manifest.groups}
    if manifest.uv.dev_dependencies is not None:
        known.add("dev")
    for at, group in enumerate(() if named is None or isinstance(named, str) else named):
        if normalised(group) not in known:
            raise manifest.error(f"default group {group} does not exist", "tool", "uv", "default-groups", at)


def _pythons(manifest: Manifest) -> Mapping[str, str]:
    return {name: ",".join(flat.pythons) for name, flat in flat_groups(manifest).items() if flat.pythons}


def _differ(now: Mapping[str, str], locked: Mapping[str, str]) -> Iterable[str]:
    kept = {normalised(name): specifier for name, specifier in locked.items()}
    for name in sorted({*now, *kept}):
        if name not in now or name not in kept or spelled(now[name]) != spelled(kept[name]):
            yield name


def _group_pythons(case: Case) -> Iterator[Reason]:
    for name, member in case.workspace.members.items():
        packages = case.lockfile.named(name)
        locked: Mapping[str, str] = packages[0].group_requires_python if packages else {}
        yield from _python_changes(member, _pythons(member), locked, "mismatched group metadata")


def _virtual_root_pythons(case: Case) -> Iterator[Reason]:
    if case.workspace.is_virtual:
        root = case.workspace.manifest
        locked = case.lock.manifest.group_requires_python
        yield from _python_changes(root, _pythons(root), locked, "mismatched workspace group metadata")


def _python_changes(
    manifest: Manifest, now: Mapping[str, str], locked: Mapping[str, str], kind: str
) -> Iterator[Reason]:
    for group in _differ(now, locked):
        expected, found = now.get(group, "none"), locked.get(group, "none")
        message = f"group {group} needs Python {expected}, the lock has {found}"
        at = (manifest.path, manifest.line("tool", "uv", "dependency-groups", group, "requires-python"))
        yield replace(stale(kind, message, at, expected=expected, found=found), profiles=CURRENT)


def _source(case: Case, member: Manifest) -> Iterator[Reason]:
    """Yields a change between installed and virtual, or editable and not."""
    packages = case.lockfile.named(member.name)
    kind = packages[0].source.kind if len(packages) == 1 else ""
    required = member.name in case.workspace.required
    package = member.uv.package if member.uv.package is not None else member.has_build_system or required
    at = (
        member.path,
        member.line("tool", "uv", "package") if member.uv.package is not None else member.line("project"),
    )
    if not kind:
        message = f"{member.name} is not in the lock" if not packages else f"{member.name} is in the lock twice"
        yield stale("mismatched source", message, (member.path, member.line("project", "name")), package=member.name)
        return
    editable = case.workspace.required.get(member.name)
    expected = "virtual" if not package else "editable" if editable in (None, True) else "directory"
    if (kind == "virtual") != (not package) or (kind == "editable") != (expected == "editable"):
        if package and kind == "virtual":
            at = (member.path, member.line("build-system") if member.uv.package is None else at[1])
        message = f"{member.name} is {_SOURCES[expected]}, the lock has it as {_SOURCES.get(kind, kind)}"
        yield stale("mismatched source", message, at, package=member.name, expected=expected, found=kind)


_SOURCES = {
    "virtual": "not installed (virtual)",
    "editable": "installed as editable",
    "directory": "installed, not editable",
}
