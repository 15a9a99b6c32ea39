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
    names = codings(encoding)
    if any(name not in _WINDOWS for name in names):
        return None
    if _is_packed(body, names):
        return body
    for name in names:
        body = zlib.compress(body) if name == "deflate" else gzip.compress(body, mtime=0)
    return body


def _is_packed(body: bytes, names: list[str]) -> bool:
    for name in reversed(names):
        # Deflate without a header is left out: a plain text can look like it.
        done = _inflate(body, _WINDOWS[name][0])
        if done is None:
            return False
        body = done
    return bool(names)


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
