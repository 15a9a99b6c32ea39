"""Takes comments along when what they are about moves within a TOML text, and takes out what a removal left empty."""

import re
from collections.abc import Sequence

from tta_validate.documents import headers
from tta_validate.toml_lines import toml_lines

Keys = Sequence[str | int]

_ELEMENT = re.compile(r"""^(\s*(?:"(?:[^"\\]|\\.)*"|'[^']*'|\{[^#\n]*\})\s*,?)[ \t]*(\#.*?)?[ \t]*$""")
_TABLES = (("tool", "uv", "sources"), ("tool", "uv"), ("project", "optional-dependencies"), ("dependency-groups",))
_ARRAYS = (("tool", "uv", "workspace", "exclude"),)


def remark(text: str, keys: Keys) -> str:
    """Returns the comment beside an element that has its line for itself, empty without one."""
    found = _ELEMENT.match(_line(text, keys))
    return (found[2] or "") if found else ""


def with_remark(text: str, keys: Keys, said: str) -> str:
    """Returns the text with a comment beside an element that has its line for itself, after one that is there."""
    found = _ELEMENT.match(_line(text, keys))
    if not said or not found or said == found[2]:
        return text
    both = f"{found[2]}; {said.lstrip('# ')}" if found[2] else said
    lines = text.split("\n")
    lines[toml_lines(text)[tuple(keys)] - 1] = f"{found[1]}  {both}"
    return "\n".join(lines)


def without_heading(text: str, keys: Keys) -> tuple[str, list[str]]:
    """Returns the text without the comments right above a key, and these lines."""
    lines = text.split("\n")
    end = start = toml_lines(text).get(tuple(keys), 1) - 1
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return "\n".join([*lines[:start], *lines[end:]]), lines[start:end]


def with_heading(text: str, keys: Keys, heading: Sequence[str]) -> str:
    """Returns the text with comments right above a key."""
    lines = text.split("\n")
    at = toml_lines(text).get(tuple(keys), 1) - 1
    return "\n".join([*lines[:at], *heading, *lines[at:]])


def emptied(text: str, values: object, keys: Keys) -> Sequence[str] | None:
    """Returns the list or table above removed keys that says nothing without them; None where there is none.

    A table in which comments are left stays: they may be about what comes next.
    """
    above = tuple(str(key) for key in keys[:-1])
    at = values
    for key in above:
        at = at.get(key) if isinstance(at, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if at == [] and above in _ARRAYS:
        return above
    return above if at == {} and above in _TABLES and not _commented(text, above) else None


def without_bare_header(text: str, keys: Keys) -> str:
    """Returns the text without the header above removed keys where only tables with headers of their own follow."""
    table = tuple(str(key) for key in keys[:-1])
    lines = text.split("\n")
    start, end = _extent(text, table)
    below = any(path[: len(table)] == table and path != table for _, path in headers(text))
    bare = start and below and table in _TABLES and "#" not in lines[start - 1] and not any(lines[start:end])
    return "\n".join([*lines[: start - 1], *lines[end:]]) if bare else text


def _commented(text: str, table: tuple[str, ...]) -> bool:
    start, end = _extent(text, table)
    return bool(start) and any("#" in line for line in text.split("\n")[start - 1 : end])


def _extent(text: str, table: tuple[str, ...]) -> tuple[int, int]:
    """Returns the first and last line of a table, without comments that are the next one's; zeros for no header."""
    found = headers(text)
    lines = text.split("\n")
    for at, (number, path) in enumerate(found):
        if path == table:
            end = found[at + 1][0] - 1 if at + 1 < len(found) else len(lines)
            while end > number and lines[end - 1].lstrip().startswith("#") and at + 1 < len(found):
                end -= 1
            return number, end
    return 0, 0


def _line(text: str, keys: Keys) -> str:
    number = toml_lines(text).get(tuple(keys))
    return text.split("\n")[number - 1] if number else ""
