"""One line a finding: ``path:line:col: rule severity message``."""

from tta_validate.findings import printable
from tta_validate.report import Report, View


def render(report: Report, view: View) -> str:
    """Returns one line for each active finding, missed target and case that did not pass."""
    del view
    lines = [
        f"{_flat(finding.path)}:{finding.line}:{finding.column}: "
        f"{finding.rule} {finding.severity} {_flat(finding.message)}"
        for finding in report.findings
    ]
    for metric in report.missed:
        member = f" of {metric.member}" if metric.member else ""
        text = f"{metric.name} error {metric.value:g} %{member} is below the target of {metric.target:g} %"
        lines.append(f"pyproject.toml:1:1: {text}")
    told = any(finding.rule == "replay-case-failed" for finding in report.findings)
    for case in () if told else report.cases:
        if case.verdict in ("failed", "error"):
            text = _flat(f"{case.name}: {case.reason}")
            lines.append(f"{_flat(case.group)}:1:1: replay-case-failed error {text}")
    return "".join(f"{line}\n" for line in lines)


def render_inventory(report: Report, view: View) -> str:
    """Returns one line for each call site."""
    del view
    lines = [
        f"{_flat(site.path)}:{site.line}:{site.column}: {_flat(site.callee)} "
        + " ".join(f"{name}={guard.state}" for name, guard in site.guards.items())
        for site in report.call_sites
    ]
    return "".join(f"{line}\n" for line in lines)


def _flat(text: str) -> str:
    """Returns a text on one line; one that a CI log would take for a workflow command begins with ``./``."""
    flat = printable(" ".join(text.split()))
    return f"./{flat}" if flat.startswith("::") else flat
