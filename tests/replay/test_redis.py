"""Redis' own client library and hostile clients against recorded commands."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
import redis.asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replay.service_side import Service, redis_mock, resp, said, serving
from tta_validate.replay.redis_wire import Reply, encoded, older, replies

STORY = [
    (b"SET k v", b"+OK\r\n"),
    (b"GET k", b"$1\r\nv\r\n"),
    (b"GET gone", b"$-1\r\n"),
    (b"GET \xff\x00", b"$3\r\n\xff\x00\r\r\n"),
    (b"GET \xc3\xa9", b"$3\r\n\xe2\x82\xac\r\n"),
    (b"INCR n", b"-WRONGTYPE not a number\r\n"),
    (b"HGETALL h", b"*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n2\r\n"),
    (b"SMEMBERS s", b"*2\r\n$1\r\nx\r\n$1\r\ny\r\n"),
    (b"ZSCORE z a", b"$3\r\n1.5\r\n"),
    (b"ZRANGE z 0 -1 WITHSCORES", b"*4\r\n$1\r\na\r\n$3\r\n1.5\r\n$1\r\nb\r\n$1\r\n2\r\n"),
    (b"BLPOP q 1", b"*-1\r\n"),
]
NEWER = [
    (b"HELLO 3", b"%1\r\n$5\r\nproto\r\n:3\r\n"),
    (b"HGETALL h", b"%2\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n2\r\n"),
    (b"SMEMBERS s", b"~2\r\n$1\r\nx\r\n$1\r\ny\r\n"),
    (b"ZSCORE z a", b",1.5\r\n"),
    (b"ZRANGE z 0 -1 WITHSCORES", b"*2\r\n*2\r\n$1\r\na\r\n,1.5\r\n*2\r\n$1\r\nb\r\n,2\r\n"),
    (b"GET gone", b"_\r\n"),
]


def client(service: Service, **settings: Any) -> Any:
    return redis.Redis("127.0.0.1", service.port, retry=None, socket_timeout=10, **settings)  # pyright: ignore


@pytest.mark.parametrize("protocol", [2, 3])
def test_the_client_of_today_in_both_versions_of_the_protocol(protocol: int):
    with serving("redis", [redis_mock("m", STORY)]) as service, client(service, protocol=protocol) as r:
        assert r.ping() is True
        assert (r.set("k", "v"), r.get("k"), r.get("gone"), r.get(b"\xff\x00")) == (True, b"v", None, b"\xff\x00\r")
        assert r.get("\u00e9").decode() == "\u20ac"
        with pytest.raises(redis.ResponseError, match="not a number"):
            r.execute_command("INCR", "n")
        assert r.hgetall("h") == {b"a": b"1", b"b": b"2"}
        assert (r.smembers("s"), r.zscore("z", "a"), r.blpop("q", 1)) == ({b"x", b"y"}, 1.5, None)
        assert [tuple(pair) for pair in r.zrange("z", 0, -1, withscores=True)] == [(b"a", 1.5), (b"b", 2.0)]
        assert said(service.finish()) == []


@pytest.mark.parametrize("protocol", [2, 3])
def test_a_recording_of_resp3_serves_both_versions(protocol: int):
    with serving("redis", [redis_mock("m", NEWER)]) as service, client(service, protocol=protocol) as r:
        assert (r.hgetall("h"), r.smembers("s"), r.get("gone")) == ({b"a": b"1", b"b": b"2"}, {b"x", b"y"}, None)
        assert r.zscore("z", "a") == 1.5
        assert [tuple(pair) for pair in r.zrange("z", 0, -1, withscores=True)] == [(b"a", 1.5), (b"b", 2.0)]


def test_transactions_tell_a_queued_command_from_the_same_outside():
    moved = [
        *((b"MULTI", b"+OK\r\n"), (b"GET k", b"+QUEUED\r\n"), (b"INCRBY n 1", b"+QUEUED\r\n")),
        *((b"EXEC", b"*2\r\n$1\r\nv\r\n:7\r\n"), (b"GET k", b"$1\r\nv\r\n")),
    ]
    with serving("redis", [redis_mock("m", moved, 10, "mocks")]) as service, client(service) as r:
        with r.pipeline() as pipe:
            assert pipe.get("k").incr("n").execute() == [b"v", 7]
        assert r.get("k") == b"v"
        assert said(service.finish()) == []


def test_pools_and_connections_that_break_off():
    with serving("redis", [redis_mock("m", STORY)]) as service:
        for _ in range(5):
            with service.connection() as abrupt:
                abrupt.sendall(resp(b"GET", b"k")[:9])
        pool = redis.ConnectionPool(host="127.0.0.1", port=service.port)
        with ThreadPoolExecutor(20) as threads:
            pooled = client(service, connection_pool=pool)
            answers = set(threads.map(pooled.get, ["k"] * 200))
        pool.disconnect()

        async def ask() -> list[Any]:
            async with redis.asyncio.Redis(host="127.0.0.1", port=service.port) as r:
                return await asyncio.gather(*(r.get("k") for _ in range(20)))

        answers |= set(asyncio.run(ask()))
        assert (answers, said(service.finish())) == ({b"v"}, [])


def test_the_same_command_gets_the_answers_of_its_time_in_their_order():
    mocks = [redis_mock(f"m{at}", [(b"GET k", b":%d\r\n" % at)], at) for at in (20, 2000, 10, 3000)]
    with serving("redis", mocks) as service, client(service) as r:
        assert [r.get("k") for _ in range(3)] == [10, 20, 10]


def test_what_changed_came_on_top_went_and_moved_is_told():
    mocks = [
        redis_mock("first", [(b"SET k 1", b"+OK\r\n")], 10, "mocks"),
        redis_mock("second", [(b"SET k 2", b"+OK\r\n")], 20, "mocks"),
        redis_mock("third", [(b"SET at 2024-05-06T07:08:09", b"+OK\r\n")], 30, "mocks"),
        redis_mock("fourth", [(b"GET k", b"$1\r\n2\r\n")], 40, "mocks"),
    ]
    with serving("redis", mocks) as service, client(service) as r:
        r.set("k", "2")
        r.set("k", "1")
        r.set("at", "2026-01-02T03:04:05")
        r.set("k", "3")
        with pytest.raises(redis.ResponseError, match="tta-validate: no recorded answer for GET one two"):
            r.execute_command("GET", "one", "two")
        calls = service.finish()

    assert [(call.mock, call.how) for call in calls.served if call.mock] == [
        *(("second", "exact"), ("first", "exact"), ("third", "volatile"), ("first", "structural")),
    ]
    assert said(calls) == [
        "no recorded answer for GET one two; closest is fourth (GET k): command: recorded GET k, sent GET one two",
        "changed: SET k 3: argument 2: recorded 1, sent 3",
        "extra: SET k 3",
        "late: SET k 1 after second (SET k 2)",
        "dropped: fourth (GET k)",
    ]


def test_subscriptions_are_refused_with_the_reason():
    with serving("redis", [redis_mock("m", STORY)]) as service, client(service) as r:
        with pytest.raises(redis.ResponseError, match="publish and subscribe cannot be replayed"):
            r.execute_command("SUBSCRIBE", "news")
        assert said(service.finish()) == [
            "no recorded answer for SUBSCRIBE news: publish and subscribe cannot be replayed"
        ]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"\x16\x03\x01\x02\x00", "b'\\x16\\x03\\x01\\x02\\x00'"),
        (b"*99999999999999999999\r\n", "a length of b'99999999999999999999'"),
        (b"*1\r\n$99999999999\r\n", "a length of 100000000001 bytes"),
        (b"*1\r\n:1\r\n", "b':1\\r\\n' where the length of a word is expected"),
        (b"*-1\r\n", "a length of b'-1'"),
        (b"x" * (1 << 20) + b"xx", "a line without an end"),
    ],
)
def test_garbage_ends_the_connection_and_nothing_else(sent: bytes, reason: str):
    with serving("redis", [redis_mock("m", STORY)]) as service:
        with service.connection() as hostile:
            hostile.sendall(sent)
            hostile.shutdown(1)
            answer = hostile.makefile("rb").read()
        with client(service) as r:
            assert r.get("k") == b"v"
        (miss,) = service.finish().missed

    assert (answer, miss.reason) == (b"-ERR Protocol error\r\n", f"what the client sent is not Redis: {reason}")


TREES = st.recursive(
    st.builds(Reply, st.sampled_from(["$", "="]), st.binary(max_size=9))
    | st.builds(Reply, st.sampled_from([":", ",", "+", "-"]), st.integers(0, 99).map(lambda n: b"%d" % n))
    | st.just(Reply("_")),
    lambda inner: st.builds(
        lambda kind, parts: Reply(kind, parts=tuple(parts[: len(parts) // 2 * 2])),  # pyright: ignore
        st.sampled_from(["*", "~", "%"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=50)
@given(TREES, st.integers(0, 40))
def test_replies_are_read_as_they_were_written(reply: Reply, cut: int):
    data = encoded(reply)

    assert list(replies(data + data)) == [reply, reply]
    assert list(replies(data[:cut]))[:1] in ([], [reply])
    assert kinds(older(reply)) <= set("$*+-:")


def kinds(reply: Reply) -> set[str]:
    return {reply.kind}.union(*map(kinds, reply.parts))
