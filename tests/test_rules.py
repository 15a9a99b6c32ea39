import re
from collections.abc import Mapping

import pytest

from tests.conftest import Write
from tta_validate import run
from tta_validate.config import load
from tta_validate.pages import rule_page
from tta_validate.project import Project
from tta_validate.rule import Example, Rule
from tta_validate.selection import available, load_rule

RULES = [load_rule(name) for name in available()]


def findings(rule: Rule, files: Mapping[str, str], write: Write) -> list[str]:
    """Runs every rule on an example, as a user would, and returns where this one reports."""
    root = write(files)
    loaded = load(root, None, {"select": [*available()], "cache": False, "jobs": 1})
    report = run.check(Project(root, loaded))
    return [f"{finding.path}:{finding.line}" for finding in report.findings if finding.rule == rule.id]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
class TestEveryRule:
    def test_reports_its_bad_example_and_not_its_good_one(self, rule: Rule, write: Write) -> None:
        assert findings(rule, rule.bad.files, write) == [*rule.bad.findings]
        for name in rule.bad.files:
            (write({}) / name).unlink()
        assert findings(rule, rule.good.files, write) == []

    def test_has_a_page(self, rule: Rule, write: Write) -> None:
        doc = type(rule).__doc__ or ""
        assert re.match(r"[A-Z].*[a-z`)]\.\n\n", doc), "the first paragraph is one sentence"
        assert doc.count("\n\n") >= 2, "the page says what is found, why it is bad and what to write instead"
        assert rule.bad.findings
        assert isinstance(rule.good, Example)
        assert rule_page(rule).startswith(f"# {rule.id}\n\n{rule.summary}")

    def test_is_named_after_its_file(self, rule: Rule) -> None:
        stem = type(rule).__module__.rpartition(".")[2]
        assert rule.id == stem.replace("_", "-")
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", rule.id)
