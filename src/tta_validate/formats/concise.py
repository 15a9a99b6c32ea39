"""One line a finding: ``path:line:col: rule severity message``."""

from tta_validate.findings import printable
from tta_validate.plain_text import clean
from tta_validate.problems import by_number, problems, skips
from tta_validate.report import Report, View


def render(report: Report, view: View) -> str:
    """Returns one line for each active finding, missed target, case that did not pass, and file that was skipped.

    With statistics, a line for each rule follows, ``rule: 3 active, 1 suppressed``, which has no place.
    """
    lines = [
        f"{_path(one.path)}:{one.line}:{one.column}: {one.rule} {one.severity} {_flat(one.message)}"
        for one in (*problems(report), *skips(report))
    ]
    if view.statistics:
        lines += [f"{rule}: {found} active, {silenced} suppressed" for rule, found, silenced in by_number(report)]
    return "".join(f"{line}\n" for line in lines)


def render_inventory(report: Report, view: View) -> str:
    """Returns one line for each call site."""
    del view
    lines = [
        f"{_path(site.path)}:{site.line}:{site.column}: {_flat(site.callee)} "
        + " ".join(f"{name}={guard.state}" for name, guard in site.guards.items())
        for site in report.call_sites
    ]
    return "".join(f"{line}\n" for line in lines)


def _path(text: str) -> str:
    """Returns a path on one line, with its blanks as they are."""
    flat = printable(text)
    return clean(f"./{flat}" if flat.lstrip().startswith("::") else flat)


def _flat(text: str) -> str:
    """Returns a text on one line; one that a CI log would take for a workflow command begins with ``./``."""
    flat = printable(" ".join(text.split()))
    return clean(f"./{flat}" if flat.startswith("::") else flat)
