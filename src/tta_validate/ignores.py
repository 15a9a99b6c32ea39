"""Ignore comments: ``# tta: ignore[rule-a, rule-b] reason until=YYYY-MM-DD`` in files with ``#`` comments.

In JSON with comments, ``//`` stands for ``#``.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

MARKER = "tta: ignore"
"""What every file with an ignore comment contains."""

_COMMENT = re.compile(r"(?:#|//)\s*tta:\s*ignore\b(?:\s*\[(?P<rules>[^\]]*)\])?(?P<reason>.*)$")
_MARKED = re.compile(r"(?:#|//)\s*tta:\s*ignore\b")
_TOML = re.compile(
    r"\"{3}(?:[^\"\\]|\\.|\"(?!\"\"))*+\"{3,5}|'{3}.*?'{3,5}|\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*'|(#[^\n]*)", re.DOTALL
)
_JSON = re.compile(r"\"(?:[^\"\\\n]|\\.)*+\"|(//[^\n]*)")
_UNTIL = re.compile(r"\buntil=(\S*)")
_SLASHED = (".json", ".jsonc")
_PROSE = (".md", ".rst")
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class IgnoreComment:
    """One ignore comment at a place; lines and columns count from 1.

    ``covers`` are the lines on which a finding is silenced: the comment's own, or, for one that stands alone, the next
    line with anything but a comment on it. ``problem`` says why the comment silences nothing at all.
    """

    path: str
    line: int
    column: int
    end_column: int
    rules: tuple[str, ...]
    reason: str
    until: date | None
    covers: int
    problem: str = ""

    def names(self, rule: str) -> str | None:
        """Returns the name in the comment that stands for the rule, its id or its family, or None."""
        for name in (rule, rule.partition("-")[0]):
            if name in self.rules:
                return name
        return None

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and today > self.until


def read_ignores(text: str, path: str) -> tuple[IgnoreComment, ...]:
    """Returns the ignore comments of a file's text, in order; a marker inside a string, or in prose, is none."""
    if not _MARKED.search(text) or len(text) > _LARGEST or path.endswith(_PROSE):
        return ()
    lines = text.split("\n")
    if path.endswith((".py", ".pyi")):
        starts = _python_comments(text)
    elif path.endswith((".toml", *_SLASHED)):
        starts = _outside_strings(text, _TOML if path.endswith(".toml") else _JSON)
    else:
        starts = _plain_comments(lines)
    found: list[IgnoreComment] = []
    for line, column in starts:
        comment = lines[line - 1][column - 1 :]
        match = _COMMENT.search(comment)
        if match and (match[0][0] == "#" or path.endswith(_SLASHED)):
            found.append(_parse(match, path, line, column + match.start(), lines))
    return tuple(found)


def _parse(match: re.Match[str], path: str, line: int, column: int, lines: list[str]) -> IgnoreComment:
    rules = tuple(name for part in (match["rules"] or "").split(",") if (name := part.strip()))
    reason, until, problem = match["reason"].strip(), None, ""
    if not rules:
        problem = "it names no rule; write `# tta: ignore[rule-id] reason`"
    if deadline := _UNTIL.search(reason):
        reason = " ".join((reason[: deadline.start()] + reason[deadline.end() :]).split())
        try:
            until = date.fromisoformat(deadline[1])
        except ValueError:
            problem = f"{deadline[0]!r} is no date; write until=YYYY-MM-DD"
    end = len(lines[line - 1].rstrip()) + 1
    alone = not lines[line - 1][: column - 1].strip()
    return IgnoreComment(path, line, column, end, rules, reason, until, _next(lines, line) if alone else line, problem)


def _next(lines: list[str], line: int) -> int:
    for number in range(line + 1, len(lines) + 1):
        text = lines[number - 1].strip()
        if text and not text.startswith(("#", "//")):
            return number
    return line


def _python_comments(text: str) -> Iterator[tuple[int, int]]:
    line = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            line = token.start[0]
            if token.type == tokenize.COMMENT and _MARKED.search(token.string):
                yield line, token.start[1] + 1
    except (tokenize.TokenError, SyntaxError):
        # What follows an error cannot be told from code; a marker there still says what its author wants.
        for number, rest in enumerate(text.split("\n")[line:], line + 1):
            if match := _MARKED.search(rest):
                yield number, match.start() + 1


def _outside_strings(text: str, tokens: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Finds where comments start, by a pattern of strings and comments whose first group is a comment."""
    for found in tokens.finditer(text):
        if found[1] and _MARKED.search(found[1]):
            start = text.rfind("\n", 0, found.start()) + 1
            yield text.count("\n", 0, found.start()) + 1, found.start() - start + 1


def _plain_comments(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Finds where comments start in YAML, Dockerfiles and the like: at a ``#`` after a blank, outside of quotes."""
    for number, line in enumerate(lines, 1):
        if not _MARKED.search(line):
            continue
        quote = ""
        for at, character in enumerate(line):
            if quote:
                quote = "" if character == quote else quote
            elif character in "\"'" and (at == 0 or not line[at - 1].isalnum()):
                quote = character
            elif character == "#" and (at == 0 or line[at - 1].isspace()):
                yield number, at + 1
                break
