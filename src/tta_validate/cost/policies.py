"""Policies replayed over a trace: what it would have cost with them. Each changes a `State` and tells what it saved."""

from array import array
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import NamedTuple

from tta_validate.cost.prices import Ask
from tta_validate.cost.state import Outcome, State
from tta_validate.cost.trace import FAILED, STREAM, TOOLS, Model, Trace, names

_DENSEST = 0.5
"""Tokens in a byte of a prompt, at most: an input with more holds what the provider added, such as pages found."""

UNTIMED = -1.0
"""The moment of calls whose time is unknown; they are compared within their session only."""


class Store(NamedTuple):
    """What a cache keeps: answers for ``ttl`` seconds, ``size`` of them (0: any number); ``where`` it says so."""

    ttl: float
    size: int
    where: str = ""

    def __str__(self) -> str:
        size = f"{self.size} answers" if self.size else "any number of answers"
        return f"{self.ttl:g} s, {size}" + (f" ({self.where})" if self.where else "")


@dataclass(frozen=True, slots=True)
class Cache:
    """A cache of whole answers: the same request within ``ttl`` seconds of the answer kept is not sent again.

    It holds ``size`` answers, those used last; 0 for any number. Answers of failed calls and streams are not kept.
    ``own`` names for rows the store that stands around their call site in the code; rows of one store share it.
    """

    ttl: float = 3600.0
    size: int = 1000
    own: Mapping[int, Store] = field(default_factory=dict[int, Store])
    where: str = ""

    def said(self, rows: int) -> str:
        """Returns the settings of every store, and where they come from, for a trace of so many rows."""
        stores = sorted(set(self.own.values()), key=lambda one: (one.where, one.ttl, one.size))
        rest = [] if stores and len(self.own) >= rows else [Store(self.ttl, self.size, self.where)]
        return "; ".join([*map(str, stores), *(f"{'elsewhere ' if stores else ''}{one}" for one in rest)])

    def apply(self, state: State, order: Sequence[int]) -> Outcome:
        """Takes away the calls that the cache answers."""
        trace, outcome = state.trace, Outcome()
        rest = Store(self.ttl, self.size)
        stores: dict[str, OrderedDict[tuple[int, int], tuple[float, int]]] = {}
        for row in order:
            if not state.sent[row] or trace.flags[row] & (FAILED | STREAM):
                continue
            at, salt = _when(trace, row)
            key = (trace.key[row], salt)
            ttl, size, where = self.own.get(row, rest)
            kept = stores.setdefault(where, OrderedDict())
            found = kept.get(key)
            if found is not None and at - found[0] <= ttl:
                kept.move_to_end(key)
                outcome.note(row, state.drop(row), f"the same request as {trace.where(found[1])}")
                continue
            kept[key] = (at, row)
            kept.move_to_end(key)
            if size and len(kept) > size:
                kept.popitem(last=False)
        return outcome


@dataclass(frozen=True, slots=True)
class PromptCache:
    """The provider's cache of prompt prefixes, where a prefix comes back within ``ttl`` seconds of its use.

    A prefix counts from ``tokens`` on. Its tokens are its share of the prompt's length. Where the provider charges for
    writing, that is charged for prefixes that come back. A model without a price for cached input saves nothing.
    """

    ttl: float = 300.0
    tokens: int = 1024

    def apply(self, state: State, order: Sequence[int]) -> Outcome:
        """Moves input tokens to the price of cached ones."""
        outcome = Outcome()
        rows, hits, reused = self._replay(state, order)
        for row, hit in zip(rows, hits, strict=True):
            self._charge(state, row, hit, (reused, outcome))
        return outcome

    def _replay(self, state: State, order: Sequence[int]) -> "tuple[array[int], array[int], set[int]]":
        """Returns the rows that a prefix cache can matter to, the block that each finds kept (-1 for none), and the
        prefixes that come back."""
        trace = state.trace
        shortest = self.tokens / _DENSEST
        last: dict[int, float] = {}
        rows, hits, reused = array("q"), array("q"), set[int]()
        first, block, length = trace.first_block, trace.block, trace.length
        for row in order:
            start, end = first[row], first[row + 1]
            if start == end or length[end - 1] < shortest or not state.sent[row] or trace.flags[row] & FAILED:
                continue
            if state.card[row] < 0 or trace.cards[state.card[row]].rates(trace.input[row])[2] >= 0:
                continue
            at, salt = _when(trace, row)
            hit = self._longest(trace, range(end - 1, start - 1, -1), (last, at, salt, _share(trace, row)))
            rows.append(row)
            hits.append(hit)
            if hit >= 0:
                reused.add(block[hit] ^ salt)
            for own in range(end - 1, start - 1, -1):
                if length[own] < shortest:
                    break
                last[block[own] ^ salt] = at
        return rows, hits, reused

    def _longest(self, trace: Trace, blocks: range, seen: tuple[Mapping[int, float], float, int, float]) -> int:
        """Returns the longest prefix that is still kept, -1 for none."""
        last, at, salt, share = seen
        for block in blocks:
            if trace.length[block] * share < self.tokens:
                return -1
            when = last.get(trace.block[block] ^ salt)
            if when is not None and at - when <= self.ttl:
                return block
        return -1

    def _charge(self, state: State, row: int, hit: int, told: tuple[set[int], Outcome]) -> None:
        trace = state.trace
        reused, outcome = told
        writes = trace.cards[state.card[row]].rates(trace.input[row])[3] > 0
        if hit < 0 and not writes:
            return
        start, end = trace.first_block[row], trace.first_block[row + 1]
        share, salt = _share(trace, row), _when(trace, row)[1]
        whole = trace.input[row] - state.write[row]
        cached = min(int(trace.length[hit] * share), whole) if hit >= 0 else 0
        read = max(state.read[row], cached)
        wanted = (block for block in range(end - 1, max(hit, start - 1), -1) if trace.block[block] ^ salt in reused)
        block = next(wanted, -1) if writes else -1
        write = state.write[row]
        if block >= 0:
            write += max(0, min(int(trace.length[block] * share), whole) - read)
        if read > state.read[row] or write > state.write[row]:
            gained = read - state.read[row]
            saved = state.reprice(row, state.card[row], read, write)
            if gained:
                outcome.note(row, saved, f"{gained} input tokens of a prefix that was sent before")
            else:
                outcome.saved += saved


def _when(trace: Trace, row: int) -> tuple[float, int]:
    """Returns the moment of a row, and what its prefixes are told apart by from those of other rows."""
    at = trace.at[row]
    return (UNTIMED, trace.session[row] + 1) if isnan(at) else (at, 0)


def _share(trace: Trace, row: int) -> float:
    """Returns the tokens in a byte of a row's prompt."""
    return min(_DENSEST, trace.input[row] / trace.pieces[row]) if trace.pieces[row] else 0.0


@dataclass(frozen=True, slots=True)
class Route:
    """A cheaper model for simple calls: up to ``inputs`` and ``outputs`` tokens, and no tools.

    ``routes`` names the model to use instead of another; where it says nothing, the cheapest of ``cheaper`` at the same
    provider counts.
    """

    routes: Mapping[str, str] = field(default_factory=dict[str, str])
    cheaper: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    inputs: int = 2000
    outputs: int = 500

    def apply(self, state: State, order: Sequence[int]) -> Outcome:
        """Gives simple calls the card of the cheaper model."""
        trace, outcome = state.trace, Outcome()
        known: dict[tuple[int, int], list[tuple[str, int]]] = {}
        for row in order:
            if state.card[row] < 0 or not state.sent[row] or trace.flags[row] & (FAILED | TOOLS):
                continue
            if trace.input[row] > self.inputs or trace.output[row] > self.outputs:
                continue
            model = trace.models[trace.model[row]]
            if model.embedding:
                continue
            at = trace.at[row]
            day = (trace.model[row], -1 if isnan(at) else int(at // 86_400))
            if day not in known:
                known[day] = list(self._cards(trace, model, None if isnan(at) else at))
            self._cheapest(state, row, known[day], outcome)
        return outcome

    def _cards(self, trace: Trace, model: Model, at: float | None) -> "list[tuple[str, int]]":
        wanted = next((self.routes[name] for name in names(model) if name in self.routes), None)
        targets = [wanted] if wanted else self.cheaper.get(model.provider, ())
        found: list[tuple[str, int]] = []
        for target in targets:
            card = trace.book.find(Ask(model.provider, (target,), at, model.tier, model.host))
            if target not in names(model) and not isinstance(card, str):
                found.append((target, trace.card_id(card)))
        return found

    def _cheapest(self, state: State, row: int, cards: Sequence[tuple[str, int]], outcome: Outcome) -> None:
        best = state.cost[row]
        chosen: tuple[str, int] | None = None
        for target, card in cards:
            price = state.price(row, state.trace.cards[card], state.read[row], state.write[row])
            if price < best:
                best, chosen = price, (target, card)
        if chosen:
            before = state.trace.models[state.trace.model[row]].model
            saved = state.reprice(row, chosen[1], state.read[row], state.write[row])
            outcome.note(row, saved, f"{before} -> {chosen[0]}")


@dataclass(frozen=True, slots=True)
class Bounds:
    """At most ``attempts`` of one request in a row: further ones in the same session within ``window`` seconds of the
    one before are not sent. Giving up after ``timeout`` saves nothing, since what was begun is charged."""

    attempts: int = 3
    timeout: float = 60.0
    window: float = 60.0

    def apply(self, state: State, order: Sequence[int]) -> Outcome:
        """Takes away the attempts that are too many."""
        trace, outcome = state.trace, Outcome()
        runs: dict[int, tuple[int, float, int]] = {}
        for row in order:
            if not state.sent[row]:
                continue
            session, key, at = trace.session[row], trace.key[row], trace.at[row]
            at = UNTIMED if isnan(at) else at
            last_key, when, times = runs.get(session, (0, 0.0, 0))
            times = times + 1 if last_key == key and times and at - when <= self.window else 1
            runs[session] = (key, at, times)
            if times > self.attempts:
                outcome.note(row, state.drop(row), f"attempt {times} of the same request")
        return outcome

    def slow(self, trace: Trace) -> int:
        """Returns how many calls took longer than the timeout."""
        return sum(1 for seconds in trace.seconds if seconds > self.timeout)
