"""Whether two collections of requirements mean the same to uv."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tta_validate.lock.markers import Marker, can_hold, mentions_extra, regions, same_marker
from tta_validate.lock.needs import Need, Origin
from tta_validate.lock.versions import (
    EVERY,
    Clause,
    Set,
    accepted,
    allows_yanked,
    clauses,
    intersection,
    opts_into_prereleases,
    parse_version,
    spelled,
)


class Difference(NamedTuple):
    """A package whose requirements differ. ``older`` says that only uv before 0.12.24 sees a difference."""

    name: str
    declared: tuple[Need, ...]
    locked: tuple[Need, ...]
    older: bool


def differences(declared: Iterable[Need], locked: Iterable[Need], python: Set) -> list[Difference]:
    """Returns what differs, by name; ``python`` is the range of ``requires-python``. Raises MarkerError."""
    ours, theirs = _by_name(declared), _by_name(locked)
    found: list[Difference] = []
    for name in sorted({**ours, **theirs}):
        one, other = ours.get(name, ()), theirs.get(name, ())
        if _as_written(one) == _as_written(other):
            continue
        older = bool(one) == bool(other) and _same(one, other, python)
        if not older or not same_as_written(one, other, python):
            found.append(Difference(name, tuple(one), tuple(other), older))
    return found


def _by_name(needs: Iterable[Need]) -> dict[str, list[Need]]:
    found: dict[str, list[Need]] = {}
    for need in needs:
        found.setdefault(need.name, []).append(need)
    return found


def _as_written(needs: Sequence[Need]) -> set[tuple[object, ...]]:
    return {(need.extras, need.origin, need.marker, clauses(need.specifier)) for need in needs}


def same_as_written(one: Sequence[Need], other: Sequence[Need], python: Set) -> bool:
    """Whether the requirements are the same one by one, but for the spelling of markers and versions."""
    left = [(need, (need.name, need.extras, need.origin, spelled(need.specifier))) for need in other]
    seen: list[tuple[Need, tuple[object, ...]]] = []
    for need in one:
        key = (need.name, need.extras, need.origin, spelled(need.specifier))
        if any(key == known and same_marker(need.marker, past.marker, python) for past, known in seen):
            continue
        seen.append((need, key))
        match = next((at for at in left if at[1] == key and same_marker(need.marker, at[0].marker, python)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


Policy = tuple[Origin, tuple[Clause, ...] | None, int]
"""What keeps requirements of one name apart: source, an exact pin, and a marker that names an extra."""

Accepted = tuple[Policy, frozenset[str], Set, bool]
"""What a merged requirement asks for: policy, extras, versions, and whether pre-releases are let in."""


def _same(one: Sequence[Need], other: Sequence[Need], python: Set) -> bool:
    needs = [*one, *other]
    policies = _policies(needs, python)
    merged: list[set[Accepted]] = [set(), set()]
    for held in regions([need.marker for need in needs], python):
        sides = [
            _merge(
                [(policy, need) for policy, need, on in zip(policies[part], needs[part], held[part], strict=True) if on]
            )
            for part in (slice(0, len(one)), slice(len(one), None))
        ]
        if sides[0] != sides[1]:
            return False
        merged[0] |= sides[0]
        merged[1] |= sides[1]
    # A requirement that never applies still counts: an override can replace its marker.
    for side, part in enumerate((slice(0, len(one)), slice(len(one), None))):
        for policy, need in zip(policies[part], needs[part], strict=True):
            if not can_hold(need.marker, python):
                merged[side] |= _merge([(policy, need)])
    return merged[0] == merged[1]


def _policies(needs: Sequence[Need], python: Set) -> list[Policy]:
    known: list[Marker] = []
    found: list[Policy] = []
    for need in needs:
        at = -1
        if mentions_extra(need.marker):
            at = next((at for at, marker in enumerate(known) if same_marker(marker, need.marker, python)), len(known))
            known += [need.marker] if at == len(known) else []
        registry = need.origin[0] == "registry"
        pin = clauses(need.specifier) if registry and allows_yanked(need.specifier) else None
        found.append((need.origin, pin and _plain_pin(pin), at))
    return found


def _plain_pin(pin: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Returns an exact pin without trailing zeros."""
    ((operator, text, star),) = pin
    version = parse_version(text)
    release = list(version.release)
    while len(release) > 1 and not release[-1]:
        release.pop()
    suffix = str(version).removeprefix(version.base_version)
    return ((operator, f"{version.epoch}!{'.'.join(map(str, release))}{suffix}", star),)


def _merge(active: list[tuple[Policy, Need]]) -> set[Accepted]:
    found: dict[Policy, Accepted] = {}
    for policy, need in active:
        registry = need.origin[0] == "registry"
        versions = accepted(need.specifier) if registry else EVERY
        early = registry and opts_into_prereleases(need.specifier)
        _, extras, past, was_early = found.get(policy, (policy, frozenset[str](), EVERY, False))
        found[policy] = (policy, extras | need.extras, intersection(past, versions), early or was_early)
    return set(found.values())
