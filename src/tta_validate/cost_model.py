"""What a report says of cost: measured traffic, policies replayed over it, and estimates, each kept apart.

Amounts are US dollars. Tokens are as the providers counted them, but where ``estimated`` says otherwise.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """What every part has in common: frozen; fields that a later version added are ignored on reading."""

    model_config = ConfigDict(frozen=True)


class PriceSource(Part):
    """Where prices come from: ``newest`` is the date of the newest price in force, ``own`` how many are configured.

    ``newest`` dates the data: the package of prices does not say when it was collected. ``day`` is the one whose prices
    count for exchanges that say no time.
    """

    source: str
    version: str
    newest: str
    own: int = 0
    day: str = ""


class Exchanges(Part):
    """How much traffic there is; moments are RFC 3339 in UTC, empty where no exchange says its time.

    ``estimated`` ones have no usage in their answer, so that their tokens are counted from the text; ``errors`` were
    answered with a status of 400 or above; ``unpriced`` ones have no known price and are in no amount.
    """

    files: int = 0
    exchanges: int = 0
    sessions: int = 0
    first: str = ""
    last: str = ""
    estimated: int = 0
    errors: int = 0
    streams: int = 0
    unpriced: int = 0
    joined: int = 0
    left_out: int = 0


class Amount(Part):
    """Exchanges with their tokens and what they cost; ``cached_tokens`` are those of the input read from a cache."""

    exchanges: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0


class ModelCost(Amount):
    """What one model of one provider cost; ``usd`` is 0 where ``unpriced`` says why there is no price."""

    provider: str
    model: str
    unpriced: str = ""
    retired: bool = False


class SiteCost(Amount):
    """What one call site cost, and what all policies together would save there; no ``path`` where it is unknown."""

    path: str = ""
    line: int = 0
    function: str = ""
    saved: float = 0.0


class Hit(Part):
    """An exchange that a policy changes, ``path:line`` of its recording, and what it would save."""

    where: str
    what: str
    saved: float


class PolicyResult(Part):
    """What a policy would have saved: ``alone``, and ``added`` after the ones before it; it may be negative.

    ``assumes`` says what has to hold for that; ``hits`` counts the exchanges that it changes when alone.
    """

    name: Literal["cache", "prompt-cache", "route", "bounds"]
    title: str
    assumes: str
    settings: str = ""
    hits: int = 0
    alone: float = 0.0
    added: float = 0.0
    examples: tuple[Hit, ...] = ()


class Saving(Part):
    """What all policies together would have saved; ``low`` and ``high`` are the 95 % interval, in percent.

    The interval comes from resampling whole sessions; there is none below ten sessions.
    """

    usd: float = 0.0
    percent: float | None = None
    low: float | None = None
    high: float | None = None
    resampled: int = 0


class Verdict(Part):
    """Whether the target is met, and why it is not judged where it is not; percentages."""

    target: float | None
    verdict: Literal["met", "missed", "not-enough-traffic", "not-applicable"]
    reason: str = ""


class Month(Part):
    """What the traffic comes to in thirty days, against the budget; None where it spans too little time."""

    usd: float | None
    budget: float | None = None
    days: float = 0.0


class EstimatedSite(Part):
    """An estimate for a call site: dollars a month as the code is, and with every guard that applies."""

    path: str
    line: int
    provider: str
    model: str | None
    usd: float | None
    with_guards: float | None
    why: str = ""


class Estimate(Part):
    """Dollars a month by assumption, where there is no traffic; never mixed with what is measured."""

    assumptions: tuple[str, ...]
    usd: float
    with_guards: float
    sites: tuple[EstimatedSite, ...] = ()


class LeftOut(Part):
    """A recorded exchange that is in no figure, and why."""

    path: str
    line: int
    reason: str


class CostReport(Part):
    """What recorded traffic cost, and what it would have cost; without traffic an estimate."""

    kind: Literal["production", "test", "none"]
    prices: PriceSource
    traffic: Exchanges = Exchanges()
    total: Amount = Amount()
    models: tuple[ModelCost, ...] = ()
    sites: tuple[SiteCost, ...] = ()
    policies: tuple[PolicyResult, ...] = ()
    saving: Saving = Saving()
    target: Verdict
    month: Month | None = None
    estimate: Estimate | None = None
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
