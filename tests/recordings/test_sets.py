import time
from pathlib import Path
from typing import cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.recordings.texts import CASE, HTTP_MOCK, REDIS_MOCK, case
from tta_validate.recordings.mocks import mock_entries, read_mocks
from tta_validate.recordings.model import (
    BodyRef,
    Case,
    Chunk,
    FormField,
    Mock,
    MockUse,
    Noise,
    Place,
    Request,
    Response,
    Skipped,
    Tagged,
)
from tta_validate.recordings.sets import read_set, read_sets
from tta_validate.recordings.trees import Piece, Unreadable, pieces, read_yaml

AT = 1767323045_123456789
ONE_JSON = '{"kind":"Http","name":"one","spec":{"req":{"method":"GET","url":"/"},"resp":{"status_code":200}}}'


def lay(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def test_a_case_of_today_is_read_whole(tmp_path: Path) -> None:
    lay(tmp_path, {"keploy/test-set-0/tests/post-orders-1.yaml": CASE})
    [found] = read_sets(tmp_path / "keploy", tmp_path)
    assert found.skipped == ()
    assert found.cases == (
        Case(
            name="post-orders-1",
            kind="Http",
            set_name="test-set-0",
            place=Place("keploy/test-set-0/tests/post-orders-1.yaml", 4),
            request=Request(
                method="POST",
                url="http://localhost:8000/orders?dry=1",
                headers=(("Content-Type", "application/json"), ("X-Serial", "007")),
                body='{"sku":"a1"}',
                at=AT,
                params=(("dry", "1"),),
                extra={"proto_major": 1, "proto_minor": 1},
            ),
            response=Response(
                status=201,
                headers=(("Content-Type", "application/json"), ("Server", "uvicorn")),
                body='{"id":7}',
                at=1767323045_200000000,
                message="Created",
                extra={"proto_major": 0, "proto_minor": 0},
            ),
            noise=Noise(headers=(("Date", ()),), body=(("id", ("^[0-9]+$",)),)),
            app_port=8000,
            version="api.keploy.io/v1beta1",
            extra={"future": {"kept": [1, "x"]}, "created": 1767323045},
        ),
    )


def test_cases_come_by_time_and_streams_last(tmp_path: Path) -> None:
    stream = case("stream", 1).replace("body: '{}'", "body: [{ts: 2026-01-02T03:04:01Z, data: {data: hi}}]")
    named = {
        f"keploy/s/tests/{name}.yaml": case(name, at)
        for name, at in (("a", 9), ("z", 2), ("test-10", 4), ("test-9", 4))
    }
    lay(tmp_path, {**named, "keploy/s/tests/stream.yaml": stream})
    [found] = read_sets(tmp_path / "keploy")
    assert [one.name for one in found.cases] == ["z", "test-9", "test-10", "a", "stream"]


def test_sets_of_every_layout_are_found_in_natural_order(tmp_path: Path) -> None:
    files = {
        "keploy/test-set-10/tests/test-1.yaml": case("test-1"),
        "keploy/test-set-2/test-1.yaml": case("test-1"),
        "keploy/test-set-2/config.yaml": "template: {}\n",
        "keploy/test-set-3/mocks.yaml": HTTP_MOCK,
        "keploy/manual/tests/one.json": ONE_JSON,
        "keploy/keploy/test-set-8/tests/test-1.yaml": case("test-1"),
        "keploy/reports/test-run-0/test-set-0-report.yaml": "version: x\n",
        "keploy/testReports/report-1.yaml": "version: x\n",
        "keploy/test-set-4/tests/mocks-old.yaml": HTTP_MOCK,
        "keploy/test-set-4/tests/empty.yaml": "",
        "keploy/test-set-4/mocks.yaml": "",
    }
    found = read_sets(lay(tmp_path, dict(files)) / "keploy")
    assert [(one.name, [a.name for a in one.cases], [x.reason for x in one.skipped]) for one in found] == [
        ("test-set-8", ["test-1"], []),
        ("manual", ["one"], []),
        ("test-set-2", ["test-1"], []),
        ("test-set-3", [], []),
        ("test-set-4", [], []),
        ("test-set-10", ["test-1"], []),
    ]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (case("x", status=100), 3, "recorded status 100, which is no answer to a request; record it again"),
        ("kind: Http\nname: x\nspec: {resp: {status_code: 200}}\n", 2, "has no request: its method or URL is missing"),
        ("kind: gRPC\nname: x\nspec: {grpcReq: {}}\n", 2, "is of kind gRPC: only Http cases are replayed"),
        ("kind: Http\nname: x\n", 2, "has no spec: it is no recorded case"),
        ("kind: Http\nname: [x\nspec: {}\n", 3, "is not valid YAML: did not find expected ',' or ']'"),
        ("- 1\n- 2\n", 1, "holds no mapping"),
        (b"kind: Http\nname: \xff\n", 2, "is not UTF-8 at byte 17"),
        ("name: x\nspec: " + "[" * 5000 + "\n", 1, "is nested more than 100 levels deep"),
        ("name: x\nspec:\n" + "- " * 5000 + "\n", 1, "is nested more than 100 levels deep"),
        ('{"kind": "Http",\n"name": }', 2, "is not valid JSON: Expecting value: line 2 column 9 (char 25)"),
        ("a: &a [x]\nb: &b [*a, *b]\n", 2, "holds an alias to something around it"),
    ],
)
def test_what_cannot_be_used_is_skipped_with_place_and_reason(
    tmp_path: Path, content: str | bytes, line: int, reason: str
) -> None:
    lay(tmp_path, {"keploy/s/tests/x.yaml": content, "keploy/s/tests/good.yaml": case("good")})
    found = read_set(tmp_path / "keploy/s", root=tmp_path)
    assert [one.name for one in found.cases] == ["good"]
    assert found.skipped == (Skipped(Place("keploy/s/tests/x.yaml", line), "x", reason),)


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 12)]
    lay(tmp_path, {"keploy/s/tests/x.yaml": "\n".join(rows)})
    [skipped] = read_set(tmp_path / "keploy/s").skipped
    assert skipped.reason == "holds more than 500000 values once its aliases are followed"


def test_bodies_in_every_form(tmp_path: Path) -> None:
    document = """\
kind: Http
name: x
spec:
    req:
        method: POST
        url: http://h/upload
        header: {Content-Type: multipart/form-data}
        body: ""
        body_ref: {path: s/assets/x/body.txt, size: 2000000}
        form:
            - {key: file, values: [], paths: [s/assets/x/file/a.png]}
            - {key: note, values: [one, two]}
    resp:
        status_code: 200
        header: {Content-Type: text/event-stream}
        body:
            - ts: 2026-01-02T03:04:05Z
              data: {event: greet, data: '{"n":1}'}
            - data: {comment: ping}
"""
    skipped = (
        "kind: Http\nname: y\nspec:\n  req: {method: GET, url: /}\n"
        "  resp: {status_code: 200, body_skipped: true, body_size: 7}\n"
    )
    binary = "kind: Http\nname: z\nspec: {req: {method: PUT, url: /, body: !!binary /wA=}, resp: {status_code: 204}}\n"
    lay(tmp_path, {"s/tests/x.yaml": document, "s/tests/y.yaml": skipped, "s/tests/z.yaml": binary})
    y, z, x = read_set(tmp_path / "s").cases
    assert x.request.form == (FormField("file", (), ("s/assets/x/file/a.png",)), FormField("note", ("one", "two")))
    assert x.request.body_ref == BodyRef("s/assets/x/body.txt", 2000000)
    assert x.response.body == 'event: greet\ndata: {"n":1}\n\n: ping\n\n'
    assert x.response.chunks == (
        Chunk(1767323045_000000000, (("event", "greet"), ("data", '{"n":1}'))),
        Chunk(None, (("comment", "ping"),)),
    )
    assert (y.response.body, y.response.body_size) == ("", 7)
    assert z.request.body == b"\xff\x00"


def test_mocks_of_yaml_and_json_are_read_alike(tmp_path: Path) -> None:
    ndjson = (
        '{"kind":"Http","name":"j","spec":{"metadata":{"type":"config"},"reqTimestampMock":"2026-01-02T03:04:05.1Z"}}\n'
    )
    lay(tmp_path, {"mocks.yaml": f"# Generated by Keploy\n{HTTP_MOCK}---\n{REDIS_MOCK}", "mocks.json": ndjson + ndjson})
    http, redis = read_mocks([tmp_path / "mocks.yaml"])
    assert isinstance(http, Mock)
    assert isinstance(redis, Mock)
    assert (http.place.line, redis.place.line) == (4, 25)
    assert http.request is not None
    assert http.request.header("host") == "rates.example.org"
    assert http.response == Response(200, (("Content-Type", "application/json"),), '{"usd":1.1}')
    assert (http.at, http.until, http.connection, http.lifetime) == (AT - 23456789, AT + 76543211, "0", "test")
    assert (redis.at, redis.lifetime, redis.request) == (AT - 23456789, "session", None)
    assert redis.spec["cells"] == [Tagged("!pg/int4", "5"), Tagged("!pg/numeric", {"digits": "1.10"})]
    found = list(read_mocks([tmp_path / "mocks.json"]))
    assert [(one.name, one.at, one.place.line) for one in found if isinstance(one, Mock)] == [
        ("j", AT - 23456789, 1),
        ("j", AT - 23456789, 2),
    ]


def test_a_broken_mock_leaves_the_others(tmp_path: Path) -> None:
    lay(tmp_path, {"mocks.yaml": f"{HTTP_MOCK}---\nkind: Http\nname: bad\nspec: [\n---\n{REDIS_MOCK}"})
    shown = [(one.name, type(one).__name__) for one in read_mocks([tmp_path / "mocks.yaml"])]
    assert shown == [("mock-2", "Mock"), ("bad", "Skipped"), ("mock-3", "Mock")]


def test_only_the_kinds_asked_for_are_parsed(tmp_path: Path) -> None:
    broken = "kind: Generic\nname: bad\nspec: [\n"
    lay(tmp_path, {"mocks.yaml": f"{HTTP_MOCK}---\n{broken}---\n{REDIS_MOCK}"})
    assert [one.name for one in read_mocks([tmp_path / "mocks.yaml"], ["http"])] == ["mock-2"]


def test_fifty_megabytes_of_mocks_are_listed_at_once(tmp_path: Path) -> None:
    filler = "    note: " + "x" * 100_000 + "\n"
    path = lay(tmp_path, {"mocks.yaml": f"{HTTP_MOCK}{filler}---\n" * 500}) / "mocks.yaml"
    started = time.process_time()
    entries = list(mock_entries(path))
    assert [(one.name, getattr(one, "kind", "")) for one in entries] == [("mock-2", "Http")] * 500
    assert time.process_time() - started < 5


def test_mappings_in_their_three_shapes(tmp_path: Path) -> None:
    mappings = """\
version: api.keploy.io/v1beta1
kind: TestMocksMapping
test_set_id: s
tests:
    - {id: a, mocks: "mock-3, mock-4"}
    - {id: b, mocks: [mock-5]}
    - {id: c, mocks: [{name: mock-6, kind: Http}]}
    - id: d
      mock_entries: [{name: mock-7, kind: Redis, timestamp: 5, reqTimestampMock: "2026-01-02T03:04:05.1Z"}]
"""
    lay(tmp_path, {"s/mocks.yaml": HTTP_MOCK, "s/mappings.yaml": mappings})
    assert read_set(tmp_path / "s").mappings == {
        "a": (MockUse("mock-3"), MockUse("mock-4")),
        "b": (MockUse("mock-5"),),
        "c": (MockUse("mock-6", "Http"),),
        "d": (MockUse("mock-7", "Redis", AT - 23456789),),
    }


def test_settings_of_a_set(tmp_path: Path) -> None:
    config = "preScript: make db\ntemplate: {token: abc, n: 5}\nmockRegistry: {mock: m}\n"
    lay(tmp_path, {"s/tests/a.yaml": case("a"), "s/config.yaml": config, "s/secret.yaml": "key: hush\n"})
    found = read_set(tmp_path / "s").config
    assert (found.pre_script, found.template, found.secret) == ("make db", {"token": "abc", "n": 5}, {"key": "hush"})
    assert found.extra == {"mockRegistry": {"mock": "m"}}


def test_noise_in_both_shapes(tmp_path: Path) -> None:
    noise = (
        "    assertions:\n        status_code: 200\n        noise:\n"
        "            {body: [created_at, a.b], body.a.b: [x, ''], header: [], header.X-Id: ['*']}\n"
    )
    lay(tmp_path, {"s/tests/a.yaml": case("a") + noise})
    [found] = read_set(tmp_path / "s").cases
    assert found.noise == Noise((("X-Id", ()),), (("created_at", ()), ("a.b", ("x",))), all_headers=True)
    assert found.checks == (("status_code", 200),)


LINES = ["a: 1", "--- {a: 2}", "---", "# note", "...", "", "b: |", "  --- x"]


@given(st.lists(st.sampled_from(LINES), max_size=8))
def test_a_stream_is_split_as_yaml_splits_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = [read_yaml(piece.data, piece.first).values for piece in pieces(text.encode()) if readable(piece)]
    try:
        loaded = cast("list[object]", list(yaml.safe_load_all(text)))
    except yaml.YAMLError:
        return
    assert found == [one for one in loaded if isinstance(one, dict)]


def readable(piece: Piece) -> bool:
    try:
        read_yaml(piece.data, piece.first)
    except Unreadable:
        return False
    return True
