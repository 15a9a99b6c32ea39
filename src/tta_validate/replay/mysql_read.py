"""What recorded MySQL exchanges say: which statement with which parameters had which results."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tta_validate.recordings.fields import integer, is_list, items, mapping, text
from tta_validate.recordings.model import Mock
from tta_validate.replay.mock_book import Query
from tta_validate.replay.mock_sql import read_sql
from tta_validate.replay.mysql_wire import Field, failure, ok
from tta_validate.replay.redact import redacted

_SETTING_UP = frozenset(
    (
        *("set", "begin", "start", "commit", "rollback", "savepoint", "release", "use", "show"),
        *("select 0", "select version ( )", "select database ( )", "select connection_id ( )"),
    )
)
_STATUS = 0x0001 | 0x0002 | 0x0200
"""The bits of a status that are still true in a replay: in a transaction, autocommit, no escapes by backslash."""


@dataclass(slots=True)
class Result:
    """The outcome of a statement: rows of texts, or a whole ``packet`` that says OK or what went wrong."""

    fields: tuple[Field, ...] | None = None
    rows: list[tuple[bytes | None, ...]] = field(default_factory=list[tuple[bytes | None, ...]])
    packet: bytes = b""

    @property
    def failed(self) -> bool:
        """Whether the packet says that something went wrong."""
        return self.packet[:1] == b"\xff"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a server says of a prepared statement."""

    parameters: int
    fields: tuple[Field, ...]


@dataclass(slots=True)
class Recorded:
    """Reads mocks in the order of their time. ``version`` is that of the recorded server."""

    version: str = "8.0.36"
    prepared: dict[object, Prepared] = field(default_factory=dict[object, Prepared])
    _named: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])

    def read(self, mock: Mock) -> tuple[Query, list[Result]] | None:
        """Returns the question of a mock with its results, None for one that is no question."""
        asked = [_packet(one) for one in items(mock.spec.get("requests"))]
        answered = [_packet(one) for one in items(mock.spec.get("responses"))]
        for kind, message in answered:
            if kind == "HandshakeV10":
                self.version = text(message.get("server_version")) or self.version
        if not asked:
            return None
        kind, message = asked[0]
        results = list(_results(answered))
        if kind == "COM_QUERY":
            return question(_sql(message.get("query"))), results
        if kind == "COM_STMT_PREPARE":
            self._prepare(mock.connection, _sql(message.get("query")), answered)
            return None
        if kind != "COM_STMT_EXECUTE":
            return None
        sql = self._named.get((mock.connection, integer(message.get("statement_id"))))
        if sql is None:
            return None
        parameters = [value(mapping(one).get("value")) for one in items(message.get("parameters"))]
        return question(sql, parameters), results

    def _prepare(self, connection: str, sql: str, answered: Sequence[tuple[str, Mapping[str, object]]]) -> None:
        for _, message in answered:
            if "statement_id" in message:
                self._named[connection, integer(message.get("statement_id"))] = sql
                told = Prepared(integer(message.get("num_params")), _fields(message.get("column_definitions")))
                self.prepared[read_sql(sql, "mysql").shape] = told


def _packet(value: object) -> tuple[str, Mapping[str, object]]:
    fields = mapping(value)
    return text(mapping(fields.get("header")).get("packet_type")), mapping(fields.get("message"))


def _sql(found: object) -> str:
    return found.decode("utf-8", "backslashreplace") if isinstance(found, bytes) else text(found)


def _results(answered: Sequence[tuple[str, Mapping[str, object]]]) -> Iterator[Result]:
    for kind, message in answered:
        if kind in ("TextResultSet", "BinaryProtocolResultSet"):
            yield _result_set(message)
        elif kind == "OK":
            affected, inserted = (integer(message.get(name)) for name in ("affected_rows", "last_insert_id"))
            status = integer(message.get("status_flags"), 2)
            # Changes of the session's state, announced by a bit and told in the info, are for clients that asked.
            info = b"" if status & 0x4000 else text(message.get("info")).encode()
            yield Result(packet=ok(affected, inserted, status & _STATUS, integer(message.get("warnings")), info))
        elif kind == "ERR":
            code = integer(message.get("error_code"), 1105)
            yield Result(
                packet=failure(code, text(message.get("sql_state")) or "HY000", text(message.get("error_message")))
            )


def _result_set(message: Mapping[str, object]) -> Result:
    result = Result(_fields(message.get("columns")))
    for row in map(mapping, items(message.get("rows"))):
        nulls = bytes(integer(one) & 255 for one in items(row.get("rowNullBuffer")))
        cells = [value(mapping(one).get("value")) for one in items(row.get("values"))]
        cells += [None] * (len(result.fields or ()) - len(cells))
        for at in range(len(cells)):
            bit = at + 2
            if bit // 8 < len(nulls) and nulls[bit // 8] >> bit % 8 & 1:
                cells[at] = None
        result.rows.append(tuple(cells))
    return result


def _fields(value: object) -> tuple[Field, ...]:
    return tuple(
        Field(
            text(one.get("name")).encode(),
            *(integer(one.get("type"), 253), integer(one.get("flags")), integer(one.get("character_set"), 255)),
            *(integer(one.get("column_length")), integer(one.get("decimals"))),
            *(text(one.get(name)).encode() for name in ("schema", "table", "org_table", "org_name")),
        )
        for one in map(mapping, items(value))
    )


def value(found: object) -> bytes | None:
    """Returns a recorded value as the text protocol has it, None for NULL."""
    if found is None:
        return None
    if isinstance(found, bytes):
        return found
    if isinstance(found, bool):
        return b"1" if found else b"0"
    if is_list(found):
        return bytes(integer(one) & 255 for one in found)
    return text(found).encode("utf-8", "surrogateescape")


def question(sql: str, parameters: Sequence[bytes | None] = ()) -> Query:
    """Returns a statement with its parameters as a query that can be compared."""
    statement = read_sql(sql, "mysql")
    values = list(statement.literals)
    for number, given in enumerate(parameters):
        named = statement.parameters[number] if number < len(statement.parameters) else f"parameter {number + 1}"
        values.append((named, "NULL" if given is None else given.decode("utf-8", "backslashreplace")))
    shown = [redacted(name, one[:60]) for name, one in values[len(statement.literals) :]]
    quiet = statement.word in _SETTING_UP or statement.shape in _SETTING_UP or is_variables(statement.shape)
    shown_text = f"{statement.text} [{', '.join(shown)}]" if parameters else statement.text
    return Query(shown_text, (statement.shape, len(parameters)), tuple(values), quiet)


def is_variables(shape: str) -> bool:
    """Tells whether a statement asks for nothing but variables of the server."""
    return shape.startswith("select @ @") and " from " not in shape
