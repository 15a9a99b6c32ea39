"""Bodies as values: JSON, server-sent events, JSON lines, and Bedrock's event stream."""

import base64
import binascii
import gzip
import zlib
from collections.abc import Mapping
from io import BytesIO

import msgspec

from tta_validate.traffic.values import is_mapping, text

LARGEST = 64 * 1024 * 1024
"""The largest body that is unpacked, in bytes."""

_DECODE = msgspec.json.Decoder().decode
_PRELUDE = 12
_CHECKSUM = 4


def decoded(body: object, headers: Mapping[str, str]) -> object:
    """Returns the JSON value of a body; for a stream the list of its events; None where it is neither."""
    if not isinstance(body, bytes | str):
        return body
    data = body.encode() if isinstance(body, str) else _unpacked(body, headers.get("content-encoding", ""))
    head = data[:1]
    if head in (b"{", b"["):
        value = parsed(data)
        return value if value is not None else _lines(data)
    if data[:6] in (b"event:", b"data: ") or data[:5] == b"data:" or b"\ndata:" in data[:2000]:
        return _events(data)
    if "eventstream" in headers.get("content-type", ""):
        return _event_stream(data)
    return parsed(data.strip())


def parsed(data: bytes) -> object:
    """Returns the JSON value; None for anything that is no JSON, or nested too deeply."""
    try:
        return _DECODE(data)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None


def _unpacked(data: bytes, encoding: str) -> bytes:
    """Returns the bytes without gzip or deflate; those that cannot be unpacked stay as they are."""
    try:
        if data[:2] == b"\x1f\x8b":
            with gzip.open(BytesIO(data)) as file:
                return file.read(LARGEST)
        if encoding == "deflate":
            return zlib.decompressobj().decompress(data, LARGEST)
    except (OSError, EOFError, zlib.error):
        return data
    return data


def _lines(data: bytes) -> list[object] | None:
    """Returns the values of JSON lines; None unless every line is one."""
    values = [parsed(line) for line in data.splitlines() if line.strip()]
    return values if len(values) > 1 and all(value is not None for value in values) else None


def _events(data: bytes) -> list[object]:
    """Returns the values of server-sent events. Source: HTML Living Standard, section 9.2.6."""
    found: list[object] = []
    pending: list[bytes] = []
    for line in [*data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"), b""]:
        if line.startswith(b"data:"):
            pending.append(line[5:].removeprefix(b" "))
        elif not line and pending:
            value = parsed(b"\n".join(pending))
            if value is not None:
                found.append(value)
            pending = []
    return found


def _event_stream(data: bytes) -> list[object]:
    """Returns the payloads of messages in the encoding ``application/vnd.amazon.eventstream``.

    Each is four bytes of total length, four of the headers' length, four of checksum, headers, payload, four of
    checksum. A payload of ``{"bytes": ...}`` holds the event itself in base64. Source: AWS event stream encoding.
    """
    found: list[object] = []
    at = 0
    while at + _PRELUDE + _CHECKSUM <= len(data):
        total = int.from_bytes(data[at : at + 4])
        headers = int.from_bytes(data[at + 4 : at + 8])
        if total < _PRELUDE + _CHECKSUM + headers or at + total > len(data):
            break
        value = parsed(data[at + _PRELUDE + headers : at + total - _CHECKSUM])
        if is_mapping(value) and isinstance(value.get("bytes"), str):
            value = _inner(text(value["bytes"]))
        if value is not None:
            found.append(value)
        at += total
    return found


def _inner(encoded: str) -> object:
    try:
        return parsed(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        return None
