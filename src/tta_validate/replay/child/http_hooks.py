"""Sends the connections of Python's HTTP clients to the parent's listener, in the clear, with a line that says whose.

The libraries go on to write and read HTTP themselves, so that streams, compression, pools and retries stay theirs.
"""

from __future__ import annotations

import os
import re
import sys

from . import PREAMBLE

# Importing typing takes longer than all of the rest of this module.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from typing import Any, Callable

    from .board import Board

_DEFAULT_PORTS = {"http": 80, "https": 443}
_FOREIGN = {"site-packages", "dist-packages", ".venv", "venv", ".tox", ".nox"}


class _Settings:
    """What the plan says of HTTP: the listener, what is recorded, and what is let through."""

    def __init__(self, plan: dict[str, Any], board: Board) -> None:
        self.listener: tuple[str, int] = (plan["http"][0], int(plan["http"][1]))
        self.recorded: set[tuple[str, int]] = {(host, int(port)) for host, port in plan["recorded"]}
        self.through: list[tuple[Any, int]] = [(re.compile(host), int(port)) for host, port in plan["through"]]
        self.callers: str = plan["callers"]
        self.board = board

    def answers(self, host: str, port: int) -> bool:
        """Tells whether the listener answers for the host, rather than the host itself."""
        if (host, port) in self.recorded:
            return True
        if port == self.board.port() and _is_loopback(host):
            return False
        names = ("localhost", "127.0.0.1") if host == "localhost" else (host,)
        return not any(at in (0, port) and any(map(pattern.search, names)) for pattern, at in self.through)


_settings: _Settings | None = None


def configure(plan: dict[str, Any], board: Board) -> None:
    """Keeps what the plan says; to be called before the patches are applied."""
    global _settings
    _settings = _Settings(plan, board)


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "") or host.startswith("127.")


def _bare(host: Any) -> str:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    bare = name.strip("[]").rstrip(".").lower()
    return "localhost" if bare in ("127.0.0.1", "::1") else bare


def _listener(host: Any, port: Any) -> tuple[str, int] | None:
    if _settings is None or not _settings.answers(_bare(host), int(port)):
        return None
    return _settings.listener


def _preamble(scheme: str, host: Any, port: Any) -> bytes:
    words = [scheme, _bare(host), str(int(port))]
    caller = _caller(_settings.callers) if _settings is not None and _settings.callers else ""
    if caller:
        words.append(caller.encode("utf-8", "replace").hex())
    return PREAMBLE + f"{' '.join(words)}\r\n".encode()


def _caller(folder: str) -> str:
    """Returns the innermost line of the stack that is the project's own, as ``path:line function``."""
    frame: Any = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None:
        path = os.path.abspath(frame.f_code.co_filename)
        inner = path[len(folder) + 1 :]
        if path.startswith(folder + os.sep) and _FOREIGN.isdisjoint(inner.split(os.sep)):
            return f"{inner.replace(os.sep, '/')}:{frame.f_lineno} {frame.f_code.co_name}"
        frame = frame.f_back
    return ""


def _dial(listener: tuple[str, int], first: bytes, timeout: Any) -> socket.socket:
    import socket

    if timeout is None or isinstance(timeout, (int, float)):
        connection = socket.create_connection(listener, timeout)
    else:
        connection = socket.create_connection(listener)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(first)
    return connection


def _sync_connect(scheme: str, original: Callable[[Any], None]) -> Callable[[Any], None]:
    def connect(self: Any) -> None:
        tunnel = getattr(self, "_tunnel_host", None)
        host = tunnel or self.host
        port = (getattr(self, "_tunnel_port", None) if tunnel else self.port) or _DEFAULT_PORTS[scheme]
        listener = _listener(host, port)
        if listener is None:
            return original(self)
        self.sock = _dial(listener, _preamble(scheme, host, port), self.timeout)
        # urllib3 warns about a connection whose certificate nobody verified.
        if scheme == "https":
            self.is_verified = True
        if tunnel:
            self._has_connected_to_proxy = True
        return None

    return connect


def _http_client(module: Any) -> None:
    module.HTTPConnection.connect = _sync_connect("http", module.HTTPConnection.connect)
    module.HTTPSConnection.connect = _sync_connect("https", module.HTTPSConnection.connect)


def _httplib2(module: Any) -> None:
    plain, secure = module.HTTPConnectionWithTimeout, module.HTTPSConnectionWithTimeout
    plain.connect = _sync_connect("http", plain.connect)
    secure.connect = _sync_connect("https", secure.connect)


def _httpcore_sync(module: Any) -> None:
    original = module.SyncBackend.connect_tcp

    def connect_tcp(self: Any, host: Any, port: int, *args: Any, **keywords: Any) -> Any:
        listener = _listener(host, port)
        if listener is None:
            return original(self, host, port, *args, **keywords)
        stream = original(self, listener[0], listener[1], *args, **keywords)
        stream.write(_preamble("http", host, port))

        def start_tls(*_args: Any, **_keywords: Any) -> Any:
            stream.write(_preamble("https", host, port))
            return stream

        stream.start_tls = start_tls
        return stream

    module.SyncBackend.connect_tcp = connect_tcp


def _httpcore_async(name: str) -> Callable[[Any], None]:
    def patch(module: Any) -> None:
        backend = getattr(module, name)
        original = backend.connect_tcp

        async def connect_tcp(self: Any, host: Any, port: int, *args: Any, **keywords: Any) -> Any:
            listener = _listener(host, port)
            if listener is None:
                return await original(self, host, port, *args, **keywords)
            stream = await original(self, listener[0], listener[1], *args, **keywords)
            await stream.write(_preamble("http", host, port))

            async def start_tls(*_args: Any, **_keywords: Any) -> Any:
                await stream.write(_preamble("https", host, port))
                return stream

            stream.start_tls = start_tls
            return stream

        backend.connect_tcp = connect_tcp

    return patch


def _aiohttp(module: Any) -> None:
    original = module.TCPConnector._create_connection

    async def create(self: Any, req: Any, *args: Any, **keywords: Any) -> Any:
        url = req.url
        scheme = "https" if url.scheme in ("https", "wss") else "http"
        listener = _listener(url.raw_host, url.port or _DEFAULT_PORTS[scheme])
        if listener is None:
            return await original(self, req, *args, **keywords)
        transport, protocol = await self._loop.create_connection(self._factory, listener[0], listener[1])
        transport.write(_preamble(scheme, url.raw_host, url.port or _DEFAULT_PORTS[scheme]))
        return protocol

    module.TCPConnector._create_connection = create


PATCHES: dict[str, Callable[[Any], None]] = {
    "http.client": _http_client,
    "urllib3.connection": _http_client,
    "httplib2": _httplib2,
    "httpcore._backends.sync": _httpcore_sync,
    "httpcore._backends.anyio": _httpcore_async("AnyIOBackend"),
    "httpcore._backends.trio": _httpcore_async("TrioBackend"),
    "aiohttp.connector": _aiohttp,
}
"""The modules that open connections, and what changes in each."""
