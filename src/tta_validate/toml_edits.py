"""Writes TOML, and edits TOML that is there without touching what it does not change."""

import re
from collections.abc import Mapping
from typing import Any, cast

import tomli_w

from tta_validate.documents import headers, parse_toml
from tta_validate.errors import InputError

Tables = Mapping[str, Any]
_ORDER = ("build-system", "project", "dependency-groups", "tool")


def render(tables: Tables, comments: Mapping[str, str]) -> str:
    """Returns the text of tables; ``comments`` go beside the strings of arrays that they are about."""
    ordered = {key: tables[key] for key in (*_ORDER, *tables) if key in tables}
    uv = cast("Mapping[str, Any]", ordered.get("tool", {})).get("uv", {})
    apart = {key: uv[key] for key in ("sources", "index") if uv.get(key)}
    if apart:
        rest = {key: value for key, value in uv.items() if key not in apart}
        others = {key: value for key, value in ordered.pop("tool").items() if key != "uv"}
        ordered["tool"] = {**({"uv": rest} if rest else {}), **others}
    if not ordered.get("tool", True):
        del ordered["tool"]
    parts = [tomli_w.dumps(ordered).rstrip("\n")] if ordered else []
    if "sources" in apart:
        rows = [f"{_key(name)} = {_inline_text(one)}" for name, one in apart["sources"].items()]
        parts.append("[tool.uv.sources]\n" + "\n".join(rows))
    parts += [f"[[tool.uv.index]]\n{tomli_w.dumps(index).rstrip()}" for index in apart.get("index", ())]
    return _commented("\n\n".join(parts) + "\n", comments)


def _inline_text(value: Any) -> str:
    if isinstance(value, list):
        rows = "".join(f"    {_inline_text(one)},\n" for one in cast("list[Any]", value))
        return f"[\n{rows}]"
    pairs = [tomli_w.dumps({key: one}).strip() for key, one in cast("Tables", value).items()]
    return "{ " + ", ".join(pairs) + " }"


def _key(name: str) -> str:
    return tomli_w.dumps({name: 0}).partition(" = ")[0]


def _commented(text: str, comments: Mapping[str, str]) -> str:
    lines = text.split("\n")
    shown = {f"    {tomli_w.dumps({'x': spec})[4:].rstrip()},": said for spec, said in comments.items()}
    return "\n".join(f"{line}  # {shown[line]}" if line in shown else line for line in lines)


def without_tables(text: str, paths: tuple[tuple[str, ...], ...]) -> tuple[str, list[tuple[int, str]]]:
    """Returns a TOML text without the tables of the paths and those below, and the lines that are gone, with numbers.

    A comment right above the header of a table goes with the table.
    """
    lines = text.split("\n")
    found = headers(text)
    gone: set[int] = set()
    for at, (number, path) in enumerate(found):
        if not any(path[: len(one)] == one for one in paths):
            continue
        end = found[at + 1][0] if at + 1 < len(found) else len(lines) + 1
        start = number
        while start > 1 and lines[start - 2].lstrip().startswith("#"):
            start -= 1
        if at + 1 < len(found):
            while end > number + 1 and lines[end - 2].lstrip().startswith("#"):
                end -= 1
        gone.update(range(start, end))
    kept = "\n".join(line for number, line in enumerate(lines, 1) if number not in gone)
    return re.sub(r"\n{3,}", "\n\n", kept).strip("\n"), [(n, lines[n - 1]) for n in sorted(gone) if n <= len(lines)]


def edited(text: str, tables: Tables, path: str, comments: Mapping[str, str]) -> str:
    """Returns a TOML text with what the tables add to it, everything else as it was.

    A table that is not there comes to stand after ``[project]`` or at the top, one of ``tool`` at the end. A value that
    is there already stays; elements are added to an array that is there.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    present = parse_toml(text, path)
    fresh: dict[str, Any] = {}
    merged: dict[tuple[str, ...], Any] = {}
    for keys, value in _leaf_tables(tables):
        if present.table(*keys) is None:
            _put(fresh, keys, value)
        else:
            merged[keys] = value
    for keys, value in list(merged.items()):
        there = present.table(*keys) or {}
        added = {key: one for key, one in value.items() if key not in there}
        text, done = _with_keys(text, keys, added, comments)
        if done:
            merged[keys] = {key: one for key, one in value.items() if key in there}
    try:
        document = tomlkit.parse(text)
        for keys, value in merged.items():
            _merge(cast("Any", document), keys, value)
        body = tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType]
    except TOMLKitError as error:
        raise InputError(f"{path}:1: cannot be edited: {error}") from None
    top = {key: value for key, value in fresh.items() if key != "tool"}
    head = render(top, comments) if top else ""
    tail = render({"tool": fresh["tool"]}, comments) if "tool" in fresh else ""
    before, after = _after_project(body) if present.table("project") is not None else ("", body)
    result = "\n".join(part.strip("\n") + "\n" for part in (before, head, after, tail) if part.strip())
    try:
        parse_toml(result, path)
    except InputError as error:
        raise InputError(
            f"{path}:1: cannot be edited without breaking it ({error}); write the tables by hand"
        ) from None
    return result


def _with_keys(text: str, keys: tuple[str, ...], added: Tables, comments: Mapping[str, str]) -> tuple[str, bool]:
    """Returns the text with keys added at the end of a table that has a header, before the comments that follow it."""
    found = headers(text)
    at = next((at for at, (_, path) in enumerate(found) if path == keys), None)
    if at is None or not added:
        return text, not added
    lines = text.split("\n")
    end = found[at + 1][0] - 1 if at + 1 < len(found) else len(lines)
    while end > found[at][0] and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    new = _commented(tomli_w.dumps(added), comments).rstrip("\n").split("\n")
    return "\n".join([*lines[:end], *new, *lines[end:]]), True


def _after_project(text: str) -> tuple[str, str]:
    """Returns the text up to the end of the tables of ``[project]``, and the rest."""
    found = headers(text)
    last = max((at for at, (_, path) in enumerate(found) if path[0] == "project"), default=-1)
    lines = text.split("\n")
    end = found[last + 1][0] - 1 if last + 1 < len(found) else len(lines)
    while last + 1 < len(found) and end > 0 and lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return "\n".join(lines[:end]), "\n".join(lines[end:])


def _leaf_tables(tables: Tables, above: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Returns the tables that hold values, with their paths: ``tool.uv.sources`` apart from ``tool.uv``."""
    found: list[tuple[tuple[str, ...], Any]] = []
    own = {key: value for key, value in tables.items() if not isinstance(value, Mapping)}
    if own:
        found.append((above, own))
    for key, value in tables.items():
        if isinstance(value, Mapping):
            nested = cast("Tables", value)
            if above[:2] == ("tool", "uv") and above[-1] in ("sources",):
                found.append((above, {key: dict(nested)}))
            else:
                found += _leaf_tables(nested, (*above, key))
    return [(keys, value) for keys, value in found if keys]


def _put(into: dict[str, Any], keys: tuple[str, ...], value: Mapping[str, Any]) -> None:
    for key in keys:
        into = into.setdefault(key, {})
    into.update(value)


def _merge(document: Any, keys: tuple[str, ...], value: Mapping[str, Any]) -> None:
    from tomlkit.items import AoT

    table = document
    for key in keys:
        table = table[key]
    for key, one in value.items():
        if key not in table:
            table[key] = _item(one)
        elif isinstance(table[key], list) and isinstance(one, list | tuple):
            tables = isinstance(table[key], AoT)
            known: list[Any] = list(table[key])
            for element in cast("list[Any]", one):
                if element not in known:
                    table[key].append(_table(element) if tables else element)


def _item(value: Any) -> Any:
    import tomlkit

    if isinstance(value, list | tuple):
        elements = cast("list[Any]", value)
        array: Any = tomlkit.array()
        for element in elements:
            array.append(_inline(cast("Tables", element)) if isinstance(element, Mapping) else element)
        return array.multiline(multiline=len(elements) > 1)
    return _inline(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else value


def _inline(value: Mapping[str, Any]) -> Any:
    import tomlkit

    table = tomlkit.inline_table()
    table.update(value)  # pyright: ignore[reportUnknownMemberType]
    return table


def _table(value: Mapping[str, Any]) -> Any:
    import tomlkit

    table = tomlkit.table()
    table.update(value)  # pyright: ignore[reportUnknownMemberType]
    return table
