"""The inventory's values: call sites and their guards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

GUARDS = ("timeout", "retry", "cache", "route")
"""The four guards, in the order in which every output shows them."""


class State(StrEnum):
    """What reading the code says of one guard at one call site."""

    EXPLICIT = "explicit"
    MANUAL = "manual"
    NONE = "none"
    UNKNOWN = "unknown"


class Reach(StrEnum):
    """Where a guard stands, nearest first."""

    CALL = "call"
    CLIENT = "client"
    FUNCTION = "function"
    CALLER = "caller"


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of evidence: a place (``path:line``) and what stands there."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard of one call site.

    ``by`` names what gives it (``tenacity.retry``, ``timeout=30``, ``RetryPrimitive``), ``where`` is the ``path:line``
    of that, ``why`` says why a state is ``unknown``; ``primitive`` tells whether a primitive gives it.
    """

    state: State
    reach: Reach | None = None
    by: str | None = None
    where: str | None = None
    why: str | None = None
    primitive: bool = False
    evidence: tuple[Step, ...] = ()


NO_GUARD = Guard(State.NONE)


@dataclass(frozen=True, slots=True)
class Slot:
    """A call that takes a guard as a keyword: the model call itself or that of a client's constructor."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    keyword: str


@dataclass(frozen=True, slots=True)
class CallSite:
    """One call expression that sends a request to a model.

    ``path`` is relative to the root with forward slashes; lines and columns count from 1, columns in code points,
    ``end_column`` is the column after the closing parenthesis.
    ``applies`` holds the guards that make sense for this call (the denominators of the adoption metrics).
    ``chain`` tells how the call was linked: from the call to the client to its construction.
    ``offers`` tells for each guard, and for ``limit``, what would give it here, as imperative phrases; ``slots`` tells
    the calls that all have to get a keyword for it.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    callee: str
    kind: str
    provider: str
    model: str | None
    function: str | None
    member: str | None
    guards: Mapping[str, Guard]
    applies: frozenset[str] = frozenset(GUARDS)
    prompt_cache: bool = False
    stream: bool = False
    embedding: bool = False
    output_limit: State = State.UNKNOWN
    in_primitive: str | None = None
    chain: tuple[Step, ...] = ()
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    slots: Mapping[str, tuple[Slot, ...]] = field(default_factory=dict[str, tuple[Slot, ...]])
    notes: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class FileCounts:
    """Files of a tree: ``seen`` in all, ``named`` as worth reading, ``parsed`` this time, ``cached`` from before."""

    seen: int = 0
    named: int = 0
    parsed: int = 0
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every LLM call site of a tree, and what was looked at to find them.

    ``skipped`` holds (path, reason) of the files that could not be read; ``looked_for`` the titles of the libraries
    whose calls were looked for.
    """

    sites: tuple[CallSite, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    files: FileCounts = FileCounts()
    looked_for: tuple[str, ...] = ()
