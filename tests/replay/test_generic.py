"""Bytes that nobody knows, names that were recorded, and drivers that are led to us from inside the app."""

import base64
import os
import subprocess
import sys
from collections.abc import Sequence

import pytest
import yaml

from tests.replay.app_side import answering, case
from tests.replay.service_side import recorded, redis_mock, said, serving
from tests.replay.test_mongo import found
from tests.replay.test_mysql import query, rows
from tests.replay.test_postgres import v1
from tta_validate.recordings.model import Mock
from tta_validate.replay.mock import Ledger
from tta_validate.replay.mock_names import recorded_names

DRIVERS = """
import asyncio, socket, sys
import asyncpg, psycopg, pymongo, pymysql, redis
try:
    import mysql.connector as connector
except ImportError:
    connector = None

async def ask():
    connection = await asyncpg.connect("postgresql://u:p@db.internal:6000/d?sslmode=require")
    return [tuple(row) for row in await connection.fetch("SELECT id FROM t")]

print(redis.Redis.from_url("rediss://:p@cache.internal:6390/2").get("k"))
with psycopg.connect("host=db.internal port=6000 user=u password=p sslmode=verify-full", autocommit=True) as connection:
    print(connection.execute("SELECT id FROM t").fetchall())
print(asyncio.run(ask()))
cursor = pymysql.connect(host="my.internal", port=3310, user="u", password="p", ssl={"ca": None}).cursor()
print(cursor.execute("SELECT big FROM t"), cursor.fetchall())
print(list(pymongo.MongoClient("mongodb://u:secret@mongo.internal:27018/?tls=true").d.c.find({})))
if connector is None:
    print("[(7,)]")
else:
    with connector.connect(host="my.internal", port=3310, user="u", password="p") as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT big FROM t")
        print(cursor.fetchall())
plain = socket.create_connection(("anything.internal", 4711), 5)
plain.sendall(b"hi")
print(plain.recv(9), socket.gethostbyname("known.example.org"))
try:
    socket.getaddrinfo("gone.example.org", 80)
except socket.gaierror as error:
    print(error.errno == socket.EAI_NONAME)
"""


def generic(name: str, asked: Sequence[bytes], answered: Sequence[bytes], at: int = 10, **metadata: str) -> Mock:
    """Returns a mock of bytes; each is printable, or goes in base64."""
    spec: dict[str, object] = {"metadata": metadata}
    for side, parts in (("requests", asked), ("responses", answered)):
        messages = [
            {"type": "utf-8", "data": part.decode()}
            if part.isascii()
            else {"type": "binary", "data": base64.b64encode(part).decode()}
            for part in parts
        ]
        spec[f"generic{side}"] = [{"origin": "x", "message": [message]} for message in messages]
    return recorded("Generic", name, yaml.safe_dump(spec), at)


def dns(name: str, *answers: str, rcode: int = 0, qtype: int = 1) -> Mock:
    spec = {"request": {"name": name, "qtype": qtype}, "response": {"rcode": rcode, "answers": list(answers)}}
    return recorded("DNS", name, yaml.safe_dump(spec))


def test_bytes_get_the_recorded_answer_whatever_parts_they_come_in():
    mocks = [
        generic("hello", [], [b"welcome\n"], 5),
        generic("first", [b"LOGIN a", b"\xff\n"], [b"ok\n", b"\x00"], 10),
        generic("second", [b"TIME 2024-05-06T07:08:09 and a lot of words\n"], [b"late\n"], 20),
    ]
    with serving("generic", mocks) as service:
        with service.connection() as plain:
            lines = plain.makefile("rb")
            assert lines.readline() == b"welcome\n"
            plain.sendall(b"LOG")
            plain.sendall(b"IN a\xff\n")
            assert lines.read(4) == b"ok\n\x00"
            plain.sendall(b"TIME 2026-01-01T00:00:00 and a lot of words\n")
            assert lines.readline() == b"late\n"
            plain.sendall(b"TIME 2024-05-06T07:08:09 and a lot of wordz\n")
            assert lines.readline() == b"late\n"
            plain.sendall(b"QUIT\n")
            assert lines.read() == b""
        calls = service.finish()

    assert [(call.mock, call.how) for call in calls.served] == [
        *(("hello", "exact"), ("first", "exact"), ("second", "volatile"), ("second", "structural")),
    ]
    assert said(calls)[0].partition(";")[0] == "no recorded answer for QUIT\N{REPLACEMENT CHARACTER}"


def test_the_names_of_a_recording():
    mocks = [
        dns("Known.example.org.", "known.example.org.\t60\tIN\tA\t10.0.0.5"),
        *(dns(name, f"{name}\t60\tIN\tA\t10.0.0.9") for name in ("one.example.org.", "two.example.org.")),
        dns("odd.example.org.", "odd.example.org. 60 IN CNAME known.example.org.", "no address"),
        dns("gone.example.org.", rcode=3),
        dns("v6.example.org.", rcode=3, qtype=28),
        dns("v6.example.org."),
    ]

    assert recorded_names(Ledger(mocks, ()).of(["dns"])) == (
        {"known.example.org": "10.0.0.5", **{f"{one}.example.org": "" for one in ("one", "two", "odd", "v6")}},
        ("gone.example.org",),
    )


@pytest.mark.skipif(os.name != "posix", reason="the drivers' wheels differ")
def test_every_driver_is_led_to_us_whatever_host_port_and_tls_it_was_given():
    mocks = [
        redis_mock("r", [(b"GET k", b"$1\r\nv\r\n")]),
        v1("p", "SELECT id FROM t", [["1"]], columns="id:23"),
        query("m", "SELECT big FROM t", rows("TextResultSet", ["7"], columns=["big"])),
        found("g", {"a": 1}),
        generic("b", [b"hi"], [b"there"]),
        *(dns("gone.example.org.", rcode=3), dns("known.example.org.", "known.example.org. 1 IN A 10.0.0.5")),
    ]
    ledger = Ledger(mocks, [case("one", 1, 1000)])
    with answering(ledger) as (_, environment):
        ledger.begin("one")
        done = subprocess.run(
            [sys.executable, "-c", DRIVERS], env=environment, capture_output=True, text=True, check=False
        )
        calls = ledger.finish()

    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        *("b'v'", "[(1,)]", "[(1,)]", "1 ((7,),)", "[{'a': 1}]", "[(7,)]", "b'there' 10.0.0.5", "True"),
    ]
    assert calls.missed == ()
