"""From a trace to what a report says of it: totals, policies alone and together, the saving and its interval."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isnan
from typing import Literal, Protocol, TypedDict

from tta_validate.cost.cards import dollars
from tta_validate.cost.policies import Bounds, Cache, PromptCache, Route
from tta_validate.cost.state import Outcome, State
from tta_validate.cost.trace import ESTIMATED, FAILED, STREAM, Trace
from tta_validate.cost_model import (
    Amount,
    CostReport,
    Exchanges,
    ModelCost,
    Month,
    PolicyResult,
    Saving,
    SiteCost,
    Verdict,
)

FEWEST_SESSIONS = 10
"""Below so many sessions there is no interval."""

_RESAMPLES = 1000
_GROUPS = 1000
_SEED = 20_240_229


class Policy(Protocol):
    """What changes a state."""

    def apply(self, state: State, order: Sequence[int]) -> Outcome:
        """Changes the state; returns what that saved."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """What a trace is judged by: its kind, the policies, the target in percent, the budget of a month in dollars."""

    kind: Literal["production", "test"] = "test"
    cache: Cache = field(default_factory=Cache)
    prompt_cache: PromptCache = field(default_factory=PromptCache)
    route: Route = field(default_factory=Route)
    bounds: Bounds = field(default_factory=Bounds)
    target: float | None = 40
    min_exchanges: int = 100
    budget: float | None = None


Place = tuple[str, int, str]
"""A call site: path, line, function."""


def evaluate(trace: Trace, settings: Settings, sites: Mapping[int, Place] | None = None, files: int = 0) -> CostReport:
    """Returns what a report says of a trace; ``sites`` gives the call site of a row, by row."""
    order = trace.ordered()
    results, together = _policies(trace, settings, order)
    saving = _saving(trace, together)
    places = sites or {}
    joined = len(places)
    return CostReport(
        kind=settings.kind,
        prices=trace.book.source,
        traffic=_traffic(trace, files, joined),
        total=_total(trace),
        models=_models(trace),
        sites=_sites(trace, together, places),
        policies=results,
        saving=saving,
        target=_verdict(trace, settings, saving),
        month=_month(trace, settings),
        left_out=tuple(trace.left),
        notes=_notes(trace),
    )


def _policies(trace: Trace, settings: Settings, order: Sequence[int]) -> tuple[tuple[PolicyResult, ...], State]:
    cache, prefix, route, bounds = settings.cache, settings.prompt_cache, settings.route, settings.bounds
    slow = bounds.slow(trace)
    rows: tuple[tuple[Literal["cache", "prompt-cache", "route", "bounds"], str, str, str, Policy], ...] = (
        (
            "cache",
            "exact response cache",
            "an equal request may get the answer that an earlier one got",
            cache.said(len(trace)),
            cache,
        ),
        (
            "prompt-cache",
            "provider's prompt cache",
            "a prefix has the share of the input's tokens that it has of its length; it is marked where it comes back",
            f"{prefix.ttl:g} s, from {prefix.tokens} tokens",
            prefix,
        ),
        (
            "route",
            "simple calls to cheaper models",
            "the cheaper model uses as many tokens and answers as well",
            f"up to {route.inputs} tokens in and {route.outputs} out, no tools",
            route,
        ),
        (
            "bounds",
            "bounded attempts and timeouts",
            "attempts after the last one allowed are of no use; what is given up is charged all the same",
            f"{bounds.attempts} attempts; {slow} took longer than {bounds.timeout:g} s",
            bounds,
        ),
    )
    together = State(trace)
    found: list[PolicyResult] = []
    for name, title, assumes, said, policy in rows:
        alone = policy.apply(State(trace), order) if found else None
        added = policy.apply(together, order)
        alone = alone or added
        found.append(
            PolicyResult(
                name=name,
                title=title,
                assumes=assumes,
                settings=said,
                hits=alone.hits,
                alone=dollars(alone.saved),
                added=dollars(added.saved),
                examples=alone.examples(trace),
            )
        )
    return tuple(found), together


def _total(trace: Trace) -> Amount:
    whole = _Sum()
    for row in range(len(trace)):
        whole.add(trace, row)
    return Amount(**whole.amounts())


def _traffic(trace: Trace, files: int, joined: int) -> Exchanges:
    times = [at for at in trace.at if not isnan(at)]
    return Exchanges(
        files=files,
        exchanges=len(trace),
        sessions=len(set(trace.session)),
        first=_shown(min(times)) if times else "",
        last=_shown(max(times)) if times else "",
        estimated=sum(1 for flags in trace.flags if flags & ESTIMATED),
        errors=sum(1 for flags in trace.flags if flags & FAILED),
        streams=sum(1 for flags in trace.flags if flags & STREAM),
        unpriced=sum(trace.unpriced.values()),
        joined=joined,
        left_out=sum(trace.left_out.values()),
    )


def _shown(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Amounts(TypedDict):
    exchanges: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    usd: float


class _Sum:
    """Amounts of one group of rows."""

    __slots__ = ("cached", "cost", "inputs", "outputs", "rows", "saved")

    def __init__(self) -> None:
        self.rows = self.inputs = self.cached = self.outputs = self.cost = self.saved = 0

    def add(self, trace: Trace, row: int, saved: int = 0) -> None:
        self.rows += 1
        self.inputs += trace.input[row]
        self.cached += trace.read[row]
        self.outputs += trace.output[row]
        self.cost += trace.cost[row]
        self.saved += saved

    def amounts(self) -> _Amounts:
        return {
            "exchanges": self.rows,
            "input_tokens": self.inputs,
            "cached_tokens": self.cached,
            "output_tokens": self.outputs,
            "usd": dollars(self.cost),
        }


def _models(trace: Trace) -> tuple[ModelCost, ...]:
    sums: dict[tuple[str, str], _Sum] = {}
    retired: set[tuple[str, str]] = set()
    keys = [(model.provider, model.model) for model in trace.models]
    old = [card.retired for card in trace.cards]
    for row in range(len(trace)):
        key = keys[trace.model[row]]
        if key not in sums:
            sums[key] = _Sum()
        sums[key].add(trace, row)
        if trace.card[row] >= 0 and old[trace.card[row]]:
            retired.add(key)
    why = {keys[kind]: reason for (kind, reason), _ in sorted(trace.unpriced.items(), reverse=True)}
    found = [
        ModelCost(
            provider=key[0],
            model=key[1],
            unpriced=why.get(key, ""),
            retired=key in retired,
            **one.amounts(),
        )
        for key, one in sums.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.usd, one.provider, one.model)))


def _sites(trace: Trace, together: State, places: Mapping[int, Place]) -> tuple[SiteCost, ...]:
    sums: dict[Place, _Sum] = {}
    for row in range(len(trace)):
        place = places.get(row, ("", 0, ""))
        if place not in sums:
            sums[place] = _Sum()
        sums[place].add(trace, row, trace.cost[row] - together.cost[row])
    found = [
        SiteCost(
            path=place[0],
            line=place[1],
            function=place[2],
            saved=dollars(one.saved),
            **one.amounts(),
        )
        for place, one in sums.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.saved, -one.usd, one.path, one.line)))


def _saving(trace: Trace, together: State) -> Saving:
    total = sum(trace.cost)
    if not total:
        return Saving()
    left = sum(together.cost)
    low, high, times = _interval(trace, together)
    return Saving(usd=dollars(total - left), percent=100 * (total - left) / total, low=low, high=high, resampled=times)


def _interval(trace: Trace, together: State) -> tuple[float | None, float | None, int]:
    """Returns the 2.5th and 97.5th percentile of the saving over resampled sessions, in percent.

    More than a thousand sessions are put into a thousand groups, by their order, which are resampled instead.
    """
    before: dict[int, int] = {}
    after: dict[int, int] = {}
    for row in range(len(trace)):
        session = trace.session[row]
        before[session] = before.get(session, 0) + trace.cost[row]
        after[session] = after.get(session, 0) + together.cost[row]
    paid = sorted(trace.sessions[one] for one in before if before[one])
    if len(paid) < FEWEST_SESSIONS:
        return None, None, 0
    numbers = {name: at for at, name in enumerate(trace.sessions)}
    groups = [[0, 0] for _ in range(min(len(paid), _GROUPS))]
    for at, name in enumerate(paid):
        group = groups[at % len(groups)]
        group[0] += before[numbers[name]]
        group[1] += after[numbers[name]]
    chance = random.Random(_SEED)
    found: list[float] = []
    for _ in range(_RESAMPLES):
        drawn = chance.choices(groups, k=len(groups))
        cost = sum(one[0] for one in drawn)
        found.append(100 * (cost - sum(one[1] for one in drawn)) / cost)
    found.sort()
    return found[int(0.025 * _RESAMPLES)], found[int(0.975 * _RESAMPLES) - 1], _RESAMPLES


def _verdict(trace: Trace, settings: Settings, saving: Saving) -> Verdict:
    priced = sum(1 for card in trace.card if card >= 0)
    if settings.target is None:
        return Verdict(target=None, verdict="not-applicable", reason="no target is set")
    if settings.kind != "production":
        reason = "this is test traffic; name production traffic in `cost.production` or with --production"
        return Verdict(target=settings.target, verdict="not-applicable", reason=reason)
    if priced < settings.min_exchanges or saving.percent is None:
        reason = f"{priced} priced exchanges, {settings.min_exchanges} are needed"
        return Verdict(target=settings.target, verdict="not-enough-traffic", reason=reason)
    met = saving.percent >= settings.target
    return Verdict(target=settings.target, verdict="met" if met else "missed")


def _month(trace: Trace, settings: Settings) -> Month | None:
    """Thirty days at the pace of the traffic; traffic of less than a day tells nothing of a month."""
    if settings.kind != "production":
        return None
    times = [at for at in trace.at if not isnan(at)]
    days = (max(times) - min(times)) / 86_400 if times else 0.0
    usd = dollars(sum(trace.cost)) / days * 30 if days >= 1 else None
    return Month(usd=usd, budget=settings.budget, days=days)


def _notes(trace: Trace) -> tuple[str, ...]:
    found: list[str] = []
    untimed = sum(1 for at in trace.at if isnan(at))
    if untimed:
        day = trace.book.source.day
        fixed = "" if trace.book.fixed else ", today; `cost.price-date` fixes the day"
        found.append(
            f"assumed: {untimed} of {len(trace)} exchanges say no time; they are priced as of {day}{fixed}, "
            "and compared within their session only"
        )
    unlisted = sum(trace.left_out.values()) - len(trace.left)
    if unlisted:
        found.append(f"{unlisted} further exchanges that were left out are not listed")
    return tuple(found)
