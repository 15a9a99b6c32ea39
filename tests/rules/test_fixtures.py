"""The two fixture projects: one shows every rule, in the files that it says; the other is clean."""

import re
from pathlib import Path

from tests.rules.findings import run
from tta_validate.findings import Severity
from tta_validate.selection import available

PROJECTS = Path(__file__).parents[2] / "fixtures" / "projects"
ADOPTION = tuple(name for name in available() if name.startswith("adoption-"))


def _promised() -> set[tuple[str, str]]:
    """Returns (path, rule) of each row of the table in the README of bare-agents."""
    text = (PROJECTS / "bare-agents" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| \[`[^`]+`\]\(([^)]+)\) \|[^|]*\| ([^|]+) \|$", text, re.MULTILINE)
    names = [(path, name) for path, names in rows for name in re.findall(r"`([^`]+)`", names)]
    return {(path, name if name.startswith("adoption") else f"adoption{name}") for path, name in names}


def test_bare_agents_shows_what_its_table_says() -> None:
    promised = _promised()
    shown = {(finding.path, finding.rule) for finding in run(PROJECTS / "bare-agents", *ADOPTION).findings}
    assert len(promised) > 10
    assert promised - shown == set()
    assert set(ADOPTION) - {rule for _, rule in shown} == set()


def test_agent_workspace_has_no_finding_that_counts() -> None:
    findings = run(PROJECTS / "agent-workspace", *ADOPTION).findings
    assert [finding for finding in findings if finding.severity is not Severity.INFO] == []
