"""SARIF 2.1.0 (OASIS), with what GitHub code scanning asks of it and within what it takes."""

import json
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from tta_validate.findings import printable
from tta_validate.problems import in_repository, problems, ranked
from tta_validate.report import Edit, Report, ReportedFinding, RuleRun, Skip, SuppressedFinding, View

MOST = 25_000
"""Results that GitHub takes of one run."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "info": "recommendation"}
_KINDS = {"comment": "inSource"}


def render(report: Report, view: View) -> str:
    """Returns the report as one run of SARIF; more verbose, with suppressed results too.

    Those are marked as suppressed, which GitHub does not heed: it would open an alert for each
    (github/codeql-action, issue 1230).
    """
    found = _within(problems(report), MOST)
    silenced = report.suppressed[: MOST - len(found)] if view.verbosity > 0 else ()
    rules = _rules(report, (*found, *silenced))
    places = {str(rule["id"]): at for at, rule in enumerate(rules)}
    driver = {
        "name": report.tool.name,
        "informationUri": "https://pypi.org/project/tta-validate/",
        "semanticVersion": report.tool.version,
        "version": report.tool.version,
        "rules": rules,
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(report, left_out=len(problems(report)) - len(found))],
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, one, places) for one in (*found, *silenced)],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _within(found: Sequence[ReportedFinding], most: int) -> Sequence[ReportedFinding]:
    return found if len(found) <= most else ranked(found)[:most]


def _rules(report: Report, found: Iterable[ReportedFinding]) -> list[dict[str, object]]:
    """Returns a descriptor of each rule that ran or has a result."""
    rules = {run.id: _rule(run) for run in report.rules}
    for one in found:
        if one.rule not in rules:
            rules[one.rule] = _rule(RuleRun(id=one.rule, severity=one.severity))
    return list(rules.values())


def _rule(run: RuleRun) -> dict[str, object]:
    short = run.summary or run.id
    help_text = run.help or short
    return {
        "id": run.id,
        "shortDescription": {"text": short[:1024]},
        "fullDescription": {"text": short[:1024]},
        "help": {"text": help_text[:1024], "markdown": help_text},
        "defaultConfiguration": {"level": _LEVELS[run.severity]},
        "properties": {
            "tags": [run.id.partition("-")[0]],
            "precision": "high",
            "problem.severity": _PROBLEMS[run.severity],
        },
    }


def _invocation(report: Report, *, left_out: int) -> dict[str, object]:
    notes: list[dict[str, object]] = [_skipped(report, skip) for skip in report.skipped]
    for note in report.notes:
        notes.append({"level": "note", "message": {"text": _plain(note)}})
    if left_out:
        text = f"{left_out} results are left out: a run has {MOST} at most"
        notes.append({"level": "warning", "message": {"text": text}})
    return {
        "executionSuccessful": report.exit_status in (0, 1),
        "exitCode": report.exit_status,
        "startTimeUtc": report.started.replace("+00:00", "Z"),
        "toolExecutionNotifications": notes,
    }


def _skipped(report: Report, skip: Skip) -> dict[str, object]:
    return {
        "level": "warning",
        "message": {"text": f"skipped: {_plain(skip.reason)}"},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(report, skip.path)}}],
    }


def _result(report: Report, finding: ReportedFinding, places: dict[str, int]) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": _plain(finding.message)},
        "locations": [{"physicalLocation": _place(report, finding)}],
        "partialFingerprints": {"ttaValidate/v1": finding.fingerprint},
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": at,
                "message": {"text": _plain(near.message)},
                "physicalLocation": {
                    "artifactLocation": _artifact(report, near.path),
                    "region": {"startLine": max(near.line, 1), "startColumn": max(near.column, 1)},
                },
            }
            for at, near in enumerate(finding.related)
        ]
    if finding.fix is not None and finding.fix.edits:
        result["fixes"] = [_fix(report, finding.rule, finding.fix.edits)]
    if isinstance(finding, SuppressedFinding):
        kind = _KINDS.get(finding.by, "external")
        result["suppressions"] = [{"kind": kind, "status": "accepted", "justification": finding.reason}]
    return result


def _place(report: Report, finding: ReportedFinding) -> dict[str, object]:
    region: dict[str, object] = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": max(finding.end_line, finding.line),
        "endColumn": finding.end_column
        if finding.end_column > finding.column or finding.end_line > finding.line
        else finding.column + 1,
    }
    if finding.snippet:
        region["snippet"] = {"text": finding.snippet}
    return {"artifactLocation": _artifact(report, finding.path), "region": region}


def _artifact(report: Report, path: str) -> dict[str, str]:
    return {"uri": quote(in_repository(report, path))}


def _fix(report: Report, rule: str, edits: Iterable[Edit]) -> dict[str, object]:
    changes: dict[str, list[object]] = {}
    for edit in edits:
        region = {
            "startLine": edit.line,
            "startColumn": edit.column,
            "endLine": edit.end_line,
            "endColumn": edit.end_column,
        }
        changes.setdefault(edit.path, []).append({"deletedRegion": region, "insertedContent": {"text": edit.text}})
    listed = [{"artifactLocation": _artifact(report, path), "replacements": each} for path, each in changes.items()]
    return {"description": {"text": f"What `tta-validate check --fix` does about {rule}"}, "artifactChanges": listed}


def _plain(text: str) -> str:
    """Returns a message without links: SARIF 2.1.0, section 3.11.6, makes one of ``[text](target)``."""
    return printable(text).replace("](", "] (") or "-"
