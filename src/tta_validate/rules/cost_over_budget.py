"""The rule cost-over-budget."""

from collections.abc import Iterator

from tta_validate.cost.measured import Measured
from tta_validate.cost_summary import money
from tta_validate.findings import Severity
from tta_validate.project import Project
from tta_validate.rule import Example
from tta_validate.spending import TrafficRule, dearest, example


class OverBudget(TrafficRule):
    """Production traffic comes to more in a month than the budget allows.

    Reports production traffic over at least a day whose cost, taken to thirty days at the same pace, is above
    `cost.budget` dollars. Without a budget, and for test traffic, it does not speak.

    A bill that nobody expected comes at the end of the month.

    `tta-validate cost` names the call sites that cost most.
    """

    severity = Severity.WARNING
    bad = Example(
        example(
            [("large", 100_000, 1000, f"question {at}") for at in range(1500)],
            'production = ["traffic.jsonl"]\nmin-exchanges = 10000\nbudget = 100\n',
        ),
        ("traffic.jsonl:1",),
    )
    good = Example(
        example(
            [("small", 10, 1, f"question {at}") for at in range(1500)],
            'production = ["traffic.jsonl"]\nmin-exchanges = 10000\nbudget = 100\n',
        )
    )

    def found(self, project: Project, measured: Measured) -> Iterator[tuple[int, str, str]]:
        """Yields one finding for a month above the budget."""
        del project
        month = measured.report.month
        if month and month.usd is not None and month.budget is not None and month.usd > month.budget:
            said = f"thirty days at the pace of {month.days:.1f} come to {money(month.usd)}, the budget is "
            yield dearest(measured), said + money(month.budget), "budget"
