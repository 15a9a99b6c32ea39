"""Finds the locks that a comparison names: files, or revisions of git."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tta_validate import git
from tta_validate.errors import InputError
from tta_validate.lock_model import Lock
from tta_validate.lockfile import LockError, Lockfile, parse_lock, read_lock

ENDS = ("uv.lock", ".py.lock")
"""How the names of locks end."""

_ALIKE = 0.5
_MAX_CANDIDATES = 50


class Found(NamedTuple):
    """A lock, when it was committed (None where that is not known), and what it is called in output."""

    lockfile: Lockfile
    committed: datetime | None
    label: str
    note: str = ""


def find_lock(root: Path, name: str, path: str, later: Found | None = None) -> Found:
    """Returns the lock that a file's path or a revision names; ``path`` is that of the lock in the revision.

    A revision without that file has an empty lock, or under another path the lock that ``later`` was moved from.
    Raises InputError for what is neither file nor revision.
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
    if data is None and later is not None and (old := _moved(root, commit, later.lockfile)):
        note = f"{path} was moved: it is {old.lockfile.path} in {label}"
        return Found(old.lockfile, git.committed_at(root, old.lockfile.path, commit), label, note)
    if data is None:
        return Found(empty(path), None, label, f"{path} is not in {label}")
    return Found(_at(data, name, path), git.committed_at(root, path, commit), label)


def _moved(root: Path, commit: str, later: Lockfile) -> Found | None:
    """Returns the lock of a commit that is gone since and most like another one, at least by half.

    Git's own search for renames knows neither untracked files nor which part of a lock is the same.
    """
    best: tuple[float, Lockfile] | None = None
    for path in git.paths_at(root, commit, ENDS)[:_MAX_CANDIDATES]:
        data = None if (root / path).exists() else git.file_at(root, commit, path)
        if data is None:
            continue
        try:
            found = parse_lock(data, path)
        except LockError:
            continue
        alike = _likeness(found, later)
        if alike >= _ALIKE and (best is None or alike > best[0]):
            best = alike, found
    return Found(best[1], None, commit[:8]) if best else None


def _likeness(one: Lockfile, other: Lockfile) -> float:
    """Returns how much of two locks is the same, from 0 to 1; nothing is where neither is of a project of the other."""
    left, right = ({(package.name, package.version) for package in lock.lock.packages} for lock in (one, other))
    own, others = ({package.name for package in lock.lock.packages if package.source.mutable} for lock in (one, other))
    if (own or others) and not own & others:
        return 0
    names = {name for name, _ in left} & {name for name, _ in right}
    shared = len(left & right) + 0.5 * (len(names) - len({name for name, _ in left & right}))
    return shared / max(len(left), len(right), 1)


def _at(data: bytes, name: str, path: str) -> Lockfile:
    try:
        return parse_lock(data, path)
    except LockError as error:
        raise LockError(f"{name}:{path}", error.line, error.why) from None


def empty(path: str) -> Lockfile:
    """Returns a lock that holds nothing."""
    return Lockfile(path, "version = 1\n", Lock(1))
