"""Small projects on disk, and the real program on them."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings


@dataclass(frozen=True, slots=True)
class Result:
    """What a process printed, and its exit status."""

    status: int
    out: str
    err: str


Write = Callable[[Mapping[str, str]], Path]
Program = Callable[..., Result]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Returns a function that writes files (name -> text) below a new folder ``project`` and returns the folder."""

    def make(files: Mapping[str, str]) -> Path:
        root = tmp_path / "project"
        root.mkdir(exist_ok=True)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return root

    return make


@pytest.fixture
def tta(tmp_path: Path) -> Program:
    """Returns a function that runs the program in a folder, without the caller's environment."""

    def run(*arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Result:
        inherited = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT") if key in os.environ}
        home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONUTF8": "1"}
        done = subprocess.run(
            (sys.executable, "-m", "tta_validate", *arguments),
            cwd=cwd or tmp_path,
            env={**inherited, **home, **(env or {})},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return run


# A shared machine can be slow for a moment, which says nothing about the code; in CI every run tries the same examples.
settings.register_profile("shared", deadline=None, max_examples=60, derandomize="CI" in os.environ)
settings.load_profile("shared")
