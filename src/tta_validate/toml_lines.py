"""Where each value of a TOML text stands, down to the elements of arrays and the keys of inline tables."""

import re
from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\n\[\]{}=,.]"
    r"|[^\s\"'\#\[\]{}=,.]+",
    re.DOTALL,
)
_ESCAPE = re.compile(r'\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|["\\bfnrt])')
_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def toml_lines(text: str) -> Mapping[Path, int]:
    """Returns the line, from 1, of each table, key and array element of a text that is valid TOML.

    A path holds keys, and the index of an element of an array or of an array of tables. The key of a value has the
    line of its own; the elements of arrays have the lines on which they start. Text that is not TOML gives some lines.
    """
    return _Scanner(text).lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}
        self.line = 1
        self.tokens = self._tokens(text)
        self.table: Path = ()
        for token in self.tokens:
            if token == "[":
                self._header()
            elif token != "\n":
                self._pair(token, self.table)

    def _tokens(self, text: str) -> Iterator[str]:
        for found in _TOKEN.finditer(text):
            token = found[0]
            if token[0] == "#":
                continue
            yield token
            self.line += token.count("\n")

    def _header(self) -> None:
        line = self.line
        parts: list[str] = []
        array = False
        for token in self.tokens:
            if token == "[":
                array = True
            elif token in ("]", "\n"):
                break
            elif token != ".":
                parts.append(_key(token))
        path: Path = ()
        for number, part in enumerate(parts, 1):
            path = (*path, part)
            if array and number == len(parts):
                self.counts[path] = self.counts.get(path, -1) + 1
            self.lines.setdefault(path, line)
            if path in self.counts:
                path = (*path, self.counts[path])
                self.lines.setdefault(path, line)
        self.table = path
        for token in self.tokens:
            if token == "\n":
                break

    def _pair(self, token: str, table: Path) -> None:
        line, path = self.line, (*table, _key(token))
        for token in self.tokens:
            if token == "=":
                break
            if token == "\n":
                return
            if token != ".":
                path = (*path, _key(token))
        for number in range(len(table) + 1, len(path) + 1):
            self.lines.setdefault(path[:number], line)
        self._value(path)

    def _value(self, path: Path) -> None:
        """Reads a value and the token after it; open brackets are kept in a list, not on the call stack."""
        open_: list[tuple[Path, int | None]] = []
        for token in self.tokens:
            inside, at = open_[-1] if open_ else (None, None)
            if token in "\n,]}" and inside is None:
                return
            if token in ("]", "}"):
                path, _ = open_.pop()
            elif token == "," and inside is not None:
                path = inside
                if at is not None:
                    open_[-1] = (inside, at + 1)
                    path = (*inside, at + 1)
            elif token != "\n" and path == inside:
                path = self._inline_key(token, path)
            elif token != "\n":
                if at is not None:
                    self.lines.setdefault(path, self.line)
                if token in ("[", "{"):
                    open_.append((path, 0 if token == "[" else None))
                    path = (*path, 0) if token == "[" else path

    def _inline_key(self, token: str, table: Path) -> Path:
        path = (*table, _key(token))
        line = self.line
        for token in self.tokens:
            if token == "=":
                break
            if token != ".":
                path = (*path, _key(token))
        for number in range(len(table) + 1, len(path) + 1):
            self.lines.setdefault(path[:number], line)
        return path


def _key(token: str) -> str:
    if token[:1] == '"':
        return _ESCAPE.sub(lambda at: _PLAIN.get(at[1][0]) or _unescaped(at[1]), token[1:-1])
    return token[1:-1] if token[:1] == "'" else token


def _unescaped(code: str) -> str:
    return chr(int(code[1:], 16)) if code[0] in "uU" else code
