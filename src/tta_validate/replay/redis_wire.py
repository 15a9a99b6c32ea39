"""RESP2 and RESP3: commands and replies out of bytes, and replies of either version for clients of the other.

Source: https://redis.io/docs/latest/develop/reference/protocol-spec/ and the command pages for what RESP3 changes.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tta_validate.replay.mock_bytes import Garbled, exactly

MOST_WORDS = 1 << 20
_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: ``kind`` is its first byte, ``text`` what stands after it, ``parts`` the replies inside it."""

    kind: str
    text: bytes = b""
    parts: tuple["Reply", ...] = ()

    @property
    def null(self) -> bool:
        """Whether it says that there is nothing."""
        return self.kind == "_" or (self.kind in "$*" and self.text == b"-1")


NULL = Reply("_")
_PARTED = "*%~>|"
_ROW = {"%": 2, "|": 2}
_NEWER = frozenset(",_#(=%~>|!")


class Truncated(Exception):
    """The bytes end in the middle of a command or reply."""


async def read_command(reader: asyncio.StreamReader) -> list[bytes] | None:
    """Returns the words of the next command, None at the end of the connection. Raises Garbled."""
    line = await _line(reader)
    while line in (b"\r\n", b"\n"):
        line = await _line(reader)
    if not line:
        return None
    if line[:1] != b"*":
        if not line.isascii() or not line.strip().decode("ascii").isprintable():
            raise Garbled(f"{line[:40]!r}")
        return line.split()
    words: list[bytes] = []
    for _ in range(_count(line[1:], MOST_WORDS)):
        head = await _line(reader)
        if head[:1] != b"$":
            raise Garbled(f"{head[:40]!r} where the length of a word is expected")
        word = await exactly(reader, _count(head[1:], 1 << 62) + 2)
        words.append(word[:-2])
    return words


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:
        raise Garbled("a line without an end") from None


def _count(text: bytes, most: int) -> int:
    digits = text.strip()
    if not digits.isdigit() or len(digits) > 18 or int(digits) > most:
        raise Garbled(f"a length of {digits[:20]!r}")
    return int(digits)


def commands(data: bytes) -> Iterator[list[bytes]]:
    """Yields the commands in recorded bytes, up to one that is not whole. Raises Garbled."""
    at = 0
    while at < len(data):
        try:
            reply, at = _reply(data, at, 0)
        except Truncated:
            return
        if reply.kind == "*":
            yield [part.text for part in reply.parts]
        else:
            yield (reply.kind.encode("latin-1") + reply.text).split()


def replies(data: bytes) -> Iterator[Reply]:
    """Yields the replies in recorded bytes, up to one that is not whole. Raises Garbled."""
    at = 0
    while at < len(data):
        try:
            reply, at = _reply(data, at, 0)
        except Truncated:
            return
        if reply.kind != ">":
            yield reply


def _reply(data: bytes, at: int, depth: int) -> tuple[Reply, int]:
    end = data.find(b"\r\n", at)
    if end < 0:
        raise Truncated
    kind, text, after = chr(data[at]), data[at + 1 : end], end + 2
    if kind in "$=!" and text != b"-1":
        size = _count(text, 1 << 40)
        if len(data) < after + size + 2:
            raise Truncated
        return Reply(kind, data[after : after + size]), after + size + 2
    if kind not in _PARTED or text == b"-1":
        return Reply(kind, text), after
    if depth > _DEEPEST:
        raise Garbled("replies inside replies without an end")
    parts: list[Reply] = []
    for _ in range(_count(text, MOST_WORDS) * _ROW.get(kind, 1)):
        part, after = _reply(data, after, depth + 1)
        parts.append(part)
    if kind == "|":
        return _reply(data, after, depth)
    return Reply(kind, parts=tuple(parts)), after


def encoded(reply: Reply) -> bytes:
    """Returns the bytes of a reply."""
    head = reply.kind.encode("latin-1")
    if reply.kind in "$=!" and not reply.null:
        return b"%s%d\r\n%s\r\n" % (head, len(reply.text), reply.text)
    if reply.kind in _PARTED and not reply.null:
        count = len(reply.parts) // _ROW.get(reply.kind, 1)
        return b"%s%d\r\n%s" % (head, count, b"".join(map(encoded, reply.parts)))
    return b"%s%s\r\n" % (head, reply.text)


def is_newer(reply: Reply) -> bool:
    """Tells whether only RESP3 has such a reply."""
    return reply.kind in _NEWER or any(map(is_newer, reply.parts))


def older(reply: Reply) -> Reply:
    """Returns a reply of RESP3 as RESP2 has it: maps, sets and rows with a score are flat."""
    parts = tuple(older(part) for part in reply.parts)
    match reply.kind:
        case "_":
            return Reply("$", b"-1")
        case "," | "(":
            return Reply("$", reply.text)
        case "#":
            return Reply(":", b"1" if reply.text == b"t" else b"0")
        case "=":
            return Reply("$", reply.text[4:])
        case "!":
            return Reply("-", reply.text)
        case "%" | "~":
            return Reply("*", parts=parts)
        case "*" if reply.parts and all(_is_scored(part) for part in reply.parts):
            return Reply("*", parts=tuple(inner for part in parts for inner in part.parts))
        case _:
            return Reply(reply.kind, reply.text, parts)


def _is_scored(reply: Reply) -> bool:
    return reply.kind == "*" and len(reply.parts) == 2 and reply.parts[1].kind == ","


_MAPS = frozenset((b"HGETALL", b"CONFIG GET", b"XINFO STREAM", b"MEMORY STATS", b"PUBSUB NUMSUB", b"ACL GETUSER"))
_SETS = frozenset((b"SMEMBERS", b"SINTER", b"SUNION", b"SDIFF"))
_DOUBLES = frozenset((b"ZSCORE", b"ZINCRBY", b"GEODIST"))
_SCORED = frozenset(
    (
        *(b"ZRANGE", b"ZREVRANGE", b"ZRANGEBYSCORE", b"ZREVRANGEBYSCORE", b"ZRANDMEMBER"),
        *(b"ZUNION", b"ZINTER", b"ZDIFF", b"HRANDFIELD"),
    )
)
_PAIRED = (b"WITHSCORES", b"WITHVALUES")


def newer(command: Sequence[bytes], reply: Reply, queued: Sequence[Sequence[bytes]] = ()) -> Reply:
    """Returns a reply of RESP2 as RESP3 has it; of EXEC, each part by the command that was ``queued``."""
    if reply.null:
        return NULL
    name = command[0].upper() if command else b""
    full = b" ".join(word.upper() for word in command[:2])
    options = {word.upper() for word in command[1:]}
    if name == b"EXEC" and len(queued) == len(reply.parts):
        pairs = zip(queued, reply.parts, strict=True)
        return Reply("*", parts=tuple(newer(one, part) for one, part in pairs))
    parts = tuple(newer((), part) for part in reply.parts)
    if reply.kind == "$" and (name in _DOUBLES - {b"GEODIST"} or (name == b"ZADD" and b"INCR" in options)):
        return Reply(",", reply.text)
    if reply.kind != "*":
        return reply
    if name in _MAPS or full in _MAPS:
        return Reply("%", parts=parts) if len(parts) % 2 == 0 else Reply("*", parts=parts)
    if name in _SETS or (name == b"SPOP" and len(command) > 2):
        return Reply("~", parts=parts)
    if name == b"ZMSCORE":
        return Reply("*", parts=tuple(_double(part) for part in parts))
    if name in _SCORED and options.intersection(_PAIRED) and len(parts) % 2 == 0:
        return _pairs(parts, doubles=b"WITHSCORES" in options)
    if name in (b"ZPOPMIN", b"ZPOPMAX") and len(parts) % 2 == 0:
        pairs = _pairs(parts, doubles=True)
        return pairs if len(command) > 2 or not pairs.parts else pairs.parts[0]
    if name in (b"XREAD", b"XREADGROUP"):
        return Reply("%", parts=tuple(inner for part in parts for inner in part.parts))
    return Reply("*", parts=parts)


def _double(reply: Reply) -> Reply:
    return Reply(",", reply.text) if reply.kind == "$" else reply


def _pairs(parts: Sequence[Reply], *, doubles: bool) -> Reply:
    rows = zip(parts[::2], parts[1::2], strict=True)
    return Reply("*", parts=tuple(Reply("*", parts=(one, _double(two) if doubles else two)) for one, two in rows))
