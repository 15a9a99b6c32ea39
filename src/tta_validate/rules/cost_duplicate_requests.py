"""The rule cost-duplicate-requests."""

from collections.abc import Iterator

from tta_validate.cost.cards import dollars
from tta_validate.cost.measured import Measured
from tta_validate.cost.trace import FAILED, STREAM
from tta_validate.cost_summary import money
from tta_validate.findings import Severity
from tta_validate.project import Project
from tta_validate.rule import Example
from tta_validate.spending import TrafficRule, example


class DuplicateRequests(TrafficRule):
    """The same request is sent, and paid, again and again.

    Reports recorded requests that are equal in every field, from `cost.duplicates` of them on (3 by default), with what
    all but the first cost. Streams and failed requests do not count. In test traffic it is a note of where to look:
    there, equal requests are often meant.

    A provider answers and charges each of them, whether it has answered before or not.

    Keep the answers by their input at the call site that the finding names: see `adoption-no-cache`.
    """

    severity = Severity.INFO
    bad = Example(example([("large", 100, 10, "the capital of France?")] * 3), ("traffic.jsonl:1",))
    good = Example(example([("large", 100, 10, "the capital of France?"), ("large", 100, 10, "of Spain?")]))

    def found(self, project: Project, measured: Measured) -> Iterator[tuple[int, str, str]]:
        """Yields the first of each group of equal requests."""
        trace = measured.trace
        groups: dict[int, list[int]] = {}
        for row in range(len(trace)):
            if not trace.flags[row] & (FAILED | STREAM):
                groups.setdefault(trace.key[row], []).append(row)
        for rows in groups.values():
            lost = sum(trace.cost[row] for row in rows[1:])
            if len(rows) >= project.config.cost.duplicates and lost:
                model = trace.models[trace.model[rows[0]]].model
                said = f"the same request went to {model} {len(rows)} times; a cache would save {money(dollars(lost))}"
                yield rows[0], said, trace.where(rows[0])
