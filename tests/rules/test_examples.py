"""Every rule's own examples: the bad one gives exactly its findings, the good one none."""

import pytest

from tests.conftest import Write
from tests.rules.findings import rule_named, run
from tta_validate.rule import Example, Rule
from tta_validate.selection import available

NAMES = [name for name in available() if not name.startswith("replay-")]
"""What a replay finds is proved in tests/replay, with the same examples."""


def _places(write: Write, rule: Rule, example: Example) -> list[str]:
    report = run(write(example.files), rule.id)
    return [f"{finding.path}:{finding.line}" for finding in report.findings if finding.rule == rule.id]


@pytest.mark.parametrize("name", NAMES)
def test_the_bad_example_gives_exactly_its_findings(write: Write, name: str) -> None:
    rule = rule_named(name)
    assert rule.bad.findings
    assert _places(write, rule, rule.bad) == list(rule.bad.findings)


@pytest.mark.parametrize("name", NAMES)
def test_the_good_example_gives_none(write: Write, name: str) -> None:
    rule = rule_named(name)
    assert _places(write, rule, rule.good) == []
