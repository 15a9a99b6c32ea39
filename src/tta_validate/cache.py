"""Bytes that survive a run, in the user's cache folder."""

import contextlib
import functools
import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tta_validate import __version__

if TYPE_CHECKING:
    import sqlite3

_NAME = "cache.sqlite3"
_TABLE = "CREATE TABLE kept (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
_MAX_FILE_BYTES = 512 << 20
_MAX_VALUE_BYTES = 64 << 20
_WAIT_SECONDS = 2.0
_MANY = 500
_SUM_BYTES = 16
_SIDE_FILES = ("", "-wal", "-shm", "-journal")


def default_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Returns the folder for this program below the user's cache folder; it need not exist.

    Source: XDG Base Directory Specification; ``LOCALAPPDATA`` on Windows; Apple's File System Programming Guide.
    """
    if platform == "win32":
        base = environment.get("LOCALAPPDATA") or "~/AppData/Local"
    elif platform == "darwin":
        base = "~/Library/Caches"
    else:
        named = environment.get("XDG_CACHE_HOME", "")
        base = named if os.path.isabs(named) else "~/.cache"
    return Path(base).expanduser() / "tta-validate"


@functools.cache
def own_code() -> bytes:
    """Returns what changes whenever this package's code may have: what was made by other code is not used.

    The version alone does not tell: an installation from a repository keeps it.
    """
    return code_digest(os.path.dirname(__file__))


def code_digest(package: str) -> bytes:
    """Returns a digest of a package's folder: of the hashes that its installer wrote down, else of sizes and times.

    Installed anew, a package has other times and the same hashes, so that a cache outlives the machine of a CI job.
    Source: "Recording installed projects" of the Python packaging specifications.
    """
    digest = hashlib.blake2b(__version__.encode(), digest_size=20)
    recorded = _recorded(package)
    if recorded:
        digest.update(recorded)
        return digest.digest()
    for folder, folders, names in os.walk(package):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            about = os.stat(os.path.join(folder, name))
            digest.update(f"{os.path.relpath(folder, package)}/{name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return digest.digest()


def _recorded(package: str) -> bytes:
    """Returns the package's lines of its RECORD; an editable installation has none, as its files can change."""
    parent, name = os.path.split(package)
    try:
        with open(os.path.join(parent, f"{name}-{__version__}.dist-info", "RECORD"), "rb") as file:
            lines = sorted(line for line in file if line.startswith(name.encode() + b"/") and b",sha256=" in line)
    except OSError:
        return b""
    return b"".join(lines) if any(b"/__init__.py," in line for line in lines) else b""


def _sum(key: bytes, value: bytes) -> bytes:
    return hashlib.blake2b(value, key=key[:64], digest_size=_SUM_BYTES).digest()


class Cache:
    """A store of bytes by key in ``folder``, shared by any number of processes; without a folder it keeps nothing.

    Whatever goes wrong with it (no access, a full disk, another program's lock, damage) makes a miss, never an error.
    A value comes back only as it was put: each is stored with a sum over key and value.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / _NAME if folder is not None else None
        self._connection: sqlite3.Connection | None = None
        self.fresh = False
        """Whether nothing can be in it but what was put since it was opened."""

    def get(self, key: bytes) -> bytes | None:
        """Returns what was put under the key, or None."""
        return self.get_many([key]).get(key)

    def put(self, key: bytes, value: bytes) -> None:
        """Keeps the value; an earlier one of the same key is replaced."""
        self.put_many([(key, value)])

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Returns the values of the keys that are there."""
        found: dict[bytes, bytes] = {}

        def read(connection: "sqlite3.Connection") -> None:
            for start in range(0, len(keys), _MANY):
                some = keys[start : start + _MANY]
                marks = ",".join("?" * len(some))
                for key, value in connection.execute(f"SELECT key, value FROM kept WHERE key IN ({marks})", some):
                    if isinstance(value, bytes) and value[:_SUM_BYTES] == _sum(key, value[_SUM_BYTES:]):
                        found[key] = value[_SUM_BYTES:]

        self._run(read)
        return found

    def put_many(self, items: Iterable[tuple[bytes, bytes]]) -> None:
        """Keeps several values, all or none of them."""
        rows = [(key, _sum(key, value) + value) for key, value in items if len(value) < _MAX_VALUE_BYTES]

        def write(connection: "sqlite3.Connection") -> None:
            with connection:
                connection.executemany("INSERT OR REPLACE INTO kept (key, value) VALUES (?, ?)", rows)

        if rows:
            self._run(write)

    def close(self) -> None:
        """Lets go of the file; a later use opens it again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __enter__(self) -> "Cache":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, action: "Callable[[sqlite3.Connection], None]") -> None:
        """Does something with the file; starts over with an empty one after damage."""
        if self._path is None:
            return
        import sqlite3

        try:
            if self._connection is None:
                self._connection, self.fresh = _connect(self._path)
            action(self._connection)
        except (sqlite3.OperationalError, OSError):
            self.close()
        except (sqlite3.Error, OverflowError, ValueError):
            self.close()
            self._remove()

    def _remove(self) -> None:
        for ending in _SIDE_FILES:
            with contextlib.suppress(OSError):
                os.unlink(f"{self._path}{ending}")


def _connect(path: Path) -> "tuple[sqlite3.Connection, bool]":
    """Opens the file, made anew where it is of another layout or has grown too large; tells whether it is empty.

    The schema is not trusted: a file from elsewhere could carry triggers and views.
    """
    import sqlite3

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS)
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES + 4096)
        connection.execute("PRAGMA trusted_schema = OFF")
        schema = connection.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
        if not schema:
            connection.execute("PRAGMA journal_mode = WAL")
            with connection:
                connection.execute(_TABLE.replace("TABLE", "TABLE IF NOT EXISTS", 1))
        elif schema != [("table", "kept", _TABLE)]:
            raise sqlite3.DatabaseError("another layout")
        elif path.stat().st_size > _MAX_FILE_BYTES:
            with connection:
                connection.execute("DELETE FROM kept")
            connection.execute("VACUUM")
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection, not schema
