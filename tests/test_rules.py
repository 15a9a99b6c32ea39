import re

import pytest

from tta_validate.pages import rule_page
from tta_validate.rule import Example, Rule
from tta_validate.selection import available, load_rule

RULES = [load_rule(name) for name in available()]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
class TestEveryRule:
    def test_has_a_page(self, rule: Rule) -> None:
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
