"""What the mock servers of all protocols share: which recorded answer comes next, and what became of every call."""

import asyncio
import bisect
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

from tta_validate.recordings.model import Case, Mock, MockUse
from tta_validate.replay.plan import Address

How = Literal["exact", "volatile", "similar", "structural", "made-up"]
"""How an answer was found: everything equal, all but values that look like times and ids, a question about a catalog
that another version of a library puts in other words, all but values; or none
was recorded and none is needed (telemetry)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a call differs from the recorded one; the values are ready to be shown, secrets hidden."""

    where: str
    recorded: str
    sent: str

    def __str__(self) -> str:
        return f"{self.where}: recorded {self.recorded}, sent {self.sent}"


@dataclass(frozen=True, slots=True)
class Served:
    """A call that was answered. ``extra`` tells that the case did not make this call when it was recorded."""

    call: str
    mock: str
    case: str | None
    how: How
    differences: tuple[Difference, ...] = ()
    extra: bool = False
    overtaken: str = ""
    """The call of the same recorded connection that came first this time, although it was recorded after this one."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A call that has no recorded answer; ``closest`` names the mock that comes nearest, ``differences`` why not."""

    call: str
    case: str | None
    reason: str = ""
    closest: str = ""
    differences: tuple[Difference, ...] = ()
    passed_through: bool = False

    def __str__(self) -> str:
        text = f"no recorded answer for {self.call}"
        if self.reason:
            text += f": {self.reason}"
        if self.closest:
            text += f"; closest is {self.closest}: {'; '.join(map(str, self.differences)) or 'the same call'}"
        return text + ("; it was let through" if self.passed_through else "")


@dataclass(frozen=True, slots=True)
class CaseCalls:
    """The calls of one case. ``dropped`` describes recorded calls that the app did not make this time."""

    served: tuple[Served, ...] = ()
    missed: tuple[Missed, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def used(self) -> tuple[str, ...]:
        """The names of the mocks that answered, in order."""
        return tuple(call.mock for call in self.served if call.mock)

    @property
    def extra(self) -> tuple[Served, ...]:
        """Calls that were answered, but that the case did not make when it was recorded."""
        return tuple(call for call in self.served if call.extra)

    @property
    def reordered(self) -> tuple[Served, ...]:
        """Calls that came after one that was recorded after them."""
        return tuple(call for call in self.served if call.overtaken)

    @property
    def changed(self) -> tuple[Served, ...]:
        """Calls answered although values in them differ that are no times or ids."""
        return tuple(call for call in self.served if call.how == "structural")


@dataclass(eq=False, slots=True)
class Entry:
    """A mock with its ``owners``, the cases that used it when recorded (none: any may), and how often it was used.

    A mock that holds several calls has an entry for each, counted by ``part``. Without a ``label`` it is nothing that
    a case has to use: its connection was set up that way, or no server could read it.
    """

    mock: Mock
    order: int
    owners: frozenset[str]
    label: str = ""
    uses: int = 0
    case_uses: int = 0
    part: int = 0

    @property
    def counts(self) -> bool:
        """Whether a case has to make this call, once, where it was recorded."""
        return bool(self.label) and self.mock.lifetime == "test"


@dataclass(frozen=True, slots=True)
class Options:
    """How misses are treated. ``bypass`` are Keploy's rules (``host``, ``path`` patterns and ``port``) for real calls.

    ``variables`` names environment variables that hold a base URL, with the recorded URL each stands for.
    """

    on_miss: Literal["fail", "pass-through"] = "fail"
    bypass: tuple[Mapping[str, object], ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    made_up_telemetry: bool = True
    mongo_password: str = "default@123"
    """What a MongoDB client that is not hooked logs in with; Keploy's own default."""


class Ledger:
    """The recorded exchanges of one test set and the calls made so far; safe to use from several threads."""

    def __init__(
        self, mocks: Sequence[Mock], cases: Sequence[Case], mappings: Mapping[str, tuple[MockUse, ...]] | None = None
    ) -> None:
        self._lock = threading.Lock()
        self._case: str | None = None
        self._served: list[Served] = []
        self._missed: list[Missed] = []
        self._outside: list[Served | Missed] = []
        self._touched: list[Entry] = []
        self._owned: dict[str, list[Entry]] = {}
        owners = _mapped(mocks, mappings) if mappings else _in_windows(mocks, cases)
        in_time = sorted(range(len(mocks)), key=lambda at: (mocks[at].at or 0, at))
        self._last: dict[str, Entry] = {}
        self.entries = [Entry(mocks[at], order, owners[at]) for order, at in enumerate(in_time)]
        for entry in self.entries:
            for owner in entry.owners:
                self._owned.setdefault(owner, []).append(entry)

    def of(self, kinds: Iterable[str]) -> tuple[Entry, ...]:
        """Returns the entries of some kinds of mock, in the order of their time."""
        wanted = {kind.lower() for kind in kinds}
        return tuple(entry for entry in self.entries if entry.mock.kind.lower() in wanted)

    def divide(self, entry: Entry, count: int) -> list[Entry]:
        """Returns an entry for each of the calls that a mock holds, the given one first; servers call it once."""
        more = [Entry(entry.mock, entry.order, entry.owners, part=part) for part in range(1, count)]
        self.entries += more
        for owner in entry.owners:
            self._owned[owner] += more
        return [entry, *more]

    @property
    def case(self) -> str | None:
        """The name of the case that runs, None between cases."""
        return self._case

    def begin(self, case: str) -> None:
        """Says that the calls from now on come from a case, by its name."""
        with self._lock:
            self._case = case
            self._served, self._missed = [], []
            for entry in self._touched:
                entry.case_uses = 0
            self._touched.clear()
            self._last.clear()

    def finish(self) -> CaseCalls:
        """Says that the case is over, and returns its calls."""
        with self._lock:
            case, self._case = self._case or "", None
            own = (entry for entry in self._owned.get(case, ()) if len(entry.owners) == 1 and not entry.case_uses)
            told = tuple(entry.label for entry in own if entry.counts)
            return CaseCalls(tuple(self._served), tuple(self._missed), told)

    def outside(self) -> tuple[Served | Missed, ...]:
        """Returns the calls made while no case ran: at start-up, or in the background."""
        with self._lock:
            return tuple(self._outside)

    def unused(self) -> tuple[Entry, ...]:
        """Returns the entries that a server could have answered with, and that no call used."""
        with self._lock:
            return tuple(entry for entry in self.entries if entry.label and not entry.uses)

    def choose(self, candidates: Sequence[Entry]) -> Entry | None:
        """Returns the candidate whose turn it is: this case's own, then nobody's, then the least used, the oldest."""
        with self._lock:
            return min(candidates, key=self._turn, default=None)

    def own(self, candidates: Iterable[Entry]) -> list[Entry]:
        """Returns the candidates that do not belong to other cases only."""
        with self._lock:
            return [entry for entry in candidates if not entry.owners or self._case in entry.owners]

    def _turn(self, entry: Entry) -> tuple[int, int, int, int]:
        rank = 0 if self._case in entry.owners else 2 if entry.owners else 1
        return rank, entry.uses, entry.order, entry.part

    def served(
        self, call: str, entry: Entry | None, how: How, differences: Sequence[Difference] = (), *, ordered: bool = False
    ) -> None:
        """Notes that a call was answered, from an entry or, without one, by something made up.

        ``ordered`` tells that the calls of a connection have an order that matters.
        """
        with self._lock:
            extra, overtaken = False, ""
            if entry is not None:
                foreign = bool(entry.owners) and self._case not in entry.owners
                again = bool(entry.owners) and entry.case_uses > 0
                extra = self._case is not None and entry.counts and (foreign or again)
                if ordered and entry.counts and entry.owners and not extra:
                    overtaken = self._overtaken(entry)
                entry.uses += 1
                entry.case_uses += 1
                self._touched.append(entry)
            name = entry.mock.name if entry is not None else ""
            done = Served(call, name, self._case, how, tuple(differences), extra, overtaken)
            (self._served if self._case is not None else self._outside).append(done)

    def _overtaken(self, entry: Entry) -> str:
        """Returns what was recorded on the same connection after the entry, and was used before it."""
        last = self._last.get(entry.mock.connection)
        if last is None or (last.order, last.part) < (entry.order, entry.part):
            self._last[entry.mock.connection] = entry
            return ""
        return last.label

    def missed(self, miss: Missed) -> None:
        """Notes a call without an answer; the case is filled in."""
        with self._lock:
            found = Missed(miss.call, self._case, miss.reason, miss.closest, miss.differences, miss.passed_through)
            if self._case is None:
                self._outside.append(found)
            else:
                self._missed.append(found)


class Server(Protocol):
    """Answers the calls of one protocol; the module in ``replay/mocks`` calls its class ``SERVER``.

    Made from a ledger and options. It takes its entries from the ledger, gives each a ``label`` for people, and notes
    every call there. A miss gives the client the protocol's own error at once.
    """

    kinds: ClassVar[tuple[str, ...]]
    """The kinds of mock it answers with, as recordings spell them."""
    hooked: ClassVar[bool]
    """Whether Python's HTTP clients are led to it, whatever host they call."""
    fixed_ports: ClassVar[bool]
    """Whether its listeners take the recorded port where that is free: clients in C are not led anywhere else."""

    def __init__(self, ledger: Ledger, options: Options) -> None: ...

    def origins(self) -> Sequence[Address]:
        """Returns the recorded hosts and ports it answers for; each gets a listener of its own. ``*`` is any host."""
        ...

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, origin: Address | None) -> None:
        """Serves one connection until it ends; ``origin`` is whom the client meant, None for a hooked one."""
        ...


def recorded_at(entries: Sequence[Entry], port: int) -> tuple[Address, ...]:
    """Returns where the servers of some mocks were, as far as these tell, and the port of the protocol on any host."""
    found: dict[Address, None] = {("*", port): None} if entries else {}
    for entry in entries:
        host, _, told = dict(entry.mock.metadata).get("destination", "").rpartition(":")
        if host and told.isdigit() and int(told) != port:
            found[host.lower(), int(told)] = None
    return tuple(found)


def _mapped(mocks: Sequence[Mock], mappings: Mapping[str, tuple[MockUse, ...]]) -> list[frozenset[str]]:
    users: dict[str, list[tuple[str, MockUse]]] = {}
    for case, uses in mappings.items():
        for use in uses:
            users.setdefault(use.name, []).append((case, use))
    return [
        frozenset(case for case, use in users.get(mock.name, ()) if use.kind.lower() in ("", mock.kind.lower()))
        for mock in mocks
    ]


def _in_windows(mocks: Sequence[Mock], cases: Sequence[Case]) -> list[frozenset[str]]:
    windows = sorted(
        (case.request.at, case.response.at, case.name) for case in cases if case.request.at and case.response.at
    )
    starts = [start for start, _, _ in windows]
    longest = max((end - start for start, end, _ in windows), default=0)
    found: list[frozenset[str]] = []
    for mock in mocks:
        at = mock.at or 0
        low, high = bisect.bisect_left(starts, at - longest), bisect.bisect_right(starts, at)
        found.append(frozenset(name for _, end, name in windows[low:high] if at and at <= end))
    return found
