"""What recorded Postgres exchanges say: which statement with which parameters had which result."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tta_validate.recordings.fields import integer, items, mapping, text
from tta_validate.recordings.model import Mock
from tta_validate.replay.mock_book import Query
from tta_validate.replay.mock_sql import read_sql
from tta_validate.replay.postgres_recorded import cell, columns_of_v3, sides
from tta_validate.replay.postgres_values import to_text
from tta_validate.replay.postgres_wire import (
    Bind,
    Column,
    Message,
    Scan,
    Short,
    bind_of,
    columns_of,
    fields_body,
    formats_for,
    oids_of,
    parse_of,
)
from tta_validate.replay.redact import redacted

_SETTING_UP = frozenset(
    (
        *("begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release", "set", "reset", "show"),
        *("discard", "deallocate", "unlisten", "listen", "close"),
    )
)


_ASIDE = frozenset(("select 0", "select set_config ( ? , ? , false )", "select version ( )"))
"""What libraries ask to see whether a connection works, and to set it up."""


@dataclass(slots=True)
class Result:
    """The outcome of one statement: rows in ``formats``, or none, then its tag or the body of an error.

    ``raw`` are messages of a COPY to the client, sent as they are; ``takes`` is the body of the answer to a COPY from
    it. ``partial`` tells that the client took no more rows than these.
    """

    columns: tuple[Column, ...] | None = None
    formats: tuple[int, ...] = ()
    rows: list[tuple[bytes | None, ...]] = field(default_factory=list[tuple[bytes | None, ...]])
    tag: bytes = b""
    error: bytes | None = None
    raw: list[Message] = field(default_factory=list[Message])
    takes: bytes | None = None
    notices: list[Message] = field(default_factory=list[Message])
    empty: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """What a server says of a prepared statement: the types of its parameters, and its columns if it has rows."""

    oids: tuple[int, ...]
    columns: tuple[Column, ...] | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A recorded question with its results; a simple query may hold several statements."""

    query: Query
    results: list[Result]


@dataclass(slots=True)
class Recorded:
    """Reads mocks in the order of their time. ``settings`` is what a server says at start-up."""

    settings: dict[str, str] = field(default_factory=dict[str, str])
    described: dict[object, Described] = field(default_factory=dict[object, Described])
    _prepared: dict[tuple[str, bytes], tuple[str, tuple[int, ...]]] = field(
        default_factory=dict[tuple[str, bytes], tuple[str, tuple[int, ...]]]
    )
    _open: dict[tuple[str, bytes], Result] = field(default_factory=dict[tuple[str, bytes], Result])

    def read(self, mock: Mock) -> list[Asked]:
        """Returns the questions in a mock with their results; what cannot be read is left out."""
        if mock.kind.lower() == "postgresv3":
            return list(self._read_v3(mock))
        asked, answered = sides(mock)
        try:
            return list(_Walk(self, mock.connection, answered).questions(asked))
        except Short:
            return []

    def _read_v3(self, mock: Mock) -> Iterator[Asked]:
        spec = mapping(mock.spec.get("postgresV3"))
        session, query = mapping(spec.get("session")), mapping(spec.get("query"))
        for name, value in mapping(session.get("parameterStatus")).items():
            self.settings.setdefault(name, text(value))
        sql = text(query.get("sqlNormalized"))
        if not sql:
            return
        oids = tuple(integer(one) for one in items(query.get("paramOids")))
        formats = [integer(one) for one in items(query.get("bindFormats"))]
        values = items(query.get("bindValues"))
        given = formats_for(formats, len(values))
        parameters: list[bytes | None] = []
        for number, value in enumerate(values):
            oid = oids[number] if number < len(oids) else 0
            raw = isinstance(value, bytes) and given[number] == 1 and oid != 17
            parameters.append(to_text(oid, value) if raw and isinstance(value, bytes) else cell(value, oid))
        response = mapping(query.get("response"))
        columns = columns_of_v3(response)
        result = Result(columns, (0,) * len(columns or ()), tag=text(response.get("commandComplete")).encode() + b"\0")
        for row in items(response.get("rows")):
            cells = zip(items(row), columns or (), strict=False)
            result.rows.append(tuple(cell(value, column.oid) for value, column in cells))
        problem = mapping(response.get("error"))
        if problem:
            codes = (("S", "severity"), ("V", "severity"), ("C", "code"), ("M", "message"), ("D", "detail"))
            result.error = fields_body((code, text(problem.get(name))) for code, name in codes)
        found = question(sql, parameters)
        if columns is not None or oids:
            self.described.setdefault(read_sql(sql, "postgres").shape, Described(oids, columns))
        yield Asked(found, [result])

    def prepare(self, connection: str, name: bytes, sql: str, oids: tuple[int, ...]) -> None:
        """Remembers a prepared statement of a recorded connection."""
        self._prepared[connection, name] = sql, oids

    def prepared(self, connection: str, name: bytes) -> tuple[str, tuple[int, ...]] | None:
        """Returns the text and types of a prepared statement of a recorded connection."""
        return self._prepared.get((connection, name))

    def opened(self, connection: str, portal: bytes, result: Result | None) -> Result | None:
        """Returns the result that a portal has begun to give; keeps another in its place."""
        before = self._open.pop((connection, portal), None)
        if result is not None:
            self._open[connection, portal] = result
        return before


class _Walk:
    """Goes through the messages of both sides of one mock."""

    def __init__(self, recorded: Recorded, connection: str, answered: Sequence[Message]) -> None:
        self._recorded = recorded
        self._connection = connection
        self._answered = list(answered)
        self._at = 0
        self._binds: dict[bytes, tuple[str, Bind, tuple[int, ...]]] = {}
        self._columns: dict[bytes, tuple[Column, ...]] = {}

    def questions(self, asked: Iterable[Message]) -> Iterator[Asked]:
        """Yields the questions with their results. Raises Short."""
        if not any(kind in b"QPBDE" for kind, _ in asked if kind):
            self._startup()
        for kind, body in asked:
            match kind:
                case b"Q":
                    sql = body.rstrip(b"\0").decode("utf-8", "replace")
                    yield Asked(question(sql), list(self._results()))
                case b"P":
                    name, sql, oids = parse_of(body)
                    self._recorded.prepare(self._connection, name, sql, oids)
                    self._take(b"1")
                case b"B":
                    self._bind(bind_of(body))
                case b"D":
                    self._describe(body)
                case b"E":
                    yield from self._execute(Scan(body).text())
                case b"S":
                    self._take(b"Z")
                case _:
                    continue

    def _startup(self) -> None:
        for kind, body in self._answered:
            if kind == b"S":
                scan = Scan(body)
                name, value = (scan.text().decode("utf-8", "replace") for _ in range(2))
                self._recorded.settings.setdefault(name, value)

    def _take(self, *kinds: bytes) -> bytes | None:
        """Returns the body of the next message if it is of one of some types; notices are passed over."""
        while self._at < len(self._answered) and self._answered[self._at][0] in (b"N", b"S", b"A"):
            self._at += 1
        if self._at < len(self._answered) and self._answered[self._at][0] in kinds:
            self._at += 1
            return self._answered[self._at - 1][1]
        return None

    def _bind(self, bind: Bind) -> None:
        self._take(b"2")
        sql, oids = self._recorded.prepared(self._connection, bind.statement) or ("", ())
        self._binds[bind.portal] = sql, bind, oids
        self._recorded.opened(self._connection, bind.portal, None)

    def _describe(self, body: bytes) -> None:
        name = body[1:].rstrip(b"\0")
        if body[:1] == b"P":
            columns = self._take(b"T", b"n")
            if columns:
                self._columns[name] = columns_of(columns)
            return
        parameters = self._take(b"t")
        columns = self._take(b"T", b"n")
        sql, oids = self._recorded.prepared(self._connection, name) or ("", ())
        if parameters is not None and sql:
            oids = oids_of(parameters)
            self._recorded.prepare(self._connection, name, sql, oids)
            told = Described(oids, columns_of(columns) if columns else None)
            self._recorded.described[read_sql(sql, "postgres").shape] = told

    def _execute(self, portal: bytes) -> Iterator[Asked]:
        before = self._recorded.opened(self._connection, portal, None)
        result = next(self._results(one=True), None)
        if result is None:
            return
        if before is not None and before.partial:
            before.rows += result.rows
            before.tag, before.error, before.partial = result.tag, result.error, result.partial
            self._recorded.opened(self._connection, portal, before)
            return
        if portal not in self._binds:
            return
        sql, bind, oids = self._binds[portal]
        shape = read_sql(sql, "postgres").shape
        told = self._recorded.described.get(shape)
        columns = self._columns.get(portal) or (told.columns if told else None)
        if result.rows and columns is None:
            columns = tuple(Column(b"column%d" % number) for number in range(len(result.rows[0])))
        result.columns = columns
        result.formats = formats_for(bind.result_formats, len(columns or ()))
        if told is None and columns is not None:
            self._recorded.described[shape] = Described(oids, columns)
        self._recorded.opened(self._connection, portal, result if result.partial else None)
        if sql:
            yield Asked(question(sql, parameters_of(bind, oids)), [result])

    def _results(self, *, one: bool = False) -> Iterator[Result]:
        """Yields the results of statements up to the end of the answer, or the ``one`` of an Execute."""
        result = Result()
        while self._at < len(self._answered):
            kind, body = self._answered[self._at]
            if one and kind not in b"DCEIsNSAHdcG":
                return
            self._at += 1
            match kind:
                case b"T":
                    result.columns = columns_of(body)
                    result.formats = tuple(column.format for column in result.columns)
                case b"D":
                    result.rows.append(Scan(body).values())
                case b"N":
                    result.notices.append((kind, body))
                case b"H" | b"d" | b"c":
                    result.raw.append((kind, body))
                case b"G":
                    result.takes = body
                case b"C" | b"E" | b"I" | b"s":
                    result.tag = body if kind == b"C" else b""
                    result.error = body if kind == b"E" else None
                    result.empty, result.partial = kind == b"I", kind == b"s"
                    yield result
                    if one:
                        return
                    result = Result()
                case b"Z":
                    return
                case _:
                    continue


def parameters_of(bind: Bind, oids: Sequence[int]) -> list[bytes | None]:
    """Returns the parameters of a Bind message in text format, as far as their types are known."""
    formats = formats_for(bind.formats, len(bind.parameters))
    found: list[bytes | None] = []
    for number, (value, form) in enumerate(zip(bind.parameters, formats, strict=True)):
        oid = oids[number] if number < len(oids) else 0
        found.append(to_text(oid, value) if value is not None and form == 1 else value)
    return found


def question(sql: str, parameters: Sequence[bytes | None] = ()) -> Query:
    """Returns a statement with its parameters as a query that can be compared."""
    statement = read_sql(sql, "postgres")
    values = list(statement.literals)
    for number, value in enumerate(parameters):
        named = statement.parameters[number] if number < len(statement.parameters) else f"parameter {number + 1}"
        values.append((named, "NULL" if value is None else value.decode("utf-8", "backslashreplace")))
    quiet = statement.word in _SETTING_UP or statement.catalog or statement.shape in _ASIDE
    given = f" [{', '.join(_shown(*pair) for pair in values[len(statement.literals) :])}]" if parameters else ""
    return Query(statement.text + given, statement.shape, tuple(values), quiet)


def _shown(name: str, value: str) -> str:
    return redacted(name, value[:60])
