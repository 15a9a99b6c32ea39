"""Runs `uv lock` for a project whose pyproject.toml was just written."""

import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.toml_edits import edited

_SECONDS = 1_800


@dataclass(frozen=True, slots=True)
class Locked:
    """Whether `uv lock` succeeded, what it said, and whether the versions used so far were taken over."""

    ok: bool
    said: str
    kept: bool = False


def lock(root: Path, preferred: Sequence[str] = ()) -> Locked:
    """Runs `uv lock` in the root, which may use the network; raises InputError without uv.

    With preferred versions it locks twice: first with them as constraints, then without, for uv keeps what fits of a
    lock that is there.
    """
    # A shim on PATH may choose its program by the .python-version that was just written.
    uv = shutil.which("uv", path=sysconfig.get_path("scripts")) or shutil.which("uv")
    if uv is None:
        raise InputError("--lock: uv is not installed, or not on PATH")
    kept = False
    if preferred:
        path = root / "pyproject.toml"
        original = path.read_bytes()
        try:
            path.write_text(_constrained(original.decode("utf-8-sig"), preferred), encoding="utf-8", newline="\n")
            kept = _run(uv, root).ok
        finally:
            path.write_bytes(original)
    done = _run(uv, root)
    return Locked(done.ok, done.said, kept and done.ok)


def _constrained(text: str, preferred: Sequence[str]) -> str:
    return edited(text, {"tool": {"uv": {"constraint-dependencies": list(preferred)}}}, "pyproject.toml", {})


def _run(uv: str, root: Path) -> Locked:
    try:
        done = subprocess.run(
            [uv, "lock", "--color", "never"],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Locked(False, f"uv could not be run: {type(error).__name__}")
    return Locked(done.returncode == 0, done.stderr.strip())
