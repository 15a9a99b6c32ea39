"""Markdown for the comment on a pull request: what changed in the lock, and the findings by rule."""

from itertools import groupby

from tta_validate import lock_summary
from tta_validate.report import Report, View


def render(report: Report, view: View) -> str:
    """Returns the findings, grouped by rule and folded, and what changed in the lock."""
    del view
    alarms = [finding for finding in report.findings if finding.rule.startswith("lock-")]
    text = lock_summary.markdown(report.lock_changes, alarms) + "\n" if report.lock_changes else ""
    rest = [finding for finding in report.findings if not report.lock_changes or not finding.rule.startswith("lock-")]
    text += f"### {len(rest)} finding{'' if len(rest) == 1 else 's'}\n"
    budget = lock_summary.MAX_MARKDOWN - len(text) - 200
    for rule, found in groupby(sorted(rest, key=lambda one: one.rule), key=lambda one: one.rule):
        listed = list(found)
        lines = [
            f"- {lock_summary.escaped(f'{one.path}:{one.line}')}: {lock_summary.escaped(one.message)}" for one in listed
        ]
        body = "\n".join(lines)
        part = f"\n<details><summary>{rule} ({len(listed)})</summary>\n\n{body}\n\n</details>\n"
        if len(part) > budget:
            part = f"\n{rule}: {len(listed)}, left out here\n"
        budget -= len(part)
        text += part
    return text
