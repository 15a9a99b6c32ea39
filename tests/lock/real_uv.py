"""Asks the real uv for its verdict."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

import tomli_w

from .edits import PROJECTS, Tree

UV = shutil.which("uv", path=sysconfig.get_path("scripts")) or shutil.which("uv") or ""
_REASON = re.compile(r"(?:Resolving despite|Ignoring) existing lockfile due to (.*)")
_REFUSED = re.compile(r"cause: (?:Failed to parse entry|Project .* has malformed dependency groups)")


class Answer(NamedTuple):
    verdict: str
    reason: str
    output: str


def lay_out(name: str, tree: Tree, folder: Path) -> None:
    """Writes an edited project; what the project does not hold is removed."""
    for path in [*folder.rglob("*.toml"), *folder.rglob("*.lock")]:
        path.unlink()
    for path, values in tree.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(tomli_w.dumps(values))
    shutil.copy(PROJECTS / name / "uv.lock", folder / "uv.lock")


def ask(folder: Path) -> Answer:
    """Returns uv's verdict: fresh, stale with its reason, or error where it refuses the project before the lock."""
    return _ask(folder)


def ask_of_script(folder: Path, script: str) -> Answer:
    """Returns uv's verdict on a script."""
    return _ask(folder, "--script", script)


def _ask(folder: Path, *arguments: str) -> Answer:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "VIRTUAL_ENV"))}
    home = folder.parent / "home"
    environment |= {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "UV_NO_SYSTEM_CONFIG": "1", "NO_COLOR": "1"}
    command = [UV, "lock", "--check", "--offline", "-v", "--python", sys.executable]
    command += ["--no-python-downloads", "--cache-dir", str(folder.parent / "cache"), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    reason = _REASON.search(done.stderr)
    if done.returncode == 0:
        return Answer("fresh", "", done.stderr)
    refused = reason is None or _REFUSED.search(done.stderr)
    return Answer("error" if refused else "stale", reason[1] if reason else "", done.stderr)
