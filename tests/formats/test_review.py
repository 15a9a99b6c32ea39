import json

from tests.formats.reports import case
from tests.test_report import FULL, report
from tta_validate.formats import html, markdown, sarif
from tta_validate.report import Case, View


def test_markdown_groups_findings_and_shows_text_as_it_is() -> None:
    text = markdown.render(report(findings=FULL.findings), View())
    (finding,) = FULL.findings
    assert text.startswith("### 1 warning\n")
    assert f"1 warning: {finding.rule}" in text
    assert f"{finding.path}:{finding.line}" in text


def test_markdown_tells_what_changed_in_the_lock() -> None:
    change = {"name": "alpha", "kind": "upgraded", "from": ["1.0"], "to": ["2.0"], "size": "major", "direct": ["demo"]}
    text = markdown.render(report(lock_changes=(change,)), View())
    assert "1 upgraded. Alarms: none." in text
    assert "| alpha | upgraded | 1.0 -&gt; 2.0 |" in text


def test_sarif_places_each_finding() -> None:
    value = json.loads(sarif.render(report(findings=FULL.findings), View()))
    (run,) = value["runs"]
    (result,) = run["results"]
    (finding,) = FULL.findings
    place = result["locations"][0]["physicalLocation"]
    assert (value["version"], result["ruleId"], result["level"]) == ("2.1.0", finding.rule, "warning")
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (finding.path, finding.line)
    assert result["partialFingerprints"] == {"ttaValidate/v1": finding.fingerprint}


def test_a_value_that_is_missing_and_one_of_another_type_are_no_null() -> None:
    told = [
        {"where": "body.a", "change": "missing", "expected": None},
        {"where": "body.b", "change": "added", "actual": None},
        {"where": "body.c", "change": "type", "expected": "1", "actual": 1},
        {"where": "body.d", "expected": "1", "actual": "2"},
    ]
    failed = case("test-1", "failed").model_dump(by_alias=True)
    failed["differences"] = [{"class": "behaviour", **one} for one in told]
    shown = [("null", "(missing)"), ("(not recorded)", "null"), ('"1"', "1"), ("1", "2")]
    found = report(cases=(Case.model_validate(failed),))
    lines = [line for line in markdown.render(found, View()).splitlines() if line.startswith("  - ")]
    assert lines == [
        f"  - `{one['where']}`: expected `{old}`, got `{new}`" for one, (old, new) in zip(told, shown, strict=True)
    ]
    page = html.render(found, View())
    for old, new in shown:
        old, new = (text.replace('"', "&#34;") for text in (old, new))
        assert f'<td class="minus"><code>{old}</code></td><td class="plus"><code>{new}</code></td>' in page
