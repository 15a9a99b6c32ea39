"""Troubles with the versions that requirements ask for, across lists."""

from collections.abc import Iterator
from itertools import combinations
from typing import cast

from tta_validate.findings import Location, Related, Severity
from tta_validate.hygiene.declared import DEV, Declared, Requirement, Table
from tta_validate.hygiene.repairs import folded
from tta_validate.hygiene.usage import DEVELOPMENT
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.markers import MarkerError, overlaps, parse_marker
from tta_validate.lock.versions import Set, VersionError, accepted, clauses, intersection
from tta_validate.lock_model import normalised


def _together(view: View) -> Iterator[tuple[Declared, Requirement, Declared, Requirement]]:
    """Yields the pairs of requirements of one package that can be installed together, of one member or of two."""
    by_name: dict[str, list[tuple[Declared, Requirement]]] = {}
    for manifest in view.manifests:
        for one in manifest.requirements:
            if one.written and not one.written.url:
                by_name.setdefault(one.name, []).append((manifest, one))
    for _, found in sorted(by_name.items()):
        for (home, one), (other_home, other) in combinations(found, 2):
            if not _conflict(view, (home, one), (other_home, other)) and _meet(one, other):
                yield home, one, other_home, other


def _meet(one: Requirement, other: Requirement) -> bool:
    """Tells whether some environment needs both."""
    markers = [each.written.marker for each in (one, other) if each.written]
    try:
        return not all(markers) or overlaps(parse_marker(markers[0]), parse_marker(markers[1]))
    except MarkerError:
        return False


def _conflict(view: View, one: tuple[Declared, Requirement], other: tuple[Declared, Requirement]) -> bool:
    """Tells whether ``tool.uv.conflicts`` keeps the lists of two requirements apart, or those of what includes them."""
    sets = view.projects.top.get("tool", "uv", "conflicts") if view.projects.top else None
    for entries in cast("list[object]", sets) if isinstance(sets, list) else ():
        items = cast("list[object]", entries) if isinstance(entries, list) else []
        tables = [cast("Table", entry) for entry in items if isinstance(entry, dict)]
        hits = [{at for at, table in enumerate(tables) if _is_of(view, table, *each)} for each in (one, other)]
        if hits[0] and hits[1] and hits[0] != hits[1]:
            return True
    return False


def _is_of(view: View, table: Table, home: Declared, requirement: Requirement) -> bool:
    package = table.get("package")
    if isinstance(package, str) and normalised(package) != home.name:
        return False
    if package is None and home is not view.projects.top:
        return False
    if requirement.kind == "runtime":
        return "extra" not in table and "group" not in table
    name = table.get(requirement.kind)
    if not isinstance(name, str):
        return False
    return requirement.holder == normalised(name) or (
        requirement.kind == "group" and requirement.holder in home.within(normalised(name))
    )


def _specifier(one: Requirement) -> str:
    return one.written.specifier if one.written else ""


def _marker(one: Requirement) -> str | None:
    return one.written.marker if one.written else None


def _title(home: Declared, one: Requirement, away: Declared) -> str:
    where = {"runtime": "project.dependencies", "extra": f"extra {one.holder}", "group": f"group {one.holder}"}[
        one.kind
    ]
    return where if home is away else f"{where} of {home.name or home.path}"


def conflicting(view: View) -> Iterator[Trouble]:
    """Yields pairs of requirements that no version satisfies, at the second."""
    for home, one, other_home, other in _together(view):
        try:
            possible = intersection(accepted(_specifier(one)), accepted(_specifier(other)))
        except VersionError:
            continue
        if not possible and not _forked(home, one, other_home, other):
            why = (
                f"{other.text.strip()!r} and {one.text.strip()!r} of {_title(home, one, other_home)} exclude each other"
            )
            more = (Related(Location(home.path, one.line), "the other one"),)
            yield Trouble(why, other_home.path, other.line, other.name, None, more)


def _forked(home: Declared, one: Requirement, other_home: Declared, other: Requirement) -> bool:
    """Tells whether sources of the package may set the specifiers aside."""
    return any(normalised(name) == one.name for each in (home, other_home) for name in each.sources)


def differing(view: View) -> Iterator[Trouble]:
    """Yields requirements of one member that accept other versions than an earlier one of the same package."""
    told: set[tuple[str, str]] = set()
    for home, one, other_home, other in _together(view):
        if home is not other_home or not _specifier(one) or not _specifier(other):
            continue
        if (home.path, one.name) in told or (one.holder == other.holder and one.kind == other.kind):
            continue
        try:
            first, second = accepted(_specifier(one)), accepted(_specifier(other))
        except VersionError:
            continue
        if _marker(one) != _marker(other):
            # A bound for some environments is meant to be another.
            continue
        if first != second and intersection(first, second) and not _narrows(one, other, first, second):
            told.add((home.path, one.name))
            why = (
                f"{other.text.strip()!r} here, {one.text.strip()!r} in {_title(home, one, home)}: both count when both "
                "are installed; write one of them, or the same"
            )
            more = (Related(Location(home.path, one.line), "the other one"),)
            yield Trouble(why, home.path, other.line, other.name, None, more)


def _narrows(one: Requirement, other: Requirement, first: Set, second: Set) -> bool:
    """Tells whether a list for those who work on the project accepts less than another list: that is what it is
    tested with."""
    both = intersection(first, second)
    inner = [versions for each, versions in ((one, first), (other, second)) if _is_inner(each)]
    return both in inner


def _is_inner(one: Requirement) -> bool:
    return one.kind == "group" or (one.kind == "extra" and one.holder in DEVELOPMENT)


def repeated(view: View) -> Iterator[Trouble]:
    """Yields requirements that a list has already, by an include too, or that dev repeats from the dependencies."""
    for manifest in view.manifests:
        yield from _twice_in_a_list(manifest)
        runtime = {_key(one): one for one in manifest.requirements if one.kind == "runtime" and one.written}
        for one in manifest.requirements:
            first = runtime.get(_key(one))
            if one.kind == "group" and one.holder == DEV and first is not None:
                why = f"{one.text.strip()!r} is in project.dependencies already, which every group comes on top of"
                yield Trouble(why, manifest.path, one.line, one.name, fix=folded(manifest, one, first))


def _key(one: Requirement) -> tuple[object, ...]:
    written = one.written
    return (one.name, written.extras, written.specifier, written.marker, written.url) if written else ()


def _but_version(key: tuple[object, ...]) -> tuple[object, ...]:
    return key[:2] + key[3:]


def _twice_in_a_list(manifest: Declared) -> Iterator[Trouble]:
    lists: dict[tuple[str, str], list[Requirement]] = {}
    for one in manifest.requirements:
        lists.setdefault((one.kind, one.holder), []).append(one)
    for (kind, holder), own in lists.items():
        inner = manifest.within(holder) - {holder} if kind == "group" else frozenset[str]()
        included = {_key(one): one for name in sorted(inner) for one in lists.get(("group", name), ())}
        seen: dict[tuple[object, ...], Requirement] = {}
        same: dict[tuple[object, ...], Requirement] = {}
        for one in own:
            key = _key(one)
            if key in seen:
                why = f"{one.text.strip()!r} stands in the list twice"
                yield Trouble(why, manifest.path, one.line, one.name, fix=folded(manifest, one, seen[key]))
            elif one.name != manifest.name and (first := same.get(_but_version(key))) is not None:
                why = f"{first.text.strip()!r} and {one.text.strip()!r} are one package: write one requirement of both"
                bare = next((each for each in (one, first) if not _specifier(each)), None)
                repair = folded(manifest, bare, first if bare is one else one) if bare else None
                yield Trouble(why, manifest.path, one.line, one.name, fix=repair)
            elif key in included:
                why = f"{one.text.strip()!r} comes with the group {included[key].holder}, which {holder} includes"
                yield Trouble(why, manifest.path, one.line, one.name, fix=folded(manifest, one, included[key]))
            if key:
                seen.setdefault(key, one)
                if not one.written or not one.written.url:
                    same.setdefault(_but_version(key), one)


def unbounded(view: View) -> Iterator[Trouble]:
    """Yields requirements without a lower bound, where the project asks for one."""
    if not view.given.config.groups.lower_bounds:
        return
    for manifest in view.manifests:
        for one in manifest.requirements:
            if one.written is None or one.written.url or one.name == manifest.name or one.name in view.projects.by_name:
                continue
            if any(normalised(name) == one.name for name in manifest.sources):
                continue
            if not any(operator in (">=", ">", "==", "===", "~=") for operator, _, _ in clauses(one.written.specifier)):
                locked = _locked(view, one.name)
                hint = f"; the lock has {locked}: {one.name}>={locked}" if locked else ""
                why = f"{one.text.strip()!r} accepts every release that ever was{hint}"
                yield Trouble(why, manifest.path, one.line, one.name)


def _locked(view: View, name: str) -> str:
    lockfile = view.given.locked.lockfile
    versions = [package.version for package in lockfile.named(name)] if lockfile else []
    return versions[0] or "" if len(versions) == 1 else ""


def pinned(view: View) -> Iterator[Trouble]:
    """Yields pins and upper bounds in what installers get, where the project does not want them."""
    if not view.given.config.groups.no_pins:
        return
    for manifest in view.manifests:
        for one in manifest.requirements:
            if one.kind == "group" or one.written is None or one.name in view.projects.by_name:
                continue
            found = [
                operator + text + (".*" if star else "")
                for operator, text, star in clauses(one.written.specifier)
                if operator in ("==", "===", "<", "<=", "~=")
            ]
            if found:
                why = f"{one.text.strip()!r} keeps later releases out ({', '.join(found)}) of all that use this project"
                yield Trouble(why, manifest.path, one.line, one.name, Severity.WARNING if "==" in found[0] else None)
