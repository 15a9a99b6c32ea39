"""Reads a git repository: files at a revision, and when a file was last committed."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_SECONDS = 20
_AT_A_TIME = 500
_SETTINGS = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "diff.external=", "log.showSignature=false")
SAFE = tuple(part for setting in _SETTINGS for part in ("-c", setting))
"""Options of git with which nothing of a repository's own configuration is run."""


def _git(root: Path, *arguments: str, given: bytes = b"") -> bytes | None:
    """Returns what git prints, None where it fails, is missing or takes too long; runs nothing of the repository."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
    try:
        done = subprocess.run(
            ["git", *SAFE, *arguments],
            cwd=root,
            env=environment,
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None


def installed() -> bool:
    """Tells whether there is a git to run."""
    return shutil.which("git") is not None


def commit_of(root: Path, revision: str) -> str | None:
    """Returns the full hash of the commit that a revision names, None where there is none."""
    if revision.startswith("-"):
        return None
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return found.decode("ascii", "replace").strip() or None if found is not None else None


def parents(root: Path, commit: str) -> tuple[str, ...]:
    """Returns the hashes of the parents of a commit, which need not be here themselves: a shallow clone has none."""
    text = (_git(root, "cat-file", "commit", commit) or b"").partition(b"\n\n")[0]
    return tuple(line[7:].decode("ascii", "replace") for line in text.split(b"\n") if line.startswith(b"parent "))


def is_shallow(root: Path) -> bool:
    """Tells whether the repository holds only a part of its history."""
    return (_git(root, "rev-parse", "--is-shallow-repository") or b"").strip() == b"true"


def merge_base(root: Path, one: str, other: str) -> str:
    """Returns the best common ancestor of two commits, empty where there is none or it is not here."""
    found = _git(root, "merge-base", "--end-of-options", one, other)
    return found.decode("ascii", "replace").strip() if found is not None else ""


def is_tracked(root: Path, path: str) -> bool:
    """Tells whether git keeps a file, whatever patterns it is ignored by."""
    return _git(root, "ls-files", "--error-unmatch", "--", path) is not None


def branch_of(root: Path) -> str | None:
    """Returns the name of the branch that is checked out, None where there is none."""
    found = _git(root, "symbolic-ref", "--quiet", "--short", "HEAD")
    return found.decode("utf-8", "replace").strip() or None if found is not None else None


def file_at(root: Path, commit: str, path: str) -> bytes | None:
    """Returns a file of a commit, by a path relative to a folder in the repository; None where it is not there."""
    return _git(root, "cat-file", "blob", f"{commit}:./{path}")


def paths_at(root: Path, commit: str, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the files of a commit whose names end so, relative to a folder of the repository, sorted."""
    found = _git(root, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
    here = _git(root, "rev-parse", "--show-prefix")
    if found is None or here is None:
        return ()
    prefix = here.decode("utf-8", "replace").strip() or "."
    names = (name for name in found.decode("utf-8", "replace").split("\0") if name.endswith(suffixes))
    return tuple(sorted(os.path.relpath(name, prefix) for name in names))


def committed_at(root: Path, path: str, commit: str = "HEAD") -> datetime | None:
    """Returns when a file was last changed by a commit, None where no commit did or it has changed since."""
    if commit == "HEAD" and _git(root, "diff", "--quiet", "--no-ext-diff", "HEAD", "--", path) is None:
        return None
    found = _git(root, "log", "-1", "--format=%ct", commit, "--", path)
    text = found.decode("ascii", "replace").strip() if found else ""
    return datetime.fromtimestamp(int(text), UTC) if text.isdecimal() else None


def tracked(root: Path, names: Sequence[str]) -> tuple[str, ...] | None:
    """Returns the files below a folder that git tracks or, as nothing tells it to ignore them, would with `git add`.

    ``names`` are patterns of their names. None outside of a repository.
    """
    patterns = [f":(glob)**/{name}" for name in names]
    found = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns)
    if found is None:
        return None
    return tuple(sorted({name for name in found.decode("utf-8", "replace").split("\0") if name}))


@dataclass(frozen=True, slots=True)
class Blob:
    """A regular file of a commit: its path below the folder that was asked about, its size in bytes, its hash."""

    path: str
    size: int
    hash: str


def tree(root: Path, commit: str) -> list[Blob]:
    """Returns the regular files of a commit below a folder in the repository; links and submodules are left out.

    So are names that git refuses to check out, such as ``..``: a tree that was made by hand can hold them.
    """
    found: list[Blob] = []
    for line in (_git(root, "ls-tree", "-r", "-z", "--long", commit) or b"").split(b"\0"):
        about, tab, name = line.partition(b"\t")
        parts = about.split()
        if tab and parts[0] in (b"100644", b"100755") and parts[3].isdigit() and _stays_below(os.fsdecode(name)):
            found.append(Blob(os.fsdecode(name), int(parts[3]), parts[2].decode("ascii")))
    return found


def _stays_below(path: str) -> bool:
    parts = path.split("/")
    odd = any(part.lower() in ("", ".", "..", ".git") for part in parts)
    return not odd and (os.name != "nt" or not any(sign in path for sign in "\\:"))


def contents(root: Path, blobs: Sequence[Blob]) -> Iterator[tuple[Blob, bytes]]:
    """Yields files with their content, in the same order; those that the repository lacks are left out."""
    for start in range(0, len(blobs), _AT_A_TIME):
        some = blobs[start : start + _AT_A_TIME]
        asked = "".join(f"{blob.hash}\n" for blob in some).encode("ascii")
        answer = _git(root, "cat-file", "--batch", given=asked) or b""
        at = 0
        for blob in some:
            end = answer.find(b"\n", at)
            header = answer[at:end].split()
            at = end + 1
            if len(header) == 3 and end >= 0:
                size = int(header[2])
                yield blob, answer[at : at + size]
                at += size + 1


def renames(root: Path, commit: str) -> dict[str, str]:
    """Returns the files that have been renamed since a commit: old path -> new path, below a folder."""
    answer = _git(root, "diff", "--no-ext-diff", "--relative", "--name-status", "-z", "-M", "--diff-filter=R", commit)
    parts = [os.fsdecode(part) for part in (answer or b"").split(b"\0")]
    return {parts[at + 1]: parts[at + 2] for at in range(0, len(parts) - 2, 3)}
