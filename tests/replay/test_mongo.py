"""MongoDB's own client library and hostile clients against recorded commands."""

import asyncio
import datetime as dt
import json
import struct
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pymongo
import pytest
from bson import Binary, Decimal128, Int64, ObjectId, Regex, Timestamp, encode, json_util
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo.errors import OperationFailure

from tests.replay.service_side import PLACE, Service, said, serving
from tta_validate.recordings.model import Mock
from tta_validate.replay.mock_bytes import Garbled
from tta_validate.replay.mongo_bson import decoded, encoded

DOCUMENT: dict[str, Any] = {
    "_id": ObjectId("66a232ab5484d4757c09e0d2"),
    "word": "\u20ac 'x'\x00y",
    "n": 5,
    "long": Int64(2**40),
    "f": 1.5,
    "price": Decimal128("12.50"),
    "at": dt.datetime(2024, 5, 6, 7, 8, 9, 250000),
    "raw": b"\x00\xff",
    "kind": Binary(b"ab", 5),
    "none": None,
    "yes": True,
    "list": [1, [], {"a": []}],
    "inner": {},
    "re": Regex("^a", "i"),
    "ts": Timestamp(5, 6),
}
CANONICAL = json_util.CANONICAL_JSON_OPTIONS


def mongo_mock(name: str, command: Mapping[str, Any], answer: Mapping[str, Any], at: int = 10, **lists: Any) -> Mock:
    """Returns a Mongo mock; ``lists`` are documents that stand in sections of their own."""
    asked = [f"{{ SectionSingle msg: {json_util.dumps(command, json_options=CANONICAL)} }}"]
    asked += [
        f"{{ SectionSingle identifier: {key} , msgs: {json_util.dumps(value, json_options=CANONICAL)} }}"
        for key, value in lists.items()
    ]
    told = f"{{ SectionSingle msg: {json_util.dumps({**answer, 'ok': 1.0}, json_options=CANONICAL)} }}"
    sides = {"requests": asked, "responses": [told]}
    spec: dict[str, object] = {
        side: [{"header": {"Opcode": 2013}, "message": {"flagBits": 0, "sections": sections}}]
        for side, sections in sides.items()
    }
    return Mock(name, "Mongo", PLACE, spec, at, at, "1", (("operation", "x"),))


def found(name: str, *documents: Mapping[str, Any], filtered: Mapping[str, Any] | None = None, at: int = 10) -> Mock:
    command = {"find": "c", "filter": filtered or {}, "$db": "d", "lsid": {"id": Binary(b"1" * 16, 4)}}
    return mongo_mock(name, command, {"cursor": {"firstBatch": documents, "id": Int64(0), "ns": "d.c"}}, at)


def inserted(name: str, document: Mapping[str, Any], at: int) -> Mock:
    return mongo_mock(name, {"insert": "c", "ordered": True, "$db": "d"}, {"n": 1}, at, documents=[document])


def client(service: Service, **more: Any) -> Any:
    return pymongo.MongoClient("127.0.0.1", service.port, serverSelectionTimeoutMS=10_000, **more)


def test_every_type_and_cursors_that_go_on():
    first = mongo_mock(
        *("f", {"find": "c", "filter": {"more": True}, "batchSize": 1, "$db": "d"}),
        {"cursor": {"firstBatch": [{"a": 1}], "id": Int64(77), "ns": "d.c"}},
    )
    second = mongo_mock(
        *("g", {"getMore": Int64(77), "collection": "c", "batchSize": 1, "$db": "d"}),
        {"cursor": {"nextBatch": [{"a": 2}], "id": Int64(0), "ns": "d.c"}},
    )
    with serving("mongo", [found("m", DOCUMENT), first, second]) as service, client(service) as mongo:
        assert list(mongo.d.c.find({})) == [DOCUMENT]
        assert list(mongo.d.c.find({"more": True}, batch_size=1)) == [{"a": 1}, {"a": 2}]
        assert mongo.admin.command("ping")["ok"] == 1.0
        assert said(service.finish()) == []


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256", None])
def test_clients_log_in_and_check_that_the_server_knows_the_password(mechanism: str | None):
    more = {"authMechanism": mechanism} if mechanism else {}
    with serving("mongo", [found("m", {"a": 1})]) as service:
        with client(service, username="u", password="default@123", **more) as mongo:
            assert list(mongo.d.c.find({})) == [{"a": 1}]
        with (
            client(service, username="u", password="other", **more) as mongo,
            pytest.raises(OperationFailure, match="invalid signature"),
        ):
            list(mongo.d.c.find({}))


def test_what_changed_came_on_top_went_and_moved_is_told():
    mocks = [
        inserted("first", {"_id": ObjectId("66a232ab5484d4757c09e0d2"), "name": "a"}, 10),
        found("second", {"a": 1}, filtered={"name": "a"}, at=20),
        inserted("third", {"_id": ObjectId("66a232ab5484d4757c09e0d3"), "name": "b", "token": "x"}, 30),
        found("fourth", filtered={"other": 1}, at=40),
    ]
    with serving("mongo", mocks) as service, client(service) as mongo:
        assert mongo.d.c.find_one({"name": "a"}) == {"a": 1}
        mongo.d.c.insert_one({"name": "a"})
        mongo.d.c.insert_one({"name": "b", "token": "y"})
        with pytest.raises(OperationFailure, match=r"tta-validate: no recorded answer for count e\.f"):
            mongo.e.command("count", "f")
        calls = service.finish()

    assert [call.how for call in calls.served if call.mock] == ["structural", "volatile", "structural"]
    miss, *others = said(calls)
    assert miss.startswith("no recorded answer for count e.f; closest is first (insert d.c ")
    assert [one.partition(":")[0] for one in others] == ["changed", "changed", "late", "dropped"]
    assert [str(one) for one in calls.changed[1].differences] == [
        "documents[0].token: recorded [redacted], sent [redacted]"
    ]


def test_twenty_threads_and_tasks_and_some_that_break_off():
    with serving("mongo", [found("m", {"a": 1})]) as service:
        for size in (3, 15, 40):
            with service.connection() as abrupt:
                abrupt.sendall(struct.pack("<iiii", 99, 1, 0, 2013)[:size].ljust(size, b"\0"))
        with client(service) as mongo, ThreadPoolExecutor(20) as threads:
            everything: list[dict[str, Any]] = [{}] * 40
            answers: list[Any] = list(threads.map(mongo.d.c.find_one, everything))

        async def ask() -> list[Any]:
            connect: Any = pymongo.AsyncMongoClient
            async with connect("127.0.0.1", service.port) as mongo:
                return await asyncio.gather(*(mongo.d.c.find_one({}) for _ in range(20)))

        answers += asyncio.run(ask())
        calls = service.finish()

    assert (answers, calls.missed) == ([{"a": 1}] * 60, ())


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (struct.pack("<iiii", 2**31 - 1, 1, 0, 2013), "a length of 2147483631 bytes"),
        (struct.pack("<iiii", 5, 1, 0, 2013), "a length of -11 bytes"),
        (struct.pack("<iiii", 16, 1, 0, 2013), "a message that ends too early"),
        (struct.pack("<iiii", 20, 1, 0, 9) + b"abcd", "a message of the type 9"),
        (struct.pack("<iiiiIBi", 25, 1, 0, 2013, 0, 0, 99), "a message that ends too early"),
        (struct.pack("<iiiiIBi", 26, 1, 0, 2013, 0, 0, 5) + b"x", "a document that cannot be read"),
    ],
)
def test_garbage_ends_the_connection_and_nothing_else(sent: bytes, reason: str):
    with serving("mongo", [found("m", {"a": 1})]) as service:
        with service.connection() as hostile:
            hostile.sendall(sent)
            hostile.shutdown(1)
            assert hostile.makefile("rb").read() == b""
        with client(service) as mongo:
            assert list(mongo.d.c.find({})) == [{"a": 1}]
        (miss,) = service.finish().missed

    assert miss.reason == f"what the client sent is not MongoDB: {reason}"


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text("a$\u20ac\x00", max_size=4)
    | st.binary(max_size=4)
    | st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9000, 1, 1)).map(lambda at: at.replace(microsecond=0))
    | st.decimals(allow_nan=False, places=3, min_value=-(10**9), max_value=10**9).map(lambda one: Decimal128(str(one))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from("abc"), VALUES), st.integers(0, 60), st.binary(max_size=3))
def test_documents_are_read_and_written_as_the_library_does(document: dict[str, Any], at: int, junk: bytes):
    data = encode(document)
    tree = decoded(data)
    try:
        decoded(data[:at] + junk + data[at + len(junk) :])
    except Garbled as error:
        assert "document" in str(error) or "that" in str(error) or "type" in str(error)

    assert tree == json.loads(json_util.dumps(json_util.loads(json.dumps(tree)), json_options=CANONICAL))
    assert encoded(tree) == data
