"""The adoption metrics: how many call sites have which guard, per member and overall, against targets."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from tta_validate.report import CallSiteEntry, Metric, SuppressedFinding
from tta_validate.sites import GUARDS, State

PREFIX = "adoption-"
BY_PRIMITIVE = "-by-primitive"

NAMES = {
    **{f"{PREFIX}{guard}": f"The share of call sites that have an explicit {guard}." for guard in GUARDS},
    **{
        f"{PREFIX}{guard}{BY_PRIMITIVE}": f"The share of call sites whose {guard} comes from a primitive."
        for guard in GUARDS
    },
}
"""Name of each metric -> what it is. A name can be selected and ignored like a rule's id."""

PAGE = """{summary}

The denominator holds the call sites to which the guard applies and whose state is known. Timeout and retry apply to
all, cache to embeddings, temperature 0 or constant prompts, and to nothing that streams, route to generative calls.
A state that reading the code cannot decide is `unknown`, counts neither way, and is shown beside the number. Call sites
whose finding is suppressed stay in the denominator, but do not miss the target. Without a call site it does not apply.

The target is `{key}` in `[tool.tta-validate.targets]`, in percent; `false` turns it off. It is judged on the whole
project only: not where paths are named, and for shards by `report merge`.
"""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a metric has to reach, in percent: its target, the best value that a ratchet keeps, and where it is set."""

    target: float | None = None
    best: float | None = None
    where: str = ""


Goals = Callable[[str, str | None], Goal]
"""(metric without its family, member or None for the project) -> its goal."""


@dataclass(frozen=True, slots=True)
class _Judge:
    """Places (path, line, rule) that are excused, and those among them that no baseline or earlier revision excuses."""

    excused: Collection[tuple[str, int, str]]
    decided: Collection[tuple[str, int, str]]
    goals: Goals
    whole: bool


def explain(name: str) -> str:
    """Returns the page of a metric, as Markdown."""
    return f"# {name}\n\n" + PAGE.format(summary=NAMES[name], key=name.removeprefix(PREFIX))


def measure(
    sites: Sequence[CallSiteEntry],
    suppressed: Iterable[SuppressedFinding],
    names: Collection[str],
    goals: Goals,
    *,
    whole: bool = True,
) -> tuple[Metric, ...]:
    """Returns the metrics of the given names, for the project and then for each member with call sites.

    A member that has every call site of the project gets its own metric only where its target is another one.
    Without the ``whole`` project, nothing meets or misses its target.
    """
    silenced = list(suppressed)
    judge = _Judge(
        {(one.path, one.line, one.rule) for one in silenced},
        {(one.path, one.line, one.rule) for one in silenced if one.by in ("comment", "config")},
        goals,
        whole,
    )
    members: list[str | None] = [None, *sorted({site.member for site in sites if site.member})]
    found: list[Metric] = []
    for member in members:
        own = [site for site in sites if member is None or site.member == member]
        repeats = member is not None and len(own) == len(sites)
        for name in NAMES:
            key = name.removeprefix(PREFIX)
            if name in names and not (repeats and goals(key, member) == goals(key, None)):
                found.append(_metric(name, member, own, judge))
    return tuple(found)


def _metric(name: str, member: str | None, sites: Sequence[CallSiteEntry], judge: _Judge) -> Metric:
    key = name.removeprefix(PREFIX)
    guard, by_primitive = key.removesuffix(BY_PRIMITIVE), key.endswith(BY_PRIMITIVE)
    counts = Counter({"primitive": 0, **{str(state): 0 for state in State}})
    good = pardoned = decided = 0
    for site in sites:
        state = site.guards[guard]
        if not state.applies:
            continue
        counts[state.state] += 1
        counts["primitive"] += state.primitive and state.state is State.EXPLICIT
        reached = state.state is State.EXPLICIT and (state.primitive or not by_primitive)
        good += reached
        if not reached and state.state is not State.UNKNOWN:
            places = [(site.path, site.line, f"{PREFIX}{way}-{guard}") for way in ("no", "manual")]
            pardoned += any(place in judge.excused for place in places)
            decided += any(place in judge.decided for place in places)
    total = counts[State.EXPLICIT] + counts[State.MANUAL] + counts[State.NONE]
    goal = judge.goals(key, member)
    met = 100 * (good + pardoned) >= (goal.target or 0) * total and 100 * (good + decided) >= (goal.best or 0) * total
    return Metric(
        name=name,
        member=member,
        value=round(100 * good / total, 1) if total else None,
        target=goal.target,
        met=None if goal.target is None or not total or not judge.whole else met,
        numerator=good,
        denominator=total,
        unknown=counts[State.UNKNOWN],
        excused=pardoned,
        best=goal.best if goal.target is not None else None,
        where=goal.where,
        counts=dict(counts),
    )
