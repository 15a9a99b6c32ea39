"""The price book: prices of the package ``genai-prices``, with one's own and discounts on top.

Nothing is guessed: a model that is not in the book has no price.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from math import gcd
from typing import TYPE_CHECKING, Any, cast

from tta_validate.cost.cards import FREE, Card, Unit, card
from tta_validate.cost_config import CostConfig, PriceConfig
from tta_validate.cost_model import PriceSource
from tta_validate.errors import InputError

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

_NAMES = {
    "ai21": "ai21",
    "bedrock": "aws",
    "dashscope": "alibaba",
    "huggingface-fireworks-ai": "huggingface_fireworks-ai",
    "moonshot": "moonshotai",
    "voyage": "voyageai",
    "xai": "x-ai",
}
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a price is asked for: the names to try for the model, the moment, the tier of service."""

    provider: str
    models: tuple[str, ...]
    at: float | None = None
    tier: str = ""
    host: str = ""


class Book:
    """Prices of models; ``today`` is the day whose prices count where an exchange does not say when it was."""

    def __init__(self, config: CostConfig | None = None, today: date | None = None) -> None:
        self._config = config or CostConfig.model_construct()
        self._providers = _providers()
        wanted = today or self._config.price_date
        day = wanted or datetime.now(UTC).date()
        self.fixed = wanted is not None
        """Whether the day was asked for."""
        self.source = PriceSource(
            source="genai-prices",
            version=_version(),
            newest=_newest(day).isoformat(),
            own=len(self._config.price),
            day=day.isoformat(),
        )
        self.period = _period()
        """Seconds within which, counted from 1970, no price changes."""
        self._undated = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        self._models: dict[tuple[str, tuple[str, ...]], tuple[Provider, ModelInfo] | str] = {}
        self._cards: dict[tuple[object, str], Card] = {}
        self._own: dict[tuple[str, str], Card | None] = {}

    def find(self, ask: Ask) -> Card | str:
        """Returns the card of a model, or why there is no price for it."""
        for model in ask.models:
            if own := self._own_card(ask.provider, model):
                return own
        if ask.provider == "ollama":
            return FREE
        found = self._model(ask)
        if isinstance(found, str):
            return found
        provider, model = found
        context = self._context(ask)
        moment = self._undated if ask.at is None else datetime.fromtimestamp(ask.at, UTC)
        own = context and model.price_variants and any(model is one for one in provider.models)
        # With a context every look-up makes a new object, so those are told apart by the period instead.
        price = None if own else model.get_prices(moment)
        key = (id(price), 0) if price else (f"{id(model)} {context}", int(moment.timestamp() // self.period))
        kept = self._cards.get((key, ask.provider))
        if kept is None:
            price = price or model.get_prices(moment, context)
            factor = 1 - Decimal(str(self._config.discounts.get(ask.provider, 0))) / 100
            kept = self._cards[key, ask.provider] = _card(price, factor, retired=bool(model.deprecated))
        return kept

    def _own_card(self, provider: str, model: str) -> Card | None:
        if not self._config.price:
            return None
        key = (provider, model)
        if key not in self._own:
            rows = (
                row
                for row in self._config.price
                if fnmatchcase(provider, row.provider) and fnmatchcase(model, row.model)
            )
            row = next(rows, None)
            self._own[key] = None if row is None else own_card(row, self._config.discounts.get(provider, 0))
        return self._own[key]

    def _context(self, ask: Ask) -> dict[str, str]:
        if ask.tier == "batch" or any(fnmatchcase(model, one) for one in self._config.batch for model in ask.models):
            return {"processing": "batch"}
        return {"service_tier": ask.tier} if ask.tier else {}

    def _model(self, ask: Ask) -> "tuple[Provider, ModelInfo] | str":
        key = (ask.provider, ask.models)
        if key not in self._models:
            self._models[key] = self._look_up(ask)
        return self._models[key]

    def _look_up(self, ask: Ask) -> "tuple[Provider, ModelInfo] | str":
        name = _NAMES.get(ask.provider, ask.provider)
        provider = self._providers.get(name) or self._providers.get(name.replace("-", "_", 1))
        if provider is None:
            if ask.provider == "unknown":
                return f"the provider behind {ask.host or 'the host'} is not known; name it in `cost.hosts`"
            return f"genai-prices has no prices of {ask.provider}"
        every = list(self._providers.values())
        for model in ask.models:
            plain = model.removeprefix("models/").removeprefix("publishers/google/models/")
            if found := provider.find_model(plain, all_providers=every):
                return provider, found
        return f"genai-prices has no price of {ask.models[0] if ask.models else 'no model'!r} at {provider.name}"


def own_card(row: PriceConfig, discount: float = 0) -> Card:
    """Returns the card of a configured price; cached tokens cost what other input does where nothing is said."""
    tokens = {"family": "tokens", "direction": "input"}
    units = [
        Unit("input_tokens", tokens, _flat(row.input)),
        Unit("output_tokens", {"family": "tokens", "direction": "output"}, _flat(row.output)),
    ]
    for kind, price in (("cache_read", row.cache_read), ("cache_write", row.cache_write)):
        if price is not None:
            units.append(Unit(f"{kind}_tokens", {**tokens, "token_type": kind}, _flat(price)))
    return card(units, factor=1 - Decimal(str(discount)) / 100)


def _flat(price: float) -> tuple[tuple[int, Decimal], ...]:
    return ((-1, Decimal(str(price)) / _MILLION),)


@cache
def _providers() -> "Mapping[str, Provider]":
    try:
        from genai_prices.data import providers
    except ImportError:
        raise InputError("cost: needs prices; install them with `pip install tta-validate[cost]`") from None
    return {provider.id: provider for provider in providers}


@cache
def _version() -> str:
    from importlib.metadata import version

    return version("genai-prices")


@cache
def _newest(day: date) -> date:
    """Returns the newest date from which a price counts, up to a day."""
    from genai_prices.types import StartDateConstraint

    found = date(2000, 1, 1)
    for provider in _providers().values():
        for model in provider.models:
            constraints = [one.constraint for one in model.prices] if isinstance(model.prices, list) else []
            constraints += [one.constraint for one in model.price_variants or ()]
            for one in constraints:
                if isinstance(one, StartDateConstraint) and found < one.start_date <= day:
                    found = one.start_date
    return found


@cache
def _period() -> int:
    """Returns the greatest number of seconds that every daily change of a price is a multiple of, at most a day."""
    from genai_prices.types import TimeOfDateConstraint

    found = 86_400
    for provider in _providers().values():
        for model in provider.models:
            conditions = [*(model.prices if isinstance(model.prices, list) else ()), *(model.price_variants or ())]
            for one in conditions:
                if isinstance(one.constraint, TimeOfDateConstraint):
                    for moment in (one.constraint.start_time, one.constraint.end_time):
                        zone = moment.utcoffset()
                        away = 0 if zone is None else int(zone.total_seconds())
                        found = gcd(found, moment.hour * 3600 + moment.minute * 60 + moment.second - away)
    return found


@cache
def _units() -> Mapping[str, Mapping[str, Any]]:
    """Returns what has a price in genai-prices, by the name of the price."""
    from genai_prices.data_units import unit_data

    return {data["price_key"]: {"key": key, **data} for key, data in unit_data.items()}


def _card(price: "ModelPrice", factor: Decimal, *, retired: bool) -> Card:
    units: list[Unit] = []
    request = Decimal(0)
    for name, value in vars(price).items():
        data = _units().get(name)
        if data is None or value is None:
            continue
        steps = _steps(value, Decimal(data["per"]))
        if data["key"] == "requests":
            request = steps[0][1]
        else:
            units.append(Unit(data["key"], cast("Mapping[str, str]", data["dimensions"]), steps))
    return card(units, factor=factor, request=request, retired=retired)


def _steps(value: "Decimal | TieredPrices", per: Decimal) -> tuple[tuple[int, Decimal], ...]:
    if isinstance(value, Decimal):
        return ((-1, value / per),)
    tiers: Sequence[tuple[int, Decimal]] = [(tier.start, tier.price / per) for tier in value.tiers]
    return ((-1, value.base / per), *tiers)
