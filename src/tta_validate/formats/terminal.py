"""The report for people: findings, or groups of them, the scoreboard, the counts, and what to do next."""

import textwrap
from collections import Counter
from collections.abc import Sequence

from tta_validate import cost_summary
from tta_validate.findings import Severity, printable
from tta_validate.plain_text import clean
from tta_validate.problems import Counts, active, by_number, by_rule, count, scope, unjudged
from tta_validate.report import CallSiteEntry, GuardState, Metric, Report, ReportedFinding, View
from tta_validate.sites import GUARDS

MOST_LINES = 20
"""How many lines of findings there are at most, unless more are asked for."""

_HEADS = f"  {'':<24}{'primitive':>10}{'explicit':>10}{'by hand':>9}{'none':>6}{'unknown':>9}   share"
_WIDE = 100
"""How many columns the whole scoreboard takes."""

_ASKED_FOR = ("cost", "replay")
"""Families that look only at what the configuration names or a replay brings; that nobody asked is no news."""

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34"}
_SEVERITY = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def render(report: Report, view: View) -> str:
    """Returns the report as text; with ``verbosity`` -1 only its last line, with 1 every finding."""
    ink = _Ink(view.colour)
    if view.verbosity < 0:
        end = [*_fixed(report, view), _summary(report, view, ink)]
        return _joined(_statistics(report) if view.statistics else [], end)
    found = [_findings(report, view, ink), _statistics(report) if view.statistics else []]
    end = [*_fixed(report, view), _summary(report, view, ink), *_advice(report, view), *_hint(report, view, ink)]
    return _joined(*found, *_scores(report, view, ink), end)


def render_summary(report: Report, view: View) -> str:
    """Returns the scoreboard, the notes, the counts and what to do next, for where the findings are shown already."""
    ink = _Ink(view.colour)
    if view.verbosity < 0:
        return _summary(report, view, ink) + "\n"
    return _joined(*_scores(report, view, ink), [_summary(report, view, ink), *_advice(report, view)])


def _joined(*blocks: list[str]) -> str:
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _scores(report: Report, view: View, ink: "_Ink") -> list[list[str]]:
    board = scoreboard(report, view, ink)
    return [
        board,
        cost_summary.brief(report.cost) if report.cost else [],
        _cases(report, ink),
        _quiet_rules(report, view),
        _notes(report, view),
    ]


class _Ink:
    """Colours text, or leaves it as it is."""

    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, style: str) -> str:
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self._on else text


def plain(text: str) -> str:
    """Returns untrusted text on one line that neither a terminal nor the runner of a workflow obeys."""
    return clean(printable(" ".join(text.split())))


def _path(text: str) -> str:
    """Returns a path on one line with its blanks as they are."""
    return clean(printable(text))


def _findings(report: Report, view: View, ink: _Ink) -> list[str]:
    findings = active(report)
    if len(findings) > MOST_LINES and view.verbosity < 1:
        return _groups(findings, view, ink)
    width = max((len(finding.rule) for finding in findings), default=0)
    lines: list[str] = []
    path = ""
    for finding in findings:
        if finding.path != path:
            path = finding.path
            lines.append(ink(_path(path), "bold"))
        place = f"{finding.line}:{finding.column}"
        label = ink(f"{finding.severity:<7}", _SEVERITY[finding.severity])
        lines.append(f"  {place:>7}  {label}  {finding.rule:<{width}}  {plain(finding.message)}")
        if view.verbosity > 0:
            lines += [f"           {ink(line, 'dim')}" for line in printable(finding.snippet).split("\n")]
            lines += [f"           {_path(near.path)}:{near.line}: {plain(near.message)}" for near in finding.related]
    return lines


def _groups(findings: Sequence[ReportedFinding], view: View, ink: _Ink) -> list[str]:
    """Returns one line for each rule, the worst and most frequent ones first, at most `MOST_LINES`."""
    ranked = by_rule(findings)
    shown = ranked if len(ranked) <= MOST_LINES else ranked[: MOST_LINES - 1]
    width = max(len(group[0].rule) for group in ranked)
    lines: list[str] = []
    for group in shown:
        label = ink(f"{group[0].severity:<7}", _SEVERITY[group[0].severity])
        head = f"{len(group):>5}  {group[0].severity:<7}  {group[0].rule:<{width}}  "
        lines.append(f"{len(group):>5}  {label}  {group[0].rule:<{width}}  {_places(group, view.width - len(head))}")
    if len(shown) < len(ranked):
        rest = ranked[len(shown) :]
        lines.append(f"{sum(map(len, rest)):>5}  of {len(rest)} other rules")
    return lines


def _places(group: Sequence[ReportedFinding], room: int) -> str:
    files = Counter(finding.path for finding in group)
    first = f"{_path(group[0].path)}:{group[0].line}"
    places = f" in {len(files)} files" if len(files) > 1 else ""
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    rest = more + places if room - len(more + places) >= min(len(first), 24) else more
    keep = max(room - len(rest), 20)
    return (first if len(first) <= keep else "…" + first[-keep + 1 :]) + rest


def _statistics(report: Report) -> list[str]:
    rows = by_number(report)
    width = max((len(rule) for rule, _, _ in rows), default=0)
    lines = [f"  {rule:<{width}}  {found:>5} active  {silenced:>5} suppressed" for rule, found, silenced in rows]
    return ["Findings by rule", *lines] if rows else []


def scoreboard(report: Report, view: View, ink: _Ink) -> list[str]:
    """Returns the adoption metrics as a table: the project's, then each member's where there are several."""
    if not report.metrics:
        return []
    if not report.call_sites:
        return [looked_for(report)]
    verbose = view.verbosity > 0
    members = {metric.member for metric in report.metrics if metric.member}
    title = f"Adoption over {count(len(report.call_sites), 'LLM call site')}"
    told = [metric for metric in report.metrics if verbose or metric.target or not metric.name.endswith("-primitive")]
    own = [metric for metric in told if metric.member is None]
    wide = [_HEADS, *(_score(metric, ink) for metric in own)]
    fits = view.width >= _WIDE
    lines = [ink(title, "bold"), *(wide if fits else _narrow(own, ink))]
    for member in sorted(members if len(members) > 1 or verbose else ()):
        own = [metric for metric in told if metric.member == member and (verbose or metric.target)]
        parts = [f"{_short(metric)} {_share(metric)}{_mark(metric, ink)}" for metric in own if metric.denominator]
        rows = _rows(parts, 4 if fits else 1)
        lines += [f"  {plain(member) if at == 0 else '':<24}" + ", ".join(row) for at, row in enumerate(rows)]
    return lines


def _rows(parts: Sequence[str], length: int) -> list[Sequence[str]]:
    return [parts[at : at + length] for at in range(0, len(parts), length)]


def _score(metric: Metric, ink: _Ink) -> str:
    counts = metric.counts
    explicit = counts.get("explicit", 0) - counts.get("primitive", 0)
    numbers = f"{counts.get('primitive', 0):>10}{explicit:>10}{counts.get('manual', 0):>9}{counts.get('none', 0):>6}"
    share = f"{_share(metric):>6} ({metric.numerator}/{metric.denominator})"
    return f"  {_short(metric):<24}{numbers}{metric.unknown:>9}  {share:<17}{_target(metric, ink)}".rstrip()


def _narrow(metrics: Sequence[Metric], ink: _Ink) -> list[str]:
    """Returns the table without fractions and excuses; what a primitive gives counts as explicit."""
    rows = [["", "explicit", "by hand", "none", "unknown", "share", "target"]]
    for metric in metrics:
        numbers = (str(metric.counts.get(state, 0)) for state in ("explicit", "manual", "none"))
        rows.append([_short(metric), *numbers, str(metric.unknown), _share(metric), _percent(metric.target)])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines: list[str] = []
    for metric, row in zip((None, *metrics), rows, strict=True):
        cells = [f"{cell:>{width}}" for cell, width in zip(row[1:6], widths[1:6], strict=True)]
        mark = _mark(metric, ink) if metric else ""
        lines.append(f"  {row[0]:<{widths[0]}}  {'  '.join(cells)}  {row[6]}{mark}".rstrip())
    return lines


def _percent(target: float | None) -> str:
    return "" if target is None else f"{target:g} %"


def _short(metric: Metric) -> str:
    return metric.name.removeprefix("adoption-").replace("-by-primitive", " by primitive")


def _share(metric: Metric) -> str:
    return "n/a" if metric.value is None else f"{metric.value:.0f} %"


def _target(metric: Metric, ink: _Ink) -> str:
    excused = f", {metric.excused} excused" if metric.excused else ""
    return "" if metric.target is None else f"target {_percent(metric.target)}{_mark(metric, ink)}{excused}"


def _mark(metric: Metric, ink: _Ink) -> str:
    if metric.met is None:
        return ""
    return " " + (ink("met", "green") if metric.met else ink("missed", "red"))


def looked_for(report: Report) -> str:
    """Returns the sentence that says what was looked for, and in how many files, where no call site was found."""
    libraries = count(len(report.looked_for), "library", "libraries")
    return f"No LLM call site: looked for the calls of {libraries} in {count(report.files.seen, 'Python file')}."


def _cases(report: Report, ink: _Ink) -> list[str]:
    bad = [case for case in report.cases if case.verdict in ("failed", "error")]
    return [
        f"{ink(case.verdict, 'red')}  {plain(case.group)}  {plain(case.name)}: {plain(case.reason)}" for case in bad
    ]


def _quiet_rules(report: Report, view: View) -> list[str]:
    """Returns, for families of which no rule applied, why; with more verbosity for every rule."""
    families: dict[str, list[str | None]] = {}
    for run in report.rules:
        families.setdefault(run.id.partition("-")[0], []).append(run.not_applicable)
    lines = [
        f"{family}: not applicable, {reasons[0]}"
        for family, reasons in families.items()
        if family not in _ASKED_FOR and reasons[0] is not None and all(reason == reasons[0] for reason in reasons)
    ]
    if view.verbosity > 0:
        lines += [f"{run.id}: not applicable, {run.not_applicable}" for run in report.rules if run.not_applicable]
    return [plain(line) for line in lines]


def _notes(report: Report, view: View) -> list[str]:
    lines = [plain(note) for note in report.notes]
    lines += [note] if (note := unjudged(report)) else []
    if report.skipped and view.verbosity > 0:
        lines += [f"skipped {_path(skip.path)}: {plain(skip.reason)}" for skip in report.skipped]
    elif report.skipped:
        first = report.skipped[0]
        more = f", and {len(report.skipped) - 1} more (--verbose lists them)" if len(report.skipped) > 1 else ""
        lines.append(f"Skipped {_path(first.path)}: {plain(first.reason)}{more}")
    return lines


def _summary(report: Report, view: View, ink: _Ink) -> str:
    counts = Counts.of(report)
    part = f", {_path(scope(report))}" if scope(report) else ""
    said = counts.sentence()
    about = f"({count(counts.rules, 'rule')} on {plain(report.project.name)}{part})"
    gap = " " if len(said) + 1 + len(about) <= view.width or view.verbosity < 0 else "\n"
    return ink(said + gap + about, "green" if report.passed else "red")


def _fixed(report: Report, view: View) -> list[str]:
    """Returns how many findings the run has repaired, where it was asked to; with more verbosity which."""
    if report.fixed is None:
        return []
    lines = [f"fixed {plain(one.path)}:{one.line}: {one.rule}" for one in report.fixed] if view.verbosity > 0 else []
    return [*lines, f"Fixed {len(report.fixed)}, {len(report.findings)} remaining"]


def _advice(report: Report, view: View) -> list[str]:
    """Returns the commands that help, each with what it does, on a line of its own where there is no room."""
    told: list[tuple[str, str]] = []
    if report.failures:
        rules = Counter(finding.rule for finding in report.failures)
        rule = min(rules, key=lambda name: (-rules[name], name))
        if len(report.findings) > MOST_LINES and report.shard is None:
            grown = any(one.by == "baseline" for one in report.suppressed)
            command = "baseline --grow" if grown else "baseline"
            told.append((command, "accept today's findings, so that only new ones fail"))
        told.append((f"explain {rule}", "what it means, and what to write instead"))
    elif report.missed:
        told.append((f"explain {report.missed[0].name}", "what is counted, and where the target is set"))
        told.append(("inventory", "every call site with its guards"))
    width = max((len(command) for command, _ in told), default=0)
    lines = [f"  tta-validate {command:<{width}}    {what}" for command, what in told]
    if max(map(len, lines), default=0) <= view.width:
        return lines
    return [line for command, what in told for line in (f"  tta-validate {command}", f"      {what}")]


def _hint(report: Report, view: View, ink: _Ink) -> list[str]:
    if len(report.findings) <= MOST_LINES or not report.failures or view.verbosity > 0:
        return []
    return [ink("  (--verbose shows every finding, --output concise one line each)", "dim")]


def render_inventory(report: Report, view: View) -> str:
    """Returns the call sites as a table, one line each, with the state of every guard."""
    if not report.call_sites:
        return looked_for(report) + "\n"
    ink = _Ink(view.colour)
    heads = ("call site", "callee", "provider", "model", *GUARDS)
    rows = [heads, *(_row(site) for site in report.call_sites)]
    limits = (60, 44, 14, 28, 24, 24, 24, 24) if view.verbosity > 0 else (48, 34, 12, 22, 8, 8, 8, 8)
    widths = _fitted([min(max(len(row[at]) for row in rows), limits[at]) for at in range(len(heads))], view.width)
    lines = [
        "  ".join(f"{_cut(cell, width):<{width}}" for cell, width in zip(row, widths, strict=True) if width).rstrip()
        for row in rows
    ]
    lines[0] = ink(lines[0], "bold")
    skipped = f", {len(report.skipped)} skipped" if report.skipped else ""
    lines += ["", f"{count(len(rows) - 1, 'call site')} in {count(report.files.seen, 'Python file')}{skipped}"]
    return "\n".join(lines) + "\n"


def _fitted(widths: Sequence[int], room: int) -> list[int]:
    """Returns widths of columns that there is room for: callee shrinks, provider and model go, place shrinks last."""
    kept = list(widths)
    for at, least in ((1, 20), (2, 0), (3, 0), (1, 12), (0, 16)):
        over = sum(width + 2 for width in kept if width) - 2 - room
        if over > 0:
            kept[at] = max(kept[at] - over, least) if least else 0
    return kept


def _row(site: CallSiteEntry) -> tuple[str, ...]:
    states = (_state(site.guards[name]) for name in GUARDS)
    return (f"{_path(site.path)}:{site.line}", plain(site.callee), site.provider, plain(site.model or "-"), *states)


def _state(guard: GuardState) -> str:
    return str(guard.state) if guard.applies else "-"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else "…" + text[-limit + 1 :]


def explain_site(site: CallSiteEntry) -> str:
    """Returns why a call site is one, and each guard's evidence, for people."""
    lines = [f"{site.path}:{site.line}: {plain(site.callee)}", f"  {site.kind} call to {site.provider}"]
    lines += [f"    {step.where}: {plain(step.what)}" for step in site.chain]
    for name in GUARDS:
        guard = site.guards[name]
        reach = f", at the {guard.reach}" if guard.reach else ""
        by = f": {plain(guard.by)}" if guard.by else ""
        applies = "" if guard.applies else " (does not apply to this call)"
        lines.append(f"  {name}: {guard.state}{reach}{by}{applies}")
        if guard.where:
            lines.append(f"    {guard.where}")
        if guard.why:
            lines.append(textwrap.indent(plain(guard.why), "    "))
        lines += [f"    {step.where}: {plain(step.what)}" for step in guard.evidence]
    return "\n".join(lines) + "\n"
