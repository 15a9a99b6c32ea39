"""Finds the locks that a comparison names: files, or revisions of git."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tta_validate import git
from tta_validate.errors import InputError
from tta_validate.lock_model import Lock
from tta_validate.lockfile import LockError, Lockfile, parse_lock, read_lock


class Found(NamedTuple):
    """A lock, when it was committed (None where that is not known), and what it is called in output."""

    lockfile: Lockfile
    committed: datetime | None
    label: str
    note: str = ""


def find_lock(root: Path, name: str, path: str) -> Found:
    """Returns the lock that a file's path or a revision names; ``path`` is that of the lock in the revision.

    A revision without that file has an empty lock. Raises InputError for what is neither file nor revision.
    """
    file = Path(name) if Path(name).is_absolute() else root / name
    if file.is_file():
        inside = file.relative_to(root).as_posix() if file.is_relative_to(root) else ""
        committed = git.committed_at(root, inside) if inside else None
        return Found(read_lock(file, name), committed, name)
    commit = git.commit_of(root, name)
    if commit is None:
        raise InputError(f"{name}:1: is neither a file nor a revision of git that is here; fetch it, or name a file")
    data = git.file_at(root, commit, path)
    label = f"{name} ({commit[:8]})" if not commit.startswith(name) else commit[:8]
    if data is None:
        return Found(empty(path), None, label, f"{path} is not in {label}")
    return Found(_at(data, name, path), git.committed_at(root, path, commit), label)


def _at(data: bytes, name: str, path: str) -> Lockfile:
    try:
        return parse_lock(data, path)
    except LockError as error:
        raise LockError(f"{name}:{path}", error.line, error.why) from None


def empty(path: str) -> Lockfile:
    """Returns a lock that holds nothing."""
    return Lockfile(path, "version = 1\n", Lock(1))
