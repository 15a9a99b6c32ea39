"""One line a finding: ``path:line:col: rule severity message``."""

from tta_validate.report import Report, View


def render(report: Report, view: View) -> str:
    """Returns one line for each active finding, missed target and case that did not pass."""
    del view
    lines = [
        f"{finding.path}:{finding.line}:{finding.column}: {finding.rule} {finding.severity} {_flat(finding.message)}"
        for finding in report.findings
    ]
    for metric in report.missed:
        member = f" of {metric.member}" if metric.member else ""
        text = f"{metric.name} error {metric.value:g} %{member} is below the target of {metric.target:g} %"
        lines.append(f"pyproject.toml:1:1: {text}")
    for case in report.cases:
        if case.verdict in ("failed", "error"):
            lines.append(f"{_flat(case.group)}:1:1: replay-case-failed error {_flat(case.name)}: {_flat(case.reason)}")
    return "".join(f"{line}\n" for line in lines)


def render_inventory(report: Report, view: View) -> str:
    """Returns one line for each call site."""
    del view
    lines = [
        f"{site.path}:{site.line}:{site.column}: {site.callee} "
        + " ".join(f"{name}={guard.state}" for name, guard in site.guards.items())
        for site in report.call_sites
    ]
    return "".join(f"{line}\n" for line in lines)


def _flat(text: str) -> str:
    return " ".join(text.split())
