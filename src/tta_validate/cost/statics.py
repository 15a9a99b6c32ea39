"""An estimate by assumption, for a project without traffic: what its call sites would cost in a month."""

from collections.abc import Sequence

from tta_validate.cost.cards import dollars
from tta_validate.cost.prices import Ask, Book
from tta_validate.cost_config import CostConfig
from tta_validate.cost_model import Estimate, EstimatedSite
from tta_validate.sites import CallSite, State


def estimate(sites: Sequence[CallSite], config: CostConfig, book: Book) -> Estimate | None:
    """Returns the estimate; None without a call site.

    Each guard that a call site has takes off what the assumptions say that it saves; the second figure has every guard
    that applies as well, so it is never the greater one.
    """
    if not sites:
        return None
    rows = [_site(site, sites, config, book) for site in sites]
    assumptions = (
        f"{config.calls_per_month} calls of each call site in a month",
        f"{config.input_tokens} tokens in and {config.output_tokens} out for each",
        f"a cache answers {config.hit_rate:g} %",
        f"a router sends {config.simple_share:g} % to the cheapest model of the same provider in the code",
    )
    return Estimate(
        assumptions=assumptions,
        usd=sum(row.usd or 0 for row in rows),
        with_guards=sum(row.with_guards or 0 for row in rows),
        sites=tuple(rows),
    )


def _site(site: CallSite, sites: Sequence[CallSite], config: CostConfig, book: Book) -> EstimatedSite:
    whole = _month(site.provider, site.model, site.embedding, (config, book)) if site.model else "no model is known"
    place = EstimatedSite(
        path=site.path, line=site.line, provider=site.provider, model=site.model, usd=None, with_guards=None
    )
    if isinstance(whole, str):
        return place.model_copy(update={"why": whole})
    others = {one.model for one in sites if one.provider == site.provider and one.model and not one.embedding}
    prices = [_month(site.provider, other, site.embedding, (config, book)) for other in others]
    cheapest = min([whole, *(one for one in prices if not isinstance(one, str))])
    share = config.simple_share / 100
    routed = whole if site.embedding else whole * (1 - share) + cheapest * share
    kept = 1 - config.hit_rate / 100
    has_route, has_cache = _has(site, "route"), _has(site, "cache")
    now = routed if has_route else whole
    best = routed if has_route or "route" in site.applies else whole
    usd = now * kept if has_cache else now
    with_guards = best * kept if has_cache or "cache" in site.applies else best
    return place.model_copy(update={"usd": usd, "with_guards": with_guards})


def _has(site: CallSite, guard: str) -> bool:
    return site.guards[guard].state in (State.EXPLICIT, State.MANUAL)


def _month(provider: str, model: str, embedding: bool, known: tuple[CostConfig, Book]) -> float | str:
    config, book = known
    card = book.find(Ask(provider, (model,)))
    if isinstance(card, str):
        return card
    counted = (config.input_tokens, 0 if embedding else config.output_tokens, 0, 0)
    return dollars(card.main_cost(counted) * config.calls_per_month)
