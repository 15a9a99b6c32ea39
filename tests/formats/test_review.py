import json

from tests.test_report import FULL, report
from tta_validate.formats import markdown, sarif
from tta_validate.report import View


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
