"""Splits shell text into simple commands; a reading, not a shell: what it cannot tell apart stays words."""

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_SEPARATORS = frozenset({"&&", "||", ";", "|", "|&", "&", "(", ")", ";;", "((", "))"})
_WRAPPERS = frozenset(
    {
        "sudo",
        "exec",
        "time",
        "nice",
        "env",
        "command",
        "then",
        "do",
        "else",
        "if",
        "!",
        "while",
        "xvfb-run",
        "{",
        "elif",
    }
)
_JOINTS = ("&&", "||", ";")
_MAX_LINE = 20_000


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple command: its words without assignments and wrappers such as sudo, and the variables set for it.

    ``piped``: the first word of the command that its output goes to, empty where it goes nowhere.
    """

    words: tuple[str, ...]
    line: int
    variables: tuple[tuple[str, str], ...] = field(default=())
    piped: str = ""


def commands(lines: Iterable[tuple[int, str]]) -> Iterator[Simple]:
    """Yields the simple commands of numbered lines, each with the line that it starts on."""
    for number, text in _logical(lines):
        yield from _commands(number, text)


def _logical(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    started: tuple[int, str] | None = None
    for number, line in lines:
        text = line.rstrip()
        if started and (text.lstrip().startswith(_JOINTS) or started[1].endswith(_JOINTS)):
            yield started
            started = None
        first, before = started or (number, "")
        joined = f"{before} {text.removesuffix(chr(92)).strip()}".strip()
        started = None
        if text.endswith("\\") and len(joined) < _MAX_LINE:
            started = (first, joined)
        else:
            yield first, joined
    if started:
        yield started


def _commands(number: int, text: str) -> Iterator[Simple]:
    if not text or text.startswith("#") or len(text) > _MAX_LINE:
        return
    parts: list[tuple[list[str], str]] = [([], "")]
    for token in _tokens(text):
        if token in _SEPARATORS:
            parts[-1] = (parts[-1][0], token)
            parts.append(([], ""))
        else:
            parts[-1][0].append(token)
    for at, (words, end) in enumerate(parts):
        simple = _simple(words, number)
        if simple is None:
            continue
        following = _simple(parts[at + 1][0], number) if end.startswith("|") and end != "||" else None
        yield Simple(simple.words, number, simple.variables, following.words[0] if following else "")


def _tokens(text: str) -> list[str]:
    text = text.replace("$(", "; ").replace("`", " ; ") if "$(" in text or "`" in text else text
    lexer = shlex.shlex(text, posix=True, punctuation_chars="&|;()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        tokens = list(lexer)
    except ValueError:
        return re.findall(r"&&|\|\||[|;&()]|[^\s|;&()]+", text)
    end = next((at for at, token in enumerate(tokens) if token.startswith("#")), len(tokens))
    return tokens[:end]


def _simple(words: list[str], number: int) -> Simple | None:
    variables: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        if _ASSIGNMENT.match(words[at]):
            name, _, value = words[at].partition("=")
            variables.append((name, value))
        elif words[at] not in _WRAPPERS and not (at and words[at].startswith("-") and words[at - 1] in _WRAPPERS):
            break
        at += 1
    return Simple(tuple(words[at:]), number, tuple(variables)) if words[at:] else None
