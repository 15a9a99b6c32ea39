"""One line a finding: ``path:line:col: rule severity message``."""

from tta_validate.findings import printable
from tta_validate.plain_text import clean
from tta_validate.problems import problems
from tta_validate.report import Report, View


def render(report: Report, view: View) -> str:
    """Returns one line for each active finding, missed target, case that did not pass, and file that was skipped."""
    del view
    lines = [
        f"{_flat(one.path)}:{one.line}:{one.column}: {one.rule} {one.severity} {_flat(one.message)}"
        for one in problems(report)
    ]
    lines += [f"{_flat(skip.path)}:1:1: skipped info {_flat(skip.reason)}" for skip in report.skipped]
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
    return clean(f"./{flat}" if flat.startswith("::") else flat)
