"""Cuts what goes over one connection into turns: what the client sent, and all that the server answered to it."""

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tta_validate.replay.mock_bytes import Garbled
from tta_validate.replay.postgres_wire import messages
from tta_validate.replay.redis_wire import commands, replies


@dataclass(frozen=True, slots=True)
class Turn:
    """What a client sent and what came back; moments in nanoseconds since 1970. A server may speak first."""

    asked: bytes
    answered: bytes
    began: int
    ended: int


@dataclass(slots=True)
class Tap:
    """One connection through a relay, by its number; ``kind`` names the protocol, ``address`` the server."""

    kind: str
    address: str
    number: int
    turns: list[Turn] = field(default_factory=list[Turn])
    _asked: bytearray = field(default_factory=bytearray)
    _answered: bytearray = field(default_factory=bytearray)
    _began: int = 0
    _ended: int = 0

    def from_client(self, data: bytes) -> None:
        """Takes bytes of the client; they begin a new turn where the last one is answered."""
        if self._answered and _IS_ANSWERED.get(self.kind, _always)(bytes(self._asked), bytes(self._answered)):
            self.flush()
        if not self._asked:
            self._began = time.time_ns()
        self._asked += data

    def from_server(self, data: bytes) -> None:
        """Takes bytes of the server."""
        if not self._asked and not self._answered:
            self._began = time.time_ns()
        self._answered += data
        self._ended = time.time_ns()

    def flush(self) -> None:
        """Ends the turn that is under way."""
        if self._asked or self._answered:
            ended = self._ended or self._began
            self.turns.append(Turn(bytes(self._asked), bytes(self._answered), self._began, ended))
        self._asked.clear()
        self._answered.clear()
        self._ended = 0


def _always(_asked: bytes, _answered: bytes) -> bool:
    return True


def _redis(asked: bytes, answered: bytes) -> bool:
    try:
        return sum(1 for _ in commands(asked)) <= sum(1 for _ in replies(answered))
    except Garbled:
        return True


def _postgres(asked: bytes, answered: bytes) -> bool:
    """Each simple query and each Sync is answered by a ReadyForQuery; what comes before start-up is by any byte."""
    if asked[:1] in (b"\0", b"p"):
        return True
    wanted = sum(kind in (b"Q", b"S") for kind, _ in messages(asked))
    ready = sum(kind == b"Z" for kind, _ in messages(answered))
    return ready >= max(1, wanted) or any(kind in (b"G", b"W") for kind, _ in messages(answered))


def _mongo(asked: bytes, answered: bytes) -> bool:
    at, numbers = 0, list[int]()
    while at + 16 <= len(asked):
        size, number = struct.unpack_from("<ii", asked, at)
        if size < 16:
            return True
        numbers.append(number)
        at += size
    (told,) = struct.unpack_from("<i", answered, 8) if len(answered) >= 16 else (0,)
    return told in numbers and len(answered) >= struct.unpack_from("<i", answered, 0)[0]


_IS_ANSWERED: dict[str, Callable[[bytes, bytes], bool]] = {"redis": _redis, "postgres": _postgres, "mongo": _mongo}
