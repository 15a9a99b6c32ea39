"""One HTML file that loads nothing: scoreboard, findings with source, inventory, trend; usable without JavaScript."""

import base64
import hashlib
import importlib.resources
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from tta_validate import charts, cost_summary, lock_summary
from tta_validate.cost_model import CostReport
from tta_validate.findings import printable
from tta_validate.history import trend
from tta_validate.problems import Counts, count, problems, ranked, scope, sides, unjudged
from tta_validate.report import CallSiteEntry, Case, GuardState, Metric, Report, ReportedFinding, View

if TYPE_CHECKING:
    from jinja2 import Template

_SOURCE_ROOM = 1_500_000
"""Characters of source that a page shows; what comes after that is cut to its first line."""

_OPEN = 300
"""Up to so many call sites are unfolded."""

_MOST_BARS, _MOST_LEFT_OUT = 15, 200
"""So many call sites are in the chart of cost, and so many exchanges that were left out are listed."""

_TURNS = re.compile("[\u200b-\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_STATES = ("explicit", "manual", "none", "unknown")


def render(report: Report, view: View) -> str:
    """Returns the whole page."""
    del view
    style, script = _asset("style.css"), _asset("script.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return _template().render(
        policy=policy,
        style=style,
        script=script,
        report=report,
        counts=Counts.of(report),
        scope=scope(report),
        unjudged=unjudged(report),
        findings=_findings(report),
        metrics=[_metric(one) for one in _told(report)],
        members=any(one.member for one in _told(report)),
        sites=_sites(report.call_sites),
        sites_open=len(report.call_sites) <= _OPEN,
        charts=_charts(report),
        cost=_cost(report.cost) if report.cost else None,
        runs=trend(report.history, report.started),
        cases=[_case(one) for one in report.cases],
        changes=lock_summary.rows(report.lock_changes),
        lock_headline=lock_summary.headline(report.lock_changes, ()),
    )


@cache
def _asset(name: str) -> str:
    return (importlib.resources.files("tta_validate.page") / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, finalize=_shown
    )
    environment.globals.update(count=count, sides=sides)  # pyright: ignore[reportArgumentType]
    return environment.from_string(_asset("page.html.jinja"))


def _shown(value: Any) -> Any:
    """Returns text without control characters and marks that turn its direction; markup of ours stays as it is."""
    return _TURNS.sub("\ufffd", printable(value)) if type(value) is str else value


def _findings(report: Report) -> list[dict[str, object]]:
    room = _SOURCE_ROOM
    found: list[dict[str, object]] = []
    seen: set[str] = set()
    for at, one in enumerate(ranked(problems(report))):
        source = one.snippet if len(one.snippet) <= room else one.snippet.partition("\n")[0][:120]
        room -= min(len(source), room)
        name = one.fingerprint if one.fingerprint and one.fingerprint not in seen else f"{one.fingerprint}.{at}"
        seen.add(name)
        found.append({"one": one, "id": f"f-{name}", "source": _numbered(one, source)})
    return found


def _numbered(one: ReportedFinding, source: str) -> list[tuple[int, str]]:
    return [(one.line + at, text) for at, text in enumerate(source.split("\n"))] if source else []


def _told(report: Report) -> list[Metric]:
    if not report.call_sites:
        return []
    return [one for one in report.metrics if one.target is not None or not one.name.endswith("-primitive")]


def _metric(metric: Metric) -> dict[str, object]:
    from markupsafe import Markup

    parts = [(state, metric.counts.get(state, 0), state) for state in _STATES[:3]]
    return {
        "one": metric,
        "name": metric.name.removeprefix("adoption-").replace("-by-primitive", " by primitive"),
        "bar": Markup(charts.bar(parts, metric.target)),
        "states": [(state, metric.counts.get(state, 0)) for state in _STATES],
    }


def _sites(sites: Sequence[CallSiteEntry]) -> list[tuple[str, list[dict[str, object]]]]:
    """Returns the call sites by file."""
    by_file: dict[str, list[dict[str, object]]] = {}
    for site in sites:
        guards = [(name, _guard(guard), guard) for name, guard in site.guards.items()]
        by_file.setdefault(site.path, []).append({"one": site, "guards": guards})
    return list(by_file.items())


def _guard(guard: GuardState) -> str:
    """Returns what explains a state."""
    parts = [f"at the {guard.reach}" if guard.reach else "", guard.by or "", guard.where or "", guard.why or ""]
    return ", ".join(part for part in parts if part) if guard.applies else "does not apply to this call"


def _case(case: Case) -> dict[str, object]:
    kinds = {"+": "plus", "-": "minus", "@": "at"}
    text = [(kinds.get(line[:1], ""), line) for line in case.text.split("\n")] if case.text else []
    return {"one": case, "text": text, "failed": case.verdict in ("failed", "error")}


def _cost(cost: CostReport) -> dict[str, object]:
    """Returns what the section about cost shows: sentences, charts by call site and by policy, and tables."""
    from markupsafe import Markup

    money = cost_summary.money
    sites = [one for one in cost.sites if one.path][:_MOST_BARS]
    by_site = [
        charts.Row(
            f"{_shown(one.path)}:{one.line}",
            ((one.usd, money(one.usd), "spent"), (one.saved, f"{money(one.saved)} less", "saved")),
        )
        for one in sites
    ]
    by_policy = [
        charts.Row(one.title, ((one.alone, money(one.alone), "saved"), (one.added, money(one.added), "added")))
        for one in cost.policies
    ]
    found = [
        ("By call site", by_site, (("spent", "cost"), ("saved", "all policies would save"))),
        ("By policy", by_policy, (("saved", "saved alone"), ("added", "saved after those before it"))),
    ]
    return {
        "lines": cost_summary.brief(cost),
        "tables": list(cost_summary.tables(cost)) if cost.traffic.exchanges else [],
        "policies": cost.policies,
        "charts": [
            {"title": title, "svg": Markup(charts.rows(title, rows)), "keys": keys}
            for title, rows, keys in found
            if rows
        ],
        "prices": cost_summary.prices(cost),
        "estimate": cost.estimate,
        "notes": cost.notes,
        "left_out": cost.left_out[:_MOST_LEFT_OUT],
        "more": max(0, cost.traffic.left_out - _MOST_LEFT_OUT),
    }


def _charts(report: Report) -> list[dict[str, object]]:
    """Returns the charts over the runs of the history that have something to show."""
    from markupsafe import Markup

    runs = trend(report.history, report.started)
    if not runs:
        return []
    labels = [f"{run.started[:10]} {run.commit[:8]}".strip() for run in runs]
    levels = ("error", "warning", "info")
    found = [("Findings", [charts.Line(level, [getattr(run, level) for run in runs], level) for level in levels], None)]
    names = sorted({name for run in runs for name in run.metrics})
    shares = [
        charts.Line(name.removeprefix("adoption-"), [run.metrics.get(name) for run in runs], f"series{at % 6}")
        for at, name in enumerate(names)
    ]
    found += [("Adoption, percent", shares, 100.0)] if shares else []
    if any(run.cases for run in runs):
        verdicts = (("passed", "good"), ("failed", "error"))
        cases = [charts.Line(name, [run.cases.get(name) for run in runs], style) for name, style in verdicts]
        found.append(("Recorded cases", cases, None))
    return [
        {"title": title, "svg": Markup(charts.lines(title, labels, series, most)), "series": series}
        for title, series, most in found
    ]
