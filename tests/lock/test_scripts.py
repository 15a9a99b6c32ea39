import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Write
from tta_validate.lock.freshness import check_freshness
from tta_validate.lock.reasons import Verdict
from tta_validate.lock.samples import lock, package

from .real_uv import UV, ask_of_script

SCRIPT = """#!/usr/bin/env python3
'''What it does.'''
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "alpha>=1",
# ]
#
# [tool.uv]
# resolution = "lowest"
# ///
import alpha
"""
LOCK = lock(
    package("alpha"),
    top='\n[options]\nresolution-mode = "lowest"\n\n'
    '[manifest]\nrequirements = [{ name = "alpha", specifier = ">=1" }]\n',
)
INDEX = "alpha>=1 (index https://other.example/simple) is declared, the lock has alpha>=1"
EDITS = [
    ("import alpha", "import alpha as a", "fresh", "", 0, ""),
    ("alpha>=1", "alpha>=1.0", "fresh", "", 0, ""),
    ("alpha>=1", "alpha>=2", "stale", "mismatched requirements", 6, "alpha>=2 is declared, the lock has alpha>=1"),
    (
        '#   "alpha>=1",\n',
        "",
        "stale",
        "mismatched requirements",
        5,
        "the lock has alpha>=1, which is no longer declared",
    ),
    (">=3.11", ">=3.11,<4", "stale", "change in Python requirement", 4, ""),
    ('"lowest"', '"highest"', "stale", "change in resolution mode", 10, ""),
    ("# ///\nimport", '# prerelease = "allow"\n# ///\nimport', "stale", "change in pre-release mode", 11, ""),
    (
        "# ///\nimport",
        '# constraint-dependencies = ["alpha<9"]\n# ///\nimport',
        "stale",
        "mismatched constraints",
        11,
        "",
    ),
    ("# ///\nimport", "# conflicts = []\n# ///\nimport", "error", "configuration", 11, ""),
    ("# ///\nimport", "import", "error", "configuration", 3, ""),
    ("# requires-python", "# requires python", "error", "configuration", 4, ""),
    ("import alpha", "# /// script\n# ///\nimport alpha", "error", "configuration", 11, ""),
    ("import alpha", "\n# /// script\n# ///\nimport alpha", "error", "configuration", 3, ""),
    ("import alpha", "\n# /// script\n# an open one\nimport alpha", "fresh", "", 0, ""),
    (
        "# ///\nimport",
        '# [[tool.uv.index]]\n# name = "other"\n# url = "https://other.example/simple"\n# explicit = true\n'
        '# [tool.uv.sources]\n# alpha = { index = "other" }\n# ///\nimport',
        "stale",
        "mismatched requirements",
        6,
        INDEX,
    ),
]


@pytest.mark.parametrize(("old", "new", "verdict", "kind", "line", "message"), EDITS)
def test_a_script_is_compared_with_the_lock_beside_it(
    write: Write, old: str, new: str, verdict: str, kind: str, line: int, message: str
) -> None:
    assert old in SCRIPT
    folder = write({"tool.py": SCRIPT.replace(old, new), "tool.py.lock": LOCK})
    found = check_freshness(folder, script="tool.py")
    assert (found.verdict.value, found.path, found.fix) == (verdict, "tool.py.lock", "uv lock --script tool.py")
    first = [(one.kind, one.path, one.line) for one in found.reasons[:1]]
    assert first == ([(kind, "tool.py", line)] if kind else [])
    assert not message or found.reasons[0].message == message


@pytest.mark.skipif(not UV, reason="uv is not installed")
@pytest.mark.parametrize(("old", "new", "verdict"), [edit[:3] for edit in EDITS])
def test_uv_says_the_same_of_a_script(write: Write, old: str, new: str, verdict: str) -> None:
    folder = write({"tool.py": SCRIPT.replace(old, new), "tool.py.lock": LOCK})
    real, ours = ask_of_script(folder, "tool.py"), check_freshness(folder, script="tool.py")
    assert real.verdict == verdict, real.output
    assert not real.reason or ours.reasons[0].kind in real.reason


def test_settings_around_a_script_hold_for_it_unless_it_has_its_own(write: Write) -> None:
    around = {"pyproject.toml": '[tool.uv]\nresolution = "highest"\nconstraint-dependencies = ["alpha<9"]\n'}
    folder = write({**around, "tools/tool.py": SCRIPT, "tools/tool.py.lock": LOCK})
    assert check_freshness(folder / "tools", script="tool.py").verdict is Verdict.FRESH
    write({"tools/tool.py": SCRIPT.replace('# resolution = "lowest"\n', "")})
    write({"tools/uv.toml": 'resolution = "lowest"\n'})
    assert check_freshness(folder / "tools", script="tool.py").verdict is Verdict.FRESH
    write({"tools/uv.toml": 'prerelease = "allow"\nresolution = "lowest"\n'})
    assert check_freshness(folder / "tools", script="tool.py").verdict is Verdict.STALE


def test_a_script_without_a_lock_misses_it(write: Write) -> None:
    found = check_freshness(write({"tool.py": SCRIPT}), script="tool.py")
    (reason,) = found.reasons
    assert (found.verdict, reason.message) == (
        Verdict.MISSING,
        "there is no tool.py.lock; run `uv lock --script tool.py`",
    )


@pytest.mark.skipif(not UV, reason="uv is not installed")
def test_uv_reads_the_sample(tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text(SCRIPT)
    (tmp_path / "tool.py.lock").write_text(LOCK)
    done = subprocess.run(
        [UV, "tree", "--frozen", "--offline", "--script", "tool.py", "--cache-dir", "cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r"alpha v1\.0", done.stdout), done.stderr
