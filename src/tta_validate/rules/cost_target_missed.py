"""The rule cost-target-missed."""

from collections.abc import Iterator

from tta_validate import cost_summary
from tta_validate.cost.measured import Measured
from tta_validate.findings import Severity
from tta_validate.project import Project
from tta_validate.rule import Example
from tta_validate.spending import TrafficRule, dearest, example

_PRODUCTION = 'production = ["traffic.jsonl"]\nmin-exchanges = 2\n'


class TargetMissed(TrafficRule):
    """Caching, routing and bounded retries would save less of the recorded production traffic than is asked for.

    Reports production traffic (`cost.production`) of at least `cost.min-exchanges` priced exchanges, over which all
    policies together save less than `targets.cost-reduction` percent. Test traffic is not judged.

    Whoever promises a saving needs traffic that shows it.

    `tta-validate cost` shows what each policy would save and where; lower the target where that is all there is.
    """

    severity = Severity.WARNING
    bad = Example(example([("large", 100, 10, "one"), ("large", 100, 10, "two")], _PRODUCTION), ("traffic.jsonl:1",))
    good = Example(example([("large", 100, 10, "one"), ("large", 100, 10, "one")], _PRODUCTION))

    def found(self, project: Project, measured: Measured) -> Iterator[tuple[int, str, str]]:
        """Yields one finding for a target that is missed."""
        del project
        if measured.report.target.verdict == "missed":
            yield dearest(measured), cost_summary.verdict(measured.report), "cost-reduction"
