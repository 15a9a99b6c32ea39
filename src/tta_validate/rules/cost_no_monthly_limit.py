"""The rule cost-no-monthly-limit."""

from collections.abc import Iterator
from pathlib import Path

from tta_validate.budgets import lacks, models, no_budget, profile
from tta_validate.findings import Finding, Location, Severity
from tta_validate.project import Project
from tta_validate.rule import Example, Rule

_MADE = (
    "from tta_dev_integrations import UniversalLLMPrimitive, UserBudgetProfile\n"
    "\n"
    "llm = UniversalLLMPrimitive(budget_profile=UserBudgetProfile.CAREFUL{})\n"
)


class NoMonthlyLimit(Rule):
    """A careful budget has no limit.

    Reports a UniversalLLMPrimitive with the profile CAREFUL and no `monthly_limit`, where `cost.budget` says nothing
    either, and `cost.profile = "careful"` without `cost.budget`.

    Without a number nothing tells when the month has cost too much: careful is then the same as unlimited.

    Pass `monthly_limit`, in dollars, or set `cost.budget`.
    """

    severity = Severity.WARNING
    bad = Example({"app.py": _MADE.format("")}, ("app.py:3",))
    good = Example({"app.py": _MADE.format(", monthly_limit=50.0")})

    def not_applicable(self, project: Project) -> str | None:
        """Returns that there is no budget profile, or None."""
        return no_budget(project)

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each careful model without a limit."""
        if project.config.cost.budget is not None:
            return
        careful = [one for one in models(project) if profile(project, one) == "careful"]
        for one in careful:
            if lacks(one, "monthly_limit"):
                yield self.finding("the budget profile is CAREFUL, but there is no `monthly_limit`", one.location)
        if project.config.cost.profile == "careful" and not careful:
            path, _, line = project.loaded.origins.get("cost.profile", "pyproject.toml:1").rpartition(":")
            shown = Path(path).relative_to(project.root) if Path(path).is_relative_to(project.root) else Path(path)
            place = Location(shown.as_posix(), int(line) if line.isdecimal() else 1)
            yield self.finding("`cost.profile` is careful, but `cost.budget` sets no limit", place)
