"""The rule cost-oversized-model."""

from collections.abc import Iterator

from tta_validate.cost.cards import dollars
from tta_validate.cost.measured import Measured
from tta_validate.cost.policies import Route
from tta_validate.cost.state import State
from tta_validate.cost_summary import money
from tta_validate.findings import Severity
from tta_validate.project import Project
from tta_validate.rule import Example
from tta_validate.spending import TrafficRule, example


class OversizedModel(TrafficRule):
    """Small answers come from a dear model while a cheaper one of the same provider is in use.

    Reports a model with simple calls only, at least ten of them (up to `cost.simple-input` and `cost.simple-output`
    tokens, no tools), where the traffic has a model of the same provider that would have cost less than half.

    Whether the cheaper model answers well enough, no arithmetic can tell: it is a note of what is at stake.

    Try the cheaper model on these calls; a router can choose by the size of the task.
    """

    severity = Severity.INFO
    bad = Example(
        example([*[("large", 100, 10, f"question {at}") for at in range(10)], ("small", 100, 10, "another")]),
        ("traffic.jsonl:1",),
    )
    good = Example(example([*[("small", 100, 10, f"question {at}") for at in range(10)], ("large", 9000, 900, "more")]))

    def found(self, project: Project, measured: Measured) -> Iterator[tuple[int, str, str]]:
        """Yields the first call of each model that only ever has simple calls."""
        trace, config = measured.trace, project.config.cost
        rows: dict[int, list[int]] = {}
        for row in range(len(trace)):
            if trace.card[row] >= 0:
                rows.setdefault(trace.model[row], []).append(row)
        cheaper: dict[str, list[str]] = {}
        for kind in rows:
            if not trace.models[kind].embedding:
                cheaper.setdefault(trace.models[kind].provider, []).append(trace.models[kind].asked)
        route = Route({}, cheaper, config.simple_input, config.simple_output)
        for kind, own in rows.items():
            state = State(trace)
            outcome = route.apply(state, own)
            cost = sum(trace.cost[row] for row in own)
            if len(own) >= 10 and outcome.hits == len(own) and outcome.saved * 2 > cost:
                target = outcome.best[0][2].rpartition(" ")[2]
                model = trace.models[kind].model
                said = (
                    f"all {len(own)} calls of {model} are simple; {target}, in use too, would save "
                    f"{money(dollars(outcome.saved))} of {money(dollars(cost))}, if it answers as well"
                )
                yield own[0], said, model
