"""Reads what clients of binary protocols send, without trust in any length that they give."""

import asyncio

from tta_validate.replay.mock import Ledger, Missed
from tta_validate.replay.plan import Address

LARGEST = 64 * 1024 * 1024
"""The longest message that is read, in bytes."""


class Garbled(Exception):
    """What a client sent is not its protocol; the message says what is wrong."""


async def exactly(reader: asyncio.StreamReader, size: int) -> bytes:
    """Returns so many bytes. Raises Garbled for a size that nobody means, IncompleteReadError at the end."""
    if not 0 <= size <= LARGEST:
        raise Garbled(f"a length of {size} bytes")
    return await reader.readexactly(size) if size else b""


def garbled(ledger: Ledger, protocol: str, error: Garbled, origin: Address | None) -> None:
    """Notes that a connection did not speak its protocol."""
    where = f" to {origin[0]}:{origin[1]}" if origin and origin[0] != "*" else ""
    ledger.missed(Missed(f"a connection{where}", None, f"what the client sent is not {protocol}: {error}"))
