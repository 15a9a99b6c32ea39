"""MySQL's own client libraries and hostile clients against recorded exchanges."""

import datetime as dt
import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pymysql
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replay.service_side import Service, recorded, said, serving
from tta_validate.recordings.model import Mock
from tta_validate.replay.mysql_wire import DATETIME, TIME, Field, Scan, binary_row, counted, packets, unpacked

COLUMNS: dict[str, tuple[int, str | bytes | None, object]] = {
    "tiny": (1, "1", 1),
    "big": (8, "-5", -5),
    "price": (246, "12.50", Decimal("12.50")),
    "ratio": (5, "1.5", 1.5),
    "word": (253, "\u20ac 'x'", "\u20ac 'x'"),
    "raw": (252, b"\x00\xff", b"\x00\xff"),
    "day": (10, "2024-02-29", dt.date(2024, 2, 29)),
    "clock": (11, "25:00:01", dt.timedelta(hours=25, seconds=1)),
    "at": (12, "2024-05-06 07:08:09.250000", dt.datetime(2024, 5, 6, 7, 8, 9, 250000)),
    "gone": (253, None, None),
}


def mysql_mock(name: str, command: str, message: dict[str, Any], answers: Sequence[Any], at: int = 10) -> Mock:
    """Returns a MySQL mock; an answer is the type of its packet with its message."""
    spec = {
        "metadata": {"connID": "0"},
        "requests": [{"header": {"packet_type": command}, "message": message}],
        "responses": [{"header": {"packet_type": kind}, "message": content} for kind, content in answers],
    }
    return recorded("MySQL", name, yaml.safe_dump(spec), at)


def query(name: str, sql: str, *answers: Any, at: int = 10) -> Mock:
    return mysql_mock(name, "COM_QUERY", {"query": sql}, answers or [DONE], at)


def rows(kind: str, *values: Sequence[object], columns: Sequence[str] = tuple(COLUMNS)) -> tuple[str, dict[str, Any]]:
    described = [
        {"name": name, "type": COLUMNS[name][0], "character_set": 63 if name == "raw" else 255} for name in columns
    ]
    cells = [{"values": [{"value": value} for value in row]} for row in values]
    return kind, {"columns": described, "rows": cells, "eofAfterColumns": [], "FinalResponse": {"type": "EOF"}}


DONE = ("OK", {"affected_rows": 3, "last_insert_id": 300, "status_flags": 2, "info": ""})
FAILED = ("ERR", {"error_code": 1062, "sql_state": "23000", "error_message": "Duplicate entry"})


def connected(service: Service, **more: Any) -> Any:
    connect: Any = pymysql.connect
    return connect(host="127.0.0.1", port=service.port, user="u", password="p", database="d", ssl_disabled=True, **more)


def test_types_nulls_unicode_and_binary():
    values = [one[1] for one in COLUMNS.values()]
    mocks = [query("m", "SELECT * FROM t", rows("TextResultSet", values, values))]
    with serving("mysql", mocks) as service, connected(service) as connection, connection.cursor() as cursor:
        cursor.execute("select *\n from t")
        assert list(cursor.fetchall()) == [tuple(one[2] for one in COLUMNS.values())] * 2
        assert said(service.finish()) == []


def test_transactions_errors_results_and_what_needs_no_recording():
    sets = [rows("TextResultSet", ["7"], columns=[one]) for one in ("big", "tiny")]
    both = query("two", "SELECT big; SELECT tiny", *sets, at=30)
    mocks = [query("e", "INSERT INTO t VALUES (1)", FAILED), query("u", "UPDATE t SET a = 1", at=20), both]
    with serving("mysql", mocks) as service, connected(service, client_flag=1 << 16) as connection:
        with connection.cursor() as cursor:
            with pytest.raises(pymysql.err.IntegrityError, match="Duplicate entry"):
                cursor.execute("INSERT INTO t VALUES (1)")
            connection.begin()
            assert cursor.execute("UPDATE t SET a = 1") == 3
            assert cursor.lastrowid == 300
            connection.commit()
            cursor.execute("SELECT big; SELECT tiny")
            assert (cursor.fetchall(), cursor.nextset(), cursor.fetchall()) == (((7,),), True, ((7,),))
            cursor.execute("SELECT @@version_comment, @@transaction_isolation AS level")
            assert cursor.fetchall() == (("", "REPEATABLE-READ"),)
            cursor.execute("SELECT 1")
            assert cursor.fetchall() == ((1,),)
        connection.ping()
        connection.select_db("other")
        assert said(service.finish()) == []


def test_a_prepared_statement_is_answered_in_binary():
    connector: Any = pytest.importorskip("mysql.connector", reason="mysql-connector-python is not installed")
    values = [one[1] for one in COLUMNS.values()]
    sql = "SELECT * FROM t WHERE id = ? AND name = ?"
    prepared = {"statement_id": 9, "num_params": 2, "column_definitions": rows("", columns=list(COLUMNS))[1]["columns"]}
    given = {"statement_id": 9, "parameters": [{"value": 5}, {"value": "a"}]}
    mocks = [
        mysql_mock("p", "COM_STMT_PREPARE", {"query": sql}, [("COM_STMT_PREPARE_OK", prepared)], 10),
        mysql_mock("x", "COM_STMT_EXECUTE", given, [rows("BinaryProtocolResultSet", values)], 20),
    ]
    with serving("mysql", mocks) as service:
        address = {"host": "127.0.0.1", "port": service.port, "user": "u", "password": "p"}
        with connector.connect(**address, use_pure=True, ssl_disabled=True) as connection:
            cursor = connection.cursor(prepared=True)
            cursor.execute(sql, (5, "a"))
            found = cursor.fetchall()
            cursor.execute(sql, (6, "a"))
            assert cursor.fetchall() == found
        calls = service.finish()

    expected = [one[2] for one in COLUMNS.values()]
    assert [bytes(value) if isinstance(value, bytearray) else value for value in found[0]] == expected
    changed = "SELECT * FROM t WHERE id = ? AND name = ? [6, a]"
    assert said(calls) == [f"changed: {changed}: id: recorded 5, sent 6", f"extra: {changed}"]


def test_what_changed_came_on_top_went_and_moved_is_told():
    mocks = [
        query("first", "INSERT INTO t (name, at) VALUES ('a', '2024-01-01 10:00:00')", at=10),
        query("second", "DELETE FROM t WHERE id = 1", at=20),
        query("third", 'UPDATE t SET doc = \'{\\"a\\": 1, \\"at\\": \\"2024-01-01\\"}\'', at=30),
        query("fourth", "DELETE FROM u", at=40),
    ]
    with serving("mysql", mocks) as service, connected(service) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM t WHERE id = 1")
        cursor.execute("INSERT INTO t (name, at) VALUES ('a', '2026-09-09 11:00:00')")
        cursor.execute("DELETE FROM t WHERE id = 2")
        cursor.execute('UPDATE t SET doc = \'{\\"at\\": \\"2026-02-02\\", \\"a\\": 1}\'')
        with pytest.raises(pymysql.err.OperationalError, match="tta-validate: no recorded answer for DELETE FROM v"):
            cursor.execute("DELETE FROM v")
        calls = service.finish()

    late = "INSERT INTO t (name, at) VALUES ('a', '2026-09-09 11:00:00')"
    assert [call.how for call in calls.served if call.mock] == ["exact", "volatile", "structural", "volatile"]
    assert said(calls) == [
        "no recorded answer for DELETE FROM v; closest is fourth (DELETE FROM u):"
        " query: recorded DELETE FROM u, sent DELETE FROM v",
        "changed: DELETE FROM t WHERE id = 2: id: recorded 1, sent 2",
        "extra: DELETE FROM t WHERE id = 2",
        f"late: {late} after second (DELETE FROM t WHERE id = 1)",
        "dropped: fourth (DELETE FROM u)",
    ]


def test_twenty_connections_and_some_that_break_off():
    mocks = [query("m", "SELECT big FROM t", rows("TextResultSet", ["7"], columns=["big"]))]
    with serving("mysql", mocks) as service:
        for size in (0, 2, 3):
            with service.connection() as abrupt:
                abrupt.sendall(bytes(size))

        def ask(_: int) -> object:
            with connected(service) as connection, connection.cursor() as cursor:
                return [cursor.execute("SELECT big FROM t") for _ in range(5)]

        with ThreadPoolExecutor(20) as threads:
            assert list(threads.map(ask, range(20))) == [[1] * 5] * 20
        assert service.finish().missed == ()


HELLO = packets([struct.pack("<IIB", 0x80200, 0, 255) + bytes(23) + b"u\0\0mysql_native_password\0"], 1)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (packets([bytes(10)], 1), "a client older than MySQL 4.1"),
        (packets([b"\x00\x02"], 1), "a packet that ends too early"),
        (HELLO + packets([b""], 0), "an empty packet"),
        (HELLO + packets([b"\x17\x01"], 0), "a packet that ends too early"),
    ],
)
def test_garbage_ends_the_connection_and_nothing_else(sent: bytes, reason: str):
    mocks = [query("m", "SELECT big FROM t", rows("TextResultSet", ["7"], columns=["big"]))]
    with serving("mysql", mocks) as service:
        with service.connection() as hostile:
            hostile.sendall(sent)
            hostile.shutdown(1)
            assert f"tta-validate: {reason}".encode() in hostile.makefile("rb").read()
        with connected(service) as connection, connection.cursor() as cursor:
            assert cursor.execute("SELECT big FROM t") == 1
        (miss,) = service.finish().missed

    assert miss.reason == f"what the client sent is not MySQL: {reason}"


@settings(deadline=None, max_examples=60)
@given(st.datetimes(), st.timedeltas(-dt.timedelta(34), dt.timedelta(34)), st.integers(0, 1 << 40))
def test_values_of_prepared_statements_come_back(at: dt.datetime, span: dt.timedelta, number: int):
    seconds = abs(span) // dt.timedelta(seconds=1)
    clock = f"{'-' if span < dt.timedelta() else ''}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    moment = f"{at:%H:%M:%S}" + (f".{at.microsecond:06}" if at.microsecond else "")
    words = [f"{at.year:04}-{at:%m-%d} {moment}", clock if seconds else "00:00:00", None]
    fields = [Field(b"a", DATETIME), Field(b"b", TIME), Field(b"c")]
    scan = Scan(binary_row([word.encode() if word else None for word in words], fields)[2:])

    assert [unpacked(scan, field.type, unsigned=False).decode() for field in fields[:2]] == words[:2]
    assert (scan.at, Scan(counted(number)).counted()) == (len(scan.data), number)
