"""Annotations for GitHub Actions: workflow commands, the most important ones first, never more than are shown.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word
(github.com/actions/toolkit, issue 734). The escapes are those of @actions/core.
"""

from collections import Counter
from collections.abc import Sequence

from tta_validate.findings import Severity, printable
from tta_validate.plain_text import clean
from tta_validate.problems import Counts, count, in_repository, problems, ranked, scope, skips
from tta_validate.report import Report, ReportedFinding, View

MOST = 10
"""How many annotations of a level GitHub shows of one step."""

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_LONGEST = 2000


def render(report: Report, view: View) -> str:
    """Returns at most ten commands of each level, the last one saying how many more there are, and the counts.

    Files that were skipped are notices, after those of findings.
    """
    del view
    found = (*ranked(problems(report)), *skips(report))
    lines: list[str] = []
    for severity, level in _LEVELS.items():
        own = [finding for finding in found if finding.severity is severity]
        shown = _chosen(own)
        lines += [_command(report, level, finding) for finding in shown]
        if len(shown) < len(own):
            more = count(len(own) - len(shown), f"more {_NOUNS[severity]}")
            lines.append(f"::{level} title=tta-validate::{more}, which GitHub does not show here: see the report")
    part = f", {scope(report)}" if scope(report) else ""
    lines.append(clean(f"tta-validate: {Counts.of(report).sentence()} on {report.project.name}{part}"))
    return "".join(f"{line}\n" for line in lines)


def _chosen(found: Sequence[ReportedFinding]) -> list[ReportedFinding]:
    """Returns what there is room for: where not for all, first one finding for each rule and file."""
    if len(found) <= MOST:
        return list(found)
    seen: Counter[tuple[str, str]] = Counter()
    order: list[tuple[int, int]] = []
    for at, finding in enumerate(found):
        order.append((seen[finding.rule, finding.path], at))
        seen[finding.rule, finding.path] += 1
    return [found[at] for at in sorted(at for _, at in sorted(order)[: MOST - 1])]


def _command(report: Report, level: str, finding: ReportedFinding) -> str:
    properties = {"file": in_repository(report, finding.path), "line": str(finding.line)}
    if finding.end_line == finding.line:
        # The runner takes columns only within one line.
        properties["col"] = str(finding.column)
        properties["endLine"] = str(finding.end_line)
        if finding.end_column > finding.column:
            properties["endColumn"] = str(finding.end_column)
    else:
        properties["endLine"] = str(finding.end_line)
    properties["title"] = finding.rule
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {listed}::{_data(clean(finding.message)[:_LONGEST])}"


def _data(text: str) -> str:
    return printable(text).replace("##[", "## [").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
