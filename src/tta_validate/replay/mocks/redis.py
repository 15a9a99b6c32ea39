"""Answers Redis commands from recorded ones: a pipeline command by command, RESP2 and RESP3 whichever was recorded."""

import asyncio
import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from tta_validate.recordings.fields import items, mapping, text
from tta_validate.recordings.model import Mock
from tta_validate.replay.mock import Entry, Ledger, Missed, Options, recorded_at
from tta_validate.replay.mock_book import Book, Query
from tta_validate.replay.mock_bytes import Garbled, garbled
from tta_validate.replay.plan import Address
from tta_validate.replay.redis_wire import Reply, commands, encoded, is_newer, newer, older, read_command, replies

_OK = Reply("+", b"OK")
_QUEUED = Reply("+", b"QUEUED")
_SETTING_UP = frozenset((b"HELLO", b"AUTH", b"CLIENT", b"SELECT", b"PING", b"ECHO", b"QUIT", b"RESET", b"READONLY"))
_SUBSCRIBING = frozenset((b"SUBSCRIBE", b"PSUBSCRIBE", b"SSUBSCRIBE", b"MONITOR", b"SYNC", b"PSYNC"))
_WAITING = frozenset((b"BLPOP", b"BRPOP", b"BLMOVE", b"BRPOPLPUSH", b"BZPOPMIN", b"BZPOPMAX", b"BLMPOP", b"BZMPOP"))
_LONGEST_WAIT = 1.0
_VERSION = b"7.2.4"


@dataclass(slots=True)
class _Session:
    """One connection: the version of its replies, and the commands since MULTI, None outside a transaction."""

    protocol: int = 2
    queued: list[list[bytes]] | None = None
    waiting: float = 0.0
    done: bool = False
    transaction: list[list[bytes]] = field(default_factory=list[list[bytes]])


class RedisServer:
    """The server of the kind ``Redis``; what sets a connection up needs no recording."""

    kinds: ClassVar[tuple[str, ...]] = ("Redis",)
    hooked: ClassVar[bool] = False
    fixed_ports: ClassVar[bool] = True

    def __init__(self, ledger: Ledger, options: Options) -> None:
        self._ledger = ledger
        self._book = Book(ledger, "command")
        self._replies: dict[Entry, Reply] = {}
        self._newer: dict[str, bool] = {}
        self._entries = ledger.of(self.kinds)
        for entry in self._entries:
            self._read(entry)

    def origins(self) -> Sequence[Address]:
        """Returns where the servers were, and the protocol's own port on any host, for most recordings do not say."""
        return recorded_at(self._entries, 6379)

    def _read(self, entry: Entry) -> None:
        asked, answered = (_data(entry.mock, name) for name in ("redisrequests", "redisresponses"))
        try:
            pairs = list(zip(_in_transactions(commands(asked)), replies(answered), strict=False))
        except Garbled:
            return
        entries = iter(self._ledger.divide(entry, max(1, len(pairs))))
        for (command, queued), reply in pairs:
            part = next(entries)
            name = _name(command)
            if name == b"HELLO":
                self._newer[entry.mock.connection] = b"3" in command[1:2] and reply.kind != "-"
            if name not in _SETTING_UP and name not in _SUBSCRIBING:
                self._book.add(part, _query(command, queued))
                self._replies[part] = reply

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, origin: Address | None) -> None:
        """Answers the commands of one connection; one without a recorded answer gets an error."""
        session = _Session()
        while not session.done:
            try:
                command = await read_command(reader)
            except Garbled as error:
                garbled(self._ledger, "Redis", error, origin)
                writer.write(b"-ERR Protocol error\r\n")
                return
            if command is None:
                return
            if command:
                reply = self._answer(session, command)
                if session.waiting:
                    await asyncio.sleep(session.waiting)
                    session.waiting = 0.0
                writer.write(encoded(reply))
                # Draining after each command of a pipeline would cost more than all the rest.
                if not _has_more(reader):
                    await writer.drain()

    def _answer(self, session: _Session, command: list[bytes]) -> Reply:
        name = _name(command)
        if name in _SETTING_UP:
            return _set_up(session, name, command)
        if name in _SUBSCRIBING:
            reason = "publish and subscribe cannot be replayed"
            self._ledger.missed(Missed(str(_query(command, ())), None, reason))
            return Reply("-", f"ERR tta-validate: {name.decode()}: {reason}".encode())
        queued = _follow(session, name, command)
        query = _query(command, queued)
        entry = self._book.exact(query)
        if entry is not None:
            self._book.note(query, entry, "exact")
        elif name in (b"MULTI", b"DISCARD", b"UNWATCH"):
            self._book.note(query, None, "made-up")
            return _OK
        else:
            entry = self._book.take(query)
        if entry is None:
            return Reply("-", f"ERR tta-validate: {self._book.missed(query)}".replace("\r", " ").encode())
        reply = self._replies[entry]
        if name in _WAITING and reply.null:
            session.waiting = min(_LONGEST_WAIT, max(0, (entry.mock.until or 0) - (entry.mock.at or 0)) / 1e9)
        return self._spoken(session, command, reply, entry)

    def _spoken(self, session: _Session, command: list[bytes], reply: Reply, entry: Entry) -> Reply:
        was_newer = self._newer.get(entry.mock.connection, False)
        if session.protocol == 3:
            return reply if was_newer or is_newer(reply) else newer(command, reply, session.transaction)
        return older(reply) if was_newer or is_newer(reply) else reply


def _has_more(reader: asyncio.StreamReader) -> bool:
    return bool(getattr(reader, "_buffer", b""))


def _name(command: Sequence[bytes]) -> bytes:
    return command[0].upper() if command else b""


def _follow(session: _Session, name: bytes, command: list[bytes]) -> Sequence[Sequence[bytes]]:
    """Follows a transaction, and returns what tells the same command inside one from itself outside."""
    if name == b"MULTI":
        session.queued = []
        return ()
    if session.queued is None:
        return ()
    if name in (b"EXEC", b"DISCARD"):
        session.transaction, session.queued = session.queued, None
        return session.transaction if name == b"EXEC" else ()
    session.queued.append(command)
    return ((b"MULTI",),)


def _in_transactions(recorded: Iterator[list[bytes]]) -> Iterator[tuple[list[bytes], Sequence[Sequence[bytes]]]]:
    session = _Session()
    for command in recorded:
        yield command, _follow(session, _name(command), command)


def _query(command: Sequence[bytes], queued: Sequence[Sequence[bytes]]) -> Query:
    words = [word.decode("utf-8", "backslashreplace") for word in command]
    name = words[0].upper() if words else ""
    inside = tuple(b" ".join(one) for one in queued)
    names = ["key" if number == 1 else f"argument {number}" for number in range(1, len(words))]
    values = tuple(zip(names, words[1:], strict=True))
    shown = " ".join([name, *words[1:]])
    if name == "EXEC":
        shown += f" of {'; '.join(one.decode('utf-8', 'backslashreplace') for one in inside)}"
    return Query(shown, (name, len(words), inside), values)


def _set_up(session: _Session, name: bytes, command: list[bytes]) -> Reply:
    match name:
        case b"HELLO":
            if len(command) > 1 and command[1] not in (b"2", b"3"):
                return Reply("-", b"NOPROTO unsupported protocol version")
            session.protocol = int(command[1]) if len(command) > 1 else session.protocol
            return _hello(session.protocol)
        case b"PING" if len(command) == 1:
            return Reply("+", b"PONG")
        case b"PING" | b"ECHO":
            return Reply("$", command[-1])
        case b"CLIENT":
            return _client(command[1].upper() if len(command) > 1 else b"")
        case b"QUIT":
            session.done = True
            return _OK
        case b"RESET":
            session.protocol, session.queued = 2, None
            return Reply("+", b"RESET")
        case _:
            return _OK


def _client(sub: bytes) -> Reply:
    if sub == b"ID":
        return Reply(":", b"1")
    if sub == b"GETNAME":
        return Reply("$", b"")
    if sub in (b"SETNAME", b"SETINFO", b"NO-EVICT", b"NO-TOUCH", b"TRACKING", b"REPLY"):
        return _OK
    return Reply("-", b"ERR unknown subcommand '%s'" % sub)


def _hello(protocol: int) -> Reply:
    values = {b"server": b"redis", b"version": _VERSION, b"mode": b"standalone", b"role": b"master"}
    parts = [Reply("$", word) for pair in values.items() for word in pair]
    parts += [Reply("$", b"proto"), Reply(":", b"%d" % protocol), Reply("$", b"id"), Reply(":", b"1")]
    parts += [Reply("$", b"modules"), Reply("*")]
    return Reply("%" if protocol == 3 else "*", parts=tuple(parts))


def _data(mock: Mock, name: str) -> bytes:
    """Returns what one side sent, as bytes; binary parts stand in base64."""
    found: list[bytes] = []
    for turn in items(mock.spec.get(name)):
        for message in items(mapping(turn).get("message")):
            fields = mapping(message)
            data = fields.get("data")
            if isinstance(data, bytes):
                found.append(data)
            elif text(fields.get("type")) == "binary":
                try:
                    found.append(base64.b64decode(text(data)))
                except binascii.Error:
                    continue
            else:
                found.append(text(data).encode("utf-8", "surrogateescape"))
    return b"".join(found)


SERVER = RedisServer
