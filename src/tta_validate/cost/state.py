"""What became of a trace under policies: which calls are still sent, to which model, with how much cached input."""

from array import array
from dataclasses import dataclass, field

from tta_validate.cost.cards import Card, dollars
from tta_validate.cost.trace import Trace
from tta_validate.cost_model import Hit

EXAMPLES = 3
"""So many hits of each policy are shown."""


class State:
    """The calls of a trace as policies leave them; a policy changes it and never the trace."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.sent = bytearray(b"\1") * len(trace)
        self.card = array("i", trace.card)
        self.read = array("q", trace.read)
        self.write = array("q", trace.write)
        self.cost = array("q", trace.cost)

    def drop(self, row: int) -> int:
        """Takes a call away; returns what that saves, in femto-dollars."""
        saved = self.cost[row]
        self.sent[row] = 0
        self.cost[row] = 0
        return saved

    def price(self, row: int, card: Card, read: int, write: int) -> int:
        """Returns what a call costs by another card, or with more of its input from the cache."""
        other = self.trace.others.get(row)
        if other is None:
            return card.main_cost((self.trace.input[row], self.trace.output[row], read, write))
        return card.cost({**other, "cache_read_tokens": read, "cache_write_tokens": write})

    def reprice(self, row: int, card: int, read: int, write: int) -> int:
        """Gives a call another card or more cached input; returns what that saves, which may be below zero."""
        before = self.cost[row]
        after = self.price(row, self.trace.cards[card], read, write)
        self.card[row], self.read[row], self.write[row], self.cost[row] = card, read, write, after
        return before - after


@dataclass(slots=True)
class Outcome:
    """What a policy did: how many calls it changed, femto-dollars saved, and the rows that saved most."""

    hits: int = 0
    saved: int = 0
    best: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])

    def note(self, row: int, saved: int, what: str) -> None:
        """Counts a changed call."""
        self.hits += 1
        self.saved += saved
        if len(self.best) < EXAMPLES or saved > -self.best[-1][0]:
            self.best.append((-saved, row, what))
            self.best.sort()
            del self.best[EXAMPLES:]

    def examples(self, trace: Trace) -> tuple[Hit, ...]:
        """Returns the hits that saved most."""
        return tuple(Hit(where=trace.where(row), what=what, saved=dollars(-saved)) for saved, row, what in self.best)
