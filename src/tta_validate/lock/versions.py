"""Sets of versions, as uv compares them (PEP 440).

A cut is a place between versions: ``(key, 0)`` just before a version, ``(key, 1)`` just after it.
A set is a sorted tuple of disjoint ``(cut, cut)`` pairs, so equal sets are equal tuples.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from math import inf

from packaging.version import InvalidVersion, Version

Key = tuple[object, ...]
Cut = tuple[Key, int]
Set = tuple[tuple[Cut, Cut], ...]

LOWEST: Cut = ((-1,), 0)
HIGHEST: Cut = ((inf,), 0)
EVERY: Set = ((LOWEST, HIGHEST),)

_CLAUSE = re.compile(r"\s*(~=|===|==|!=|<=|>=|<|>)\s*([^\s,]+?)(\.\*)?\s*")
_NONE, _SOME, _MAX = (-1,), 0, (1,)


class VersionError(ValueError):
    """A specifier that is none."""


@cache
def parse_version(text: str) -> Version:
    """Returns the version; raises VersionError."""
    try:
        return Version(text)
    except InvalidVersion:
        raise VersionError(f"{text!r} is not a version") from None


Clause = tuple[str, str, bool]
"""Operator, version, and whether ``.*`` follows it."""


@cache
def clauses(specifier: str) -> tuple[Clause, ...]:
    """Returns the clauses of a specifier, sorted; raises VersionError for one that PEP 440 does not allow."""
    found: set[Clause] = set()
    for part in specifier.split(",") if specifier.strip() else ():
        if not part.strip():
            continue
        at = _CLAUSE.fullmatch(part)
        if at is None or (at[3] and at[1] not in ("==", "!=")):
            raise VersionError(f"{part.strip()!r} is not a version specifier")
        version = parse_version(at[2])
        if at[1] == "~=" and len(version.release) < 2:
            raise VersionError(f"{part.strip()!r} needs two numbers after ~=")
        found.add((at[1], at[2], at[3] is not None))
    return tuple(sorted(found))


@cache
def accepted(specifier: str) -> Set:
    """Returns the versions that a specifier accepts."""
    result = EVERY
    for clause in clauses(specifier):
        result = intersection(result, _clause_set(clause))
    return result


def spelled(specifier: str) -> frozenset[tuple[str, object, bool]]:
    """Returns the clauses as uv before 0.12.24 compared them: order and trailing zeros did not count."""
    return frozenset(
        (operator, text if star or operator == "~=" else parse_version(text), star)
        for operator, text, star in clauses(specifier)
    )


def opts_into_prereleases(specifier: str) -> bool:
    """Whether a clause other than ``!=`` names a pre-release."""
    return any(op != "!=" and parse_version(text).is_prerelease for op, text, _ in clauses(specifier))


def allows_yanked(specifier: str) -> bool:
    """Whether the specifier is one exact pin, which lets a yanked release in."""
    found = clauses(specifier)
    return len(found) == 1 and found[0][0] in ("==", "===") and not found[0][2]


def contains(versions: Set, version: Version) -> bool:
    """Whether a version is in a set."""
    at = (_key(version), 0)
    return any(low <= at < high for low, high in versions)


def _key(version: Version, *, least: bool = False, most: bool = False, any_local: bool = False) -> Key:
    """Returns the sort key; ``least`` and ``most`` stand before and after everything that shares the release."""
    pre: Key = (_SOME, *version.pre) if version.pre else _MAX
    if not version.pre and version.post is None and version.dev is not None:
        pre = _NONE
    post: Key = _NONE if version.post is None else (_SOME, version.post)
    dev: Key = _MAX if version.dev is None else (_SOME, version.dev)
    local: Key = _NONE if version.local is None else (_SOME, *_local(version.local))
    if least:
        pre = (-2,)
    if most:
        post, dev, local = _MAX, _MAX, _MAX
    return (version.epoch, _trimmed(version.release), pre, post, dev, _MAX if any_local else local)


def _local(text: str) -> Iterator[Key]:
    for part in text.split("."):
        yield (1, int(part), "") if part.isdigit() else (0, 0, part)


def _trimmed(release: tuple[int, ...]) -> tuple[int, ...]:
    end = len(release)
    while end > 1 and release[end - 1] == 0:
        end -= 1
    return release[:end]


def _first_of(epoch: int, release: tuple[int, ...]) -> Cut:
    """Returns the cut before the first development release of a release."""
    return ((epoch, _trimmed(release), _NONE, _NONE, (_SOME, 0), _NONE), 0)


@cache
def _clause_set(clause: Clause) -> Set:
    operator, text, star = clause
    version = parse_version(text)
    if star:
        low = _first_of(version.epoch, version.release)
        high = _first_of(version.epoch, (*version.release[:-1], version.release[-1] + 1))
        return ((low, high),) if operator == "==" else complement(((low, high),))
    if operator in ("==", "==="):
        last = _key(version, any_local=operator == "==" and version.local is None)
        return (((_key(version), 0), (last, 1)),)
    if operator == "!=":
        return complement(_clause_set(("==", text, False)))
    if operator == "~=":
        return (((_key(version), 0), _first_of(version.epoch, (*version.release[:-2], version.release[-2] + 1))),)
    return (_ordered(operator, version),)


def _ordered(operator: str, version: Version) -> tuple[Cut, Cut]:
    if operator == "<":
        if version.is_prerelease:
            return (LOWEST, (_key(version), 0))
        if version.post is not None:
            return (LOWEST, (_key(parse_version(f"{version.public}.dev0")), 0))
        # No version lies between a release's least place and its first development release.
        return (LOWEST, _first_of(version.epoch, version.release))
    if operator == "<=":
        return (LOWEST, (_key(version, any_local=True), 1))
    if operator == ">":
        if version.dev is not None:
            return ((_key(parse_version(re.sub(r"dev\d+$", f"dev{version.dev + 1}", version.public))), 0), HIGHEST)
        return ((_key(version, most=version.post is None, any_local=True), 1), HIGHEST)
    return ((_key(version), 0), HIGHEST)


def intersection(one: Set, other: Set) -> Set:
    """Returns the versions in both sets."""
    pairs = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return tuple(sorted((low, high) for low, high in pairs if low < high))


def complement(versions: Set) -> Set:
    """Returns the versions outside a set."""
    found: list[tuple[Cut, Cut]] = []
    at = LOWEST
    for low, high in versions:
        if at < low:
            found.append((at, low))
        at = high
    if at < HIGHEST:
        found.append((at, HIGHEST))
    return tuple(found)


def union(sets: Iterable[Set]) -> Set:
    """Returns the versions in any of the sets."""
    result = EVERY
    for versions in sets:
        result = intersection(result, complement(versions))
    return complement(result)


@cache
def python_range(specifier: str) -> Set:
    """Returns the Pythons that a ``requires-python`` accepts, by release alone: 3.13.0b1 counts as 3.13."""
    result = EVERY
    for clause in clauses(specifier):
        result = intersection(result, python_clause(clause))
    return result


def python_clause(clause: Clause) -> Set:
    """Returns the Pythons that one clause accepts, by release alone."""
    operator, text, star = clause
    release = parse_version(text).release
    at = _trimmed(release)
    before, after = (at, 0), (at, 1)
    if star or operator == "~=":
        kept = release[:-1] if star else release[:-2]
        bump = release[-1] if star else release[-2]
        found: Set = ((before, (_trimmed((*kept, bump + 1)), 0)),)
        return complement(found) if operator == "!=" else found
    if operator in ("==", "==="):
        return ((before, after),)
    if operator == "!=":
        return complement(((before, after),))
    low, high = {"<": (LOWEST, before), "<=": (LOWEST, after), ">": (after, HIGHEST), ">=": (before, HIGHEST)}[operator]
    return ((low, high),)


def bounding(versions: Set) -> Set:
    """Returns the smallest range around a set, or everything for an empty one, as uv takes ``requires-python``."""
    return ((versions[0][0], versions[-1][1]),) if versions else EVERY
