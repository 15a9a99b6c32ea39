"""Environment markers as uv understands them: parsed into expressions that can be compared over all environments.

Comparisons that uv drops (of a version variable with no version, of two variables ...) are dropped here too.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from tta_validate.lock.versions import (
    EVERY,
    Clause,
    Cut,
    Set,
    VersionError,
    clauses,
    complement,
    intersection,
    parse_version,
    python_clause,
    union,
)
from tta_validate.lock_model import normalised


class MarkerError(ValueError):
    """A marker that cannot be parsed."""


class Test(NamedTuple):
    """One comparison: a version in a set, a text that is ``value``, or something that holds or does not."""

    variable: str
    versions: Set = ()
    value: str | None = None
    holds: bool = True


class All(NamedTuple):
    """Every part holds. ``kind`` keeps it apart from Any, which is an equal tuple otherwise."""

    parts: tuple["Marker", ...]
    kind: str = "all"


class Any(NamedTuple):
    """Some part holds."""

    options: tuple["Marker", ...]
    kind: str = "any"


Marker = bool | Test | All | Any

MAX_STATES = 3_000
"""Comparisons that need more steps are given up."""

_TOKEN = re.compile(
    r"\s*(?:(?P<string>\"[^\"]*\"|'[^']*')|(?P<paren>[()])|(?P<op>===|~=|==|!=|<=|>=|<|>)"
    r"|(?P<word>[A-Za-z][\w.]*))"
)
_VERSIONS = {"python_version", "python_full_version", "implementation_version"}
_STRINGS = {
    **dict.fromkeys(("os_name", "sys_platform", "platform_machine", "platform_python_implementation")),
    **dict.fromkeys(("platform_release", "platform_system", "platform_version", "implementation_name")),
    "os.name": "os_name",
    "sys.platform": "sys_platform",
    "platform.machine": "platform_machine",
    "platform.version": "platform_version",
    "platform.python_implementation": "platform_python_implementation",
    "python_implementation": "platform_python_implementation",
}
_LISTS = {"extras", "dependency_groups"}
_SYSTEMS = {
    "Windows": "win32",
    "Darwin": "darwin",
    "Linux": "linux",
    "AIX": "aix",
    "Emscripten": "emscripten",
    "Android": "android",
}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_MAX_DEPTH = 100


def both(one: Marker, other: Marker) -> Marker:
    """Returns the marker that holds where both do."""
    if one is True or other is False:
        return other
    return one if other is True or one is False else All((one, other))


@cache
def parse_marker(text: str) -> Marker:
    """Returns the expression of a marker, True for an empty one; raises MarkerError."""
    if not text.strip():
        return True
    tokens = _tokens(text)
    marker, at = _either(tokens, 0, 0)
    if at != len(tokens):
        raise MarkerError(f"{text!r} has {tokens[at][1]!r} where the marker should end")
    return True if marker is None else marker


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    end, text = 0, text.rstrip()
    while end < len(text):
        at = _TOKEN.match(text, end)
        if at is None or at.lastgroup is None:
            raise MarkerError(f"{text!r} is not a marker")
        found.append((at.lastgroup, at[at.lastgroup]))
        end = at.end()
    return found


def _either(tokens: list[tuple[str, str]], at: int, depth: int) -> tuple[Marker | None, int]:
    return _joined(
        tokens, at, "or", Any, lambda at: _joined(tokens, at, "and", All, lambda at: _part(tokens, at, depth))
    )


def _joined(
    tokens: list[tuple[str, str]],
    at: int,
    word: str,
    join: Callable[[tuple[Marker, ...]], Marker],
    inner: Callable[[int], tuple[Marker | None, int]],
) -> tuple[Marker | None, int]:
    first, at = inner(at)
    parts = [] if first is None else [first]
    while at < len(tokens) and tokens[at] == ("word", word):
        part, at = inner(at + 1)
        parts += [] if part is None else [part]
    return (None if not parts else parts[0] if len(parts) == 1 else join(tuple(parts))), at


def _part(tokens: list[tuple[str, str]], at: int, depth: int) -> tuple[Marker | None, int]:
    if at >= len(tokens) or depth > _MAX_DEPTH:
        raise MarkerError("the marker ends too early or is nested too deeply")
    if tokens[at] == ("paren", "("):
        marker, at = _either(tokens, at + 1, depth + 1)
        if at >= len(tokens) or tokens[at] != ("paren", ")"):
            raise MarkerError("the marker has an open parenthesis")
        return marker, at + 1
    left, operator, at = tokens[at], *_operator(tokens, at + 1)
    if at >= len(tokens):
        raise MarkerError("the marker ends after an operator")
    return _comparison(left, operator, tokens[at]), at + 1


def _operator(tokens: list[tuple[str, str]], at: int) -> tuple[str, int]:
    if at < len(tokens) and tokens[at][0] == "op":
        return tokens[at][1], at + 1
    words = [text for kind, text in tokens[at : at + 2] if kind == "word"]
    if words[:1] == ["in"]:
        return "in", at + 1
    if words == ["not", "in"]:
        return "not in", at + 2
    raise MarkerError("the marker lacks an operator")


def _comparison(left: tuple[str, str], operator: str, right: tuple[str, str]) -> Marker | None:
    """Returns the test, or None for a comparison that says nothing."""
    for kind, word in (left, right):
        if kind == "paren" or kind == "op" or (kind == "word" and not _known(word)):
            raise MarkerError(f"{word!r} is no marker variable")
    if left[0] == "word" and right[0] == "word":
        return None
    if left[0] == "string" and right[0] == "string":
        return None
    turned = left[0] == "string"
    name, value = (right[1], left[1][1:-1]) if turned else (left[1], right[1][1:-1])
    if name == "extra":
        return _extra(operator, value)
    if name in _LISTS:
        return Test(f"{value} in {name}", holds=operator == "in") if operator in ("in", "not in") else None
    if name in _VERSIONS:
        return _version_test(name, _FLIPPED.get(operator, operator) if turned else operator, value, turned)
    return _string_test(_STRINGS[name] or name, operator, value, turned)


def _known(word: str) -> bool:
    return word == "extra" or word in _VERSIONS or word in _STRINGS or word in _LISTS


def _extra(operator: str, value: str) -> Marker | None:
    if operator not in ("==", "!="):
        return None
    if not re.fullmatch(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?", value):
        return False
    return Test(f"extra {normalised(value)}", holds=operator == "==")


def _string_test(name: str, operator: str, value: str, turned: bool) -> Marker | None:
    if operator in ("in", "not in"):
        return Test(f"{value!r} in {name}" if turned else f"{name} in {value!r}", holds=operator == "in")
    if operator == "~=":
        return None
    if name == "platform_system" and value in _SYSTEMS:
        name, value = "sys_platform", _SYSTEMS[value]
    if name in ("platform_release", "platform_version") and operator not in ("==", "!=", "==="):
        return Test(f"{name} {_FLIPPED.get(operator, operator) if turned else operator} {value}")
    if operator in ("<", ">"):
        return False
    return Test(name, value=value, holds=operator != "!=")


def _version_test(name: str, operator: str, value: str, turned: bool) -> Marker | None:
    try:
        if operator in ("in", "not in"):
            if turned:
                return None
            listed = union(_versions(name, ("==", text, False)) for text in value.split() if parse_version(text))
            return Test(_full(name), listed if operator == "in" else complement(listed))
        star = value.endswith(".*")
        if star and (turned or operator not in ("==", "!=")):
            return None
        (clause,) = clauses(f"{operator}{value}")
        return Test(_full(name), _versions(name, clause))
    except (VersionError, ValueError):
        return None


def _full(name: str) -> str:
    return "python_full_version" if name == "python_version" else name


def _versions(name: str, clause: Clause) -> Set:
    """Returns the versions of a test; ``python_version`` has two numbers, so a test of it is one of its ranges."""
    if name != "python_version":
        return python_clause(clause)
    operator, text, star = clause
    release = list(parse_version(text).release)
    if star or operator == "~=":
        if len(release) > 2 and any(release[2:]):
            return ()
        if len(release) <= 2:
            return python_clause((operator, ".".join(map(str, release)), star))
        return python_clause(("!=" if operator == "!=" else "==", f"{release[0]}.{release[1]}", True))
    while len(release) > 2 and not release[-1]:
        release.pop()
    major, minor = release[0], release[1] if len(release) > 1 else 0
    here, after = f"{major}.{minor}", f"{major}.{minor + 1}"
    if len(release) > 2:
        beyond: dict[str, Set] = {"==": (), "===": (), "!=": EVERY}
        return beyond.get(operator) or (
            () if operator in beyond else python_clause(("<" if "<" in operator else ">=", after, False))
        )
    if operator in ("==", "===", "!="):
        return python_clause(("!=" if operator == "!=" else "==", here, True))
    if operator in ("<", ">=") and (major, minor) == (0, 0):
        return EVERY if operator == ">=" else ()
    clause = {"<": ("<", here, False), ">=": (">=", here, False)}.get(
        operator, (">=" if operator == ">" else "<", after, False)
    )
    return python_clause(clause)


def extras_of(marker: Marker) -> tuple[Test, ...]:
    """Returns a test for each extra that the marker names: whether it is asked for."""
    names = {test.variable for test in _tests(marker) if test.variable.startswith("extra ")}
    return tuple(Test(name) for name in sorted(names))


def mentions_extra(marker: Marker) -> bool:
    """Whether an ``extra`` is named in the marker."""
    return bool(extras_of(marker))


def _tests(marker: Marker) -> Iterator[Test]:
    if isinstance(marker, Test):
        yield marker
    elif isinstance(marker, All):
        for part in marker.parts:
            yield from _tests(part)
    elif isinstance(marker, Any):
        for part in marker.options:
            yield from _tests(part)


Facts = tuple[tuple[str, str], ...]
_ORDER = {"os_name": 0, "platform_system": 1, "sys_platform": 2}
_SYSTEM_PLATFORMS = frozenset(_SYSTEMS.values()) | {"ios"}
_FOREIGN_SYSTEMS = frozenset(("FreeBSD", "NetBSD", "OpenBSD", "SunOS", "iOS", "iPadOS"))


def regions(markers: Iterable[Marker], python: Set = EVERY) -> Iterator[tuple[bool, ...]]:
    """Yields each combination of truth values that the markers can have together in an environment.

    ``python`` limits ``python_full_version``. Raises MarkerError where that takes more than MAX_STATES steps.
    """
    seen: set[tuple[tuple[Marker, ...], Facts]] = set()
    waiting: list[tuple[tuple[Marker, ...], Facts]] = [(tuple(markers), ())]
    while waiting:
        state = waiting.pop()
        if state in seen:
            continue
        seen.add(state)
        if len(seen) > MAX_STATES:
            raise MarkerError("the markers are too many to be compared")
        now, facts = state
        tests = {test for marker in now for test in _tests(marker)}
        if not tests:
            yield tuple(marker is True for marker in now)
            continue
        variable = min((test.variable for test in tests), key=lambda name: (_ORDER.get(name, 3), name))
        left = {test.variable for test in tests} - {variable}
        for truth, value in _choices(variable, [test for test in tests if test.variable == variable], python):
            known = (*facts, (variable, value)) if variable in _ORDER else facts
            if not _impossible(known):
                kept = known if left & _ORDER.keys() else ()
                waiting.append((tuple(_decided(marker, variable, truth) for marker in now), kept))


def _choices(variable: str, tests: list[Test], python: Set) -> Iterator[tuple[Callable[[Test], bool], str]]:
    if tests[0].value is not None:
        for value in (*sorted({test.value or "" for test in tests}), "\0"):
            yield (lambda test, value=value: (test.value == value) is test.holds), value
    elif variable in _VERSIONS:
        space = python if variable == "python_full_version" else EVERY
        cuts = {cut for test in tests for pair in intersection(test.versions, space) for cut in pair}
        for cut in sorted(cuts | {low for low, _ in space}):
            if any(low <= cut < high for low, high in space):
                yield (lambda test, cut=cut: _inside(test.versions, cut)), ""
    else:
        for held in (True, False):
            yield (lambda test, held=held: test.holds is held), ""


def _inside(versions: Set, cut: Cut) -> bool:
    return any(low <= cut < high for low, high in versions) if versions else False


def _impossible(facts: Facts) -> bool:
    """Whether the values never go together, as uv knows it."""
    known = dict(facts)
    platform = known.get("sys_platform")
    if known.get("os_name") == "nt":
        return platform in ("linux", "darwin", "ios")
    if known.get("os_name") == "posix" and platform == "win32":
        return True
    system = known.get("platform_system")
    own = {"ios"} if system in ("iOS", "iPadOS") else set[str]()
    return system in _FOREIGN_SYSTEMS and platform in _SYSTEM_PLATFORMS - own


def _decided(marker: Marker, variable: str, truth: Callable[[Test], bool]) -> Marker:
    if isinstance(marker, Test):
        return truth(marker) if marker.variable == variable else marker
    if isinstance(marker, All):
        return _simplified(marker.parts, variable, truth, False, All)
    if isinstance(marker, Any):
        return _simplified(marker.options, variable, truth, True, Any)
    return marker


def _simplified(
    parts: tuple[Marker, ...],
    variable: str,
    truth: Callable[[Test], bool],
    wins: bool,
    join: Callable[[tuple[Marker, ...]], Marker],
) -> Marker:
    left: list[Marker] = []
    for part in parts:
        now = _decided(part, variable, truth)
        if now is wins:
            return wins
        if not isinstance(now, bool) and now not in left:
            left.append(now)
    return not wins if not left else left[0] if len(left) == 1 else join(tuple(left))


def same_marker(one: Marker, other: Marker, python: Set = EVERY) -> bool:
    """Whether two markers hold in the same environments."""
    return one == other or all(a == b for a, b in regions((one, other), python))


def can_hold(marker: Marker, python: Set = EVERY) -> bool:
    """Whether some environment satisfies the marker."""
    return marker is True or any(held for (held,) in regions((marker,), python))


def overlaps(one: Marker, other: Marker, python: Set = EVERY) -> bool:
    """Whether some environment satisfies both markers."""
    return can_hold(both(one, other), python)
