"""Opens the copy of a SQLite file where the app names the original, and tells which other files it opens."""

from __future__ import annotations

import os

# Importing typing takes longer than all of the rest of this module.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_copies: dict[str, str] = {}
_told: dict[str, str] = {}


def configure(copies: dict[str, str], told: str) -> None:
    """Keeps the copy of each original, by its real path, and the file to which the names of others are added."""
    _copies.update(copies)
    _told[""] = told


def _tell(path: str) -> None:
    if path in _told:
        return
    _told[path] = path
    handle = os.open(_told[""], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, os.fsencode(path) + b"\0")
    finally:
        os.close(handle)


def _copy(database: Any) -> Any:
    try:
        name = os.fsdecode(database)
    except TypeError:
        return database
    if not name.startswith("file:"):
        path = os.path.realpath(name)
        if name and name != ":memory:" and path not in _copies:
            _tell(path)
        return _copies.get(path, database)
    import urllib.parse

    path, mark, query = name[len("file:") :].partition("?")
    plain = urllib.parse.unquote(path)
    plain = plain[2:] if plain.startswith("///") else plain
    found = _copies.get(os.path.realpath(plain))
    if plain and not found and "memory" not in query and plain != ":memory:":
        _tell(os.path.realpath(plain))
    return "file:" + urllib.parse.quote(found) + mark + query if found else database


def _sqlite3(module: Any) -> None:
    original = module.connect

    def connect(database: Any, *args: Any, **keywords: Any) -> Any:
        return original(_copy(database), *args, **keywords)

    connect.__doc__ = original.__doc__
    module.connect = connect


PATCHES: dict[str, Callable[[Any], None]] = {"sqlite3.dbapi2": _sqlite3}
"""``sqlite3`` takes its ``connect`` from this module."""
