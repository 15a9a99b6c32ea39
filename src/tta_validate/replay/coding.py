"""Content codings of HTTP bodies that the standard library knows."""

import gzip
import zlib

LARGEST = 64 * 1024 * 1024
"""The most that a body unpacks to, in bytes; one that would be larger stays as it is."""

_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}


def unpacked(body: bytes, encoding: str) -> bytes:
    """Returns a body without its gzip or deflate coding (RFC 9110 section 8.4); unchanged where it is not so coded."""
    for coding in reversed(codings(encoding)):
        found = (done for window in _WINDOWS.get(coding, ()) if (done := _inflate(body, window)) is not None)
        body = next(found, body)
    return body


def packed(body: bytes, encoding: str) -> bytes | None:
    """Returns a plain body in a coding, as it is where it is so coded already; None for a coding we do not know."""
    for coding in codings(encoding):
        if coding not in _WINDOWS:
            return None
        if any(_inflate(body, window) is not None for window in _WINDOWS[coding]):
            continue
        body = zlib.compress(body) if coding == "deflate" else gzip.compress(body, mtime=0)
    return body


def codings(encoding: str) -> list[str]:
    """Returns the names in a Content-Encoding header, in the order they were applied."""
    return [part for raw in encoding.split(",") if (part := raw.strip().lower()) and part != "identity"]


def _inflate(body: bytes, window: int) -> bytes | None:
    machine = zlib.decompressobj(window)
    try:
        done = machine.decompress(body, LARGEST)
    except zlib.error:
        return None
    return done if machine.eof else None
