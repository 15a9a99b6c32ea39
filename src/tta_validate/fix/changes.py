"""Replacements in a text, by offsets."""

import difflib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from tta_validate.report import Edit


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """The text that comes to stand in the place of ``[start, end)``."""

    start: int
    end: int
    text: str


class Lines:
    """Where the lines of a text start."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]

    def offset(self, line: int, column: int) -> int:
        """Returns the offset of a place, lines and columns from 1, within the text."""
        if line > len(self.starts):
            return len(self.text)
        start = self.starts[line - 1]
        return min(start + column - 1, self.end(line))

    def end(self, line: int) -> int:
        """Returns the offset of the end of a line, without its newline."""
        return self.starts[line] - 1 if line < len(self.starts) else len(self.text)

    def place(self, offset: int) -> tuple[int, int]:
        """Returns line and column of an offset."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def edit(self, path: str, change: Change) -> Edit:
        """Returns a change as a part of a report."""
        (line, column), (end_line, end_column) = self.place(change.start), self.place(change.end)
        return Edit(path=path, line=line, column=column, end_line=end_line, end_column=end_column, text=change.text)

    def change(self, edit: Edit) -> Change:
        """Returns an edit of this text by offsets."""
        return Change(self.offset(edit.line, edit.column), self.offset(edit.end_line, edit.end_column), edit.text)


@lru_cache(maxsize=16)
def lines_of(text: str) -> Lines:
    """Returns the lines of a text, which the many findings of one file share."""
    return Lines(text)


def applied(text: str, changes: Iterable[Change]) -> str:
    """Returns the text with changes that do not overlap."""
    parts: list[str] = []
    at = 0
    for change in sorted(set(changes)):
        parts += [text[at : change.start], change.text]
        at = change.end
    return "".join([*parts, text[at:]])


def overlap(one: Change, other: Change) -> bool:
    """Tells whether two changes cannot both be made: they share characters, or insert at one place."""
    if one == other:
        return False
    if one.start == one.end and other.start == other.end:
        return one.start == other.start
    return one.start < other.end and other.start < one.end


def between(before: str, after: str) -> tuple[Change, ...]:
    """Returns the changes that make one text of another: lines that differ, less what they share at their ends."""
    if before == after:
        return ()
    old, new = _lines(before), _lines(after)
    starts = [0, *accumulate(map(len, old))]
    found: list[Change] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            found.append(_trimmed(before, Change(starts[a], starts[b], "".join(new[c:d]))))
    return tuple(found)


def _lines(text: str) -> list[str]:
    *whole, rest = text.split("\n")
    return [*(f"{line}\n" for line in whole), *([rest] if rest else [])]


def _trimmed(before: str, change: Change) -> Change:
    old, new = before[change.start : change.end], change.text
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Change(change.start + head, change.end - tail, new[head : len(new) - tail])
