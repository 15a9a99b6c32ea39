"""Passes a request on to a server and its answer back as it comes, and keeps both (RFC 9112)."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from tta_validate.replay.coding import codings
from tta_validate.replay.mock_wire import LARGEST_BODY, LARGEST_HEAD, Headers, Incoming
from tta_validate.replay.plan import Address

_CONNECTION = {
    *("connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"),
    *("te", "trailer", "transfer-encoding", "upgrade"),
}
_READABLE = ("gzip", "x-gzip", "deflate", "identity")
_PART = 1 << 16


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came, without what belongs to one connection."""

    status: int
    reason: str
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its answer; moments in nanoseconds since 1970."""

    request: Incoming
    answer: Received
    began: int
    ended: int


class NoUpstream(Exception):
    """The server gave no answer; nothing was passed back yet. The message says why."""


class Broken(Exception):
    """The exchange ended in its middle; the message says on which side."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """A server: its address, and how to talk TLS to it, None for plain HTTP."""

    address: Address
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class _Head:
    status: int
    reason: str
    headers: Headers

    def value(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


async def relay(request: Incoming, upstream: Upstream, client: asyncio.StreamWriter, *, close: bool) -> Received:
    """Returns the server's answer once all of it was passed back to the client.

    Raises NoUpstream and Broken. Codings that cannot be read later (br, zstd) are not asked for.
    """
    try:
        reader, writer = await asyncio.open_connection(
            *upstream.address,
            ssl=upstream.tls,
            server_hostname=upstream.address[0] if upstream.tls else None,
            limit=LARGEST_HEAD,
        )
    except OSError as error:
        raise NoUpstream(f"no connection to {_shown(upstream.address)}: {error.strerror or error}") from None
    try:
        with contextlib.suppress(ConnectionError):
            writer.write(_sent(request))
            await writer.drain()
        head = await _answer_head(reader, upstream.address)
        return await _pass(head, request, reader, client, close=close)
    finally:
        writer.close()


def _shown(address: Address) -> str:
    return f"{address[0]}:{address[1]}"


def passed_on(headers: Headers) -> Headers:
    """Returns the headers that are for more than one connection, with codings we can read alone."""
    kept = [(name, value) for name, value in headers if name.lower() not in _CONNECTION]
    return tuple((name, _codings(value) if name.lower() == "accept-encoding" else value) for name, value in kept)


def _codings(value: str) -> str:
    kept = [part.strip() for part in value.split(",") if part.partition(";")[0].strip().lower() in _READABLE]
    return ", ".join(kept) or "identity"


def _sent(request: Incoming) -> bytes:
    headers = [(name, value) for name, value in passed_on(request.headers) if name.lower() not in _LENGTH]
    if request.body or request.method in ("POST", "PUT", "PATCH"):
        headers.append(("Content-Length", str(len(request.body))))
    headers.append(("Connection", "close"))
    return _lines(f"{request.method} {request.target} HTTP/1.1", headers) + request.body


_LENGTH = {"content-length", "expect"}


def _lines(first: str, headers: list[tuple[str, str]]) -> bytes:
    return "".join(f"{line}\r\n" for line in (first, *(f"{name}: {value}" for name, value in headers), "")).encode(
        "utf-8", "surrogateescape"
    )


async def _answer_head(reader: asyncio.StreamReader, address: Address) -> _Head:
    try:
        while True:
            head = await _one_head(reader)
            if head.status >= 200:
                return head
    except (ValueError, IndexError):
        raise NoUpstream(f"the answer of {_shown(address)} is not HTTP") from None
    except (OSError, asyncio.IncompleteReadError):
        raise NoUpstream(f"{_shown(address)} closed the connection without an answer") from None


async def _one_head(reader: asyncio.StreamReader) -> _Head:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("utf-8", "surrogateescape").split("\r\n")
    version, status, *reason = lines[0].split(" ", 2)
    if not version.startswith("HTTP/1."):
        raise ValueError(version)
    pairs = (line.partition(":") for line in lines[1:] if line)
    return _Head(int(status), "".join(reason), tuple((name.strip(), value.strip()) for name, _, value in pairs))


async def _pass(
    head: _Head, request: Incoming, reader: asyncio.StreamReader, client: asyncio.StreamWriter, *, close: bool
) -> Received:
    bare = request.method == "HEAD" or head.status in (204, 304)
    headers = [(name, value) for name, value in head.headers if name.lower() not in _CONNECTION]
    chunked = not bare and not head.value("content-length")
    framing = [("Transfer-Encoding", "chunked")] if chunked else []
    last = [("Connection", "close" if close else "keep-alive")]
    kept: list[bytes] = []
    size = 0
    try:
        client.write(_lines(f"HTTP/1.1 {head.status} {head.reason}", [*headers, *framing, *last]))
        async for part in _parts(head, reader, bare=bare):
            size += len(part)
            if size > LARGEST_BODY:
                raise Broken("the answer is too large to be recorded")
            kept.append(part)
            client.write(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
            await client.drain()
        if chunked:
            client.write(b"0\r\n\r\n")
        await client.drain()
    except ConnectionError:
        raise Broken("the client went away before the answer ended") from None
    return Received(head.status, head.reason, tuple(headers), b"".join(kept))


async def _parts(head: _Head, reader: asyncio.StreamReader, *, bare: bool) -> AsyncIterator[bytes]:
    """Yields the body as it comes. Raises Broken when it ends too early."""
    try:
        if bare:
            return
        if "chunked" in head.value("transfer-encoding").lower():
            while size := int((await reader.readuntil(b"\n")).partition(b";")[0], 16):
                yield await reader.readexactly(size)
                await reader.readuntil(b"\n")
            return
        left = int(head.value("content-length") or -1)
        while left and (part := await reader.read(_PART if left < 0 else min(left, _PART))):
            left -= len(part) if left > 0 else 0
            yield part
        if left > 0:
            raise Broken("the server closed the connection in the middle of its answer")
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        raise Broken("the server broke off in the middle of its answer") from None


def readable(request: Incoming) -> Incoming:
    """Returns the request as it was passed on, which is what is recorded."""
    headers = tuple((name, value) for name, value in passed_on(request.headers) if name.lower() != "expect")
    return replace(request, headers=headers)


def is_upgrade(request: Incoming) -> bool:
    """Tells whether the client asks for another protocol that cannot be left out; h2c can (RFC 9113, 3.1)."""
    wanted = {part.strip().lower() for part in request.header("Upgrade").split(",")} - {"", "h2c"}
    return bool(wanted) and "upgrade" in request.header("Connection").lower()


def plain_codings(encoding: str) -> bool:
    """Tells whether we can read a Content-Encoding."""
    return all(name in _READABLE for name in codings(encoding))
