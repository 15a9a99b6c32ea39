"""Reads requests of HTTP/1.1 clients and writes answers to them, bytes as they come (RFC 9112)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from tta_validate.replay.child import PREAMBLE
from tta_validate.replay.plan import Address

LARGEST_HEAD = 1 << 20
LARGEST_BODY = 256 * 1024 * 1024

Headers = tuple[tuple[str, str], ...]


class NotHttp(Exception):
    """What came in is no HTTP; the message says what it looks like."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came in; ``scheme`` is empty where the client did not say.

    ``caller`` is the line of the project that made the call, ``path:line function``, where that was asked for.
    """

    method: str
    target: str
    headers: Headers
    body: bytes
    scheme: str = ""
    origin: Address | None = None
    caller: str = ""

    def header(self, name: str) -> str:
        """Returns the value of the header, whatever its case; empty without one."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def keeps_alive(self) -> bool:
        """Whether the client wants to go on using the connection."""
        return "close" not in self.header("Connection").lower()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An answer to be written; with several ``parts`` it is sent in chunks, one a part."""

    status: int
    headers: Headers
    parts: tuple[bytes, ...]
    chunked: bool = False


async def read_request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, scheme: str, origin: Address | None
) -> Incoming | None:
    """Returns the next request of a connection, None at its end. Raises NotHttp."""
    line, caller = await _line(reader), ""
    while line.startswith(PREAMBLE):
        try:
            scheme, host, port, *rest = line[len(PREAMBLE) :].decode("utf-8", "replace").split()
            origin = host, int(port)
            caller = bytes.fromhex(rest[0]).decode("utf-8", "replace") if rest else caller
        except ValueError:
            raise NotHttp("the line that says whom the client meant cannot be read") from None
        line = await _line(reader)
    if not line:
        return None
    words = line.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        kind = "TLS, from a client that is not hooked" if line[:1] == b"\x16" else f"{line[:40]!r}"
        raise NotHttp(f"what the client sent is not HTTP/1.1: {kind}")
    headers: list[tuple[str, str]] = []
    size = len(line)
    while line := await _line(reader):
        size += len(line)
        name, colon, value = line.decode("utf-8", "surrogateescape").partition(":")
        if not colon or size > LARGEST_HEAD:
            raise NotHttp("the headers of the request cannot be read")
        headers.append((name.strip(), value.strip()))
    head = Incoming(words[0], words[1], tuple(headers), b"", scheme, origin, caller)
    if head.header("Expect").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await _body(reader, head)
    return replace(head, body=body)


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return (await reader.readline()).rstrip(b"\r\n")
    except ValueError:
        raise NotHttp("a line of the request is too long") from None


async def _body(reader: asyncio.StreamReader, head: Incoming) -> bytes:
    try:
        if "chunked" in head.header("Transfer-Encoding").lower():
            return await _chunks(reader)
        size = int(head.header("Content-Length") or 0)
        if not 0 <= size <= LARGEST_BODY:
            raise NotHttp("the body of the request is too large")
        return await reader.readexactly(size)
    except (ValueError, asyncio.IncompleteReadError):
        raise NotHttp("the body of the request cannot be read") from None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    left = LARGEST_BODY
    while size := int((await _line(reader)).partition(b";")[0], 16):
        left -= size
        if size < 0 or left < 0:
            raise NotHttp("the body of the request is too large")
        parts.append(await reader.readexactly(size))
        await _line(reader)
    while await _line(reader):
        pass
    return b"".join(parts)


async def write_answer(writer: asyncio.StreamWriter, request: Incoming, answer: Outgoing, *, close: bool) -> None:
    """Writes an answer, with the framing that the request asks for."""
    bare = request.method == "HEAD" or answer.status in (204, 304) or answer.status < 200
    headers = [(name, value) for name, value in answer.headers if name.lower() not in _FRAMING]
    parts = answer.parts
    if answer.chunked and not bare:
        headers.append(("Transfer-Encoding", "chunked"))
    elif not bare or request.method == "HEAD":
        headers.append(("Content-Length", str(sum(map(len, parts)))))
    headers.append(("Connection", "close" if close else "keep-alive"))
    writer.write(_head(answer.status, headers))
    for part in () if bare else parts:
        if part and answer.chunked:
            writer.write(b"%x\r\n%s\r\n" % (len(part), part))
            await writer.drain()
        else:
            writer.write(part)
    if answer.chunked and not bare:
        writer.write(b"0\r\n\r\n")
    await writer.drain()


_FRAMING = {"content-length", "transfer-encoding", "connection", "keep-alive", "trailer", "upgrade", "proxy-connection"}


def _head(status: int, headers: Sequence[tuple[str, str]]) -> bytes:
    reasons = {item.value: item.phrase for item in HTTPStatus}
    lines = [f"HTTP/1.1 {status} {reasons.get(status, 'Unknown')}"]
    lines += [f"{name}: {value}".replace("\r", " ").replace("\n", " ") for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")
