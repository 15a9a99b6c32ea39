"""The rule cost-missing-justification."""

from collections.abc import Iterator

from tta_validate.budgets import Tariff, lacks, models, no_budget, no_prices, profile, requests
from tta_validate.findings import Finding, Severity
from tta_validate.observations import Made
from tta_validate.project import Project
from tta_validate.rule import Example, Rule

_MADE = (
    "from tta_dev_integrations import CostJustification, LLMRequest, UniversalLLMPrimitive\n"
    "\n"
    'llm = UniversalLLMPrimitive(budget_profile="careful", monthly_limit=50.0)\n'
    "\n"
    "\n"
    "async def dashboard(context):\n"
    "    request = LLMRequest(\n"
    '        prompt="Build a dashboard",\n'
    '        complexity="high",\n'
)
_WHY = (
    "        justification=CostJustification(\n"
    '            reason="needs a plan over several files",\n'
    '            free_alternatives_tried=["gemini-2.5-flash"],\n'
    '            expected_quality_delta="+25%",\n'
    "        ),\n"
)
_END = "    )\n    return await llm.execute(request, context)\n"
_WANTED = (
    ("reason", "reason"),
    ("free_alternatives_tried", "free alternatives tried"),
    ("expected", "expected gain"),
)
"""How the names of what a justification holds begin, and what that is."""


class MissingJustification(Rule):
    """A request that a paid model will answer does not say why.

    Reports an `LLMRequest` of high complexity, or one that names a paid model, without a `justification` that gives the
    reason, the free alternatives tried and the expected gain, in a project with a UniversalLLMPrimitive that may pay.
    A justification that is made elsewhere, one that reading cannot follow, and a model with
    `require_justification_for_paid=False` are left out.

    Free models answer most requests well enough. Who has to write down what was tried does try it, and the reasons show
    later which calls can move to a cheaper model. The primitive refuses a paid call without one when it runs.

    Pass `CostJustification(reason=..., free_alternatives_tried=[...], expected_quality_delta=...)`.
    """

    severity = Severity.WARNING
    bad = Example({"app.py": f"{_MADE}{_END}"}, ("app.py:7",))
    good = Example({"app.py": f"{_MADE}{_WHY}{_END}"})

    def not_applicable(self, project: Project) -> str | None:
        """Returns that no model may pay, or None."""
        paying = (one for one in models(project) if one.values.get("require_justification_for_paid", True) is not False)
        if any(profile(project, one) in ("careful", "unlimited") for one in paying):
            return None
        return no_budget(project) or "no model may be paid for, or none asks for a justification"

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each request to a paid model without a whole justification."""
        tariff = None if no_prices() else Tariff(project)
        for one in requests(project):
            model = one.text("model")
            paid = bool(tariff and model and tariff.paid(one.text("provider"), model))
            missing = _missing(one) if paid or one.text("complexity").lower() == "high" else ""
            if missing:
                what = f"{model} is paid" if paid else "this request of high complexity may go to a paid model"
                yield self.finding(f"{what}, but {missing}", one.location, subject=model)


def _missing(request: Made) -> str:
    """Returns what is not said of why a request is paid for, or an empty text."""
    if lacks(request, "justification"):
        return "there is no `justification`"
    inner = [name.partition(".")[2] for name in request.passed if name.startswith("justification.")]
    unsaid = [said for start, said in _WANTED if inner and not any(name.startswith(start) for name in inner)]
    return f"its justification does not say the {', the '.join(unsaid)}" if unsaid else ""
