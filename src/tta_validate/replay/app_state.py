"""Files that hold the app's state: every test set begins with what stood in them, and they get that back."""

import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

_SIDES = ("", "-wal", "-shm", "-journal")
"""A SQLite database and the files SQLite keeps beside it (https://www.sqlite.org/tempfiles.html)."""

_SQLITE = b"SQLite format 3\0"


class State:
    """The state files of one set. ``databases`` maps a SQLite file to the copy that Python apps open instead."""

    def __init__(self, files: Sequence[str], base: str, folder: Path) -> None:
        self._kept = folder / "state"
        self._kept.mkdir(mode=0o700, exist_ok=True)
        originals = [os.path.realpath(os.path.join(base, name)) for name in files]
        self.pairs: list[tuple[str, str]] = []
        self.databases: dict[str, str] = {}
        for number, original in enumerate(originals):
            for side in _SIDES:
                copy = str(self._kept / f"{number}{side}")
                self.pairs.append((copy, original + side))
                if os.path.isfile(original + side):
                    shutil.copy2(original + side, copy)
            if _is_database(original):
                self.databases[original] = str(folder / f"database-{number}")
        self.fresh()

    def fresh(self) -> None:
        """Lays the copies for Python apps anew."""
        kept = {original: copy for copy, original in self.pairs}
        for original, copy in self.databases.items():
            for side in _SIDES:
                _put(kept[original + side], copy + side)

    def restore(self) -> None:
        """Puts back what the app changed."""
        for copy, original in self.pairs:
            if not _same(copy, original):
                _put(copy, original)


def _is_database(path: str) -> bool:
    """Tells whether a file is SQLite's; one that is missing or empty counts where its name says so."""
    with contextlib.suppress(OSError), open(path, "rb") as file:
        start = file.read(len(_SQLITE))
        if start:
            return start == _SQLITE
    return path.lower().endswith((".db", ".sqlite", ".sqlite3", ".db3"))


def _put(source: str, target: str) -> None:
    if os.path.exists(source):
        shutil.copy2(source, target)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(target)


def _same(copy: str, original: str) -> bool:
    try:
        one, other = os.stat(copy), os.stat(original)
    except FileNotFoundError:
        return not os.path.exists(copy) and not os.path.exists(original)
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
