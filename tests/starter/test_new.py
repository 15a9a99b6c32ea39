"""New members of a workspace: what is written, and that nothing is wrong with it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tta_validate.cli import run_cli

ROOT = """\
# The workspace.
[project]
name = "top"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = []

[dependency-groups]
dev = ["pytest>=8.2"]

[tool.uv]
required-version = ">=0.5"

[tool.uv.workspace]
members = ["packages/*"]  # all of them
"""
CI = """\
on: push
jobs:
  test:
    strategy:
      matrix:
        package: [packages/known]  # each
        python: ["3.11"]
    runs-on: ubuntu-latest
    steps:
      - run: uv run --locked pytest ${{ matrix.package }}
"""
KNOWN = '[project]\nname = "known"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = []\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path, text in {
        "pyproject.toml": ROOT,
        ".github/workflows/ci.yml": CI,
        "packages/known/pyproject.toml": KNOWN,
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_member_of_each_kind_is_added_and_nothing_is_wrong_with_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, template in (("Ink.Well", "library"), ("quill", "service"), ("patience", "primitive")):
        assert run_cli(["new", name, "--template", template, "--no-cache", "--description", 'Keeps "ink".']) == 0
    told = capsys.readouterr().out.split("\n")
    assert told[:8] == [
        "wrote packages/ink-well/pyproject.toml",
        "wrote packages/ink-well/README.md",
        "wrote packages/ink-well/src/ink_well/py.typed",
        "wrote packages/ink-well/src/ink_well/__init__.py",
        "wrote packages/ink-well/src/ink_well/greeting.py",
        "wrote packages/ink-well/tests/test_ink_well.py",
        "changed .github/workflows/ci.yml",
        "Now run `uv lock` and `uv sync --all-packages`.",
    ]
    listed = "package: [packages/known, packages/ink-well, packages/quill, packages/patience]  # each"
    assert (root / ".github/workflows/ci.yml").read_text(encoding="utf-8") == CI.replace(
        "package: [packages/known]  # each", listed
    )
    assert (root / "pyproject.toml").read_text(encoding="utf-8") == ROOT
    assert 'dev = ["pytest>=8.2"]' in (root / "packages/ink-well/pyproject.toml").read_text(encoding="utf-8")

    families = "adoption,groups,workspace,migration,secrets,quality,git"
    run_cli(["check", "--select", families, "--no-cache", "--output", "json", "--jobs", "1"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [one for one in findings if one["path"].startswith("packages/") and "known" not in one["path"]] == []

    paths = [f"packages/{name}/src" for name in ("ink-well", "patience")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    tests = [path.replace("/src", "/tests") for path in paths]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split("\n")[-2][:8]) == (0, "5 passed")


def test_the_members_of_the_workspace_are_widened_where_they_have_to_be(root: Path) -> None:
    assert run_cli(["new", "quill", "--folder", "services", "--no-cache"]) == 0
    after = ROOT.replace('members = ["packages/*"]  # all', 'members = ["packages/*", "services/quill"]  # all')
    assert (root / "pyproject.toml").read_text(encoding="utf-8") == after


def test_a_workspace_without_a_matrix_gets_one(root: Path) -> None:
    (root / ".github/workflows/ci.yml").unlink()
    assert run_cli(["new", "quill", "--no-cache"]) == 0
    assert run_cli(["new", "ink", "--no-cache"]) == 0
    text = (root / ".github/workflows/packages.yml").read_text(encoding="utf-8")
    assert "        package:\n          - packages/quill\n          - packages/ink\n    steps:" in text


ODD = (
    "is no name of a package: it has ASCII letters, digits, '-', '_' and '.', "
    "starts with a letter and ends with a letter or digit, such as 'ink-well'"
)
REFUSED = {
    "json": "new: json is a word or a module of Python itself: choose another name",
    "test": "new: test is a word or a module of Python itself: choose another name",
    "distutils": "new: distutils is a word or a module of Python itself: choose another name",
    "Class": "new: class is a word or a module of Python itself: choose another name",
    "Known": "packages/known/pyproject.toml:1: has that name already",
    "TOP": "pyproject.toml:1: has that name already",
    "pytest": "new: pytest is a package that this workspace requires: choose another name",
    "Uvicorn --template service": "new: uvicorn is a package that this workspace requires: choose another name",
    "1st": f"new: '1st' {ODD}",
    "ink-": f"new: 'ink-' {ODD}",
    "tinte\u00e4": f"new: 'tinte\u00e4' {ODD}",
    "../out": f"new: '../out' {ODD}",
    "taken": "packages/taken:1: is there already, and not empty",
    "a --folder ..": "--folder: .. is no folder inside the workspace",
}


def test_names_that_cannot_be_are_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "packages/taken").mkdir()
    (root / "packages/taken/notes.txt").write_text("mine", encoding="utf-8")
    said: dict[str, str] = {}
    for arguments in REFUSED:
        assert run_cli(["new", *arguments.split(), "--no-cache"]) == 2
        said[arguments] = capsys.readouterr().err.removeprefix("tta-validate: ").strip()
    assert said == REFUSED
