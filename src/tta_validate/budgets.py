"""What the rules about budgets have in common: models with a budget in the code, their profiles, and what is paid."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from importlib.util import find_spec

from tta_validate.observations import Made
from tta_validate.project import Project

PROFILES = ("free", "careful", "unlimited")
"""How a model may cost: nothing, within a monthly limit and with a reason, or whatever it takes."""

_MAKERS = ("openai", "anthropic", "google", "mistral", "deepseek", "xai", "cohere", "groq")
"""Whose prices are looked at for a model of which the code names no provider."""


def no_budget(project: Project) -> str | None:
    """Returns why the rules about budgets have nothing to look at, or None where there is a profile."""
    if project.config.cost.profile or any(profile(project, one) for one in models(project)):
        return None
    return "no budget profile stands in the code (UniversalLLMPrimitive) or in `cost.profile`"


def models(project: Project) -> tuple[Made, ...]:
    """Returns the places where the code makes a model that can have a budget."""
    return tuple(one for one in project.observed.made if one.name == "UniversalLLMPrimitive")


def requests(project: Project) -> tuple[Made, ...]:
    """Returns the places where the code makes a request to such a model."""
    return tuple(one for one in project.observed.made if one.name == "LLMRequest")


def profile(project: Project, made: Made) -> str:
    """Returns the budget profile of a model: what its constructor says, else the configured one; else an empty text."""
    said = (made.text("budget_profile") or made.text("profile")).lower()
    return said if said in PROFILES else project.config.cost.profile or ""


def lacks(made: Made, name: str) -> bool:
    """Tells whether an argument is certainly not given, or None."""
    if name in made.passed:
        return name in made.values and made.values[name] is None
    return not made.open and made.values.get(name) is None


class Tariff:
    """Tells which models cost something, by the price book and what `cost.free-models` says."""

    def __init__(self, project: Project) -> None:
        from tta_validate.cost.prices import Book

        self._free = project.config.cost.free_models
        self._book = Book(project.config.cost)

    def paid(self, provider: str, model: str) -> bool:
        """Tells whether a model is known to have a price."""
        if model.endswith(":free") or any(fnmatchcase(model, one) for one in self._free):
            return False
        makers = _MAKERS if provider in ("", "unknown") else (provider,)
        return any(self._price(maker, model) for maker in makers)

    def _price(self, provider: str, model: str) -> bool:
        from tta_validate.cost.prices import Ask

        card = self._book.find(Ask(provider, (model,)))
        return not isinstance(card, str) and card.main_cost((1_000_000, 1_000_000, 0, 0)) > 0

    def first(self, provider: str, names: Iterable[str]) -> str:
        """Returns the first of some models that is paid, or an empty text."""
        return next((name for name in names if self.paid(provider, name)), "")


def no_prices() -> str | None:
    """Returns that the prices are not installed, or None."""
    return None if find_spec("genai_prices") else "prices are not installed (`pip install tta-validate[cost]`)"


def paid_models(project: Project, made: Made, tariff: Tariff) -> Iterator[str]:
    """Yields the models that a constructor names to be paid for; what it calls free counts as free."""
    model = made.text("model")
    if model and model not in made.texts("free_models") and tariff.paid(made.text("provider"), model):
        yield model
    yield from (
        name
        for name in made.texts("paid_models")
        if not any(fnmatchcase(name, f) for f in project.config.cost.free_models)
    )
