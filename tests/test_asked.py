"""A run on named files reports what the run on the whole project reports in them, without the rules of other files."""

import shutil
from pathlib import Path

from tests.conftest import Write
from tta_validate import run
from tta_validate.asked import may_report
from tta_validate.report import Report
from tta_validate.selection import available, load_rule

FIXTURE = Path(__file__).parents[1] / "fixtures" / "projects" / "bare-agents"
MORE = {
    "src/bare_agents/__init__.py": "import pytest\nimport yaml\n",
    "src/odd/__init__.py": "import httpx\nimport requests\nimport pytest  # tta: ignore[lock] no lock here\n",
    "src/odd/late.py": "import yaml\nimport requests\n\nx = 1  # tta: ignore[migration-conda-command] unused\n",
    "Dockerfile": "FROM continuumio/miniconda3\nRUN pip install requests  # tta: ignore[workspace]\nCOPY . .\n",
    "tool.py": '# /// script\n# dependencies = ["rich"]\n# ///\nimport rich\n',
    ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu\n    steps:\n      - run: uv sync\n",
    "environment.yml": "name: odd\ndependencies: [python]\n",
}


def report(root: Path, *paths: str) -> Report:
    named = tuple(str(root / path) for path in paths)
    flags = {"cache": False, "jobs": 1}
    return run.check(run.open_project(run.Request(named, str(root), flags=flags)))


def about(whole: Report, paths: set[str]) -> list[object]:
    """Returns what a report says of some files."""
    everything = (*whole.findings, *whole.suppressed, *whole.call_sites)
    return [one for one in everything if one.path in paths]


def test_named_files_are_reported_on_as_in_the_whole_project(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(FIXTURE, root)
    for name, text in MORE.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    whole = report(root)
    places = sorted({finding.path for finding in whole.findings})
    families = {finding.rule.partition("-")[0] for finding in whole.findings}
    assert {"adoption", "groups", "ignore", "lock", "migration", "workspace"} <= families
    for path in (
        "src/odd/__init__.py",
        "src/bare_agents/__init__.py",
        "src/bare_agents/patience.py",
        "Dockerfile",
        "tool.py",
        "uv.lock",
    ):
        part = report(root, path)
        assert about(part, {path}) == about(whole, {path}), path
        assert {one.path for one in part.findings} <= {path}
    assert about(report(root, *places), set(places)) == about(whole, set(places))


def test_rules_that_report_in_code_are_run_on_code(write: Write) -> None:
    root = write({"app.py": "x = 1\n"})
    project = run.open_project(run.Request((str(root / "app.py"),), str(root)))
    reports = may_report(project)
    rules = [load_rule(name) for name in available()]
    in_code = {rule.id for rule in rules if any(place.partition(":")[0].endswith(".py") for place in rule.bad.findings)}
    assert len(in_code) > 15
    assert {name for name in in_code if not reports(name)} == {"cost-adoption-below-target"}
    assert not any(reports(name) for name in ("lock-stale", "workspace-dead-pattern", "migration-conda-command"))
