"""Which recorded answer a call gets, and what is said of calls that changed, came on top, went or were never made."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.app_side import FIXTURES, JSON, Asked, answering, case, configured, get, mock, post
from tta_validate.recordings.model import Mock, MockUse, Response
from tta_validate.replay.app import App, start
from tta_validate.replay.mock import CaseCalls, Ledger, Missed, Options, Served
from tta_validate.replay.mock_listeners import Listeners, unsupported
from tta_validate.replay.plan import Plan

HOST = "api.example.org"
GONE = "body.a: recorded 1, sent nothing"


class Caller:
    """A client of the listener, without a process in between."""

    def __init__(self, ledger: Ledger, options: Options | None = None) -> None:
        self.listeners = Listeners(ledger, options or Options())
        http = self.listeners.wiring.http
        assert http is not None
        self.proxy = urllib.request.build_opener(urllib.request.ProxyHandler({"http": f"http://{http[0]}:{http[1]}"}))

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self.listeners.close()
        assert self.listeners.errors == []

    def __call__(self, line: str, body: str = "", headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        method, _, url = line.partition(" ")
        data = body.encode() if body else None
        request = urllib.request.Request(f"http://{url}", data, {**dict(JSON), **(headers or {})}, method=method)
        try:
            with self.proxy.open(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


def calls(mocks: list[Mock], *made: tuple[str, str], options: Options | None = None) -> tuple[list[str], CaseCalls]:
    """Makes calls during one case and returns the answers and what was noted."""
    ledger = Ledger(mocks, ())
    with Caller(ledger, options) as call:
        ledger.begin("one")
        return [call(line, body)[1] for line, body in made], ledger.finish()


def test_the_same_call_is_answered_whatever_the_order_of_its_parts():
    mocks = [
        mock("b", Asked(f"POST //{HOST}/x?b=2&a=1", '{"p":1,"q":[1,{"r":null}]}'), '"b"'),
        mock("c", Asked(f"POST //{HOST}/x?b=2&a=1", '{"p":2,"q":[1,{"r":null}]}'), '"c"'),
    ]
    answers, noted = calls(
        mocks,
        (f"POST {HOST}/x?a=1&b=2", '{"q": [1, {"r": null}], "p": 2}'),
        (f"POST {HOST}:80/%78?a=1&b=2", '{"q": [1, {"r": null}], "p": 1}'),
    )

    assert (answers, noted.used) == (['"c"', '"b"'], ("c", "b"))
    assert {call.how for call in noted.served} == {"exact"}


def test_times_ids_and_tokens_may_differ():
    recorded = {"id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "at": "2026-01-02T03:04:05Z", "n": 1}
    sent = {"id": "00000000-8b86-d011-b42d-00c04fc964ff", "at": "2026-11-02T03:04:05.5Z", "n": 1}
    mocks = [mock("m", Asked(f"PUT //{HOST}/items/1767323045", json.dumps(recorded)), '"yes"')]

    answers, noted = calls(mocks, (f"PUT {HOST}/items/1797323045", json.dumps(sent)))

    assert answers == ['"yes"']
    assert [(call.how, [str(one) for one in call.differences]) for call in noted.served] == [
        (
            "volatile",
            [
                "path: recorded /items/1767323045, sent /items/1797323045",
                f'body.id: recorded "{recorded["id"]}", sent "{sent["id"]}"',
                'body.at: recorded "2026-01-02T03:04:05Z", sent "2026-11-02T03:04:05.5Z"',
            ],
        )
    ]


def test_a_call_of_the_same_shape_is_answered_and_said_to_have_changed():
    mocks = [
        mock("far", Asked(f"POST //{HOST}/x", '{"a":1,"b":2,"password":"one"}'), '"far"'),
        mock("near", Asked(f"POST //{HOST}/x", '{"a":1,"b":9,"password":"one"}'), '"near"'),
    ]
    answers, noted = calls(mocks, (f"POST {HOST}/x", '{"a":7,"b":9,"password":"two"}'))

    assert answers == ['"near"']
    assert [str(one) for one in noted.changed[0].differences] == [
        "body.a: recorded 1, sent 7",
        "body.password: recorded [redacted], sent [redacted]",
    ]


@pytest.mark.parametrize(
    ("line", "body", "said"),
    [
        (f"GET {HOST}/y", "", "method: recorded POST, sent GET; path: recorded /x, sent /y; " + GONE),
        (f"POST {HOST}/x", '{"a":1,"b":2}', "body.b: recorded nothing, sent 2"),
        (f"POST {HOST}/x?q=1", '{"a":1}', "query.q: recorded nothing, sent 1"),
    ],
)
def test_a_miss_names_the_closest_and_what_differs(line: str, body: str, said: str):
    answers, noted = calls([mock("m", Asked(f"POST //{HOST}/x", '{"a":1}'))], (line, body))

    method, _, url = line.partition(" ")
    text = f"no recorded answer for {method} http://{url}; closest is m (POST {HOST}/x): {said}"
    assert (answers, [str(miss) for miss in noted.missed]) == ([f"tta-validate: {text}\n"], [text])


def test_noise_of_a_mock_does_not_count():
    noisy = replace(mock("m", Asked(f"POST //{HOST}/x", '{"a":1,"b":{"c":[1]}}'), '"yes"'), noise=("body.b.c",))
    answers, noted = calls([noisy], (f"POST {HOST}/x", '{"a":1,"b":{"c":[5,6]}}'), (f"POST {HOST}/x", '{"a":2}'))

    assert (answers[0], noted.served[0].how, len(noted.missed)) == ('"yes"', "volatile", 1)


def test_telemetry_needs_no_recording():
    answers, noted = calls([], (f"POST {HOST}/v1/traces", "spans"), (f"POST {HOST}/api/5/envelope/", "event"))

    assert answers == ["{}", "{}"]
    assert ([call.how for call in noted.served], noted.missed) == (["made-up", "made-up"], ())


def test_a_miss_can_be_let_through_to_the_real_server():
    real = Ledger([mock("real", "GET //localhost/x?a=1", '"really"')], ())
    with Caller(real) as there:
        origin = there.listeners.wiring.routes["localhost", 80]
        line = f"GET 127.0.0.1:{origin[1]}/x?a=1"
        passed, noted = calls([], (line, ""), options=Options(on_miss="pass-through"))
        rule = {"host": "127.0.0.1", "path": "^/x$", "port": str(origin[1])}
        bypassed, quiet = calls([], (line, ""), (line.replace("/x", "/y"), ""), options=Options(bypass=(rule,)))

    assert (passed, [miss.passed_through for miss in noted.missed]) == (['"really"'], [True])
    assert bypassed[0] == '"really"'
    assert [miss.call for miss in quiet.missed] == [f"GET http://localhost:{origin[1]}/y?a=1"]


def test_each_case_gets_its_own_answers_first_and_each_answer_its_turn():
    cases = [case("first", 100, 200), case("second", 300, 400)]
    line = f"GET //{HOST}/x"
    mocks = [mock(f"at-{at}", line, str(at), at) for at in (310, 110, 120, 50, 250)]
    ledger = Ledger(mocks, cases)
    with Caller(ledger) as call:

        def ask(times: int) -> list[int]:
            return [int(call(f"GET {HOST}/x")[1]) for _ in range(times)]

        startup = ask(1)
        ledger.begin("first")
        first = ask(3)
        noted = ledger.finish()
        ledger.begin("second")
        second = ask(1)
        clean = ledger.finish()

    assert (startup, first, second) == ([50], [110, 120, 110], [310])
    assert [(call.mock, call.extra) for call in noted.served] == [
        ("at-110", False),
        ("at-120", False),
        ("at-110", True),
    ]
    assert (clean.extra, clean.dropped) == ((), ())
    assert [entry.mock.name for entry in ledger.unused()] == ["at-250"]
    assert ledger.outside() == (Served(f"GET http://{HOST}/x", "at-50", None, "exact"),)


def test_calls_on_top_and_calls_that_are_gone_are_told():
    cases = [case("first", 100, 200), case("second", 300, 400)]
    mocks = [mock("a", f"GET //{HOST}/a", "1", 110), mock("b", f"GET //{HOST}/b?key=s3cret", "2", 310)]
    ledger = Ledger(mocks, cases)
    with Caller(ledger) as call:
        ledger.begin("first")
        call(f"GET {HOST}/b?key=s3cret")
        first = ledger.finish()
        ledger.begin("second")
        second = ledger.finish()

    assert [call.mock for call in first.extra] == ["b"]
    assert first.dropped == (f"a (GET {HOST}/a)",)
    assert second.dropped == (f"b (GET {HOST}/b?key=[redacted])",)


def test_mappings_win_over_times():
    cases = [case("first", 100, 200), case("second", 300, 400)]
    mocks = [mock("a", f"GET //{HOST}/a", "1", 110), mock("b", f"GET //{HOST}/a", "2", 310)]
    ledger = Ledger(mocks, cases, {"first": (MockUse("b", "Http"),), "second": (MockUse("a"),)})
    with Caller(ledger) as call:
        ledger.begin("first")
        assert call(f"GET {HOST}/a")[1] == "2"
        assert ledger.finish().extra == ()


def test_a_variable_with_a_base_url_leads_to_us_without_hooks():
    ledger = Ledger([mock("m", f"GET //{HOST}/v1/models", '"models"')], ())
    with answering(ledger, Options(variables={"API_URL": f"https://{HOST}/v1"})) as (plan, environment):
        assert plan.wiring.variables["API_URL"].endswith("/v1")
        program = "import os, urllib.request as u; print(u.urlopen(os.environ['API_URL'] + '/models').read().decode())"
        bare = {name: environment[name] for name in ("PATH", "API_URL")}
        done = subprocess.run([sys.executable, "-c", program], env=bare, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ('"models"\n', "")


def test_proxies_of_the_environment_do_not_get_in_the_way():
    with answering(Ledger((), ())) as (plan, _):
        found = plan.environment({"HTTPS_PROXY": "http://proxy:1", "http_proxy": "http://proxy:1", "PATH": "x"})

    assert sorted(found) == ["PATH", "PYTHONPATH", "TTA_REPLAY_PLAN"]


def test_kinds_without_a_server_are_told():
    mocks = [
        mock("a", "GET //h/a"),
        *(replace(mock("b", "GET //h/a"), kind=kind) for kind in ("Kafka", "Kafka", "DNS")),
    ]

    assert unsupported(mocks) == {"Kafka": 2}


@given(st.binary(max_size=200))
def test_whatever_comes_in_is_answered_or_closed(data: bytes):
    _poke(data)
    _poke(b"POST /x HTTP/1.1\r\n" + data + b"\r\n\r\n")
    _poke(b"TTA-REPLAY " + data + b"\r\n")


LEDGER = Ledger([mock("m", f"GET //{HOST}/x")], ())


@pytest.fixture(scope="module", autouse=True)
def listener():
    global _listener
    with Listeners(LEDGER, Options()) as found:
        _listener = found
        yield
        assert found.errors == []


def _poke(data: bytes) -> None:
    import socket

    assert _listener.wiring.http is not None
    with socket.create_connection(_listener.wiring.http, 5) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


OUTGOING = [
    mock("rates", "GET //rates.example.org/v1/rates?base=eur&for=usd", '{"rate":1.1}', 110),
    mock("stock", "GET //stock.example.org/items/a1", '{"left":3}', 210),
    mock("none", "GET //stock.example.org/items/b2", Response(404, JSON, "{}"), 220),
    mock("order", Asked("POST //stock.example.org/orders", '{"sku":"a1","count":2}'), '{"id":9}', 310),
]
CASES = [case("price", 100, 200), case("stock", 205, 250), case("order", 300, 400)]


def test_an_app_that_calls_others_is_answered():
    ledger = Ledger(OUTGOING, CASES)
    noted: dict[str, CaseCalls] = {}

    def replayed(app: App, name: str, *requests: tuple[str, str]) -> list[tuple[int, object]]:
        ledger.begin(name)
        found: list[tuple[int, object]] = []
        for target, body in requests:
            answer = app.send(post(target, body) if body else get(target), 20)
            found.append((answer.status, json.loads(answer.body)))
        noted[name] = ledger.finish()
        return found

    settings = configured(folder=str(FIXTURES / "fastapi-outgoing"), imported="app:app")
    with Listeners(ledger, Options()) as listeners, Plan(listeners.wiring) as plan, start(settings, plan) as app:
        assert replayed(app, "price", ("/price/a1", "")) == [(200, {"sku": "a1", "currency": "usd", "price": 11.0})]
        assert replayed(app, "stock", ("/stock/a1", ""), ("/stock/b2", "")) == [
            (200, {"sku": "a1", "left": 3}),
            (404, {"detail": "no b2"}),
        ]
        replayed_order = replayed(app, "order", ("/orders", '{"sku":"a1","count":3}'), ("/stock/a1", ""))

    assert replayed_order == [(201, {"order": 9}), (200, {"sku": "a1", "left": 3})]
    assert noted["price"] == CaseCalls(
        (Served("GET https://rates.example.org/v1/rates?base=eur&for=usd", "rates", "price", "exact"),)
    )
    assert (noted["stock"].used, noted["stock"].missed, noted["stock"].dropped) == (("stock", "none"), (), ())
    assert [str(one) for one in noted["order"].changed[0].differences] == ["body.count: recorded 2, sent 3"]
    assert [one.mock for one in noted["order"].extra] == ["stock"]


def test_the_app_may_call_itself(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "own.py").write_text(SELF)
    ledger = Ledger((), ())
    with Listeners(ledger, Options()) as listeners, Plan(listeners.wiring) as plan:
        command = f"{sys.executable} own.py"
        with start(configured(command=command, folder=str(folder)), plan) as app:
            ledger.begin("own")
            assert app.send(get("/outer"), 10).body == b"inner"
            assert app.send(get("/other"), 10).body == b"502"

    assert [type(one) for one in ledger.finish().missed] == [Missed]


SELF = """
import os, urllib.error, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
PORT = int(os.environ["PORT"])

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"inner"
        if self.path == "/outer":
            body = urllib.request.urlopen(f"http://localhost:{PORT}/inner").read()
        if self.path == "/other":
            try:
                urllib.request.urlopen(f"http://localhost:{PORT + 1}/")
            except urllib.error.HTTPError as error:
                body = str(error.code).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
"""
