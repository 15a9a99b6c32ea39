"""Text documents with the lines that things stand on."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from tta_validate.errors import InputError

_TABLE = re.compile(r"^\s*(\[\[?)\s*((?:[^\]\"'#]|\"[^\"]*\"|'[^']*')+?)\s*\]\]?")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_DEEP = re.compile(r"[\[{](?:\s*[\[{]){199}")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"([^"]*)"|'([^']*)'""")


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file: its values, and the line of each table and key that stands at the start of a line.

    ``lines`` maps a path of keys to a line, from 1; the index of an array of tables is a part of the path, as text.
    """

    path: str
    values: Mapping[str, object]
    lines: Mapping[tuple[str, ...], int]

    def table(self, *keys: str) -> Mapping[str, object] | None:
        """Returns the table at the path of keys, or None when there is none or it is no table."""
        table = self.values
        for key in keys:
            value = table.get(key)
            if not isinstance(value, Mapping):
                return None
            table = cast("Mapping[str, object]", value)
        return table

    def line(self, *keys: str) -> int:
        """Returns the line of the path of keys, of the nearest part of it that has one, or 1."""
        for length in range(len(keys), 0, -1):
            if keys[:length] in self.lines:
                return self.lines[keys[:length]]
        return 1


def parse_toml(text: str, path: str) -> Document:
    """Returns the document; raises InputError with ``path:line`` for text that is not TOML."""
    deep = InputError(f"{path}:1: is nested too deeply to be read as TOML")
    if _DEEP.search(text):
        raise deep
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = found[1] if found else str(text.count("\n") + 1)
        message = re.sub(r"\s*\(at [^)]*\)", "", str(error))
        raise InputError(f"{path}:{line}: is not valid TOML: {message}") from None
    except RecursionError:
        raise deep from None
    return Document(path, values, _lines(text))


def headers(text: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Returns the line, from 1, and the path of each table header of a TOML text, in order."""
    found: list[tuple[int, tuple[str, ...]]] = []
    quote = ""
    for number, line in enumerate(text.split("\n"), 1):
        inside, quote = quote, _open_quote(line, quote)
        if not inside and (header := _TABLE.match(line)) and "=" not in line.partition("]")[0]:
            found.append((number, _split(header[2])))
    return tuple(found)


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part[1] or part[2] or part[0].strip("\"'") for part in _PART.finditer(dotted))


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Finds tables and keys line by line; a key inside a multi-line string can shadow none, as the first one stays."""
    lines: dict[tuple[str, ...], int] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    quote = ""
    for number, line in enumerate(text.split("\n"), 1):
        inside, quote = quote, _open_quote(line, quote)
        if inside:
            continue
        if header := _TABLE.match(line):
            table = _resolved(_split(header[2]), counts)
            if header[1] == "[[":
                at = counts.get(table, 0)
                counts[table] = at + 1
                lines.setdefault(table, number)
                table = (*table, str(at))
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_split(key[1])), number)
    return lines


def _resolved(table: tuple[str, ...], counts: Mapping[tuple[str, ...], int]) -> tuple[str, ...]:
    """Returns the path of a table's header with the index of the newest element of each array on the way."""
    path: tuple[str, ...] = ()
    for at, part in enumerate(table, 1):
        path = (*path, part)
        if at < len(table) and path in counts:
            path = (*path, str(counts[path] - 1))
    return path


def _open_quote(line: str, quote: str) -> str:
    """Returns the multi-line quote that is open at the end of the line, given the one at its start."""
    at = 0
    while at < len(line):
        if quote:
            end = line.find(quote, at)
            if end < 0:
                return quote
            at, quote = end + 3, ""
        elif line.startswith(('"""', "'''"), at):
            quote, at = line[at : at + 3], at + 3
        elif line[at] in "\"'":
            end = line.find(line[at], at + 1)
            at = len(line) if end < 0 else end + 1
        elif line[at] == "#":
            return ""
        else:
            at += 1
    return quote
