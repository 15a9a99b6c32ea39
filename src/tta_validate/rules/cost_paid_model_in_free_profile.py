"""The rule cost-paid-model-in-free-profile."""

from collections.abc import Iterator

from tta_validate.budgets import Tariff, models, no_budget, no_prices, paid_models, profile
from tta_validate.findings import Finding, Location, Severity
from tta_validate.project import Project
from tta_validate.rule import Example, Rule

_MADE = (
    "from tta_dev_integrations import UniversalLLMPrimitive, UserBudgetProfile\n"
    "\n"
    "llm = UniversalLLMPrimitive(\n"
    "    budget_profile=UserBudgetProfile.FREE,\n"
    '    free_models=["gemini-2.5-flash"],\n'
)


class PaidModelInFreeProfile(Rule):
    """A model with a price is named where the budget is free.

    Reports a UniversalLLMPrimitive with the profile FREE that names a model with a price or has `paid_models`, and
    where `cost.profile` is `free` every call site of a model with a price. What stands in `free_models`, in
    `cost.free-models`, ends in `:free` or runs on one's own machine costs nothing. A model without a known price is
    not reported.

    Who has chosen to pay nothing is sent a bill, or finds that the call fails without one.

    Name a free model, or choose the profile CAREFUL with a monthly limit.
    """

    severity = Severity.WARNING
    bad = Example({"app.py": f'{_MADE}    paid_models=["claude-sonnet-4-5"],\n)\n'}, ("app.py:3",))
    good = Example({"app.py": f"{_MADE})\n"})

    def not_applicable(self, project: Project) -> str | None:
        """Returns that no profile is free, or that there are no prices."""
        said = {project.config.cost.profile, *(profile(project, one) for one in models(project))}
        return no_budget(project) or no_prices() or (None if "free" in said else "no budget profile is free")

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each place that names a paid model where nothing may be paid."""
        tariff = Tariff(project)
        for one in models(project):
            named = list(paid_models(project, one, tariff)) if profile(project, one) == "free" else []
            if named:
                said = f"the budget profile is FREE, but {', '.join(named)} {'is' if len(named) == 1 else 'are'} paid"
                yield self.finding(said, one.location, subject=named[0])
        for site in project.inventory.sites if project.config.cost.profile == "free" else ():
            if site.model and not site.in_primitive and tariff.paid(site.provider, site.model):
                place = Location(site.path, site.line, site.column, site.end_line, site.end_column)
                yield self.finding(f"`cost.profile` is free, but {site.model} is paid", place, subject=site.model)
