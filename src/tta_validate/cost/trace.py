"""Traffic as columns: a million calls in little memory, priced once."""

from array import array
from collections import Counter
from collections.abc import Iterable
from math import isnan, nan
from typing import Generic, NamedTuple, TypeVar

from tta_validate.cost.cards import MAIN, Card
from tta_validate.cost.prices import Ask, Book
from tta_validate.cost_model import LeftOut
from tta_validate.traffic.calls import Call
from tta_validate.traffic.exchange import Left
from tta_validate.traffic.usage import Tokens

STREAM, ESTIMATED, TOOLS, FAILED = 1, 2, 4, 8
"""Bits of the column ``flags``."""

LISTED = 20_000
"""So many exchanges that are left out are listed; the rest is counted by reason."""

_MAIN = frozenset(MAIN)
_CONTRADICTION = "its usage contradicts itself: more cached tokens than input"


class Model(NamedTuple):
    """What calls have in common that are priced alike: who served them, and what was asked for and answered."""

    provider: str
    model: str
    asked: str
    host: str
    tier: str
    embedding: bool


T = TypeVar("T")


class _Numbers(Generic[T]):
    """Numbers values in the order in which they come; ``rows`` holds each value once."""

    __slots__ = ("known", "rows")

    def __init__(self, rows: list[T]) -> None:
        self.rows = rows
        self.known: dict[T, int] = {}

    def of(self, value: T) -> int:
        """Returns the number of a value."""
        found = self.known.get(value)
        if found is None:
            found = self.known[value] = len(self.rows)
            self.rows.append(value)
        return found


class Trace:
    """Calls as columns, one row each, in the order in which they were added; see `ordered` for their order in time.

    ``cards`` and ``models`` are indexed by the columns ``card`` (-1 without a price) and ``model``; ``at`` is NaN where
    the time is unknown. ``others`` holds all tokens of the few rows that count more than those of `MAIN`.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.models: list[Model] = []
        self.cards: list[Card] = []
        self.paths: list[str] = []
        self.sessions: list[str] = []
        self.callers: list[str] = []
        self.at = array("d")
        self.seconds = array("f")
        self.model = array("I")
        self.card = array("i")
        self.path = array("I")
        self.line = array("I")
        self.session = array("I")
        self.caller = array("I")
        self.flags = bytearray()
        self.input = array("q")
        self.output = array("q")
        self.read = array("q")
        self.write = array("q")
        self.cost = array("q")
        self.key = array("Q")
        self.first_block = array("Q", (0,))
        self.block = array("Q")
        self.length = array("I")
        self.pieces = array("I")
        self.others: dict[int, Tokens] = {}
        self.unpriced: Counter[tuple[int, str]] = Counter()
        self.left: list[LeftOut] = []
        self.left_out: Counter[str] = Counter()
        self._of_models = _Numbers(self.models)
        self._of_paths = _Numbers(self.paths)
        self._of_sessions = _Numbers(self.sessions)
        self._of_callers = _Numbers(self.callers)
        self._card_ids: dict[int, int] = {}
        self._found: dict[int, tuple[int, Card | str]] = {}

    def __len__(self) -> int:
        return len(self.key)

    def add(self, found: Iterable[Call | Left]) -> None:
        """Adds calls, and keeps what is no call, with its reason."""
        for one in found:
            if isinstance(one, Left):
                self.left_out[one.reason] += 1
                if len(self.left) < LISTED:
                    self.left.append(LeftOut(path=one.path, line=one.line, reason=one.reason))
            else:
                self._add(one)

    def _add(self, call: Call) -> None:
        model = Model(call.provider, call.model or call.asked, call.asked, call.host, call.tier, call.embedding)
        kind = self._of_models.of(model)
        tokens = call.tokens
        get = tokens.get
        counted = (get(MAIN[0], 0), get(MAIN[1], 0), get(MAIN[2], 0), get(MAIN[3], 0))
        if len(tokens) > 2 and any(value and key not in _MAIN for key, value in tokens.items()):
            self.others[len(self.key)] = tokens
        card, cost = self._price(call, kind, counted)
        failed = call.status >= 400 or call.status < 100
        self.flags.append(
            STREAM * call.stream | ESTIMATED * call.estimated | TOOLS * call.tools | FAILED * failed,
        )
        self.at.append(nan if call.at is None else call.at)
        self.seconds.append(nan if call.seconds is None else min(call.seconds, 1e9))
        self.model.append(kind)
        self.card.append(card)
        self.path.append(self._of_paths.of(call.path))
        self.line.append(min(call.line, 0xFFFFFFFF))
        self.session.append(self._of_sessions.of(call.session))
        self.caller.append(self._of_callers.of(call.caller))
        self.input.append(counted[0])
        self.output.append(counted[1])
        self.read.append(counted[2])
        self.write.append(counted[3])
        self.cost.append(cost)
        self.key.append(call.key)
        for identity, length in call.blocks:
            self.block.append(identity)
            self.length.append(min(length, 0xFFFFFFFF))
        self.first_block.append(len(self.block))
        self.pieces.append(min(call.pieces, 0xFFFFFFFF))

    def _price(self, call: Call, kind: int, counted: tuple[int, int, int, int]) -> tuple[int, int]:
        """Returns the number of the card, -1 for none, and the price in femto-dollars."""
        if not call.tokens:
            return -1, 0
        found = self._look_up(kind, call.at)
        if isinstance(found, str):
            self.unpriced[kind, found] += 1
            return -1, 0
        if counted[2] + counted[3] > counted[0]:
            self.unpriced[kind, _CONTRADICTION] += 1
            return -1, 0
        cost = found.cost(call.tokens) if len(self.key) in self.others else found.main_cost(counted)
        return self.card_id(found), cost

    def _look_up(self, kind: int, at: float | None) -> Card | str:
        """Returns the card of a model at a moment, or why there is none; the last one of each model is kept."""
        period = -1 if at is None else int(at // self.book.period)
        kept = self._found.get(kind)
        if kept is None or kept[0] != period:
            model = self.models[kind]
            found = self.book.find(Ask(model.provider, names(model), at, model.tier, model.host))
            kept = self._found[kind] = (period, found)
        return kept[1]

    def card_id(self, card: Card) -> int:
        """Returns the number of a card, which is added where it is new."""
        found = self._card_ids.get(id(card))
        if found is None:
            found = self._card_ids[id(card)] = len(self.cards)
            self.cards.append(card)
        return found

    def ordered(self) -> list[int]:
        """Returns the rows in the order of time, those without a time first.

        Rows of one moment are in an order that depends on what they are only, not on when they were added: shorter
        prompts first, since a conversation grows.
        """
        at, inputs, keys, costs, paths = self.at, self.input, self.key, self.cost, self.path
        names = self.paths
        return sorted(
            range(len(self.key)),
            key=lambda row: (
                -1.0 if isnan(at[row]) else at[row],
                inputs[row],
                keys[row],
                costs[row],
                names[paths[row]],
                self.line[row],
            ),
        )

    def where(self, row: int) -> str:
        """Returns where a row is recorded, as ``path:line``."""
        return f"{self.paths[self.path[row]]}:{self.line[row]}"


def names(model: Model) -> tuple[str, ...]:
    """Returns the names to look a model up by: the one that answered, then the one that was asked for."""
    return (model.model, model.asked) if model.asked and model.asked != model.model else (model.model,)
