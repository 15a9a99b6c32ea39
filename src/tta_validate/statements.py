"""The top-level statements of a module, found without parsing it."""

import re
from dataclasses import dataclass

from tta_validate.bindings import Import, bound_names, imports

_LONG = r'''"""(?:[^"\\]|\\.|"(?!""))*+"""|\'\'\'(?:[^'\\]|\\.|'(?!''))*+\'\'\''''
_SHORT = r"""'(?!'')(?:[^'\\\n]|\\.)*+'|"(?!"")(?:[^"\\\n]|\\.)*+\""""
_FORMATTED = r"(?:(?<=\b[fFtT])|(?<=\b[fFtT][rR])|(?<=\b[rR][fFtT]))"
_IN_DOUBLE = r"""\{(?:[^{}'"\\\n]|'[^'"\\\n{}]*+'|\{[^{}'"\\\n]*+\})*+\}"""
_IN_SINGLE = r"""\{(?:[^{}'"\\\n]|"[^'"\\\n{}]*+"|\{[^{}'"\\\n]*+\})*+\}"""
_IN_LONG = r"""\{(?:[^{}'"\\\n#]|'(?!'')[^'\\\n{}]*+'|"(?!"")[^"\\\n{}]*+"|\{[^{}'"\\\n#]*+\})*+\}"""
_FORMATTED_STRING = (
    rf'"""(?:[^"\\{{}}]|\\[^{{}}]|"(?!"")|\{{\{{|\}}\}}|{_IN_LONG})*+"""'
    rf"|'''(?:[^'\\{{}}]|\\[^{{}}]|'(?!'')|\{{\{{|\}}\}}|{_IN_LONG})*+'''"
    rf'|"(?!"")(?:[^"\\\n{{}}]|\\[^{{}}]|\{{\{{|\}}\}}|{_IN_DOUBLE})*+"'
    rf"|'(?!'')(?:[^'\\\n{{}}]|\\[^{{}}]|\{{\{{|\}}\}}|{_IN_SINGLE})*+'"
)
_STRING = rf"(?=['\"])(?:{_FORMATTED}(?:{_FORMATTED_STRING})|(?!{_FORMATTED})(?:{_LONG}|{_SHORT}))"
_COMMENT = r"#[^\n]*+"


def _nested(depth: int) -> str:
    deeper = f"|{_nested(depth - 1)}" if depth else ""
    return rf"[(\[{{](?:[^'\"#()\[\]{{}}]++|{_COMMENT}|{_STRING}{deeper})*+[)\]}}]"


_BLANK = r"[ \t\f]*+(?:\#[^\n]*+)?+"
_MORE = r"\n(?=[ \t\f]*+(?:(?<=[ \t])|[\n#]|\Z)|(?:else|elif|except|finally)\b)"
_STATEMENT = re.compile(rf"(?:[^'\"#()\[\]{{}}\\\n]++|{_MORE}|{_nested(5)}|{_COMMENT}|{_STRING}|\\\n)*+", re.DOTALL)
"""As much of a statement as needs no memory: brackets nested less deep than most, and no quotes inside of like quotes.

Goes over a newline where the next line is blank, a comment, indented (a form feed starts the count of columns anew) or
a further clause of a compound statement.
"""
_LITERAL = re.compile(
    rf"(?P<code>[^'\"#]++)|(?P<comment>{_COMMENT})|(?=['\"])(?:{_FORMATTED}(?P<formatted>{_FORMATTED_STRING})|(?!{_FORMATTED})(?:(?P<long>{_LONG})"
    rf"|(?P<short>{_SHORT})))|(?P<open>['\"])",
    re.DOTALL,
)
_LEADING = re.compile(rf"(?:{_BLANK}\n|\\\n)*+(?:{_BLANK}\Z)?+")
_IS_FORMATTED = re.compile(_FORMATTED)
_PLAIN_STRING = re.compile(f"{_LONG}|{_SHORT}", re.DOTALL)
_IN_CODE = re.compile(r"""['"#()\[\]{}\\]""")
_IN_FIELD = re.compile(r"""['"#()\[\]{}\\:]|!=""")
_IN_TEXT = re.compile(r"""\\(?![{}]).|\{\{|\}\}|[{}'"\n]""", re.DOTALL)
_IN_FORMAT = re.compile(r"""[{}'"\n]""")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement, or several joined by semicolons, with its decorators and what trails it.

    ``text`` ends before the next statement's first line; ``line`` is the line of its first character, from 1.
    ``closed``: False where a string or bracket does not close, so that it is a whole module.
    """

    line: int
    text: str
    closed: bool = True

    @property
    def binds(self) -> frozenset[str]:
        """The names that it may bind in its module; too many perhaps, never too few; see `bindings`."""
        return bound_names(self.text)

    @property
    def imports(self) -> tuple[Import, ...]:
        """The imports in it; too many perhaps, never too few."""
        return imports(self.text)


def blanked(text: str) -> str:
    """Returns the text with blanks for what stands in its comments and in its strings, formatted ones left as they are.

    Places stay the same. Text whose strings do not close, or nest in ways that are not followed, comes back as it is.
    """
    pieces: list[str] = []
    for found in _LITERAL.finditer(text):
        piece = found[0]
        match found.lastgroup:
            case "comment":
                piece = "#".ljust(len(piece))
            case "short":
                piece = piece[0].ljust(len(piece) - 1) + piece[0]
            case "long":
                piece = piece[:3].ljust(len(piece) - 3) + piece[:3]
            case "open":
                return text
            case _:
                pass
        pieces.append(piece)
    return "".join(pieces)


def split(text: str) -> tuple[Statement, ...]:
    """Returns the top-level statements of a module whose newlines are ``\\n``.

    Blank lines and comments before the first are dropped. Text whose strings or brackets do not close is one statement.
    """
    statements: list[Statement] = []
    line = 1
    start = 0
    ranges = _ranges(text)
    for first, last in [_whole(text)] if ranges is None else ranges:
        line += text.count("\n", start, first)
        statements.append(Statement(line, text[first:last], ranges is not None))
        start = first
    return tuple(statements)


def _whole(text: str) -> tuple[int, int]:
    leading = _LEADING.match(text)
    return leading.end() if leading else 0, len(text)


def _ranges(text: str) -> list[tuple[int, int]] | None:
    """Returns where statements start and end, None where a string or bracket does not close."""
    at = _whole(text)[0]
    ranges: list[tuple[int, int]] = []
    while at < len(text):
        end = _end(text, at)
        if end < 0:
            return None
        end += end < len(text)
        if text.startswith("@", at) or text.startswith("@", _after_feeds(text, at)):
            while end < len(text) and text.startswith("@", _after_feeds(text, end)):
                end = _end(text, end) + 1
                if not end:
                    return None
            last = _end(text, end) if end < len(text) else end
            if last < 0:
                return None
            end = min(last + 1, len(text))
        ranges.append((at, end))
        at = end
    return ranges


def _after_feeds(text: str, at: int) -> int:
    while text.startswith("\f", at):
        at += 1
    return at


def _end(text: str, at: int) -> int:
    """Returns the place of the newline that ends a statement, or the text's end; -1 where nothing ends it."""
    while True:
        match = _STATEMENT.match(text, at)
        at = match.end() if match else at
        if at >= len(text) or text[at] == "\n":
            return at
        at = _group(text, at)
        if at < 0:
            return -1


def _group(text: str, at: int) -> int:
    """Returns the place after the string or bracketed group at ``at``, however nested; -1 where it does not close."""
    stack: list[str] = []
    while True:
        step = _code_step if not stack or len(stack[-1]) == 1 else _text_step
        at = step(text, at, stack)
        if at < 0 or not stack:
            return at


def _code_step(text: str, at: int, stack: list[str]) -> int:
    """Goes on to after the next token that matters in code; ``stack`` holds what is open.

    It holds closing brackets, ``!`` for a replacement field, quotes of formatted strings with a mark in front
    (``=`` for the text of one, ``:`` for the format of a field).
    """
    in_field = bool(stack) and stack[-1] == "!"
    found = (_IN_FIELD if in_field else _IN_CODE).search(text, at)
    if not found:
        return -1
    token, at = found[0], found.end()
    if token in "'\"":
        return _open_string(text, found.start(), stack)
    if token in _CLOSING:
        stack.append(_CLOSING[token])
    elif token == "}" and in_field:
        stack.pop()
    elif token == ":" and in_field:
        stack[-1] = f":{stack[-2][1:]}"
    elif token == "#":
        return text.find("\n", at)
    elif token == "\\":
        return at + 1 if text.startswith("\n", at) else -1
    elif token in ")]}" and (not stack or stack.pop() != token):
        return -1
    return at


def _open_string(text: str, at: int, stack: list[str]) -> int:
    if _IS_FORMATTED.match(text, at):
        quote = text[at] * (3 if text.startswith(text[at] * 3, at) else 1)
        stack.append(f"={quote}")
        return at + len(quote)
    plain = _PLAIN_STRING.match(text, at)
    return plain.end() if plain else -1


def _text_step(text: str, at: int, stack: list[str]) -> int:
    in_format, quote = stack[-1][0] == ":", stack[-1][1:]
    found = (_IN_FORMAT if in_format else _IN_TEXT).search(text, at)
    if not found:
        return -1
    token, at = found[0], found.end()
    if token == "{":
        stack.append("!")
    elif token == "\n" and len(quote) == 1:
        return -1
    elif token in "'\"" and text.startswith(quote, found.start()):
        if in_format:
            return -1
        stack.pop()
        return found.start() + len(quote)
    elif token == "}":
        if not in_format:
            return -1
        stack.pop()
    return at
