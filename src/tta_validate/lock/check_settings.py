"""Freshness: the settings under which the lock was made."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from msgspec.structs import replace

from tta_validate.lock.case import Case
from tta_validate.lock.check_lock import check_algorithms, check_coverage
from tta_validate.lock.cutoffs import check_cutoffs
from tta_validate.lock.groups import includers
from tta_validate.lock.markers import Marker, overlaps, same_marker
from tta_validate.lock.needs import read_marker
from tta_validate.lock.reasons import CURRENT, Reason, stale
from tta_validate.lock.versions import Set, bounding, intersection, python_range
from tta_validate.lock_model import normalised
from tta_validate.manifest_model import ConflictEntry
from tta_validate.manifests import Manifest
from tta_validate.toml_lines import Path as TomlPath


def check_settings(case: Case) -> Iterator[Reason]:
    """Yields what changed among the settings, in uv's order. Raises ManifestError for settings that uv refuses."""
    options, settings = case.lock.options, case.settings.values
    if (locked := options.resolution_mode or "highest") != (now := settings.resolution or "highest"):
        yield _changed("resolution mode", case.setting("resolution"), now, locked)
    if (locked := options.fork_strategy or "requires-python") != (now := settings.fork_strategy or "requires-python"):
        yield _changed("fork strategy", case.setting("fork-strategy"), now, locked)
    yield from check_cutoffs(case)
    yield from check_coverage(case, required_python(case))
    yield from _environments(case)
    if options.minimum_libc_version != (libc := case.workspace.manifest.uv.minimum_libc_version):
        at = case.uv("minimum-libc-version")
        yield _changed("minimum libc version", at, libc or "none", options.minimum_libc_version or "none")
    yield from _conflicts(case)
    yield from _python(case)
    if (locked := options.prerelease_mode or "if-necessary") != (now := settings.prerelease or "if-necessary"):
        yield _changed("pre-release mode", case.setting("prerelease"), now, locked)
    modes = {normalised(name): mode for name, mode in settings.prerelease_package.items()}
    if modes != dict(options.prerelease_package):
        at = case.setting("prerelease-package")
        reason = _changed("package-specific pre-release modes", at, _pairs(modes), _pairs(options.prerelease_package))
        yield replace(reason, profiles=CURRENT)
    yield from check_algorithms(case)


def _pairs(values: Mapping[str, str]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in sorted(values.items())) or "none"


def _changed(what: str, at: tuple[str, int], now: str, locked: str) -> Reason:
    kind = f"change in {what}"
    return stale(kind, f"the {what} is {now}, the lock was made with {locked}", at, expected=now, found=locked)


def _listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _environments(case: Case) -> Iterator[Reason]:
    uv, lock = case.workspace.manifest.uv, case.lock
    for key, now, locked in (
        ("environments", _listed(uv.environments), lock.supported_markers),
        ("required-environments", _listed(uv.required_environments), lock.required_markers),
    ):
        markers = [read_marker(text) for text in now]
        _check_disjoint(case, key, markers)
        same = len(now) == len(locked) and all(
            same_marker(one, read_marker(other), case.python) for one, other in zip(markers, locked, strict=True)
        )
        if not same:
            shown = [" | ".join(texts) or "every one" for texts in (now, locked)]
            message = f"{key} are {shown[0]}, the lock was made for {shown[1]}"
            yield stale("change in supported environments", message, case.uv(key), expected=shown[0], found=shown[1])


def _check_disjoint(case: Case, key: str, markers: list[Marker]) -> None:
    manifest = case.workspace.manifest
    for at, (one, other) in enumerate(pairwise(markers)):
        if overlaps(one, other):
            raise manifest.error(f"{key} must be disjoint, but two neighbours overlap", "tool", "uv", key, at + 1)


Item = tuple[str, str, str]


def _conflicts(case: Case) -> Iterator[Reason]:
    root = case.workspace.manifest
    now: set[frozenset[Item]] = _expanded(_declared_conflicts(root, root.name), root)
    place = case.uv("conflicts")
    for member in case.workspace.members.values():
        if not case.workspace.is_root(member):
            found = _declared_conflicts(member, member.name)
            if found - now:
                place = (member.path, member.line("tool", "uv", "conflicts"))
            now |= found
    locked = {
        frozenset(
            (normalised(item.package), normalised(item.extra or ""), normalised(item.group or "")) for item in one
        )
        for one in case.lock.conflicts
    }
    if now != locked:
        shown = (_shown(now - locked) or "no others", _shown(locked - now) or "no others")
        message = f"conflicts differ: declared {shown[0]}, in the lock {shown[1]}"
        yield stale("change in conflicting groups", message, place, expected=_shown(now), found=_shown(locked))


def _shown(sets: set[frozenset[Item]]) -> str:
    def item(one: Item) -> str:
        kind = f"[{one[1]}]" if one[1] else f":{one[2]}" if one[2] else ""
        return f"{one[0]}{kind}"

    return "; ".join(sorted(" x ".join(sorted(map(item, one))) for one in sets))


def _declared_conflicts(manifest: Manifest, package: str) -> set[frozenset[Item]]:
    def item(entry: ConflictEntry) -> Item:
        if not entry.package and not package:
            raise manifest.error("a conflict needs a package where the root is no project", "tool", "uv", "conflicts")
        name = normalised(entry.package) if entry.package else package
        return (name, normalised(entry.extra or ""), normalised(entry.group or ""))

    return {frozenset(item(entry) for entry in one) for one in manifest.uv.conflicts}


def _expanded(sets: set[frozenset[Item]], root: Manifest) -> set[frozenset[Item]]:
    """Adds the sets in which a group stands for one that it includes, through others too."""
    if not sets:
        return sets
    around = includers(root)
    found, waiting = set(sets), list(sets)
    while waiting and len(found) < 10_000:
        one = waiting.pop()
        for item in one:
            if item[0] == root.name and item[2]:
                for outer in around.get(item[2], ()):
                    new = (one - {item}) | {(item[0], "", outer)}
                    if new not in found:
                        found.add(new)
                        waiting.append(new)
    return found


def required_python(case: Case) -> Set | None:
    """Returns the Pythons that every member accepts, None where none says; raises ManifestError where none is left."""
    result: Set | None = None
    for member, specifier, place in _pythons(case):
        found = python_range(specifier)
        result = found if result is None else intersection(result, found)
        if not result:
            raise member.error(f"requires-python {specifier} leaves no Python in common with the other members", *place)
    return result


def _pythons(case: Case) -> list[tuple[Manifest, str, TomlPath]]:
    """Returns each ``requires-python`` with who declares it and where."""
    script = case.workspace.manifest.script
    if script is not None:
        own = script.requires_python
        return [] if own is None else [(case.workspace.manifest, own, ("requires-python",))]
    place = ("project", "requires-python")
    members = [(one, one.project.requires_python if one.project else None) for one in case.workspace.members.values()]
    return [(member, specifier, place) for member, specifier in members if specifier is not None]


def _python(case: Case) -> Iterator[Reason]:
    now = required_python(case)
    declared = _pythons(case)
    if now is None:
        if case.workspace.members or case.lock.requires_python:
            message = "no requires-python is declared: the interpreter in use decides; add one"
            at = case.declared("project")
            yield Reason("", "default Python", message, *at)
        return
    if bounding(now) != case.python:
        culprit, _, place = next(
            (one for one in declared if bounding(python_range(one[1])) != case.python), declared[0]
        )
        expected = ", ".join(sorted({specifier for _, specifier, _ in declared}))
        message = f"requires-python is {expected}, the lock was made for {case.lock.requires_python or 'any'}"
        at = (culprit.path, culprit.line(*place))
        found = case.lock.requires_python
        yield stale("change in Python requirement", message, at, expected=expected, found=found)
