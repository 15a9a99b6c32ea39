"""Follows the source while a tree is walked in source order.

libcst's nodes carry no positions and its providers for them are slow: every name, literal and bracket of the tree is
looked up from where the last one ended.
"""

import bisect
import re

_SKIP = re.compile(r"(?:[^\w#\"'()\[\]{}@*,]+|#[^\r\n]*)+")
_WORD = re.compile(r"\w+|.", re.DOTALL)
_TRIVIA = re.compile(r"(?:[\s;:,]+|\\\r?\n|#[^\r\n]*)+")
_NEWLINE = re.compile(r"\r\n|\r|\n")


class Unreadable(Exception):
    """The text is no Python that any supported version reads; the message says what and, from 0, on which line."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Cursor:
    """Where the walk is in the source."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(m.end() for m in _NEWLINE.finditer(text))]

    def find(self, token: str) -> int:
        """Returns where the next occurrence of a token starts, and moves behind it."""
        text, at, size = self.text, self.at, len(self.text)
        word = token.isidentifier()
        while at < size:
            if gap := _SKIP.match(text, at):
                at = gap.end()
            if text.startswith(token, at):
                end = at + len(token)
                if not word or end >= size or not (text[end].isalnum() or text[end] == "_"):
                    self.at = end
                    return at
            step = _WORD.match(text, at)
            at = step.end() if step else at + 1
        return self.at

    def behind(self, token: str) -> None:
        """Moves behind the next occurrence of an operator."""
        found = self.text.find(token, self.at)
        self.at = self.at if found < 0 else found + len(token)

    def start(self) -> int:
        """Returns where the next statement starts."""
        if gap := _TRIVIA.match(self.text, self.at):
            self.at = gap.end()
        return self.at

    def place(self, offset: int) -> tuple[int, int]:
        """Returns line and column of an offset, both from 0."""
        line = bisect.bisect_right(self.starts, offset) - 1
        return line, offset - self.starts[line]
