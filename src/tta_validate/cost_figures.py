"""The figures of cost as samples with labels, for formats that hold numbers."""

from collections.abc import Iterator

from tta_validate.cost_model import CostReport

Samples = list[tuple[dict[str, str], float]]
"""Labels and a number, several."""

MOST_SITES = 100
"""So many call sites have a number of their own."""


def figures(report: CostReport) -> Iterator[tuple[str, str, Samples]]:
    """Yields for each kind of figure its name, what it is, and its samples; estimates are kinds of their own."""
    if report.traffic.exchanges:
        yield from _measured(report)
    if report.estimate is not None:
        ways = ({"guards": "present"}, report.estimate.usd), ({"guards": "all"}, report.estimate.with_guards)
        yield "cost_estimated_month_usd", "Dollars a month by assumption, as there is no traffic.", list(ways)


def _measured(report: CostReport) -> Iterator[tuple[str, str, Samples]]:
    traffic = {"traffic": report.kind}
    models: Samples = [({**traffic, "provider": one.provider, "model": one.model}, one.usd) for one in report.models]
    yield "cost_usd", "Dollars that recorded traffic cost, by provider and model.", models
    calls: Samples = [
        ({**traffic, "provider": one.provider, "model": one.model}, one.exchanges) for one in report.models
    ]
    yield "cost_exchanges", "Recorded calls of models.", calls
    yield "cost_unpriced_exchanges", "Calls without a known price.", [(traffic, report.traffic.unpriced)]
    named = [one for one in report.sites if one.path][:MOST_SITES]
    sites: Samples = [({"path": one.path, "line": str(one.line)}, one.usd) for one in named]
    yield "cost_call_site_usd", "Dollars that a call site cost.", sites
    saved: Samples = [({"path": one.path, "line": str(one.line)}, one.saved) for one in named]
    yield "cost_call_site_saving_usd", "Dollars that all policies would save at a call site.", saved
    policies: Samples = [
        ({"policy": one.name, "applied": way}, value)
        for one in report.policies
        for way, value in (("alone", one.alone), ("added", one.added))
    ]
    yield "cost_policy_saving_usd", "Dollars that a policy would save, alone and after those before it.", policies
    saving = report.saving
    shares = [("", saving.percent), ("low", saving.low), ("high", saving.high)]
    bounds: Samples = [({"bound": name}, share / 100) for name, share in shares if share is not None]
    yield "cost_saving_ratio", "Share that all policies would save, and its 95 percent interval.", bounds
    target = report.target.target
    yield "cost_saving_target_ratio", "Target of that share.", [] if target is None else [({}, target / 100)]
    if report.month is not None and report.month.usd is not None:
        yield "cost_month_usd", "Dollars of thirty days at the pace of the traffic.", [({}, report.month.usd)]
