"""The rule cost-unpriced-model."""

from collections.abc import Iterator

from tta_validate.cost.measured import Measured
from tta_validate.findings import Severity
from tta_validate.project import Project
from tta_validate.rule import Example
from tta_validate.spending import TrafficRule, example


class UnpricedModel(TrafficRule):
    """A model was called whose price is not known.

    Reports each model in recorded traffic, answered with success, that neither the package of prices nor
    `cost.price` has a price for, and hosts whose provider is not known.

    What it cost is in no figure, so every sum is too small by that.

    Write its price into `[[tool.tta-validate.cost.price]]`, or the provider of the host into `cost.hosts`.
    """

    severity = Severity.INFO
    bad = Example(example([("large", 100, 10, "hello"), ("house-model-7", 100, 10, "hello")]), ("traffic.jsonl:2",))
    good = Example(example([("large", 100, 10, "hello"), ("small", 100, 10, "hello")]))

    def found(self, project: Project, measured: Measured) -> Iterator[tuple[int, str, str]]:
        """Yields the first call of each model without a price."""
        del project
        trace = measured.trace
        first: dict[int, int] = {}
        for row in range(len(trace)):
            if trace.card[row] < 0:
                first.setdefault(trace.model[row], row)
        for (kind, reason), times in sorted(trace.unpriced.items()):
            model = trace.models[kind]
            said = (
                f"{times} call{'' if times == 1 else 's'} of {model.provider} {model.model} without a price: {reason}"
            )
            yield first[kind], said, f"{model.provider} {model.model}"
