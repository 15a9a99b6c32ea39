"""Two JSON bodies side by side, by Keploy's rules: noise paths, arrays without order, numbers by value."""

import json
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple, TypeGuard

from tta_validate.replay.compare_model import Change, Rules
from tta_validate.replay.compare_noise import BodyNoise, Ignored, Path, matches_any

NOT_JSON = object()
"""What ``parse_json`` returns for a text that is no JSON."""

_PLAIN_KEY = re.compile(r"[^\W\d][\w-]*")
_MOST_PAIRS = 250_000
_DEEPEST = 200


class Gap(NamedTuple):
    """A place where two JSON values differ: its path, its path in Keploy's vocabulary, and what stands there."""

    path: Path
    key: str
    change: Change
    expected: object = None
    actual: object = None


class _Step(NamedTuple):
    """A place on the walk. ``relaxed``: an entry with patterns stands above, so that values need not be equal."""

    path: Path
    key: str
    relaxed: bool

    def into(self, name: str) -> "_Step":
        return _Step((*self.path, name), f"{self.key}.{name}" if self.key else name, self.relaxed)

    def at(self, index: int) -> "_Step":
        return _Step((*self.path, index), self.key, self.relaxed)


def parse_json(text: str | bytes) -> object:
    """Returns the value, or NOT_JSON; so is a constant that JSON lacks (``NaN``), and nesting beyond 200 levels."""
    try:
        value: object = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return NOT_JSON
    return NOT_JSON if len(text) > 2 * _DEEPEST and _too_deep(value) else value


def _too_deep(value: object) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        below: list[object] = []
        for one in level:
            below += one.values() if is_object(one) else one if is_array(one) else ()
        if not below:
            return False
        level = below
    return True


def _refuse(name: str) -> object:
    raise ValueError(name)


def gaps(expected: object, actual: object, rules: Rules) -> list[Gap]:
    """Returns every place where the values differ and no noise covers it."""
    return list(_Walk(rules).pair(expected, actual, _Step((), "", False)))


def spelled(path: Path) -> str:
    """Returns the path as ``items[2].id``; a key that is no plain name as ``["a.b"]``."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif _PLAIN_KEY.fullmatch(step):
            parts.append(f".{step}")
        else:
            parts.append(f"[{json.dumps(step, ensure_ascii=False)}]")
    return "".join(parts)


def is_object(value: object) -> TypeGuard[dict[str, object]]:
    """Returns whether the value is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[object]]:
    """Returns whether the value is a JSON array."""
    return isinstance(value, list)


def is_number(value: object) -> TypeGuard[int | float]:
    """Returns whether the value is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def scalar_text(value: object) -> str | None:
    """Returns a scalar as Go prints it, which is what patterns are matched with; None for an object or array."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case float():
            return _number_text(value)
        case _:
            return None


def _number_text(number: float) -> str:
    if not math.isfinite(number):
        return str(number)
    if number and (abs(number) < 1e-6 or abs(number) >= 1e21):
        mantissa, _, exponent = repr(number).partition("e")
        return f"{mantissa.removesuffix('.0')}e{int(exponent or 0):+d}"
    return f"{Decimal(repr(number)):f}".removesuffix(".0")


class _Walk:
    """Walks both values; the places come in the order of the recording, arrays without order last to first miss."""

    def __init__(self, rules: Rules) -> None:
        self._noise = BodyNoise(rules.noise.body)
        self._ignored = Ignored(rules.ignore)
        self._unordered = rules.ignore_ordering
        self._as_doubles = rules.compat
        self._tries = 0

    def pair(self, expected: object, actual: object, step: _Step) -> Iterator[Gap]:
        if self._ignored and self._ignored.body(step.path, scalar_text(actual)):
            return
        if is_object(expected) and is_object(actual):
            yield from self._objects(expected, actual, step)
        elif is_array(expected) and is_array(actual):
            yield from self._arrays(expected, actual, step)
        elif not self._scalars(expected, actual, step):
            change: Change = "changed" if _type(expected) == _type(actual) else "type"
            yield Gap(step.path, step.key, change, expected, actual)

    def _scalars(self, expected: object, actual: object, step: _Step) -> bool:
        """Returns whether two values pass of which at least one is no container."""
        text = scalar_text(actual)
        if expected is None:
            if actual is None or step.relaxed:
                return True
            return self._noise.covers(step.key.lower()) if text is None else self._covered(step, text)
        if _type(expected) != _type(actual) or text is None:
            return False
        return self._equal(expected, actual) or step.relaxed or self._covered(step, text)

    def _equal(self, expected: object, actual: object) -> bool:
        if self._as_doubles and is_number(expected) and is_number(actual):
            return _double(expected) == _double(actual)
        return expected == actual

    def _covered(self, step: _Step, text: str) -> bool:
        return self._noise.covers_value(step.key.lower(), text)

    def _objects(self, expected: dict[str, object], actual: dict[str, object], step: _Step) -> Iterator[Gap]:
        patterns = self._noise.patterns(step.key.lower())
        if patterns == ():
            return
        step = step._replace(relaxed=step.relaxed or patterns is not None)
        for name, value in expected.items():
            below = step.into(name)
            if name not in actual:
                if not self._unconditional(name, below):
                    yield Gap(below.path, below.key, "missing", value)
            elif not self._is_noise(name, below, actual[name]):
                yield from self.pair(value, actual[name], below)
        for name, value in actual.items():
            below = step.into(name)
            if name not in expected and not self._is_added_noise(name, below, value):
                yield Gap(below.path, below.key, "added", None, value)

    def _unconditional(self, name: str, below: _Step) -> bool:
        return (
            self._noise.fields.get(name.lower()) == ()
            or self._noise.covers(below.key.lower())
            or self._ignored.body(below.path, None)
        )

    def _is_noise(self, name: str, below: _Step, value: object) -> bool:
        """A pattern under a bare name covers an object or array there as a whole."""
        patterns = self._noise.fields.get(name.lower())
        if patterns is not None:
            text = scalar_text(value)
            if not patterns or text is None or matches_any(patterns, text):
                return True
        return self._noise.covers(below.key.lower())

    def _is_added_noise(self, name: str, below: _Step, value: object) -> bool:
        text = scalar_text(value)
        for patterns in (self._noise.fields.get(name.lower()), self._noise.patterns(below.key.lower())):
            if patterns is not None and (not patterns or (text is not None and matches_any(patterns, text))):
                return True
        return self._ignored.body(below.path, text)

    def _arrays(self, expected: list[object], actual: list[object], step: _Step) -> Iterator[Gap]:
        patterns = self._noise.patterns(step.key.lower())
        if patterns == () and len(expected) == len(actual):
            return
        if patterns is not None and any(scalar_text(value) is None for value in expected):
            step = step._replace(relaxed=True)
        if self._unordered:
            pairs, lost, new = self._matched(expected, actual, step)
        else:
            both = min(len(expected), len(actual))
            pairs = [(at, at) for at in range(both)]
            lost, new = list(range(both, len(expected))), list(range(both, len(actual)))
        for left, right in pairs:
            yield from self.pair(expected[left], actual[right], step.at(left))
        for left in lost:
            yield Gap(step.at(left).path, step.key, "missing", expected[left])
        for right in new:
            yield Gap(step.at(right).path, step.key, "added", None, actual[right])

    def _matched(
        self, expected: list[object], actual: list[object], step: _Step
    ) -> tuple[list[tuple[int, int]], list[int], list[int]]:
        """Returns the pairs that are left to tell apart, and the positions that have no partner on either side.

        Equal elements are paired first, then each takes the first free one that passes, as Keploy does.
        """
        free: dict[str, list[int]] = {}
        for at in range(len(actual) - 1, -1, -1):
            free.setdefault(_canonical(actual[at]), []).append(at)
        left: list[int] = []
        for at, value in enumerate(expected):
            same = free.get(_canonical(value))
            if same:
                same.pop()
            else:
                left.append(at)
        right = sorted(at for places in free.values() for at in places)
        unmatched = [at for at in left if not self._claims(expected[at], actual, right, step)]
        pairs = list(zip(unmatched, right, strict=False))
        return pairs, unmatched[len(pairs) :], right[len(pairs) :]

    def _claims(self, value: object, actual: list[object], right: list[int], step: _Step) -> bool:
        """Takes the first free position that passes out of ``right``; past a bound on tries only the next one."""
        for index, at in enumerate(right):
            self._tries += 1
            if next(self.pair(value, actual[at], step.at(at)), None) is None:
                del right[index]
                return True
            if self._tries > _MOST_PAIRS:
                return False
        return False


def _type(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _canonical(value: object) -> str:
    """Returns a text that is the same for equal values; a number by its value, so that 1 is 1.0."""
    return json.dumps(_by_value(value), sort_keys=True)


def _by_value(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if is_object(value):
        return {name: _by_value(inner) for name, inner in value.items()}
    return [_by_value(inner) for inner in value] if is_array(value) else value


def _double(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf
