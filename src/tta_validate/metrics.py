"""The adoption metrics: how many call sites have which guard, per member and overall, against targets."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

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

The target is `{key}` in `[tool.tta-validate.targets]`, in percent; `false` turns it off.
"""


def explain(name: str) -> str:
    """Returns the page of a metric, as Markdown."""
    return f"# {name}\n\n" + PAGE.format(summary=NAMES[name], key=name.removeprefix(PREFIX))


def measure(
    sites: Sequence[CallSiteEntry],
    suppressed: Iterable[SuppressedFinding],
    names: Collection[str],
    target: Callable[[str, str | None], float | None],
) -> tuple[Metric, ...]:
    """Returns the metrics of the given names, for the project and then for each member with call sites.

    A member that has every call site of the project gets its own metric only where its target is another one.
    ``target`` gives the target of a metric's key (``timeout``) for a member or, with None, for the project.
    """
    excused = {(finding.path, finding.line, finding.rule) for finding in suppressed}
    members: list[str | None] = [None, *sorted({site.member for site in sites if site.member})]
    found: list[Metric] = []
    for member in members:
        own = [site for site in sites if member is None or site.member == member]
        repeats = member is not None and len(own) == len(sites)
        for name in NAMES:
            key = name.removeprefix(PREFIX)
            if name in names and not (repeats and target(key, member) == target(key, None)):
                found.append(_metric(name, member, own, excused, target))
    return tuple(found)


def _metric(
    name: str,
    member: str | None,
    sites: Sequence[CallSiteEntry],
    excused: Collection[tuple[str, int, str]],
    target: Callable[[str, str | None], float | None],
) -> Metric:
    key = name.removeprefix(PREFIX)
    guard, by_primitive = key.removesuffix(BY_PRIMITIVE), key.endswith(BY_PRIMITIVE)
    counts = Counter({"primitive": 0, **{str(state): 0 for state in State}})
    good = pardoned = 0
    for site in sites:
        state = site.guards[guard]
        if not state.applies:
            continue
        counts[state.state] += 1
        counts["primitive"] += state.primitive and state.state is State.EXPLICIT
        reached = state.state is State.EXPLICIT and (state.primitive or not by_primitive)
        good += reached
        if not reached and state.state is not State.UNKNOWN:
            rules = (f"{PREFIX}no-{guard}", f"{PREFIX}manual-{guard}")
            pardoned += any((site.path, site.line, rule) in excused for rule in rules)
    total = counts[State.EXPLICIT] + counts[State.MANUAL] + counts[State.NONE]
    goal = target(key, member)
    return Metric(
        name=name,
        member=member,
        value=round(100 * good / total, 1) if total else None,
        target=goal,
        met=None if goal is None or not total else 100 * (good + pardoned) >= goal * total,
        numerator=good,
        denominator=total,
        unknown=counts[State.UNKNOWN],
        excused=pardoned,
        counts=dict(counts),
    )
