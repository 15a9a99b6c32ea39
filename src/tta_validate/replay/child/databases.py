"""Opens the copy of a SQLite file where the app names the original."""

from __future__ import annotations

import os

# Importing typing takes longer than all of the rest of this module.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_copies: dict[str, str] = {}


def configure(copies: dict[str, str]) -> None:
    """Keeps the copy of each original, by its real path."""
    _copies.update(copies)


def _copy(database: Any) -> Any:
    try:
        name = os.fsdecode(database)
    except TypeError:
        return database
    if not name.startswith("file:"):
        return _copies.get(os.path.realpath(name), database)
    import urllib.parse

    path, mark, query = name[len("file:") :].partition("?")
    plain = urllib.parse.unquote(path)
    plain = plain[2:] if plain.startswith("///") else plain
    found = _copies.get(os.path.realpath(plain))
    return "file:" + urllib.parse.quote(found) + mark + query if found else database


def _sqlite3(module: Any) -> None:
    original = module.connect

    def connect(database: Any, *args: Any, **keywords: Any) -> Any:
        return original(_copy(database), *args, **keywords)

    connect.__doc__ = original.__doc__
    module.connect = connect


PATCHES: dict[str, Callable[[Any], None]] = {"sqlite3.dbapi2": _sqlite3}
"""``sqlite3`` takes its ``connect`` from this module."""
