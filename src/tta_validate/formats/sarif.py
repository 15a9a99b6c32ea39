"""SARIF 2.1.0, as GitHub code scanning reads it."""

import json
from urllib.parse import quote

from tta_validate.report import Report, ReportedFinding, View

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(report: Report, view: View) -> str:
    """Returns the findings as one run of SARIF."""
    del view
    rules = [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.summary or rule.id},
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        }
        for rule in report.rules
    ]
    places = {rule.id: at for at, rule in enumerate(report.rules)}
    run = {
        "tool": {"driver": {"name": report.tool.name, "version": report.tool.version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, places) for finding in report.findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(finding: ReportedFinding, places: dict[str, int]) -> dict[str, object]:
    region: dict[str, int] = {"startLine": finding.line, "startColumn": finding.column, "endLine": finding.end_line}
    if finding.end_column > finding.column or finding.end_line > finding.line:
        region["endColumn"] = finding.end_column
    location = {"physicalLocation": {"artifactLocation": {"uri": quote(finding.path)}, "region": region}}
    index = {"ruleIndex": places[finding.rule]} if finding.rule in places else {}
    return {
        "ruleId": finding.rule,
        **index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [location],
        "partialFingerprints": {"ttaValidate/v1": finding.fingerprint},
    }
