"""Noise entries in Keploy's vocabulary, and the globs and JSON paths of our own config.

In Keploy's vocabulary a body path is the keys of objects joined by dots, without positions of arrays, whatever the
case. A name without a dot is a field at any depth; a path with dots matches wherever it is part of a path.
"""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache

from tta_validate.recordings.model import Patterns

Path = tuple[str | int, ...]
"""Keys and positions from the root of a body."""

_LONGEST_BY_POWER = {0: 1_000_000, 1: 1_000_000, 2: 10_000, 3: 1_000, 4: 200, 5: 100}
"""The longest text searched by the power of it that the search may take; Python's engine has no bound of its own."""
_LITERAL_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_REPEAT = re.compile(r"[*+]|\{\d+,?\d*\}")
_REPEATED_GROUP = re.compile(r"\((?:\?(?:P<\w+>|:))?([^()]*)\)(?=[*+{])")
_NESTED_GROUPS = re.compile(r"\((?:[^()]*\([^()]*\))+[^()]*\)[*+{]")
_POSIX = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "space": r"\s", "lower": "a-z", "upper": "A-Z"}
_STEP = re.compile(r"""\.\.|\.|\[(?:(\d+)|(\*)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\]|([^.\[\]]+)""")
_ANY_INDEX = -1


@cache
def _compiled(pattern: str) -> tuple[re.Pattern[str], int] | None:
    """Returns a pattern of Go as one of Python with the longest text it may search.

    None stands for one that is invalid, or that repeats a choice and so could take exponential time.
    """
    translated = pattern.replace(r"\z", r"\Z")
    for name, characters in _POSIX.items():
        translated = translated.replace(f"[:{name}:]", characters)
    bare = _LITERAL_PARTS.sub("x", translated)
    if _NESTED_GROUPS.search(bare) or any(_REPEAT.search(one) or "|" in one for one in _REPEATED_GROUP.findall(bare)):
        return None
    power = len(_REPEAT.findall(bare)) + (not bare.startswith("^"))
    try:
        return re.compile(translated), _LONGEST_BY_POWER.get(power, 60)
    except (re.error, RecursionError, OverflowError):
        return None


def matches_any(patterns: Iterable[str], value: str) -> bool:
    """Returns whether a pattern is found in the value; an invalid pattern, or too long a value, matches nothing."""
    return any(
        found[0].search(value) is not None
        for pattern in patterns
        if (found := _compiled(pattern)) and len(value) <= found[1]
    )


class BodyNoise:
    """Answers which entry covers a path; the longest one wins, as in Keploy since August 2026."""

    def __init__(self, entries: Patterns) -> None:
        self.fields = {name.lower(): patterns for name, patterns in entries if "." not in name}
        dotted = [(path.lower(), patterns) for path, patterns in entries if "." in path]
        self._paths = sorted(dotted, key=lambda entry: (-len(entry[0]), entry[0]))
        self._found: dict[str, tuple[str, ...] | None] = {}

    def patterns(self, key: str) -> tuple[str, ...] | None:
        """Returns the patterns of the entry that covers the lower-case path, or None where none does."""
        if key not in self._found:
            self._found[key] = next((patterns for path, patterns in self._paths if path in key), None)
        return self._found[key]

    def covers(self, key: str) -> bool:
        """Returns whether an entry without patterns covers the path: all that stands there is noise."""
        return self.patterns(key) == ()

    def covers_value(self, key: str, value: str) -> bool:
        """Returns whether the path is noise for this replayed value."""
        patterns = self.patterns(key)
        return patterns is not None and (not patterns or matches_any(patterns, value))

    def narrows(self, key: str) -> bool:
        """Returns whether an entry with patterns stands for the path: only values that match one may differ there."""
        return bool(self.patterns(key) or self.fields.get(key.rpartition(".")[2]))


class Ignored:
    """The entries of our own config: case kept, ``*`` and ``**`` for steps, ``[0]`` and ``[*]`` for positions."""

    def __init__(self, entries: Patterns) -> None:
        self._headers = [(path[7:].lower(), patterns) for path, patterns in entries if path.startswith("header.")]
        self._body = [(steps(path), patterns) for path, patterns in entries if path.startswith(("body", "$"))]

    def header(self, name: str, value: str | None) -> bool:
        """Returns whether the header is ignored; ``value`` is the replayed one, None where there is none."""
        return any(
            fnmatchcase(name.lower(), glob) and (not patterns or (value is not None and matches_any(patterns, value)))
            for glob, patterns in self._headers
        )

    def body(self, path: Path, value: str | None) -> bool:
        """Returns whether the place is ignored; ``value`` is the replayed scalar, None for a container or nothing."""
        return any(
            (not patterns or (value is not None and matches_any(patterns, value))) and _follows(pattern, path)
            for pattern, patterns in self._body
        )

    def __bool__(self) -> bool:
        return bool(self._headers or self._body)


@cache
def steps(text: str) -> Path:
    """Returns the steps of a glob or JSON path: names, ``**`` for any depth, positions, -1 for any position."""
    found: list[str | int] = []
    rest = text.removeprefix("$").removeprefix("body") if text.startswith("body") else text.removeprefix("$")
    for part in _STEP.finditer(rest):
        if part[0] == "..":
            found.append("**")
        elif part[1]:
            found.append(int(part[1][:9]))
        elif part[2]:
            found.append(_ANY_INDEX)
        elif part[0] != ".":
            found.append(next(one for one in part.groups()[2:] if one is not None))
    return tuple(found)


def _follows(pattern: Path, path: Path) -> bool:
    """A name in the pattern steps over positions, so that ``items.id`` covers the field of every element."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        return _follows(pattern[1:], path) or (bool(path) and _follows(pattern, path[1:]))
    if not path:
        return False
    step, here = pattern[0], path[0]
    if isinstance(step, int):
        return isinstance(here, int) and step in (here, _ANY_INDEX) and _follows(pattern[1:], path[1:])
    if isinstance(here, str):
        return fnmatchcase(here, step) and _follows(pattern[1:], path[1:])
    return (step == "*" and _follows(pattern[1:], path[1:])) or _follows(pattern, path[1:])
