"""Every rule's own examples: the bad one gives exactly its findings, the good one none."""

from typing import cast

import pytest

from tests.conftest import Write
from tta_validate.analysis import analyse
from tta_validate.config import load
from tta_validate.project import Project
from tta_validate.rule import Example, Rule
from tta_validate.selection import Selection, available

NAMES = [*available()]


def _rule(name: str) -> Rule:
    return cast("type[Rule]", available()[name]())(name)


def _places(write: Write, rule: Rule, example: Example) -> list[str]:
    root = write(example.files)
    project = Project(root, load(root, given={"cache": False, "jobs": 1}))
    report = analyse(project, Selection((rule,), ()))
    return [f"{finding.path}:{finding.line}" for finding in report.findings if finding.rule == rule.id]


@pytest.mark.parametrize("name", NAMES)
def test_the_bad_example_gives_exactly_its_findings(write: Write, name: str) -> None:
    rule = _rule(name)
    assert rule.bad.findings
    assert _places(write, rule, rule.bad) == list(rule.bad.findings)


@pytest.mark.parametrize("name", NAMES)
def test_the_good_example_gives_none(write: Write, name: str) -> None:
    rule = _rule(name)
    assert _places(write, rule, rule.good) == []
