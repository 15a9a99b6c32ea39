"""The rule cost-adoption-below-target."""

from collections.abc import Iterator

from tta_validate.adoption import no_primitives, place
from tta_validate.cost_summary import money
from tta_validate.findings import Finding, Severity
from tta_validate.project import Project
from tta_validate.rule import Example, Rule
from tta_validate.sites import GUARDS, CallSite, State

_PRIMITIVES = {
    "timeout": "TimeoutPrimitive",
    "retry": "RetryPrimitive",
    "cache": "CachePrimitive",
    "route": "RouterPrimitive or FallbackPrimitive",
}
_PROJECT = (
    '[project]\nname = "app"\nversion = "1"\ndependencies = ["openai", "tta-dev-primitives"]\n\n'
    "[tool.tta-validate.targets]\nretry-by-primitive = 100\n"
)
_CALL = (
    "from openai import OpenAI\n"
    "from tta_dev_primitives import LambdaPrimitive, RetryPrimitive\n"
    "\n"
    "client = OpenAI()\n"
    "\n"
    "\n"
    "def ask(text, context):\n"
    '    return client.responses.create(model="gpt-5-mini", input=text, max_output_tokens=100)\n'
)


class AdoptionBelowTarget(Rule):
    """Fewer call sites than agreed go through a primitive that saves money or time.

    Reports for each guard with a target of its own, `targets.cache-by-primitive` and the like, at the first call site
    without it, that the share of call sites whose guard comes from a primitive is below the target. Where recorded
    traffic has been evaluated, it says what the call sites without the primitive cost there.

    A saving that was promised by caches and routers is not made at the call sites that go around them.

    `tta-validate inventory` shows every call site; wrap those that cost most first, or lower the target.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": _PROJECT, "app.py": _CALL}, ("app.py:8",))
    good = Example({"pyproject.toml": _PROJECT, "app.py": f"{_CALL}\n\nsteps = RetryPrimitive(LambdaPrimitive(ask))\n"})

    def not_applicable(self, project: Project) -> str | None:
        """Returns what is missing: primitives, call sites or a target."""
        if all(project.config.target(f"{guard}-by-primitive", None) is None for guard in GUARDS):
            return "no target such as `targets.cache-by-primitive` is set"
        return no_primitives(project)

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each primitive that is used less than its target asks for."""
        for guard in GUARDS:
            target = project.config.target(f"{guard}-by-primitive", None)
            sites = [one for one in project.inventory.sites if _counts(one, guard)]
            without = [one for one in sites if not _has(one, guard)]
            share = 100 * (1 - len(without) / len(sites)) if sites else 100.0
            if target is not None and share < target:
                said = (
                    f"{len(sites) - len(without)} of {len(sites)} call sites, {share:.0f} %, have their {guard} from "
                    f"{_PRIMITIVES[guard]}; the target is {target:g} %{_cost(project, without)}"
                )
                yield self.finding(said, place(without[0]), subject=guard)


def _counts(site: CallSite, guard: str) -> bool:
    return guard in site.applies and site.guards[guard].state is not State.UNKNOWN


def _has(site: CallSite, guard: str) -> bool:
    return site.guards[guard].state is State.EXPLICIT and site.guards[guard].primitive


def _cost(project: Project, without: list[CallSite]) -> str:
    if not project.is_measured:
        return ""
    places = {(one.path, one.line) for one in without}
    cost = sum(one.usd for one in project.measured.report.sites if (one.path, one.line) in places)
    return f"; the others cost {money(cost)} in the recorded traffic" if cost else ""
