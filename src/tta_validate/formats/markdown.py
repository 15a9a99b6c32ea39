"""Markdown for a step summary or a comment: short, ranked, folded, and never longer than there is room for.

GitHub drops a step summary of more than 1 MiB and refuses a comment of more than 65,536 characters.
"""

from collections.abc import Iterable, Iterator, Sequence

from tta_validate import cost_summary, lock_summary
from tta_validate.lock_summary import code, escaped
from tta_validate.problems import (
    Counts,
    active,
    by_number,
    by_rule,
    count,
    failed_cases,
    ranked,
    scope,
    sides,
    unjudged,
)
from tta_validate.report import Case, Metric, Report, ReportedFinding, View

_FLAT = 15
"""Up to so many findings are listed without folds."""

_LONGEST = 300
_MARKS = {"error": "🔴", "warning": "🟠", "info": "🔵"}


def render(report: Report, view: View) -> str:
    """Returns counts, scoreboard, lock changes, findings by rule, failed cases and skipped files.

    It has at most ``view.budget`` characters; whatever is left out is counted where it would stand.
    """
    alarms = [one for one in active(report) if one.rule.startswith("lock-")] if report.lock_changes else []
    told = {id(alarm) for alarm in alarms}
    rest = [one for one in active(report) if id(one) not in told]
    head = f"### {escaped(Counts.of(report).sentence())}\n\n"
    room = view.budget - len(head) - 10
    about = _fitting(_about(report), room)
    room -= len(about)
    board = _fitting(_scoreboard(report, room // 10), room // 8)
    cost = _fitting(cost_summary.markdown(report.cost, level=4) if report.cost else "", room // 4)
    room -= len(cost)
    cases = _fitting(_cases(failed_cases(report), room // 4), room // 4)
    lock = _fitting(_lock(report, alarms, room // 3), room // 3)
    numbers = _fitting(_statistics(report) if view.statistics else "", room // 10)
    tail = _fitting(_skipped(report, room // 20), room // 10)
    found = _fitting(_findings(rest, room - sum(map(len, (cases, lock, tail, board, numbers)))), room)
    return head + "\n".join(part for part in (about, found, cases, lock, board, cost, numbers, tail) if part)


def _fitting(part: str, room: int) -> str:
    """Returns a part that there is room for; one that its own budget was too small for is left out."""
    return part if len(part) <= room else ""


def _lock(report: Report, alarms: Sequence[ReportedFinding], room: int) -> str:
    return lock_summary.markdown(report.lock_changes, alarms, budget=room) if report.lock_changes else ""


def _about(report: Report) -> str:
    rules = count(Counts.of(report).rules, "rule")
    silenced = f" {_suppressed(report)}." if report.suppressed else ""
    part = f", {escaped(scope(report)[:_LONGEST])}" if scope(report) else ""
    unjudged_note = f" {escaped(unjudged(report))}" if unjudged(report) else ""
    notes = "".join(f" {escaped(note[:_LONGEST])}." for note in report.notes[:5])
    return f"{rules} on {code(report.project.name[:_LONGEST])}{part}.{silenced}{unjudged_note}{notes}\n"


def _suppressed(report: Report) -> str:
    ways = dict.fromkeys(finding.by for finding in report.suppressed)
    names = {"comment": "by a comment", "baseline": "known", "config": "by the configuration", "since": "not new"}
    parts = [f"{sum(one.by == way for one in report.suppressed)} {names[way]}" for way in ways]
    return "Suppressed: " + ", ".join(parts)


def _findings(found: Sequence[ReportedFinding], room: int) -> str:
    groups = by_rule(found)
    blocks: list[str] = []
    flat = len(found) <= _FLAT
    left = len(groups)
    for group in groups:
        kept = 120 * (left - 1)
        block = _group(ranked(group), room - min(kept, room // 2), flat=flat)
        if len(block) > room - 80:
            more = sum(len(one) for one in groups[-left:])
            blocks.append(f"- {count(more, 'finding')} of {count(left, 'other rule')} left out here\n")
            break
        blocks.append(block)
        room -= len(block) + 1
        left -= 1
    return "\n".join(blocks)


def _group(group: Sequence[ReportedFinding], room: int, *, flat: bool) -> str:
    worst = group[0].severity
    title = f"{_MARKS[worst]} {count(len(group), worst if worst != 'info' else 'info finding')}: {group[0].rule[:200]}"
    head, foot = (f"**{escaped(title)}**\n\n", "") if flat else (_fold(title), "\n</details>\n")
    body = _within((_bullet(one) for one in group), len(group), room - len(head) - len(foot))
    return head + body + foot


def _fold(title: str) -> str:
    return f"<details><summary>{escaped(title)}</summary>\n\n"


def _within(lines: Iterable[str], total: int, room: int) -> str:
    """Returns as many of the lines as there is room for, and how many there are more."""
    kept: list[str] = []
    used = 40
    for line in lines:
        if used + len(line) > room:
            kept.append(f"- and {total - len(kept)} more\n")
            break
        kept.append(line)
        used += len(line)
    return "".join(kept)


def _bullet(finding: ReportedFinding) -> str:
    place = f"{finding.path[-_LONGEST:]}:{finding.line}"
    return f"- {code(place)}: {escaped(finding.message[:_LONGEST])}\n"


def _cases(cases: Sequence[Case], room: int) -> str:
    if not cases:
        return ""
    head = f"**{count(len(cases), 'recorded case')} failed**\n\n"
    return head + _within(map(_case, cases), len(cases), room - len(head))


def _case(case: Case) -> str:
    name = code(f"{case.group}/{case.name}"[:_LONGEST])
    differences = "".join(_difference(*one) for one in _shown(case))
    more = len(case.differences) - 5
    differences += f"  - and {more} more\n" if more > 0 else ""
    return f"- {name}: {escaped(case.reason[:_LONGEST])}\n{differences}"


def _shown(case: Case) -> Iterator[tuple[str, str, str]]:
    for one in case.differences[:5]:
        expected, actual = sides(one)
        yield one.where, expected[:_LONGEST], actual[:_LONGEST]


def _difference(where: str, expected: str, actual: str) -> str:
    return f"  - {code(where[:_LONGEST])}: expected {code(expected)}, got {code(actual)}\n"


def _scoreboard(report: Report, room: int) -> str:
    if not report.call_sites or not report.metrics:
        return ""
    title = f"**Adoption over {count(len(report.call_sites), 'LLM call site')}**\n\n"
    head = "| | member | explicit | by hand | none | unknown | share | target |\n|---|---|--:|--:|--:|--:|--:|---|\n"
    shown = [one for one in report.metrics if one.target is not None or not one.name.endswith("-primitive")]
    body = _within_table(map(_row, shown), len(shown), room - len(title) - len(head))
    return title + head + body


def _within_table(rows: Iterable[str], total: int, room: int) -> str:
    kept: list[str] = []
    for row in rows:
        room -= len(row)
        if room < 60:
            return "".join(kept) + f"\n{total - len(kept)} more rows are left out here\n"
        kept.append(row)
    return "".join(kept)


def _row(metric: Metric) -> str:
    counts = metric.counts
    numbers = [counts.get("explicit", 0), counts.get("manual", 0), counts.get("none", 0), metric.unknown]
    share = "n/a" if metric.value is None else f"{metric.value:.0f} % ({metric.numerator}/{metric.denominator})"
    excused = f" ({metric.excused} excused)" if metric.excused else ""
    mark = {True: " ✅", False: " ❌", None: ""}[metric.met]
    target = "" if metric.target is None else f"{metric.target:g} %{mark}{excused}"
    name = metric.name.removeprefix("adoption-").replace("-by-primitive", " by primitive")
    cells = [escaped(name), escaped((metric.member or "")[:_LONGEST]), *map(str, numbers), share, target]
    return "| " + " | ".join(cells) + " |\n"


def _statistics(report: Report) -> str:
    rows = (f"| {escaped(rule)} | {found} | {silenced} |\n" for rule, found, silenced in by_number(report))
    return "| rule | active | suppressed |\n|---|--:|--:|\n" + "".join(rows)


def _skipped(report: Report, room: int) -> str:
    if not report.skipped:
        return ""
    head, foot = _fold(f"{count(len(report.skipped), 'file')} skipped"), "\n</details>\n"
    lines = (f"- {code(skip.path[-_LONGEST:])}: {escaped(skip.reason[:_LONGEST])}\n" for skip in report.skipped)
    return head + _within(lines, len(report.skipped), room - len(head) - len(foot)) + foot
