"""What `check --fix` leaves of a workspace: uv locks it, every comment is there, and nothing is left to fix."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Program, Write

_SYSTEM = '\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
_ROOT = """\
# the workspace
[project]
name = "demo"
version = "1"
requires-python = ">=3.11"
dependencies = [
    # ours
    "demo-core",  # the heart
    "Demo_Core",  # said again
]

[project.optional-dependencies]
# extras of ours
api = ["demo-api"]

[tool.uv]
# the old list
dev-dependencies = [
    "demo-tool",  # the tool
    "demo-api",
]

[tool.uv.workspace]
members = ["packages/*"]  # all
exclude = ["packages/gone"]

[tool.uv.sources]
demo-core = { path = "packages/core", editable = true }  # by its path
demo-tool = { workspace = true }
demo-api = { workspace = true }

[dependency-groups]
lint_all = [
    { include-group = "style" },  # with style
    "demo-tool",  # lints
]
lint-all = ["demo-core"]
style = ["demo-tool"]
"""
_API = """\
[project]
name = "demo-api"
version = "1"
requires-python = ">=3.11"
dependencies = [
    "demo-core",  # the sibling
]

# where siblings are
[tool.uv.sources]
demo-core = { path = "../core" }
nobody = { workspace = true }
"""
_FILES = {
    "pyproject.toml": _ROOT,
    "demo/__init__.py": "import demo_core\n",
    "packages/core/pyproject.toml": '[project]\nname = "demo-core"\nversion = "1"\nrequires-python = ">=3.11"\n',
    "packages/api/pyproject.toml": _API,
    "packages/api/demo_api.py": "import demo_core\n",
    "packages/tool/pyproject.toml": '[project]\nname = "demo-tool"\nversion = "1"\nrequires-python = ">=3.11"\n',
    ".gitignore": "# locks\n*.lock\n",
}


def _comments(root: Path) -> set[str]:
    texts = (path.read_text(encoding="utf-8") for path in root.rglob("pyproject.toml"))
    return {said for text in texts for line in re.findall(r"#(.*)", text) for said in line.strip().split("; ")}


@pytest.mark.skipif(shutil.which("uv") is None, reason="there is no uv")
@pytest.mark.parametrize("flags", [(), ("--unsafe-fixes",)])
def test_a_repaired_workspace_is_one_that_uv_locks(tta: Program, write: Write, flags: tuple[str, ...]) -> None:
    root = write(_FILES)
    before = _comments(root)
    check = ("check", "--select", "groups,workspace", "--fix", *flags, "--exit-zero")
    first = tta(*check, cwd=root)
    assert re.search(r"Fixed (\d+)", first.err + first.out), first
    texts = {path: path.read_text(encoding="utf-8") for path in root.rglob("*") if path.is_file()}
    second = tta(*check, cwd=root)
    assert "Fixed 0" in second.err + second.out, second
    assert {path: path.read_text(encoding="utf-8") for path in texts} == texts
    assert before - _comments(root) == set()
    shown = texts[root / "pyproject.toml"]
    assert "exclude" not in shown
    assert "dev-dependencies" not in shown
    locked = subprocess.run(
        ("uv", "lock", "--offline", "--no-config", "--python", sys.executable),
        cwd=root,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert locked.returncode == 0, locked.stderr
