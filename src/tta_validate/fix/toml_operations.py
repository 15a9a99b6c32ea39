"""Changes TOML and keeps the comments and the layout of everything else."""

import tomllib
from collections.abc import Sequence
from typing import Any, cast

from tta_validate.documents import headers
from tta_validate.fix.content import Unfixable
from tta_validate.fix.toml_comments import (
    emptied,
    remark,
    with_heading,
    with_remark,
    without_bare_header,
    without_heading,
)

Keys = Sequence[str | int]


def operated(text: str, path: str, operations: Sequence[tuple[str, Keys, Any]]) -> str:
    """Returns the text after operations; raises Unfixable for what is not there or does not give valid TOML.

    ``operations``: what (``set``, ``remove``, ``append``, ``move``, ``transfer``, ``fold``), where, and the value.
    """
    for what, keys, value in operations:
        said = remark(text, keys) if what in ("transfer", "fold") else ""
        if what == "fold":
            text = with_remark(_lined(text, path, value[:-1]) if said else text, value, said)
            text = _operated(text, path, "remove", keys, None)
        elif what == "transfer":
            text = _transferred(text, path, keys, value, said)
        elif what == "move":
            text, heading = without_heading(text, keys)
            text = with_heading(_operated(text, path, what, keys, value), value, heading)
        else:
            text = _operated(text, path, what, keys, value)
        if what in ("remove", "move", "transfer"):
            text = _tidied(text, path, keys)
    return text


def _transferred(text: str, path: str, keys: Keys, to: Keys, said: str) -> str:
    """Returns the text with an element in another list, its comment beside it; one that is there already stays."""
    values = _values(text, path)
    try:
        element = _at(values, keys)
        there: list[Any] = _made(values, to[:-1]).setdefault(to[-1], [])
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Unfixable(f"{path}: {'.'.join(map(str, keys))} is not there, or is something else") from None
    if element in there:
        text = with_remark(text, [*to, there.index(element)], said)
    else:
        text = _operated(text, path, "line" if said else "append", to, element)
        text = with_remark(text, [*to, len(there)], said)
    return _operated(text, path, "remove", keys, None)


def _lined(text: str, path: str, keys: Keys) -> str:
    """Returns the text with an array that stands on one line written as one element a line."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document: Any = tomlkit.parse(text)
        array = _at(document, keys)
        if "\n" not in array.as_string():
            array.multiline(multiline=True)
    except (TOMLKitError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise Unfixable(f"{path}: cannot be edited: {error}") from None
    return tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType]


def _tidied(text: str, path: str, keys: Keys) -> str:
    """Returns the text without the lists and tables that a removal left empty."""
    while (empty := emptied(text, _values(text, path), keys)) is not None:
        text, keys = _operated(text, path, "remove", empty, None), empty
    return without_bare_header(text, keys)


def _operated(text: str, path: str, what: str, keys: Keys, value: Any) -> str:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    expected = _values(text, path)
    _plainly(expected, what, keys, value, path)
    try:
        document: Any = tomlkit.parse(text)
        if what == "remove" and (shorter := _without_table(text, keys)) is not None:
            after = shorter
        else:
            _changed(document, what, keys, value)
            after = tomlkit.dumps(document)
    except (TOMLKitError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise Unfixable(f"{path}: cannot be edited: {error}") from None
    if _without_empty(_values(after, path), keys) != _without_empty(expected, keys):
        raise Unfixable(f"{path}: the edit would change more than it should")
    return after


def _values(text: str, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise Unfixable(f"{path}: is not valid TOML") from None


def _without_empty(values: dict[str, Any], keys: Keys) -> dict[str, Any]:
    """Returns the values without empty tables above a key: one without a header is gone with its last key."""
    if len(keys) > 1 and isinstance(one := values.get(str(keys[0])), dict):
        inner = _without_empty(cast("dict[str, Any]", one), keys[1:])
        rest = {key: value for key, value in values.items() if key != keys[0]}
        return {**rest, str(keys[0]): inner} if inner else rest
    return values


def _plainly(values: Any, what: str, keys: Keys, value: Any, path: str) -> None:
    """Does to plain values what is to come of the edit."""
    try:
        if what == "move":
            moved = _at(values, keys[:-1])[keys[-1]]
            _plainly(values, "remove", keys, None, path)
            _plainly(values, "set", value, moved, path)
            return
        parent = _made(values, keys[:-1]) if what in ("set", "append", "line") else _at(values, keys[:-1])
        if what == "set":
            parent[keys[-1]] = value
        elif what in ("append", "line"):
            parent.setdefault(keys[-1], []).append(value)
        else:
            del parent[keys[-1]]
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Unfixable(f"{path}: {'.'.join(map(str, keys))} is not there, or is something else") from None


def _at(values: Any, keys: Keys) -> Any:
    for key in keys:
        values = values[key]
    return values


def _made(values: Any, keys: Keys) -> Any:
    for key in keys:
        if isinstance(key, str) and key not in values:
            values[key] = {}
        values = values[key]
    return values


def _changed(document: Any, what: str, keys: Keys, value: Any) -> None:
    import tomlkit
    from tomlkit.items import Array

    if what == "move":
        moved = _at(document, keys[:-1])[keys[-1]]
        if not isinstance(moved, Array):
            moved = moved.unwrap() if hasattr(moved, "unwrap") else moved
        _changed(document, "remove", keys, None)
        _changed(document, "set", cast("Keys", value), moved)
    elif what == "remove":
        del _at(document, keys[:-1])[keys[-1]]
    elif what == "set":
        _table(document, keys[:-1])[keys[-1]] = _inline(value)
    else:
        parent = _table(document, keys[:-1])
        if what == "line" and keys[-1] not in parent:
            parent[keys[-1]] = tomlkit.array()
        if what == "line" and "\n" not in parent[keys[-1]].as_string():
            parent[keys[-1]].multiline(multiline=True)
            parent[keys[-1]].append(value)
        elif keys[-1] in parent:
            _append(parent[keys[-1]], value)
        else:
            parent[keys[-1]] = [value]


def _inline(value: Any) -> Any:
    """Returns a table as one that stands on the line of its key."""
    import tomlkit

    if not isinstance(value, dict):
        return value
    pairs = cast("dict[str, Any]", value).items()
    shown = ", ".join(f"{_key(key)} = {_shown(one)}" for key, one in pairs)
    return tomlkit.value(f"{{ {shown} }}")


def _key(name: str) -> str:
    import tomlkit

    return cast("Any", tomlkit.key(name)).as_string()


def _shown(value: Any) -> str:
    import tomlkit

    return cast("Any", tomlkit.item(value)).as_string()


def _append(array: Any, value: Any) -> None:
    """Adds an element; a multi-line array keeps an element a line."""
    if "\n" in array.as_string():
        indent = next(
            (" " * (len(line) - len(line.lstrip())) for line in array.as_string().split("\n")[1:] if line.strip(" ]")),
            "    ",
        )
        array.add_line(value, indent=indent, newline=True) if not len(array) else array.append(value)
    else:
        array.append(value)


def _table(document: Any, keys: Keys) -> Any:
    import tomlkit

    table = document
    for at, key in enumerate(keys):
        if isinstance(key, str) and key not in table:
            table[key] = tomlkit.table(at + 1 < len(keys))
        table = table[key]
    return table


def _without_table(text: str, keys: Keys) -> str | None:
    """Returns the text without a table that has a header of its own, with the comments right above it.

    None for what is no such table, or has its parts in several places.
    """
    found = headers(text)
    path = tuple(keys)
    own = [at for at, (_, one) in enumerate(found) if one[: len(path)] == path]
    if not own or any(isinstance(key, int) for key in keys) or own != [*range(own[0], own[-1] + 1)]:
        return None
    lines = text.split("\n")
    start = found[own[0]][0] - 1
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    if own[-1] + 1 < len(found):
        end = found[own[-1] + 1][0] - 1
        while lines[end - 1].lstrip().startswith("#") and end - 1 > start:
            end -= 1
        return "\n".join([*lines[:start], *lines[end:]])
    while start > 0 and not lines[start - 1].strip():
        start -= 1
    return "\n".join([*lines[:start], ""])
