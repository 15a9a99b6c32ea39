"""Every fixable rule: its bad example is repaired, nothing else changes, and a second repair changes nothing."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.conftest import Write
from tests.rules.findings import rule_named
from tta_validate.config import load
from tta_validate.project import Project
from tta_validate.repairing import Asked, propose, repair
from tta_validate.report import Report
from tta_validate.selection import Selection, available

FIXABLE = [name for name in available() if rule_named(name).fixable]


def _repaired(root: Path, name: str) -> Report:
    return repair(_project(root), _asked(name))


def _project(root: Path) -> Project:
    return Project(root, load(root, given={"cache": False, "jobs": 1}))


def _asked(name: str) -> Asked:
    return Asked(Selection((rule_named(name),), ()), unsafe=True)


def _texts(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in root.rglob("*") if path.is_file()}


def _parses(path: str, text: str) -> None:
    if path.endswith(".py"):
        ast.parse(text)
    elif path.endswith((".toml", ".lock")):
        tomllib.loads(text)
    elif path.endswith((".yml", ".yaml")):
        yaml.safe_load(text)


@pytest.mark.parametrize("name", FIXABLE)
def test_the_bad_example_is_repaired_and_nothing_else_changes(write: Write, name: str) -> None:
    rule = rule_named(name)
    root = write(rule.bad.files)
    proposal = propose(_project(root), _asked(name))
    assert _texts(root) == dict(rule.bad.files), "a proposal writes nothing"
    report = _repaired(root, name)
    after = _texts(root)
    assert [finding.rule for finding in report.findings if finding.rule == name] == []
    assert (proposal.fixed, proposal.remaining) == (len(report.fixed or ()), len(report.findings))
    for path, text in after.items():
        _parses(path, text)
    changed = {path for path in after if after[path] != rule.bad.files.get(path)}
    assert set(re.findall(r"^\+\+\+ b/(.*)$", proposal.diff, re.MULTILINE)) == changed
    touched = {edit.path for finding in report.fixed or () if finding.fix for edit in finding.fix.edits}
    assert changed <= touched
    again = _repaired(root, name)
    assert (again.fixed, _texts(root)) == ((), after)


@pytest.mark.parametrize("name", FIXABLE)
def test_the_edits_of_the_report_are_within_the_lines_that_change(write: Write, name: str) -> None:
    rule = rule_named(name)
    root = write(rule.bad.files)
    report = _repaired(root, name)
    for path, before in rule.bad.files.items():
        edits = [edit for one in report.fixed or () if one.fix for edit in one.fix.edits if edit.path == path]
        covered = {line for edit in edits for line in range(edit.line, edit.end_line + 1)}
        kept = [text for number, text in enumerate(before.split("\n"), 1) if number not in covered]
        lines = iter((root / path).read_text("utf-8").split("\n"))
        assert all(line in lines for line in kept), f"{path}: a line that no edit covers has changed"
