"""The configuration of cost: recorded traffic, its prices, and the policies replayed over it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from tta_validate.config_fields import Flag, Names, Section, off

Dollars = Annotated[float, Field(ge=0, le=1_000_000)]
_COST = ("cost",)


class PriceConfig(Section):
    """A price of one's own, in dollars for a million tokens. It wins over the known ones from the first match on."""

    model: str = Field(description="The model, `*` for any text.")
    provider: str = Field(default="*", description="The provider, as `cost` names it.")
    input: Dollars = Field(description="Tokens of the input.")
    output: Dollars = Field(default=0, description="Tokens of the output.")
    cache_read: Dollars | None = Field(default=None, description="Input read from the provider's prompt cache.")
    cache_write: Dollars | None = Field(default=None, description="Input written to the provider's prompt cache.")


class CostConfig(Section):
    """Where recorded traffic is, what it costs, and what is replayed over it."""

    recordings: Annotated[Names, Flag("--recordings", "DIRS", _COST)] = Field(
        default=(),
        description="Folders and files of recorded traffic: Keploy mocks, vcrpy cassettes, HAR, JSON lines. "
        "`check` reads only these; `cost` looks through the tests and `keploy` folders where none is named.",
    )
    production: Annotated[Names, Flag("--production", "DIRS", _COST)] = Field(
        default=(), description="Those of the recordings that are production traffic; `.` for all. The rest is tests."
    )
    hosts: Mapping[str, str] = Field(
        default={}, description='Provider of a host that is not public, such as `"llm.internal:8080" = "openai"`.'
    )
    price: tuple[PriceConfig, ...] = Field(default=(), description="Prices of one's own.")
    discounts: Mapping[str, Annotated[float, Field(ge=0, le=100)]] = Field(
        default={}, description="Percent off the prices of a provider."
    )
    batch: Names = Field(default=(), description="Models that are called at the price of the provider's batches.")
    price_date: date | None = Field(
        default=None, description="The day whose prices count for exchanges that say no time; today if not set."
    )
    cache_ttl: Annotated[float, Field(ge=0)] | None = Field(
        default=None,
        description="Seconds that the replayed cache keeps an answer; where not set, the code's, else 3600.",
    )
    cache_size: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        description="Answers that the replayed cache holds, 0 for any number; where not set, the code's, else 1000.",
    )
    prefix_ttl: Annotated[float, Field(ge=0)] = Field(
        default=300, description="Seconds that a provider keeps the prefix of a prompt."
    )
    prefix_tokens: Annotated[int, Field(ge=1)] = Field(
        default=1024, description="The shortest prefix that a provider keeps, in tokens."
    )
    routes: Mapping[str, str] = Field(
        default={}, description="Cheaper model that simple calls of a model are replayed with, by the model's name."
    )
    cheaper_models: Names = Field(
        default=(), description="Models that simple calls may go to; those in the code and the traffic count too."
    )
    simple_input: Annotated[int, Field(ge=0)] = Field(
        default=2000, description="Input tokens up to which a call without tools is simple."
    )
    simple_output: Annotated[int, Field(ge=0)] = Field(
        default=500, description="Output tokens up to which a call without tools is simple."
    )
    max_attempts: Annotated[int, Field(ge=1)] = Field(
        default=3, description="How often the replay lets one request of a session be sent in a row."
    )
    timeout: Annotated[float, Field(gt=0)] = Field(default=60, description="Seconds that a call may take.")
    min_exchanges: Annotated[int, Field(ge=1)] = Field(
        default=100, description="Priced exchanges below which the target is not judged."
    )
    duplicates: Annotated[int, Field(ge=2)] = Field(
        default=3, description="Identical requests from which on they are reported."
    )
    profile: Literal["free", "careful", "unlimited"] | None = Field(
        default=None,
        description="Whether models may cost: `free` nothing, `careful` up to `budget`; where not set, the code's.",
    )
    free_models: Names = Field(
        default=(), description="Models that cost you nothing, whatever their price, `*` for any text."
    )
    budget: Annotated[Dollars | None, BeforeValidator(off)] = Field(
        default=None, description="Dollars that a month may cost."
    )
    calls_per_month: Annotated[int, Field(ge=0)] = Field(
        default=1000, description="Assumed calls of a call site in a month, where there is no traffic."
    )
    input_tokens: Annotated[int, Field(ge=0)] = Field(
        default=1000, description="Assumed input tokens of a call, where there is no traffic."
    )
    output_tokens: Annotated[int, Field(ge=0)] = Field(
        default=300, description="Assumed output tokens of a call, where there is no traffic."
    )
    hit_rate: Annotated[float, Field(ge=0, le=100)] = Field(
        default=20, description="Assumed percent of calls that a cache answers, where there is no traffic."
    )
    simple_share: Annotated[float, Field(ge=0, le=100)] = Field(
        default=50, description="Assumed percent of calls that are simple, where there is no traffic."
    )
