"""Recorded queries of one protocol, and which of them answers a query that an app sends."""

import difflib
import heapq
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from tta_validate.replay.mock import Difference, Entry, How, Ledger, Missed
from tta_validate.replay.mock_values import alike_inside, shown
from tta_validate.replay.redact import is_secret, redacted, redacted_text

_CLOSEST_OF = 400
_COMPARED = 400
_CHANGES_TOLD = 6


@dataclass(frozen=True, slots=True)
class Query:
    """A call of a protocol: of equal ``shape`` and ``values`` it is the same call, of equal ``shape`` one with others.

    ``values`` are names with texts. ``quiet`` marks what sets a connection up: no case has to send it.
    """

    text: str
    shape: Hashable
    values: tuple[tuple[str, str], ...] = ()
    quiet: bool = False

    @property
    def key(self) -> Hashable:
        """What is equal for the same call."""
        return self.shape, self.values

    def __str__(self) -> str:
        return shown(redacted_text(self.text[:2000]), 200)


@dataclass(slots=True)
class _Turns:
    """Candidates by whose turn it is: the least used, then the oldest. Uses only ever grow, so a heap follows them."""

    heap: list[tuple[int, int, int, int, Entry]] = field(default_factory=list[tuple[int, int, int, int, Entry]])

    def add(self, entry: Entry) -> None:
        heapq.heappush(self.heap, (entry.uses, entry.order, entry.part, len(self.heap), entry))

    def next(self) -> Entry | None:
        while self.heap:
            uses, order, part, number, entry = self.heap[0]
            if uses == entry.uses:
                return entry
            heapq.heapreplace(self.heap, (entry.uses, order, part, number, entry))
        return None


@dataclass(slots=True)
class _Same:
    """Entries of one key: those of each case, nobody's, and all."""

    all: _Turns = field(default_factory=_Turns)
    free: _Turns = field(default_factory=_Turns)
    owned: dict[str, _Turns] = field(default_factory=dict[str, _Turns])

    def add(self, entry: Entry) -> None:
        self.all.add(entry)
        if not entry.owners:
            self.free.add(entry)
        for owner in entry.owners:
            self.owned.setdefault(owner, _Turns()).add(entry)

    def next(self, case: str | None) -> Entry | None:
        own = self.owned.get(case) if case is not None else None
        return (own and own.next()) or self.free.next() or self.all.next()


class Book:
    """The queries that a server can answer. ``take`` answers one and notes in the ledger how."""

    def __init__(self, ledger: Ledger, what: str) -> None:
        self._ledger = ledger
        self._what = what
        self._queries: dict[Entry, Query] = {}
        self._same: dict[Hashable, _Same] = {}
        self._shaped: dict[Hashable, list[Entry]] = {}

    def add(self, entry: Entry, query: Query) -> None:
        """Adds a recorded query; its entry gets a label, unless it sets a connection up."""
        if not query.quiet:
            entry.label = f"{entry.mock.name} ({query})"
        self._queries[entry] = query
        self._same.setdefault(query.key, _Same()).add(entry)
        self._shaped.setdefault(query.shape, []).append(entry)

    def queries(self) -> Iterable[tuple[Entry, Query]]:
        """Returns what was added, in its order."""
        return self._queries.items()

    def take(self, query: Query) -> Entry | None:
        """Returns the entry that answers a query, or None for a miss; either is noted."""
        found = self.find(query)
        if found is None:
            self.miss(query)
            return None
        entry, how, differing = found
        self.note(query, entry, how, differing)
        return entry

    def note(self, query: Query, entry: Entry | None, how: How, differing: Sequence[Difference] = ()) -> None:
        """Notes that a query was answered."""
        self._ledger.served(str(query), entry, how, differing, ordered=True)

    def exact(self, query: Query) -> Entry | None:
        """Returns the entry of the same query whose turn it is: this case's own, then nobody's, then another's."""
        same = self._same.get(query.key)
        return same.next(self._ledger.case) if same is not None else None

    def find(self, query: Query) -> tuple[Entry, How, Sequence[Difference]] | None:
        """Returns the entry of the same query, else of one that differs in volatile values, else in values only."""
        entry = self.exact(query)
        if entry is not None:
            return entry, "exact", ()
        shaped = self._shaped.get(query.shape, ())
        own = self._ledger.own(shaped)
        reusable = [one for one in shaped if one.mock.lifetime != "test"]
        for some in (own, reusable):
            entry = self._ledger.choose([one for one in some if self._only_volatile(one, query)])
            if entry is not None:
                return entry, "volatile", self._differences(entry, query)
        entry = self._nearest(own, query) or self._nearest(reusable, query)
        return None if entry is None else (entry, "structural", self._differences(entry, query, volatile=False))

    def miss(self, query: Query, reason: str = "") -> None:
        """Notes a miss, with the recorded query that comes closest."""
        self._ledger.missed(self.missed(query, reason))

    def missed(self, query: Query, reason: str = "") -> Missed:
        """Returns a miss with the recorded query that comes closest, one of the same shape first."""
        some = self._shaped.get(query.shape) or [one for one, recorded in self._queries.items() if not recorded.quiet]
        if not some:
            return Missed(str(query), None, reason or f"no {self._what} was recorded")
        text = query.text[:_COMPARED]
        matcher = difflib.SequenceMatcher(None, "", text, autojunk=False)

        def likeness(entry: Entry) -> float:
            recorded = self._queries[entry].text[:_COMPARED]
            if recorded[:4].lower() != text[:4].lower():
                return 0.0
            matcher.set_seq1(recorded)
            return matcher.quick_ratio()

        closest = max(some[:_CLOSEST_OF], key=likeness)
        label = f"{closest.mock.name} ({self._queries[closest]})"
        return Missed(str(query), None, reason, label, tuple(self._differences(closest, query))[:_CHANGES_TOLD])

    def _only_volatile(self, entry: Entry, query: Query) -> bool:
        pairs = zip(self._queries[entry].values, query.values, strict=False)
        return all(one == other or alike_inside(one[1], other[1]) for one, other in pairs)

    def _nearest(self, shaped: Sequence[Entry], query: Query) -> Entry | None:
        counts = {entry: len(self._differences(entry, query, volatile=False)) for entry in shaped[:_CLOSEST_OF]}
        fewest = min(counts.values(), default=0)
        return self._ledger.choose([entry for entry, count in counts.items() if count == fewest])

    def _differences(self, entry: Entry, query: Query, *, volatile: bool = True) -> list[Difference]:
        recorded = self._queries[entry]
        if recorded.shape != query.shape:
            return [Difference(self._what, str(recorded), str(query))]
        return [
            Difference(name, *_told(name, one, other))
            for (name, one), (_, other) in zip(recorded.values, query.values, strict=False)
            if one != other and (volatile or not alike_inside(one, other))
        ]


def _told(name: str, one: str, other: str) -> tuple[str, str]:
    if is_secret(name):
        return redacted(name, one), redacted(name, other)
    start = 0
    if max(len(one), len(other)) > 80:
        start = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
        start = max(0, start - 20)
    first, second = (("..." if start else "") + text[start:] for text in (one, other))
    return shown(redacted_text(first)), shown(redacted_text(second))
