"""Recorded exchanges with databases, and their mock servers for clients in the process of the tests."""

import socket
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import yaml

from tests.replay.app_side import PLACE, case
from tta_validate.recordings.model import Case, Mock
from tta_validate.replay.mock import CaseCalls, Ledger, Options
from tta_validate.replay.mock_listeners import Listeners


def redis_mock(name: str, pairs: Sequence[tuple[bytes, bytes]], at: int | None = None, tag: str = "config") -> Mock:
    """Returns a Redis mock of a pipeline: commands as words with blanks between them, replies as they are sent."""
    asked = b"".join(resp(*command.split(b" ")) for command, _ in pairs)
    answered = b"".join(reply for _, reply in pairs)
    spec: dict[str, object] = {
        f"redis{side}": [{"origin": origin, "message": [{"type": "string", "data": data}]}]
        for side, origin, data in (("requests", "client", asked), ("responses", "server", answered))
    }
    return Mock(name, "Redis", PLACE, spec, at, at, "1", (("type", tag),))


def resp(*words: bytes) -> bytes:
    """Returns a Redis command."""
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def recorded(kind: str, name: str, spec: str, at: int | None = None, tag: str = "mocks") -> Mock:
    """Returns a mock of any kind; ``spec`` is YAML."""
    return Mock(name, kind, PLACE, yaml.safe_load(spec), at, at, "1", (("type", tag),))


@dataclass(slots=True)
class Service:
    """A running mock server, in the middle of the case ``one``, which was recorded from 0 to 1,000."""

    address: tuple[str, int]
    ledger: Ledger
    calls: CaseCalls | None = None

    @property
    def port(self) -> int:
        return self.address[1]

    def finish(self) -> CaseCalls:
        """Ends the case and returns its calls."""
        self.calls = self.ledger.finish()
        return self.calls

    def connection(self) -> socket.socket:
        """Returns a bare connection."""
        return socket.create_connection(self.address, timeout=10)


@contextmanager
def serving(name: str, mocks: Sequence[Mock], cases: Sequence[Case] = ()) -> Generator[Service]:
    """Runs the mock server of a protocol; a bug of it fails the test."""
    ledger = Ledger(mocks, cases or (case("one", 1, 1000),))
    with Listeners(ledger, Options()) as listeners:
        ledger.begin("one")
        yield Service(services(listeners)[name], ledger)
        assert listeners.errors == []


def services(listeners: Listeners) -> Mapping[str, tuple[str, int]]:
    """Returns the listener of each protocol."""
    return listeners.wiring.services


def said(calls: CaseCalls) -> list[str]:
    """Returns in words what went wrong with the calls of a case."""
    words = [str(miss) for miss in calls.missed]
    words += [f"changed: {one.call}: {'; '.join(map(str, one.differences))}" for one in calls.changed]
    words += [f"extra: {one.call}" for one in calls.extra]
    words += [f"late: {one.call} after {one.overtaken}" for one in calls.reordered]
    return words + [f"dropped: {one}" for one in calls.dropped]
