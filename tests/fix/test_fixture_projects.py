"""The fixture projects after `check --fix --unsafe-fixes`: their own tests still pass, and targets are met."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tta_validate import run

PROJECTS = Path(__file__).parents[2] / "fixtures" / "projects"


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a copy of the fixture projects."""
    copy = tmp_path_factory.mktemp("fixtures") / "projects"
    shutil.copytree(PROJECTS, copy, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return copy


def _tests_pass(root: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_bare_agents_meets_its_targets_and_still_works(projects: Path) -> None:
    root = projects / "bare-agents"
    request = run.Request(root=str(root), flags={"select": ["adoption"], "cache": False, "jobs": 1})
    before = run.check(run.open_project(request))
    after = run.fix(run.open_project(request), unsafe=True)
    rules = {finding.rule for finding in after.findings}
    repaired = {"adoption-no-timeout", "adoption-no-retry", "adoption-manual-retry", "adoption-manual-timeout"}
    assert {metric.name for metric in before.missed} == {"adoption-timeout", "adoption-retry"}
    assert (after.missed, repaired & rules) == ((), set())
    _tests_pass(root)


def test_agent_workspace_is_left_as_it_is(projects: Path) -> None:
    root = projects / "agent-workspace"
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    request = run.Request(root=str(root), flags={"cache": False, "jobs": 1})
    run.fix(run.open_project(request), unsafe=True)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
