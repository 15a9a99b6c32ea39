"""Answers Postgres clients from recorded exchanges, by the simple and the extended protocol, whichever was recorded."""

import asyncio
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from tta_validate.replay.mock import Entry, Ledger, Options, recorded_at
from tta_validate.replay.mock_book import Book, Query
from tta_validate.replay.mock_bytes import Garbled, exactly, garbled
from tta_validate.replay.mock_sql import Statement, likeness, read_sql
from tta_validate.replay.plan import Address
from tta_validate.replay.postgres_read import Asked, Described, Recorded, Result, parameters_of, question
from tta_validate.replay.postgres_values import to_binary, to_text
from tta_validate.replay.postgres_wire import (
    CANCEL_REQUEST,
    GSS_REQUEST,
    SSL_REQUEST,
    Bind,
    Column,
    Scan,
    Short,
    bind_of,
    counted,
    error,
    formats_for,
    message,
    parameter_description,
    parse_of,
    row_description,
)

_VERSION = "15.0"
_SETTINGS = {
    "server_version": _VERSION,
    "server_encoding": "UTF8",
    "client_encoding": "UTF8",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "TimeZone": "Etc/UTC",
    "integer_datetimes": "on",
    "is_superuser": "on",
    "standard_conforming_strings": "on",
    "transaction isolation level": "read committed",
    "transaction_isolation": "read committed",
}
_LARGEST_STARTUP = 10_000
_MADE_UP = frozenset(
    (
        *("begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release", "set", "reset", "discard"),
        *("deallocate", "unlisten", "listen", "close"),
    )
)
_FUNCTIONS = {
    "select version ( )": ("version", "server_version"),
    "select current_schema ( )": ("current_schema", ""),
    "select current_database ( )": ("current_database", "database"),
    "select current_user": ("current_user", "user"),
    "select 0": ("?column?", "1"),
}


@dataclass(slots=True)
class _Prepared:
    sql: str
    oids: tuple[int, ...]


@dataclass(slots=True)
class _Portal:
    prepared: _Prepared
    bind: Bind
    result: Result | None = None
    formats: tuple[int, ...] = ()
    sent: int = 0
    described: bool = False


@dataclass(slots=True)
class _Session:
    """One connection: its settings, state of transaction (I, T or E), and what was prepared in it."""

    settings: dict[str, str]
    status: bytes = b"I"
    failed: bool = False
    prepared: dict[bytes, _Prepared] = field(default_factory=dict[bytes, _Prepared])
    portals: dict[bytes, _Portal] = field(default_factory=dict[bytes, _Portal])
    output: list[bytes] = field(default_factory=list[bytes])
    copying: Result | None = None
    extended: bool = False

    def follow(self, word: str, shape: str, result: Result) -> None:
        """Follows the state of the transaction."""
        if result.error is not None:
            self.status = b"E" if self.status != b"I" else b"I"
        elif word in ("begin", "start"):
            self.status = b"T"
        elif word in ("commit", "end", "abort", "prepare") or (word == "rollback" and " to " not in shape):
            self.status = b"I"
        elif word == "rollback":
            self.status = b"T"


class PostgresServer:
    """The server of the kinds ``Postgres`` and ``PostgresV3``; it takes any user and password."""

    kinds: ClassVar[tuple[str, ...]] = ("Postgres", "PostgresV3")
    hooked: ClassVar[bool] = False
    fixed_ports: ClassVar[bool] = True

    def __init__(self, ledger: Ledger, options: Options) -> None:
        self._ledger = ledger
        self._book = Book(ledger, "query")
        self._results: dict[Entry, list[Result]] = {}
        self._catalog: list[tuple[Entry, Statement]] = []
        self._recorded = Recorded()
        self._entries = ledger.of(self.kinds)
        for entry in self._entries:
            asked = self._recorded.read(entry.mock)
            for part, one in zip(ledger.divide(entry, len(asked) or 1), asked, strict=False):
                self._add(part, one)

    def origins(self) -> Sequence[Address]:
        """Returns where the servers were, and the protocol's own port on any host, for most recordings do not say."""
        return recorded_at(self._entries, 5432)

    def _add(self, entry: Entry, asked: Asked) -> None:
        self._book.add(entry, asked.query)
        self._results[entry] = asked.results
        if asked.query.quiet and isinstance(asked.query.shape, str):
            sql = Statement("", asked.query.shape, "", asked.query.values, (), catalog=True)
            if re.search(r"\b(?:pg_|information_schema)", asked.query.shape):
                self._catalog.append((entry, sql))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, origin: Address | None) -> None:
        """Answers one connection; a query without a recorded answer gets an error."""
        try:
            session = await self._start(reader, writer)
            while session is not None:
                head = await reader.readexactly(5)
                kind, (size,) = head[:1], struct.unpack(">i", head[1:])
                body = await exactly(reader, size - 4)
                if kind == b"X":
                    return
                self._handle(session, kind, body)
                if session.output and kind in b"QSHcf":
                    writer.write(b"".join(session.output))
                    session.output.clear()
                    await writer.drain()
        except (Garbled, Short) as problem:
            told = problem if isinstance(problem, Garbled) else Garbled("a message that ends too early")
            garbled(self._ledger, "Postgres", told, origin)
            writer.write(error("08P01", f"tta-validate: {told}"))

    async def _start(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> _Session | None:
        while True:
            size, code = struct.unpack(">ii", await reader.readexactly(8))
            if not 8 <= size <= _LARGEST_STARTUP:
                raise Garbled(f"a first message of {size} bytes")
            body = await reader.readexactly(size - 8)
            if code == CANCEL_REQUEST:
                return None
            if code not in (SSL_REQUEST, GSS_REQUEST):
                break
            writer.write(b"N")
            await writer.drain()
        if code >> 16 != 3:
            raise Garbled(f"version {code >> 16} of the protocol")
        words = [word.decode("utf-8", "replace") for word in body.split(b"\0")]
        given = dict(zip(words[::2], words[1::2], strict=False))
        settings = {**_SETTINGS, **self._recorded.settings}
        names = {name.lower(): name for name in settings}
        settings |= {names.get(name.lower(), name): value for name, value in given.items() if name}
        told = [message(b"R", struct.pack(">i", 0))]
        if code & 0xFFFF:
            told.insert(0, message(b"v", struct.pack(">ii", 3 << 16, 0)))
        told += [
            message(b"S", f"{name}\0{value}\0".encode())
            for name, value in settings.items()
            if " " not in name and name not in ("user", "database", "options", "replication")
        ]
        told += [message(b"K", struct.pack(">ii", 1, 1)), message(b"Z", b"I")]
        writer.write(b"".join(told))
        await writer.drain()
        return _Session(settings)

    def _handle(self, session: _Session, kind: bytes, body: bytes) -> None:
        if session.copying is not None and kind in b"dcf":
            self._copied(session, kind)
        elif kind == b"S":
            session.failed = False
            session.output.append(message(b"Z", session.status))
        elif session.failed or kind in b"HdcfpF":
            return
        elif kind == b"Q":
            self._simple(session, body.rstrip(b"\0").decode("utf-8", "replace"))
        elif kind in b"PBDEC":
            try:
                self._extended(session, kind, body)
            except KeyError:
                session.failed = True
                session.output.append(error("26000", "tta-validate: no such prepared statement or portal"))
        else:
            raise Garbled(f"a message of the type {kind!r}")

    def _copied(self, session: _Session, kind: bytes) -> None:
        if kind == b"d" or session.copying is None:
            return
        session.output.append(message(b"C", session.copying.tag))
        session.copying = None
        if not session.extended:
            session.output.append(message(b"Z", session.status))

    def _simple(self, session: _Session, sql: str) -> None:
        session.portals.pop(b"", None)
        results = self._answer(session, question(sql), sql)
        statement = read_sql(sql, "postgres")
        for result in results:
            if result.columns is not None:
                formats = (0,) * len(result.columns)
                session.output.append(row_description(result.columns, formats))
                self._rows(session, result, formats)
            self._end(session, result)
            session.follow(
                statement.word if len(results) == 1 else result.tag[:-1].lower().decode(), statement.shape, result
            )
        if not results or results[-1].takes is None:
            session.output.append(message(b"Z", session.status))

    def _rows(self, session: _Session, result: Result, formats: Sequence[int], start: int = 0, count: int = 0) -> None:
        assert result.columns is not None
        rows = result.rows[start : start + count] if count else result.rows[start:]
        oids = [column.oid for column in result.columns]
        same = tuple(formats) == result.formats
        for row in rows:
            cells = row if same else map(_cell, row, oids, result.formats, formats)
            session.output.append(message(b"D", counted(cells)))

    def _end(self, session: _Session, result: Result) -> None:
        session.output += [message(kind, body) for kind, body in (*result.notices, *result.raw)]
        if result.error is not None:
            session.output.append(message(b"E", result.error))
        elif result.takes is not None:
            session.copying = result
            session.output.append(message(b"G", result.takes))
        elif result.empty:
            session.output.append(message(b"I"))
        else:
            session.output.append(message(b"C", result.tag or b"SELECT %d\0" % len(result.rows)))

    def _extended(self, session: _Session, kind: bytes, body: bytes) -> None:
        match kind:
            case b"P":
                name, sql, oids = parse_of(body)
                told = self._describe(sql)
                session.prepared[name] = _Prepared(sql, _merged(oids, told.oids if told else (), sql))
                session.output.append(message(b"1"))
            case b"B":
                bind = bind_of(body)
                session.portals[bind.portal] = _Portal(session.prepared[bind.statement], bind)
                session.output.append(message(b"2"))
            case b"C":
                (session.prepared if body[:1] == b"S" else session.portals).pop(body[1:].rstrip(b"\0"), None)
                session.output.append(message(b"3"))
            case b"D" if body[:1] == b"S":
                prepared = session.prepared[body[1:].rstrip(b"\0")]
                told = self._describe(prepared.sql)
                session.output.append(parameter_description(prepared.oids))
                columns = told.columns if told else self._made_up_columns(session, prepared.sql)
                session.output.append(_described(columns, (0,) * len(columns or ())))
            case b"D":
                portal = session.portals[body[1:].rstrip(b"\0")]
                self._run(session, portal)
                assert portal.result is not None
                if portal.result.error is None:
                    session.output.append(_described(portal.result.columns, portal.formats))
                portal.described = True
            case _:
                scan = Scan(body)
                self._execute(session, session.portals[scan.text()], scan.int32())

    def _run(self, session: _Session, portal: _Portal) -> None:
        if portal.result is not None:
            return
        prepared = portal.prepared
        query = question(prepared.sql, parameters_of(portal.bind, prepared.oids))
        found = self._answer(session, query, prepared.sql)
        portal.result = found[0] if found else Result(empty=True)
        portal.formats = formats_for(portal.bind.result_formats, len(portal.result.columns or ()))

    def _execute(self, session: _Session, portal: _Portal, most: int) -> None:
        self._run(session, portal)
        result = portal.result
        assert result is not None
        session.extended = True
        if result.columns is not None and result.error is None:
            self._rows(session, result, portal.formats, portal.sent, most)
            portal.sent = min(len(result.rows), portal.sent + most) if most else len(result.rows)
        if most > 0 and result.error is None and (portal.sent < len(result.rows) or (result.partial and portal.sent)):
            session.output.append(message(b"s"))
            return
        statement = read_sql(portal.prepared.sql, "postgres")
        session.failed = result.error is not None
        self._end(session, result)
        session.follow(statement.word, statement.shape, result)

    def _answer(self, session: _Session, query: Query, sql: str) -> list[Result]:
        statement = read_sql(sql, "postgres")
        entry = self._book.exact(query)
        if entry is not None:
            self._book.note(query, entry, "exact")
            return self._results[entry]
        made = self._made_up(session, statement)
        if made is not None:
            self._book.note(query, None, "made-up")
            return [made]
        if statement.catalog:
            entry = self._similar(statement, query)
            if entry is not None:
                return self._results[entry]
            if any("hstore" in value for _, value in query.values):
                self._book.note(query, None, "made-up")
                return [_nothing(statement)]
        entry = self._book.take(query)
        if entry is not None:
            return self._results[entry]
        text = f"tta-validate: {self._book.missed(query)}"
        fields = f"SERROR\0VERROR\0CXX000\0M{text}\0\0"
        return [Result(error=fields.encode("utf-8", "replace"))]

    def _similar(self, sent: Statement, query: Query) -> Entry | None:
        """Returns the recorded question about the catalog that is most likely the same one, in other words."""
        scores = {entry: round(likeness(one, sent), 3) for entry, one in self._catalog}
        best = max(scores.values(), default=0.0)
        entry = self._ledger.choose([one for one, score in scores.items() if score == best]) if best else None
        if entry is not None:
            self._book.note(query, entry, "similar", self._book.missed(query).differences)
        return entry

    def _describe(self, sql: str) -> Described | None:
        return self._recorded.described.get(read_sql(sql, "postgres").shape)

    def _made_up_columns(self, session: _Session, sql: str) -> tuple[Column, ...] | None:
        """Returns the columns of a statement that was never described: of an answer to it, where there is one."""
        statement = read_sql(sql, "postgres")
        made = self._made_up(session, statement)
        if made is not None:
            return made.columns
        for entry, recorded in self._book.queries():
            if recorded.shape == statement.shape and self._results[entry]:
                return self._results[entry][0].columns
        if statement.catalog:
            scores = [(likeness(one, statement), entry.order, entry) for entry, one in self._catalog]
            best = max(scores, key=lambda one: one[:2], default=(0.0, 0, None))
            if not best[0] and "pg_type" in statement.shape:
                return _nothing(statement).columns
            if best[0] and best[2] is not None and self._results[best[2]]:
                return self._results[best[2]][0].columns
        return None

    def _made_up(self, session: _Session, statement: Statement) -> Result | None:
        """Returns the answer to what needs no recording: transactions, settings, and who the server is."""
        word, shape = statement.word, statement.shape
        if word in _MADE_UP and ";" not in shape:
            tag = {"start": "BEGIN", "end": "COMMIT", "abort": "ROLLBACK", "close": "CLOSE CURSOR"}.get(
                word, word.upper()
            )
            if tag == "COMMIT" and session.status == b"E":
                tag = "ROLLBACK"
            return Result(tag=f"{tag}\0".encode())
        if not shape.strip():
            return Result(empty=True)
        if word == "show":
            name = shape.removeprefix("show ").strip()
            names = {one.lower(): one for one in session.settings}
            if name not in names:
                return None
            return _one(name.replace(" ", "_"), session.settings[names[name]], b"SHOW\0")
        if shape.startswith("select pg_advisory_unlock_all"):
            return Result((Column(b"pg_advisory_unlock_all", oid=2278),), (0,), [(b"",)], b"RESET\0")
        if shape not in _FUNCTIONS:
            return _configured(session, statement)
        name, source = _FUNCTIONS[shape]
        if name == "?column?":
            column = Column(b"?column?", oid=23, size=4)
            return Result((column,), (0,), [(statement.literals[0][1].encode(),)], b"SELECT 1\0")
        value = session.settings.get(source, "public")
        return _one(name, f"PostgreSQL {value}" if name == "version" else value, b"SELECT 1\0")


_SETTING = re.compile(
    r"(current_setting|set_config)\(\s*'(\w+)'(?:\s*,\s*'([^']*)')?[^()]*\)(?:\s+as\s+(\w+))?\s*", re.IGNORECASE
)


def _configured(session: _Session, statement: Statement) -> Result | None:
    """Returns the answer to a SELECT of nothing but settings, which it may change."""
    found = list(_SETTING.finditer(statement.text))
    if not found or _SETTING.sub("", statement.text).replace(",", "").strip().lower() != "select":
        return None
    columns: list[Column] = []
    row: list[bytes | None] = []
    for one in found:
        function, name, value, alias = one.groups()
        if function.lower() == "set_config":
            session.settings[name] = value or ""
        columns.append(Column((alias or function).encode()))
        row.append(session.settings.get(name, "on").encode())
    return Result(tuple(columns), (0,) * len(columns), [tuple(row)], b"SELECT 1\0")


def _nothing(statement: Statement) -> Result:
    """Returns the answer to libraries that look for a type which a database has only with an extension: no row."""
    start = statement.shape.partition(" from ")[0].removeprefix("select ")
    names = [part.split()[-1].encode() for part in start.split(" , ") if part.split()]
    return Result(tuple(map(Column, names)), (0,) * len(names), tag=b"SELECT 0\0")


def _one(name: str, value: str, tag: bytes) -> Result:
    return Result((Column(name.encode()),), (0,), [(value.encode(),)], tag)


def _merged(given: tuple[int, ...], told: tuple[int, ...], sql: str) -> tuple[int, ...]:
    """Returns the types of parameters: those that the client names, else the recorded ones, else text."""
    count = max((int(word[1:]) for word in re.findall(r"\$\d{1,4}", sql)), default=0)
    both = [
        (given[at] if at < len(given) else 0) or (told[at] if at < len(told) else 0) or 25
        for at in range(max(count, len(given)))
    ]
    return tuple(both)


def _described(columns: tuple[Column, ...] | None, formats: Sequence[int]) -> bytes:
    return message(b"n") if columns is None else row_description(columns, formats)


def _cell(value: bytes | None, oid: int, recorded: int, wanted: int) -> bytes | None:
    if value is None or recorded == wanted:
        return value
    return to_binary(oid, value) if wanted == 1 else to_text(oid, value)


SERVER = PostgresServer
