"""What is sent to the app, what it answers, and how it can fail to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tta_validate.replay.coding import unpacked

LARGEST_BODY = 64 * 1024 * 1024
"""The largest answer that is read, in bytes."""

Failure = Literal["timeout", "closed", "garbage", "refused", "unsendable", "too-large"]


@dataclass(frozen=True, slots=True)
class Sending:
    """A request as it goes out: ``target`` is path and query, ``headers`` go as they are, ``Host`` among them."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came: ``seconds`` until its end; ``complete`` is false for a stream cut at the time limit."""

    status: int
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    seconds: float = 0.0
    complete: bool = True

    def header(self, name: str) -> str | None:
        """Returns the values of the header, joined by commas, whatever the case of its name; None without one."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return ",".join(found) if found else None

    @property
    def content(self) -> bytes:
        """The body without its Content-Encoding; as it came where that is unknown or wrong."""
        return unpacked(self.body, self.header("Content-Encoding") or "")


class NoAnswer(Exception):
    """A request that the app did not answer; ``kind`` says how, the message what happened, in one line."""

    def __init__(self, kind: Failure, message: str) -> None:
        super().__init__(message)
        self.kind: Failure = kind


class AppDown(Exception):
    """The app is not there: it did not start, did not get ready or ended. ``tail`` is the end of what it printed."""

    def __init__(self, reason: str, tail: str = "") -> None:
        super().__init__(f"{reason}\n{tail}".rstrip() if tail else reason)
        self.reason = reason
        self.tail = tail


@dataclass(frozen=True, slots=True)
class AppSettings:
    """How to get at the app: exactly one of ``command``, ``imported`` and ``base_url``.

    ``command`` is run by the shell in ``folder``, with ``PORT`` in its environment and ``{port}`` in it replaced by
    ``port``, or by a free one for None; a command that listens elsewhere is found by ``likely_ports``. ``imported`` is
    ``package.module:app``, WSGI or ASGI, run by ``python`` (the project's own when empty). ``health`` is a path or URL
    that has to answer 2xx before the first case. ``state_files`` are restored after the set. Times are in seconds.
    """

    command: str = ""
    imported: str = ""
    base_url: str = ""
    folder: str = "."
    port: int | None = None
    likely_ports: tuple[int, ...] = ()
    health: str = ""
    start_timeout: float = 60.0
    stop_timeout: float = 3.0
    python: str = ""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    state_files: tuple[str, ...] = ()
