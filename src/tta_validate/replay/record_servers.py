"""The two servers of a recording: one in front of the app, one behind it for the calls it makes."""

import asyncio
import contextlib
import ssl
import time
import urllib.parse
from collections.abc import Awaitable, Callable, Generator, Mapping

from tta_validate.errors import InputError
from tta_validate.replay.loop_thread import LoopThread
from tta_validate.replay.mock_calls import sent_call
from tta_validate.replay.mock_wire import Incoming, NotHttp, Outgoing, read_request, write_answer
from tta_validate.replay.plan import Address
from tta_validate.replay.record_relay import (
    Broken,
    Exchange,
    NoUpstream,
    Received,
    Upstream,
    is_upgrade,
    readable,
    relay,
)

HOST = "127.0.0.1"
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


class Servers(LoopThread):
    """Runs both servers on a loop of their own, and keeps what went through them.

    ``incoming`` and ``outgoing`` are exchanges in the order in which they ended, ``left_out`` says what was not
    recorded and why. ``stand_ins`` maps an origin (``https://api.example.org``) to the URL that is called in its place.
    """

    def __init__(self, port: int | None, stand_ins: Mapping[str, str]) -> None:
        self.incoming: list[Exchange] = []
        self.outgoing: list[Exchange] = []
        self.left_out: list[str] = []
        self.active = 0
        self.heard = 0.0
        self._stand_ins = {_origin(origin): _origin(url) for origin, url in stand_ins.items()}
        self._tls = ssl.create_default_context()
        self._app: Address | None = None
        super().__init__("tta-record")
        try:
            self._front, self.front = self._open(self._serve_client, port or 0)
            self._behind, self.behind = self._open(self._serve_app, 0)
        except OSError as error:
            self.close()
            raise InputError(f"port {port} cannot be used: {error.strerror}; choose another with --port") from None

    def lead_to(self, app: Address) -> None:
        """Says where the app listens; until then clients get a 503."""
        self._app = app

    def close_front(self, patience: float = 2.0) -> None:
        """Takes no more requests, and waits so many seconds for the answers that are under way."""
        limit = time.monotonic() + patience
        self.loop.call_soon_threadsafe(self._front.close)
        while self.active and time.monotonic() < limit:
            time.sleep(0.02)

    def _open(self, accept: "_Accept", port: int) -> tuple[asyncio.Server, Address]:
        opening = asyncio.start_server(accept, HOST, port, limit=1 << 20)
        server = self.run(opening)
        self.servers.append(server)
        return server, (HOST, server.sockets[0].getsockname()[1])

    async def _serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with _closing(writer):
            while True:
                try:
                    request = await read_request(reader, writer, "http", None)
                except NotHttp as error:
                    self.left_out.append(f"a connection: {error}")
                    await write_answer(writer, _NOTHING, _told(400, str(error)), close=True)
                    return
                if request is None:
                    return
                self.active += 1
                try:
                    going_on = await self._pass_to_app(request, writer)
                finally:
                    self.active -= 1
                    self.heard = time.monotonic()
                if not going_on:
                    return

    async def _pass_to_app(self, request: Incoming, writer: asyncio.StreamWriter) -> bool:
        """Returns whether the connection goes on."""
        said = f"{request.method} {request.target[:120]}"
        if is_upgrade(request) or request.method == "CONNECT":
            reason = f"{request.header('Upgrade') or 'CONNECT'} cannot be recorded"
            self.left_out.append(f"{said}: {reason}")
            await write_answer(writer, request, _told(501, reason), close=True)
            return False
        began = time.time_ns()
        try:
            if self._app is None:
                raise NoUpstream("the app is not ready yet")
            answer = await relay(request, Upstream(self._app), writer, close=not request.keeps_alive)
        except NoUpstream as error:
            self.left_out.append(f"{said}: {error}")
            await write_answer(writer, request, _told(503, str(error)), close=True)
            return False
        except (Broken, asyncio.CancelledError) as error:
            self.left_out.append(f"{said}: {str(error) or 'it had not ended when recording did'}")
            raise
        self.incoming.append(Exchange(readable(request), answer, began, time.time_ns()))
        return request.keeps_alive

    async def _serve_app(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection: each connection says who made the call."""
        with _closing(writer):
            try:
                request = await read_request(reader, writer, "", None)
            except NotHttp as error:
                self.left_out.append(f"a call of the app: {error}")
                return
            if request is None:
                return
            call = f"the call {sent_call(request)}"
            if is_upgrade(request):
                self.left_out.append(f"{call}: {request.header('Upgrade')} cannot be recorded")
                await write_answer(writer, request, _told(501, "cannot be recorded"), close=True)
                return
            began = time.time_ns()
            try:
                answer = await self._call(request, writer)
            except (NoUpstream, Broken, asyncio.CancelledError) as error:
                self.left_out.append(f"{call}: {str(error) or 'it had not ended when recording did'}")
                raise
            self.outgoing.append(Exchange(readable(request), answer, began, time.time_ns()))

    async def _call(self, request: Incoming, writer: asyncio.StreamWriter) -> Received:
        host = urllib.parse.urlsplit(f"//{request.header('Host')}")
        scheme = request.scheme or "http"
        name, port = request.origin or (host.hostname or "", host.port or (443 if scheme == "https" else 80))
        scheme, name, port = self._stand_ins.get((scheme, name, port), (scheme, name, port))
        tls = self._tls if scheme == "https" else None
        return await relay(request, Upstream((name, port), tls), writer, close=True)


_Accept = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_NOTHING = Incoming("GET", "/", (), b"")


def _told(status: int, reason: str) -> Outgoing:
    return Outgoing(status, _TEXT, (f"tta-validate: {reason}\n".encode(),))


def _origin(url: str) -> tuple[str, str, int]:
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        parts, port = urllib.parse.urlsplit(""), 0
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"--upstream: {url!r} is no address of a server, such as https://api.example.org")
    return parts.scheme, parts.hostname.lower(), port


@contextlib.contextmanager
def _closing(writer: asyncio.StreamWriter) -> Generator[None]:
    try:
        yield
    except (NoUpstream, Broken, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
        pass
    finally:
        writer.close()
