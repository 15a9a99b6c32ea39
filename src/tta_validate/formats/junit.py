"""JUnit XML: a suite for each rule, for targets, for sets of recorded cases, and for files that were left out."""

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from tta_validate import cost_summary
from tta_validate.cost_model import CostReport
from tta_validate.findings import Severity
from tta_validate.problems import CASE_RULE, active, in_repository, target_text
from tta_validate.report import Case, Metric, Report, ReportedFinding, RuleRun, SuppressedFinding, View

_REFUSED = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for (section 2.2), and control characters."""


def render(report: Report, view: View) -> str:
    """Returns the report as JUnit XML.

    A finding at or above ``fail-on`` is a failure, one below it passes and tells itself in its output; suppressed ones
    and rules that do not apply are skipped. A failed case is one failure, not two.
    """
    del view
    top = ElementTree.Element("testsuites", {"name": report.tool.name})
    for suite in _suites(report):
        top.append(suite)
    for name in ("tests", "failures", "skipped"):
        top.set(name, str(sum(int(suite.get(name, "0")) for suite in top)))
    top.set("time", f"{sum(case.seconds for case in report.cases):.3f}")
    ElementTree.indent(top)
    body = ElementTree.tostring(top, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def _suites(report: Report) -> Iterator[ElementTree.Element]:
    cases = bool(report.cases)
    runs = {run.id: run for run in report.rules}
    of_rule: dict[str, list[ReportedFinding]] = {name: [] for name in runs}
    for finding in (*active(report), *report.suppressed):
        of_rule.setdefault(finding.rule, []).append(finding)
    for rule, found in of_rule.items():
        if found or not (rule == CASE_RULE and cases):
            yield _suite(rule, [_rule(runs[rule])] if not found else [_finding(report, one) for one in found])
    targets = [metric for metric in report.metrics if metric.target is not None]
    if targets:
        yield _suite("targets", map(_target, targets))
    if report.cost:
        yield _suite("cost", [_cost(report.cost)])
    for name in dict.fromkeys(case.group for case in report.cases):
        yield _suite(name, (_case(report, case) for case in report.cases if case.group == name))
    if report.skipped:
        skips = [(in_repository(report, skip.path), skip.reason) for skip in report.skipped]
        yield _suite("files", (_skipped(_test("files", path, {"file": path}), reason) for path, reason in skips))


def _suite(name: str, tests: Iterable[ElementTree.Element]) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", {"name": _text(name)})
    suite.extend(tests)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(sum(test.find("failure") is not None for test in suite)))
    suite.set("errors", "0")
    suite.set("skipped", str(sum(test.find("skipped") is not None for test in suite)))
    suite.set("time", f"{sum(float(test.get('time', '0')) for test in suite):.3f}")
    return suite


def _test(group: str, name: str, more: dict[str, str]) -> ElementTree.Element:
    values = {"classname": group, "name": name, "time": "0.000", **more}
    return ElementTree.Element("testcase", {key: _text(value) for key, value in values.items()})


def _rule(run: RuleRun) -> ElementTree.Element:
    test = _test(run.id, run.summary or run.id, {})
    return test if run.not_applicable is None else _skipped(test, f"not applicable: {run.not_applicable}")


def _finding(report: Report, finding: ReportedFinding) -> ElementTree.Element:
    path = in_repository(report, finding.path)
    test = _test(finding.rule, f"{path}:{finding.line}:{finding.column}", {"file": path, "line": str(finding.line)})
    _properties(test, {"severity": finding.severity, "fingerprint": finding.fingerprint})
    if isinstance(finding, SuppressedFinding):
        return _skipped(test, f"suppressed by {finding.by}: {finding.reason}")
    body = f"{path}:{finding.line}:{finding.column}: {finding.message}\n{finding.snippet}"
    if finding.severity.rank >= report.fail_on.rank:
        _failure(test, finding.message, body, finding.severity)
    else:
        ElementTree.SubElement(test, "system-out").text = _text(f"{finding.severity}: {body}")
    return test


def _target(metric: Metric) -> ElementTree.Element:
    member = f" [{metric.member}]" if metric.member else ""
    test = _test("targets", f"{metric.name}{member}", {})
    if metric.met is None:
        return _skipped(test, "judged on the whole project only" if metric.denominator else "there is nothing to count")
    if not metric.met:
        text = target_text(metric)
        _failure(test, text, f"{text} ({metric.numerator} of {metric.denominator})", Severity.ERROR)
    return test


def _cost(cost: CostReport) -> ElementTree.Element:
    """Returns the target of cost as a test: skipped where it is not judged, with all figures in its output."""
    test = _test("cost", "cost-reduction", {})
    if cost.target.verdict == "missed":
        _failure(test, cost_summary.verdict(cost), cost_summary.verdict(cost), Severity.ERROR)
    elif cost.target.verdict != "met":
        _skipped(test, cost.target.reason or cost.target.verdict)
    ElementTree.SubElement(test, "system-out").text = _text(cost_summary.text(cost))
    return test


def _case(report: Report, case: Case) -> ElementTree.Element:
    place = {"file": in_repository(report, case.path), "line": str(case.line)} if case.path else {}
    test = _test(case.group, case.name, {**place, "time": f"{case.seconds:.3f}"})
    if case.verdict == "skipped":
        return _skipped(test, case.reason)
    if case.verdict != "passed":
        _properties(test, {"verdict": case.verdict})
        _failure(test, case.reason, case.text or case.reason, Severity.ERROR)
    return test


def _properties(test: ElementTree.Element, values: dict[str, str]) -> None:
    inside = ElementTree.SubElement(test, "properties")
    for name, value in values.items():
        ElementTree.SubElement(inside, "property", {"name": name, "value": _text(value)})


def _failure(test: ElementTree.Element, message: str, body: str, severity: Severity) -> None:
    first = _text(message.strip().partition("\n")[0])
    ElementTree.SubElement(test, "failure", {"message": first, "type": str(severity)}).text = _text(body)


def _skipped(test: ElementTree.Element, reason: str) -> ElementTree.Element:
    ElementTree.SubElement(test, "skipped", {"message": _text(reason)})
    return test


def _text(text: str) -> str:
    return _REFUSED.sub("\ufffd", text.replace("\r\n", "\n"))
