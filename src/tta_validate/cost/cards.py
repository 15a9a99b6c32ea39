"""The price of one model at one time, worked out so that a million exchanges can be priced.

Amounts are whole femto-dollars (10**-15 USD): every published price of a token is one, so that sums are exact and do
not depend on their order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

USD = 10**15
"""Femto-dollars in a dollar."""

MAIN = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
"""What nearly every exchange counts, in the order of the columns of a trace."""


def dollars(amount: int) -> float:
    """Returns femto-dollars as dollars."""
    return amount / USD


@dataclass(frozen=True, slots=True)
class Unit:
    """Something with a price: ``dimensions`` tell what of, ``steps`` the price in dollars from so many input tokens on.

    A unit with more dimensions is part of those with fewer: cached input tokens are input tokens.
    """

    key: str
    dimensions: Mapping[str, str]
    steps: tuple[tuple[int, Decimal], ...]

    def price(self, inputs: int) -> Decimal:
        """Returns the price of one at a number of input tokens; a step counts for all of them once it is passed."""
        return next((price for start, price in reversed(self.steps) if inputs > start or start < 0), self.steps[0][1])


@dataclass(frozen=True, slots=True)
class Card:
    """What each thing that an exchange counts adds to its price, by steps of the number of input tokens.

    ``main`` holds the four of `MAIN`; ``other`` the rest, ``request`` what each request costs besides.
    """

    starts: tuple[int, ...]
    main: tuple[tuple[int, int, int, int], ...]
    other: tuple[Mapping[str, int], ...]
    request: int = 0
    retired: bool = False
    note: str = field(default="", compare=False)

    def rates(self, inputs: int) -> tuple[int, int, int, int]:
        """Returns femto-dollars for an input, output, cache-read and cache-write token.

        Cached tokens are counted within the input, so the last two are what is added, mostly below zero.
        """
        return self.main[self._step(inputs)]

    def _step(self, inputs: int) -> int:
        at = len(self.starts) - 1
        while at > 0 and inputs <= self.starts[at]:
            at -= 1
        return at

    def cost(self, tokens: Mapping[str, int]) -> int:
        """Returns the price of an exchange in femto-dollars; below zero where its usage contradicts itself."""
        step = self._step(tokens.get("input_tokens", 0))
        a, b, c, d = self.main[step]
        get = tokens.get
        total = (
            get("input_tokens", 0) * a
            + get("output_tokens", 0) * b
            + get("cache_read_tokens", 0) * c
            + get("cache_write_tokens", 0) * d
            + self.request
        )
        other = self.other[step]
        if len(tokens) > 2 and other:
            total += sum(other[key] * value for key, value in tokens.items() if key in other)
        return total

    def main_cost(self, counted: tuple[int, int, int, int]) -> int:
        """Returns the price of so many tokens of `MAIN`."""
        a, b, c, d = self.main[self._step(counted[0])]
        return counted[0] * a + counted[1] * b + counted[2] * c + counted[3] * d + self.request


def card(
    units: Sequence[Unit], *, factor: Decimal = Decimal(1), request: Decimal = Decimal(0), retired: bool = False
) -> Card:
    """Returns the card of priced units; ``factor`` is what a discount leaves of every price.

    What a unit counts is charged at the unit's price only as far as no more particular unit counts it. So each count
    has a coefficient: found by expressing what is left of each unit in what is counted. Source: ``decompose`` in
    genai-prices.
    """
    starts = sorted({start for unit in units for start, _ in unit.steps if start >= 0})
    coefficients = [_coefficients(units, (start + 1) if start is not None else 0, factor) for start in (None, *starts)]
    return Card(
        (-1, *starts),
        tuple(
            (one.get(MAIN[0], 0), one.get(MAIN[1], 0), one.get(MAIN[2], 0), one.get(MAIN[3], 0)) for one in coefficients
        ),
        tuple({key: value for key, value in one.items() if key not in MAIN and value} for one in coefficients),
        round(request * factor * USD),
        retired,
    )


def _coefficients(units: Iterable[Unit], inputs: int, factor: Decimal) -> dict[str, int]:
    ordered = sorted(units, key=lambda unit: (-len(unit.dimensions), unit.key))
    left: dict[str, dict[str, int]] = {}
    total: dict[str, int] = {}
    for unit in ordered:
        own = {unit.key: 1}
        for inner in ordered:
            if inner is not unit and inner.key in left and unit.dimensions.items() <= inner.dimensions.items():
                for key, times in left[inner.key].items():
                    own[key] = own.get(key, 0) - times
        left[unit.key] = own
        price = round(unit.price(inputs) * factor * USD)
        for key, times in own.items():
            total[key] = total.get(key, 0) + times * price
    return total


FREE = card(())
"""The card of a model that costs nothing: one that runs on one's own machine."""
