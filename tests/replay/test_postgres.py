"""Postgres' own client libraries and hostile clients against recorded exchanges of every shape."""

import asyncio
import base64
import datetime as dt
import struct
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import psycopg
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replay.service_side import Service, recorded, said, serving
from tta_validate.recordings.model import Mock
from tta_validate.replay.mock_sql import read_sql
from tta_validate.replay.postgres_values import to_binary, to_text

TYPES: dict[str, tuple[int, object, object]] = {
    "b": (16, True, True),
    "raw": (17, b"\x00\xff'\\", b"\x00\xff'\\"),
    "big": (20, -(2**40), -(2**40)),
    "small": (21, 7, 7),
    "t": (25, "\u20ac 'x'\n", "\u20ac 'x'\n"),
    "f": (701, 1.5, 1.5),
    "d": (1082, "2024-02-29T00:00:00Z", dt.date(2024, 2, 29)),
    "clock": (1083, {"microseconds": 3723500000, "valid": True}, dt.time(1, 2, 3, 500000)),
    "ts": (1114, "2024-05-06T07:08:09.25Z", dt.datetime(2024, 5, 6, 7, 8, 9, 250000)),
    "tz": (1184, "2024-05-06T07:08:09Z", dt.datetime(2024, 5, 6, 7, 8, 9, tzinfo=dt.UTC)),
    "span": (1186, {"microseconds": 1000000, "days": 2, "months": 0}, dt.timedelta(days=2, seconds=1)),
    "n": (1700, {"int": "-1234500", "exp": -4, "nan": False}, Decimal("-123.4500")),
    "whole": (1700, {"int": "5", "exp": 3}, Decimal("5000")),
    "u": (2950, "123e4567-e89b-12d3-a456-426614174000", uuid.UUID("123e4567-e89b-12d3-a456-426614174000")),
    "numbers": (1007, [1, None, 3], [1, None, 3]),
    "words": (1009, ["a,b", 'q"', ""], ["a,b", 'q"', ""]),
    "nothing": (25, None, None),
}


def v3(name: str, sql: str, **query: Any) -> Mock:
    """Returns a mock of the kind PostgresV3."""
    at = query.pop("at", 10)
    spec = {"postgresV3": {"type": "query", "query": {"sqlNormalized": sql, **query}}}
    return recorded("PostgresV3", name, yaml.safe_dump(spec), at)


def table(names: list[str]) -> dict[str, object]:
    described = [{"name": name, "typeOid": TYPES[name][0], "typeSize": -1, "typeMod": -1} for name in names]
    rows = [[TYPES[name][1] for name in names]]
    return {"rowDescription": described, "rows": rows, "commandComplete": "SELECT 1"}


def v1(
    name: str, sql: str, rows: list[list[Any]], at: int = 10, tag: str = "mocks", columns: str = "id:23 name:25"
) -> Mock:
    """Returns a mock of the kind Postgres of a simple query."""
    fields = [
        {"field_name": column, "data_type_oid": int(oid), "data_type_size": -1, "type_modifier": -1}
        for column, _, oid in (one.partition(":") for one in columns.split())
    ]
    answer: dict[str, object] = {
        "header": ["T", *["D"] * bool(rows), "C", "Z"],
        "row_description": {"fields": fields},
        "data_row": [{"row_values": row} for row in rows],
        "command_complete": [{"command_tag_type": f"SELECT {len(rows)}"}],
        "ready_for_query": {"txstatus": 73},
    }
    spec = {"postgresrequests": [{"header": ["Q"], "query": {"string": sql}}], "postgresresponses": [answer]}
    return recorded("Postgres", name, yaml.safe_dump(spec), at, tag)


def failing(name: str, sql: str) -> Mock:
    answer = {
        "header": ["E", "Z"],
        "error_response": {"severity": "ERROR", "code": "23505", "message": "duplicate key"},
    }
    spec = {"postgresrequests": [{"header": ["Q"], "query": {"string": sql}}], "postgresresponses": [answer]}
    return recorded("Postgres", name, yaml.safe_dump(spec), 20)


def connected(service: Service, **more: Any) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(host="127.0.0.1", port=service.port, user="u", password="p", dbname="d", **more)


def asked_by_asyncpg(service: Service, *queries: tuple[Any, ...]) -> list[Any]:
    async def ask() -> list[Any]:
        connect: Any = getattr(asyncpg, "connect")  # noqa: B009
        connection = await connect(host="127.0.0.1", port=service.port, user="u", password="p", database="d")
        try:
            return [[tuple(row) for row in await connection.fetch(*query)] for query in queries]
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_every_type_in_both_formats_from_a_recording_with_native_values():
    names = list(TYPES)
    sql = f"SELECT {', '.join(names)} FROM t WHERE id = $1"
    mock = v3("m", sql, paramOids=[23], bindValues=[struct.pack(">i", 5)], bindFormats=[1], response=table(names))
    expected = tuple(TYPES[name][2] for name in names)
    with serving("postgres", [mock]) as service, connected(service) as connection:
        text, binary = (
            connection.execute(sql.replace("$1", "%s").encode(), [5], binary=binary).fetchone()
            for binary in (False, True)
        )
        connection.commit()
        calls = service.finish()

    assert (text, binary, calls.missed) == (expected, expected, ())


def test_asyncpg_which_reads_binary_only():
    # It asks the server about the types of arrays first; a recording by it holds the answer.
    names = [name for name in TYPES if name not in ("numbers", "words")]
    sql = f"SELECT {', '.join(names)} FROM t WHERE id = $1"
    with serving("postgres", [v3("m", sql, paramOids=[23], bindValues=[5], response=table(names))]) as service:
        ((row,),) = asked_by_asyncpg(service, (sql, 5))
        calls = service.finish()

    assert (row, said(calls)) == (tuple(TYPES[name][2] for name in names), [])


def test_what_one_library_recorded_answers_another():
    mocks = [v1("m", "SELECT id, name FROM t  ORDER BY id;", [["1", "\u20ac"], ["2", None]])]
    with serving("postgres", mocks) as service, connected(service, autocommit=True) as connection:
        expected = [(1, "\u20ac"), (2, None)]
        assert connection.execute("select id, name\nfrom t order by id").fetchall() == expected
        assert connection.execute("SELECT id, name FROM t ORDER BY id", prepare=True).fetchall() == expected
        assert asked_by_asyncpg(service, ("SELECT id, name FROM t ORDER BY id",)) == [expected]
        assert service.finish().missed == ()


def test_transactions_errors_and_what_needs_no_recording():
    mocks = [failing("e", "INSERT INTO t (id) VALUES (1)"), v1("m", "SELECT id FROM t", [["1"]], 30, columns="id:23")]
    with serving("postgres", mocks) as service, connected(service) as connection:
        status = connection.info
        with pytest.raises(psycopg.errors.UniqueViolation, match="duplicate key"):
            connection.execute("INSERT INTO t (id) VALUES (1)")
        assert status.transaction_status.name == "INERROR"
        connection.rollback()
        with connection.transaction(), connection.transaction():
            assert connection.execute("SELECT id FROM t").fetchone() == (1,)
        connection.commit()
        assert status.transaction_status.name == "IDLE"
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert str((connection.execute("select version()").fetchone() or "")[0]).startswith("PostgreSQL ")
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert connection.execute("SELECT set_config('TimeZone', 'UTC', false)").fetchone() == ("UTC",)
        connection.rollback()
        assert said(service.finish()) == []


def test_old_shapes_bytes_repeated_rows_and_numbers_for_letters():
    row = struct.pack(">hi", 1, 2) + b"ok"
    described = struct.pack(">h", 1) + b"a\0" + struct.pack(">IhIhih", 0, 0, 25, -1, -1, 0)
    parts = ((b"T", described), (b"D", row), (b"C", b"SELECT 1\0"), (b"Z", b"I"))
    answer = b"".join(kind + struct.pack(">i", len(body) + 4) + body for kind, body in parts)
    sent = b"Q" + struct.pack(">i", 13) + b"SELECT a\0"
    as_bytes = [
        {f"postgres{side}": [{"origin": "x", "message": [{"type": "binary", "data": base64.b64encode(data).decode()}]}]}
        for side, data in (("requests", sent), ("responses", answer))
    ]
    letters = {
        "postgresrequests": [{"header": ["Q"], "query": {"string": "SELECT b"}}],
        "postgresresponses": [
            {
                "header": ["T", "D", "C", "Z"],
                "row_description": {"fields": [{"name": [98], "data_type_oid": 25}]},
                "data_row": [{"values": [[104, 105]]}] * 3,
                "command_complete": [{"command_tag": list(b"SELECT 1")}],
            }
        ],
    }
    mocks = [
        recorded("Postgres", "bytes", yaml.safe_dump({**as_bytes[0], **as_bytes[1]})),
        recorded("Postgres", "letters", yaml.safe_dump(letters)),
    ]
    with serving("postgres", mocks) as service, connected(service, autocommit=True) as connection:
        assert connection.execute("SELECT a").fetchall() == [("ok",)]
        assert connection.execute("SELECT b").fetchall() == [("hi",)]


def test_catalogs_are_asked_in_other_words_and_that_is_told():
    asked = "select relname from pg_class c join pg_namespace n on n.oid=c.relnamespace where relname='users'"
    other = asked.replace("users", "books")
    wanted = (
        "SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON"
        " pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace WHERE pg_catalog.pg_class.relname = 'users'"
    )
    mocks = [v1("a", other, [["books"]], columns="r:25"), v1("b", asked, [["users"]], columns="r:25")]
    with serving("postgres", mocks) as service, connected(service, autocommit=True) as connection:
        assert connection.execute(wanted.encode()).fetchall() == [("users",)]
        with pytest.raises(psycopg.errors.InternalError_, match="tta-validate: no recorded answer"):
            connection.execute(wanted.replace("users", "gone").encode())
        calls = service.finish()

    assert [(call.mock, call.how) for call in calls.served] == [("b", "similar")]
    assert calls.dropped == ()


def test_what_changed_came_on_top_went_and_moved_is_told():
    update = "UPDATE t SET name = %s, password = 'x', at = '2024-01-01 10:00:00' WHERE id = 1"
    mocks = [
        v1("first", update.replace("%s", "'a'"), [], 10),
        v1("second", "SELECT id FROM t", [["1"]], 20, columns="id:23"),
        v1("third", "SELECT name FROM t", [], 30),
    ]
    with serving("postgres", mocks) as service, connected(service, autocommit=True) as connection:
        connection.execute("SELECT id FROM t")
        connection.execute(update.replace("%s", "'a'").replace("2024-01-01", "2026-01-01").encode())
        connection.execute(update.replace("%s", "'b'").encode())
        connection.execute("SELECT id FROM t")
        with pytest.raises(psycopg.errors.InternalError_):
            connection.execute("SELECT other FROM t")
        calls = service.finish()

    changed = "UPDATE t SET name = 'b', password = [redacted], at = '2024-01-01 10:00:00' WHERE id = 1"
    late = "UPDATE t SET name = 'a', password = [redacted], at = '2026-01-01 10:00:00' WHERE id = 1"
    assert said(calls) == [
        "no recorded answer for SELECT other FROM t; closest is third (SELECT name FROM t):"
        " query: recorded SELECT name FROM t, sent SELECT other FROM t",
        f"changed: {changed}: name: recorded 'a', sent 'b'",
        f"extra: {changed}",
        "extra: SELECT id FROM t",
        f"late: {late} after second (SELECT id FROM t)",
        "dropped: third (SELECT name FROM t)",
    ]


def test_parameters_are_told_by_their_columns():
    mocks = [v3("m", "INSERT INTO t (id, token) VALUES ($1, $2)", paramOids=[23, 25], bindValues=[5, "s3cret"])]
    with serving("postgres", mocks) as service:
        asked_by_asyncpg(service, ("INSERT INTO t (id, token) VALUES ($1, $2)", 6, "other"))
        calls = service.finish()

    assert said(calls) == [
        "changed: INSERT INTO t (id, token) VALUES ($1, $2) [6, [redacted]]:"
        " id: recorded 5, sent 6; token: recorded [redacted], sent [redacted]",
    ]


def test_twenty_connections_and_some_that_break_off():
    with serving("postgres", [v1("m", "SELECT id FROM t", [["1"]], tag="config", columns="id:23")]) as service:
        for size in (3, 8, 20):
            with service.connection() as abrupt:
                abrupt.sendall(struct.pack(">iihh", 60, 196608, 0, 0) + bytes(size))

        def ask(_: int) -> object:
            with connected(service, autocommit=True) as connection:
                return [connection.execute("SELECT id FROM t").fetchone() for _ in range(5)]

        with ThreadPoolExecutor(20) as threads:
            answers = list(threads.map(ask, range(20)))
        calls = service.finish()

    assert (answers, said(calls)) == ([[(1,)] * 5] * 20, [])


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "a first message of 1195725856 bytes"),
        (struct.pack(">ii", 8, 131072), "version 2 of the protocol"),
        (struct.pack(">ii", 8, 196608) + b"Q" + struct.pack(">i", 2**31 - 1), "a length of 2147483643 bytes"),
        (struct.pack(">ii", 8, 196608) + b"B" + struct.pack(">i", 6) + b"ab", "a message that ends too early"),
        (struct.pack(">ii", 8, 196608) + b"!" + struct.pack(">i", 4), "a message of the type b'!'"),
    ],
)
def test_garbage_ends_the_connection_and_nothing_else(sent: bytes, reason: str):
    with serving("postgres", [v1("m", "SELECT id FROM t", [["1"]], columns="id:23")]) as service:
        with service.connection() as hostile:
            hostile.sendall(sent)
            hostile.shutdown(1)
            answer = hostile.makefile("rb").read()
        with connected(service, autocommit=True) as connection:
            assert connection.execute("SELECT id FROM t").fetchone() == (1,)
        (miss,) = service.finish().missed

    assert f"tta-validate: {reason}".encode() in answer
    assert miss.reason == f"what the client sent is not Postgres: {reason}"


@settings(deadline=None, max_examples=60)
@given(
    st.decimals(allow_nan=False, allow_infinity=False),
    st.timedeltas(dt.timedelta(-9999), dt.timedelta(9999)),
    st.datetimes(),
    st.lists(st.text("aN \u20ac,{}\"\\'\n", max_size=4)),
    st.binary(max_size=9),
)
def test_values_come_back_from_binary(
    number: Decimal, span: dt.timedelta, at: dt.datetime, words: list[str], raw: bytes
):
    array = ",".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)
    plain = f"{{{array}}}".encode()
    assert Decimal(to_text(1700, to_binary(1700, f"{number:f}".encode())).decode()) == number
    assert to_text(1114, to_binary(1114, str(at).encode())).decode() == str(at).rstrip("0" if at.microsecond else "")
    assert to_text(1009, to_binary(1009, to_text(1009, to_binary(1009, plain)))) == to_text(
        1009, to_binary(1009, plain)
    )
    assert to_binary(17, to_text(17, raw)) == raw
    for oid in (16, 20, 700, 701, 1007, 1082, 1186, 1266, 2950, 3802):
        assert isinstance(to_text(oid, raw), bytes)
        assert isinstance(to_binary(oid, raw), bytes)


def test_one_uuid_in_two_spellings_is_one_value():
    mocks = [v1("m", "SELECT id FROM t WHERE id = '123e4567e89b12d3a456426614174000'", [["1"]], columns="id:23")]
    with serving("postgres", mocks) as service, connected(service, autocommit=True) as connection:
        connection.execute("SELECT id FROM t WHERE id = '123e4567-e89b-12d3-a456-426614174000'")
        calls = service.finish()

    assert ([call.how for call in calls.fuzzy], said(calls)) == (["volatile"], [])


@settings(deadline=None, max_examples=60)
@given(st.text("aeZ19 '\"`$.-/*\\;,()\n\u20ac=?", max_size=30), st.sampled_from(["postgres", "mysql"]))
def test_any_text_is_read_as_sql(sql: str, dialect: Any):
    one, other = read_sql(sql, dialect), read_sql(f"  {sql}\n", dialect)

    assert one.shape == other.shape
    assert read_sql("SELECT 'it''s', 5 -- x", dialect).literals == (("literal 1", "'it''s'"), ("literal 2", "5"))
