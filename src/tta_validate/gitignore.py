"""Which paths a set of gitignore patterns leaves out.

Source: gitignore(5) and git's wildmatch. Patterns match by code point, where git goes by bytes, and case always counts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": r"\x21-\x7e",
    "lower": "a-z",
    "print": r"\x20-\x7e",
    "punct": r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
_SPECIAL = re.compile(r"[*?\[\\]")
_NAMED_CLASS = re.compile(r"\[:([a-z]+):\]")
_NEVER = r"(?!)"


def _code(character: str) -> str:
    return f"\\U{ord(character):08x}"


def _bracket(pattern: str, at: int) -> tuple[str, int]:
    """Returns the regular expression of the set whose ``[`` stands at ``at`` and the place after its ``]``.

    A set that is never closed, or names an unknown class, matches nothing, and neither does what follows it.
    """
    at += 1
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    items: list[str] = []
    previous = ""
    first = True
    while first or pattern[at : at + 1] != "]":
        first = False
        if at >= len(pattern):
            return _NEVER, len(pattern)
        if named := _NAMED_CLASS.match(pattern, at):
            if named[1] not in _CLASSES:
                return _NEVER, len(pattern)
            items.append(_CLASSES[named[1]])
            previous, at = "", named.end()
            continue
        ranged = pattern[at] == "-" and previous and pattern[at + 1 : at + 2] not in ("", "]")
        at += bool(ranged)
        at += pattern[at] == "\\"
        if at >= len(pattern):
            return _NEVER, len(pattern)
        if ranged:
            if previous <= pattern[at]:
                items.append(f"{_code(previous)}-{_code(pattern[at])}")
            previous = ""
        else:
            items.append(_code(pattern[at]))
            previous = pattern[at]
        at += 1
    inside = "".join(items)
    if negated:
        return f"[^/{inside}]", at + 1
    return (f"(?!/)[{inside}]" if inside else _NEVER), at + 1


def _chunks(segment: str) -> list[str]:
    """Returns the regular expressions between the stars of one path segment."""
    chunks = [""]
    at = 0
    while at < len(segment):
        character = segment[at]
        if character == "*":
            while segment[at : at + 1] == "*":
                at += 1
            chunks.append("")
            continue
        if character == "?":
            piece, at = "[^/]", at + 1
        elif character == "[":
            piece, at = _bracket(segment, at)
        elif character == "\\":
            piece = re.escape(segment[at + 1]) if at + 1 < len(segment) else _NEVER
            at += 2
        else:
            piece, at = re.escape(character), at + 1
        chunks[-1] += piece
    return chunks


def _segment(segment: str) -> str:
    """Returns the regular expression of one path segment; atomic groups keep a pattern of many stars linear."""
    first, *rest = _chunks(segment)
    if not rest:
        return first
    middle = "".join(f"(?>[^/]*?{chunk})" for chunk in rest[:-1] if chunk)
    last = rest[-1]
    return f"{first}{middle}[^/]*{last}(?![^/])" if last else f"{first}{middle}[^/]*"


def _segments(pattern: str) -> list[str]:
    """Splits at slashes that stand outside of sets."""
    parts = [""]
    at = 0
    while at < len(pattern):
        end = at + 1
        if pattern[at] == "\\":
            end = at + 2
        elif pattern[at] == "[":
            end = _bracket(pattern, at)[1]
        elif pattern[at] == "/":
            parts.append("")
            at = end
            continue
        parts[-1] += pattern[at:end]
        at = end
    return parts


def _expression(pattern: str) -> str:
    """Returns the regular expression of a pattern that is matched against a whole relative path."""
    segments = _segments(pattern)
    if "" in segments:
        return _NEVER
    runs: list[list[str]] = [[]]
    for segment in segments:
        if len(segment) > 1 and not segment.strip("*"):
            runs.append([])
        else:
            runs[-1].append(_segment(segment))
    joined = ["/".join(run) for run in runs]
    if len(joined) == 1:
        return joined[0]
    result = f"{joined[0]}/" if joined[0] else ""
    for run in joined[1:-1]:
        if run:
            result += f"(?>(?:[^/]+/)*?{run}/)"
    return f"{result}(?:[^/]+/)*{joined[-1]}" if joined[-1] else f"{result}.+"


@dataclass(frozen=True, slots=True)
class _Pattern:
    order: int
    negated: bool
    folder_only: bool


def _read(line: str) -> tuple[str, bool, bool, bool] | None:
    """Returns (pattern, negated, folders only, anchored) of one line, or None where it has no pattern."""
    if line.startswith("#"):
        return None
    line = line.removesuffix("\r")
    bare = line.rstrip(" ")
    if len(bare) < len(line) and (len(bare) - len(bare.rstrip("\\"))) % 2:
        bare += " "
    negated = bare.startswith("!")
    bare = bare[negated:]
    folder_only = bare.endswith("/")
    bare = bare[: len(bare) - folder_only]
    anchored = "/" in bare
    bare = bare.removeprefix("/")
    return (bare, negated, folder_only, anchored) if bare else None


@dataclass(slots=True)
class Ignore:
    """The patterns of one file or option, whose paths are relative to ``folder`` (posix, empty or ending in ``/``)."""

    folder: str
    _names: dict[str, list[_Pattern]] = field(default_factory=dict[str, list[_Pattern]])
    _paths: dict[str, list[_Pattern]] = field(default_factory=dict[str, list[_Pattern]])
    _wild_names: list[tuple[re.Pattern[str], _Pattern]] = field(default_factory=list[tuple[re.Pattern[str], _Pattern]])
    _wild_paths: list[tuple[re.Pattern[str], _Pattern]] = field(default_factory=list[tuple[re.Pattern[str], _Pattern]])
    _seen: dict[tuple[str, bool], _Pattern | None] = field(default_factory=dict[tuple[str, bool], _Pattern | None])

    @classmethod
    def parse(cls, folder: str, lines: Iterable[str]) -> "Ignore":
        """Returns the patterns of the lines of a gitignore file that stands in ``folder``."""
        ignore = cls(folder)
        for order, line in enumerate(lines):
            if (read := _read(line)) is not None:
                ignore._add(order, *read)
        return ignore

    def _add(self, order: int, text: str, negated: bool, folder_only: bool, anchored: bool) -> None:
        pattern = _Pattern(order, negated, folder_only)
        if not _SPECIAL.search(text):
            (self._paths if anchored else self._names).setdefault(text, []).append(pattern)
            return
        wild = self._wild_paths if anchored else self._wild_names
        wild.append((re.compile(_expression(text) if anchored else _segment(text), re.DOTALL), pattern))

    def _by_name(self, name: str, is_folder: bool) -> _Pattern | None:
        key = (name, is_folder)
        if key not in self._seen:
            matches = [*self._names.get(name, ()), *(found for wild, found in self._wild_names if wild.fullmatch(name))]
            self._seen[key] = _last(matches, is_folder)
        return self._seen[key]

    def decide(self, path: str, name: str, is_folder: bool) -> bool | None:
        """Returns whether ``path`` (its last part is ``name``) is left out; None where no pattern speaks of it.

        ``path`` is relative to what ``folder`` is relative to, and lies below it. The parents' fate is the caller's.
        """
        best = self._by_name(name, is_folder)
        if self._paths or self._wild_paths:
            below = path[len(self.folder) :]
            matches = [*self._paths.get(below, ())]
            matches.extend(found for wild, found in self._wild_paths if wild.fullmatch(below))
            if best is not None:
                matches.append(best)
            best = _last(matches, is_folder)
        return None if best is None else not best.negated


def _last(patterns: Iterable[_Pattern], is_folder: bool) -> _Pattern | None:
    return max((one for one in patterns if is_folder or not one.folder_only), key=lambda one: one.order, default=None)
