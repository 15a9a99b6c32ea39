"""Answers MySQL and MariaDB clients from recorded exchanges: statements as text, and prepared ones."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from tta_validate.replay.mock import Entry, Ledger, Options, recorded_at
from tta_validate.replay.mock_book import Book, Query
from tta_validate.replay.mock_bytes import Garbled, garbled
from tta_validate.replay.mock_sql import read_sql
from tta_validate.replay.mysql_read import Prepared, Recorded, Result, is_variables, question
from tta_validate.replay.mysql_wire import (
    Field,
    Scan,
    binary_row,
    counted,
    definition,
    eof,
    failure,
    greeting,
    ok,
    packets,
    plugin_of,
    read_packet,
    text,
    unpacked,
)
from tta_validate.replay.plan import Address

_QUIT, _INIT_DB, _QUERY, _STATISTICS, _DEBUG, _PING, _CHANGE_USER = 1, 2, 3, 9, 13, 14, 17
_PREPARE, _EXECUTE, _LONG_DATA, _CLOSE, _RESET, _SET_OPTION, _RESET_CONNECTION = 22, 23, 24, 25, 26, 27, 31
_FINE = frozenset((_INIT_DB, _PING, _RESET, _RESET_CONNECTION))
_MADE_UP = frozenset(("set", "begin", "start", "commit", "rollback", "savepoint", "release", "use"))
_MORE = 8
_NULL = 6
_VARIABLES = {
    "version_comment": "",
    "sql_mode": "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO",
    "transaction_isolation": "REPEATABLE-READ",
    "tx_isolation": "REPEATABLE-READ",
    "lower_case_table_names": "0",
    "autocommit": "1",
    "character_set_client": "utf8mb4",
    "character_set_connection": "utf8mb4",
    "character_set_results": "utf8mb4",
    "collation_connection": "utf8mb4_general_ci",
    "max_allowed_packet": "67108864",
    "sql_auto_is_null": "0",
    "time_zone": "SYSTEM",
    "default_storage_engine": "InnoDB",
}
_VARIABLE = re.compile(r"@@(?:session\.|global\.|local\.)?(\w+)(?:\s+as\s+[`']?(\w+)[`']?)?", re.IGNORECASE)


@dataclass(slots=True)
class _Statement:
    """A prepared statement; ``types`` are those of its parameters, which a client names the first time only."""

    sql: str
    parameters: int
    types: list[tuple[int, bool]] = field(default_factory=list[tuple[int, bool]])
    long: dict[int, bytes] = field(default_factory=dict[int, bytes])


@dataclass(slots=True)
class _Session:
    """One connection: its state, and the statements that were prepared in it."""

    status: int = 2
    statements: dict[int, _Statement] = field(default_factory=dict[int, _Statement])
    last: int = 0

    def follow(self, word: str, shape: str) -> None:
        """Follows the state of the transaction; bit 0 tells of one, bit 1 of autocommit."""
        if word in ("begin", "start"):
            self.status |= 1
        elif word in ("commit", "rollback") and " to " not in shape:
            self.status &= ~1
        elif word == "set" and "autocommit" in shape:
            self.status = self.status & ~2 if re.search(r"(?:=|:=)\s*'?(?:0|off|false)", shape) else self.status | 2


class MySqlServer:
    """The server of the kind ``MySQL``; it takes any user and password."""

    kinds: ClassVar[tuple[str, ...]] = ("MySQL",)
    hooked: ClassVar[bool] = False
    fixed_ports: ClassVar[bool] = True

    def __init__(self, ledger: Ledger, options: Options) -> None:
        self._ledger = ledger
        self._book = Book(ledger, "query")
        self._results: dict[Entry, list[Result]] = {}
        self._fields: dict[object, tuple[Field, ...]] = {}
        self._recorded = Recorded()
        self._entries = ledger.of(self.kinds)
        for entry in self._entries:
            found = self._recorded.read(entry.mock)
            if found is not None and found[1]:
                self._book.add(entry, found[0])
                self._results[entry] = found[1]
                self._fields.setdefault(found[0].shape, found[1][0].fields or ())

    def origins(self) -> Sequence[Address]:
        """Returns where the servers were, and the protocol's own port on any host, for most recordings do not say."""
        return recorded_at(self._entries, 3306)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, origin: Address | None) -> None:
        """Answers one connection, in which the server speaks first; a query without a recorded answer gets an error."""
        session = _Session()
        number = 0
        try:
            writer.write(packets([greeting(self._recorded.version.encode())], 0))
            number, response = await read_packet(reader)
            writer.write(packets(_welcome(response), number + 1))
            await writer.drain()
            while True:
                number, content = await read_packet(reader)
                if content[:1] == bytes([_QUIT]):
                    return
                found = self._handle(session, content)
                if found:
                    writer.write(packets(found, number + 1))
                    await writer.drain()
        except Garbled as error:
            garbled(self._ledger, "MySQL", error, origin)
            writer.write(packets([failure(1835, "HY000", f"tta-validate: {error}")], number + 1))

    def _handle(self, session: _Session, content: bytes) -> list[bytes]:
        if not content:
            raise Garbled("an empty packet")
        command, body = content[0], content[1:]
        if command == _QUERY:
            sql = body.decode("utf-8", "backslashreplace")
            return self._sent(session, self._answer(session, question(sql), sql), binary=False)
        if command == _PREPARE:
            return self._prepare(session, body.decode("utf-8", "backslashreplace"))
        if command == _EXECUTE:
            return self._execute(session, Scan(body))
        if command in (_LONG_DATA, _CLOSE):
            scan = Scan(body)
            number = scan.integer(4)
            if command == _CLOSE:
                session.statements.pop(number, None)
            elif number in session.statements:
                at = scan.integer(2)
                long = session.statements[number].long
                long[at] = long.get(at, b"") + body[scan.at :]
            return []
        if command in _FINE:
            return [ok(status=session.status)]
        if command == _CHANGE_USER:
            return [ok(status=2)]
        if command in (_SET_OPTION, _DEBUG):
            return [eof(session.status)]
        if command == _STATISTICS:
            return [b"Uptime: 1  Threads: 1"]
        return [failure(1047, "08S01", f"tta-validate: the command {command} is not answered")]

    def _prepare(self, session: _Session, sql: str) -> list[bytes]:
        statement = read_sql(sql, "mysql")
        count = len(statement.parameters)
        fields = self._fields.get((statement.shape, count))
        told = self._recorded.prepared.get(statement.shape) or Prepared(count, fields or ())
        session.last += 1
        session.statements[session.last] = _Statement(sql, count)
        head = b"\0" + session.last.to_bytes(4, "little") + len(told.fields).to_bytes(2, "little")
        found = [head + count.to_bytes(2, "little") + b"\0\0\0"]
        if count:
            found += [*([definition(Field(b"?"))] * count), eof(session.status)]
        if told.fields:
            found += [*map(definition, told.fields), eof(session.status)]
        return found

    def _execute(self, session: _Session, scan: Scan) -> list[bytes]:
        statement = session.statements.get(scan.integer(4))
        if statement is None:
            return [failure(1243, "HY000", "tta-validate: no such prepared statement")]
        scan.take(5)
        query = question(statement.sql, _parameters(statement, scan))
        return self._sent(session, self._answer(session, query, statement.sql), binary=True)

    def _answer(self, session: _Session, query: Query, sql: str) -> list[Result]:
        statement = read_sql(sql, "mysql")
        entry = self._book.exact(query)
        session.follow(statement.word, statement.shape)
        if entry is not None:
            self._book.note(query, entry, "exact")
            return self._results[entry]
        made = self._made_up(session, sql)
        if made is not None:
            self._book.note(query, None, "made-up")
            return [made]
        entry = self._book.take(query)
        if entry is not None:
            return self._results[entry]
        return [Result(packet=failure(1105, "HY000", f"tta-validate: {self._book.missed(query)}"))]

    def _sent(self, session: _Session, results: Sequence[Result], *, binary: bool) -> list[bytes]:
        found: list[bytes] = []
        for number, result in enumerate(results, 1):
            status = session.status | (_MORE if number < len(results) else 0)
            if result.fields is None:
                found.append(result.packet if result.failed else _with_status(result.packet, status))
                continue
            fields = result.fields
            found += [counted(len(fields)), *map(definition, fields), eof(status)]
            for row in result.rows:
                found.append(binary_row(row, fields) if binary else b"".join(map(text, row)))
            found.append(eof(status))
        return found

    def _made_up(self, session: _Session, sql: str) -> Result | None:
        """Returns the answer to what needs no recording: transactions, settings, and who the server is."""
        statement = read_sql(sql, "mysql")
        if statement.word in _MADE_UP and ";" not in statement.shape:
            return Result(packet=ok(status=session.status))
        version = self._recorded.version
        known = {"select version ( )": version, "select database ( )": None, "select connection_id ( )": "1"}
        if statement.shape in known:
            value = known[statement.shape]
            name = statement.text.split(None, 1)[1].encode()
            return Result((Field(name),), [(value.encode() if value is not None else None,)])
        if statement.shape == "select 0":
            number = statement.literals[0][1].encode()
            return Result((Field(number, 8),), [(number,)])
        if statement.shape == "show warnings":
            return Result((Field(b"Level"), Field(b"Code", 3), Field(b"Message")))
        if not is_variables(statement.shape):
            return None
        names = _VARIABLE.findall(statement.text)
        values = {**_VARIABLES, "version": version}
        if not names or any(name.lower() not in values for name, _ in names):
            return None
        fields = tuple(Field((alias or f"@@{name}").encode()) for name, alias in names)
        return Result(fields, [tuple(values[name.lower()].encode() for name, _ in names)])


def _welcome(response: bytes) -> list[bytes]:
    """Returns the packets that let a client in, whatever its password; one plugin waits for a word of its own."""
    fine = [ok()]
    return [b"\x01\x03", *fine] if plugin_of(response) == b"caching_sha2_password" else fine


def _with_status(packet: bytes, status: int) -> bytes:
    """Returns a recorded OK packet with the status of now, which follows its two integers."""
    scan = Scan(packet)
    scan.take(1)
    scan.counted()
    scan.counted()
    return packet[: scan.at] + status.to_bytes(2, "little") + packet[scan.at + 2 :]


def _parameters(statement: _Statement, scan: Scan) -> list[bytes | None]:
    count = statement.parameters
    if not count:
        return []
    marks = scan.take((count + 7) // 8)
    if scan.integer(1):
        kinds = [(scan.integer(1), scan.integer(1)) for _ in range(count)]
        statement.types = [(kind, bool(flags & 0x80)) for kind, flags in kinds]
    if len(statement.types) != count:
        raise Garbled("parameters without types")
    found: list[bytes | None] = []
    for number, (kind, unsigned) in enumerate(statement.types):
        if number in statement.long:
            found.append(statement.long[number])
        elif marks[number // 8] >> number % 8 & 1 or kind == _NULL:
            found.append(None)
        else:
            found.append(unpacked(scan, kind, unsigned=unsigned))
    statement.long.clear()
    return found


SERVER = MySqlServer
