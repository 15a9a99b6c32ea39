"""Recording: what goes through comes out as cases and mocks, without secrets, all of it or nothing."""

import json
import re
import socket
import stat
from pathlib import Path

import pytest

from tests.replay.record_side import recording, sky
from tta_validate.errors import InputError
from tta_validate.recordings.model import Noise
from tta_validate.replay.app_exchange import AppDown

TOKEN = f"ttt.{'a1' * 12}"
OUTSIDE = "outside-5f2c9d1e77"
KEY = "sk-live-0123456789abcdef"
PASSWORD = "correct horse"


def test_answers_pass_as_they_are_and_are_recorded_in_their_order(tmp_path: Path) -> None:
    with recording(tmp_path) as run:
        ask = run.client.ask
        said = [
            ask("GET", "/nowhere?a=1&b=&a=2"),
            ask("POST", "/any", "a=1", Content_Type="application/x-www-form-urlencoded"),
            ask("HEAD", "/bytes"),
            ask("GET", "/bytes"),
            ask("GET", "/nothing"),
            ask("GET", "/packed", Accept_Encoding="gzip, br, zstd;q=0.5"),
        ]
        assert [(one.status, len(one.body)) for one in said] == [
            *((404, 17), (200, 12), (200, 0), (200, 256), (204, 0), (200, len(said[-1].body))),
        ]
        assert said[3].body == bytes(range(256))
        assert said[5].headers["content-encoding"] == "gzip"
    assert run.ended is not None
    assert run.ended.problem == ""
    cases = run.set().cases
    assert [case.name for case in cases] == [f"test-{number}" for number in range(1, 7)]
    assert cases[0].request.params == (("a", "1,2"), ("b", ""))
    assert [(case.response.status, case.response.body) for case in cases] == [
        (404, "<h1>Not here</h1>"),
        (200, '{"bytes": 3}'),
        (200, ""),
        (200, bytes(range(256))),
        (204, ""),
        (200, '{"packed": true}'),
    ]
    assert cases[5].request.header("Accept-Encoding") == "gzip"
    assert {name for case in cases for name, _ in case.response.headers} == {
        *("Server", "Date", "Content-Type", "Content-Length", "Content-Encoding"),
    }


def test_a_stream_is_passed_on_event_by_event(tmp_path: Path) -> None:
    with recording(tmp_path) as run:
        run.client.connection.request("GET", "/stream")
        answer = run.client.connection.getresponse()
        first = answer.read1(64)
        # The app sends the second event only when it hears of this request.
        assert run.another().ask("GET", "/go").status == 200
        assert (first, answer.read()) == (b"data: one\n\n", b"data: two\n\n")
    assert run.cases()["GET stream"].response.body == "data: one\n\ndata: two\n\n"


def test_secrets_stand_in_no_file_but_the_one_for_them(tmp_path: Path) -> None:
    with recording(tmp_path) as run:
        ask = run.client.ask
        login = ask("POST", "/login", json.dumps({"user": "ann", "password": PASSWORD}))
        assert json.loads(login.body)["access_token"] == TOKEN
        assert ask("GET", "/mine", Authorization=f"Bearer {TOKEN}").status == 200
        assert ask("GET", f"/mine?api_key={OUTSIDE}", Authorization=f"Bearer {OUTSIDE}").status == 200
    files = run.files()
    assert sorted(files) == [
        ".gitignore",
        "test-set-0/secret.yaml",
        *(f"test-set-0/tests/test-{number}.yaml" for number in (1, 2, 3)),
    ]
    secret = files.pop("test-set-0/secret.yaml")
    assert secret == f"password: {PASSWORD}\nauthorization: {OUTSIDE}\n"
    assert stat.S_IMODE((tmp_path / "keploy/test-set-0/secret.yaml").stat().st_mode) == 0o600
    assert files[".gitignore"] == "/reports/\n/*/secret.yaml\n"
    assert not any(one in text for one in (PASSWORD, TOKEN, OUTSIDE, "9f" * 8) for text in files.values())
    first, second, third = run.set().cases
    assert first.request.body == '{"user": "ann", "password": "{{string .secret.password}}"}'
    given = json.loads(str(first.response.body))["access_token"]
    assert (len(given), given.count("."), given == TOKEN) == (len(TOKEN), 1, False)
    assert second.request.header("Authorization") == f"Bearer {given}"
    assert third.request.header("Authorization") == "Bearer {{string .secret.authorization}}"
    assert third.request.url.endswith("/mine?api_key={{string .secret.authorization}}")
    assert first.noise == Noise((("Date", ()),), (("access_token", (r"^\S+$",)),))


def test_what_is_now_is_noise_and_what_is_not_is_none(tmp_path: Path) -> None:
    with recording(tmp_path) as run:
        run.client.ask("GET", "/now")
    (case,) = run.set().cases
    assert case.noise == Noise(
        (("Date", ()),),
        (("now", (r"^\d\d\d\d\-\d\d\-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$",)), ("at", (r"^-?\d+\.?\d*$",))),
    )


def test_outgoing_calls_become_mocks_with_their_caller(tmp_path: Path) -> None:
    with sky() as url:
        stand_ins = {"http://sky.example.org": url}
        environment = {"UPSTREAM": "sky.example.org"}
        with recording(tmp_path, stand_ins=stand_ins, environment=environment) as run:
            assert run.client.ask("GET", "/weather").body == b'{"sky": "blue"}'
    (mock,) = run.mocks()
    (case,) = run.set().cases
    request, response = mock.request, mock.response
    assert request is not None
    assert response is not None
    assert (request.method, request.url.split("=")[0]) == ("GET", "/sky?api_key")
    assert (request.header("Host"), response.body) == ("sky.example.org", '{"sky": "blue", "host": "sky.example.org"}')
    assert not any(KEY in text for text in run.files().values())
    assert mock.noise == ("query.api_key",)
    metadata = dict(mock.metadata)
    assert (metadata["operation"], metadata["type"]) == ("GET", "HTTP_CLIENT")
    assert case.request.at is not None
    assert mock.at is not None
    assert case.response.at is not None
    assert case.request.at < mock.at < case.response.at


def test_the_caller_is_the_nearest_line_of_the_project(tmp_path: Path) -> None:
    source = (Path(__file__).parent / "apps" / "recorded.py").read_text()
    (tmp_path / "served.py").write_text(source)
    line = source[: source.index("connection.request(")].count("\n") + 1
    with sky() as url:
        environment = {"UPSTREAM": url.removeprefix("http://")}
        with recording(tmp_path, environment=environment, script=tmp_path / "served.py") as run:
            run.client.ask("GET", "/weather")
    assert dict(run.mocks()[0].metadata)["caller"] == f"served.py:{line} ask_upstream"


def test_a_call_that_fails_fails_for_the_app_too_and_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"localhost:{taken.getsockname()[1]}"
        with recording(tmp_path, environment={"UPSTREAM": place}) as run:
            assert run.client.ask("GET", "/weather").status == 503
            run.client.ask("GET", "/nothing")
    assert run.ended is not None
    assert run.ended.recorded is not None
    call, case = run.ended.recorded.left_out
    assert call.startswith(f"the call GET http://{place}/sky?api_key=[redacted]: no connection to {place}: ")
    assert re.fullmatch(r"GET /weather: 127\.0\.0\.1:\d+ closed the connection without an answer", case)
    assert list(run.cases()) == ["GET nothing"]


def test_another_protocol_is_refused_clearly(tmp_path: Path) -> None:
    with recording(tmp_path) as run:
        refused = run.client.ask("GET", "/any", Connection="Upgrade", Upgrade="websocket")
        assert (refused.status, refused.body) == (501, b"tta-validate: websocket cannot be recorded\n")
        with socket.create_connection(("localhost", run.port)) as raw:
            raw.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            assert raw.recv(12) == b"HTTP/1.1 400"
        assert run.another().ask("GET", "/nothing", Connection="Upgrade", Upgrade="h2c").status == 204
    assert list(run.cases()) == ["GET nothing"]


def test_large_bodies_stand_beside_the_case(tmp_path: Path) -> None:
    with recording(tmp_path) as run:
        run.client.ask("POST", "/any", b"y" * (1 << 21))
        assert run.client.ask("GET", "/large").body == b"x" * (2 << 20)
    posted, large = run.set().cases
    assert posted.request.body_ref is not None
    assert (tmp_path / "keploy" / posted.request.body_ref.path).read_bytes() == b"y" * (1 << 21)
    assert (large.response.body_size, large.response.body) == (2 << 20, "")


def test_an_app_that_ends_ends_the_recording_with_what_there_was(tmp_path: Path) -> None:
    with recording(tmp_path, until_idle=0.0) as run:
        run.client.ask("GET", "/nothing")
        assert run.client.ask("GET", "/die").status == 503
    assert run.ended is not None
    assert run.ended.problem == "the app ended"
    assert list(run.cases()) == ["GET nothing"]


@pytest.mark.parametrize(
    ("drive", "problem"),
    [
        ("true", "no request came in"),
        ("exit 4", "the driving command ended with status 4"),
    ],
)
def test_nothing_recorded_leaves_nothing(tmp_path: Path, drive: str, problem: str) -> None:
    with recording(tmp_path, drive=drive) as run:
        pass
    assert run.ended is not None
    assert (run.ended.recorded, run.ended.problem) == (None, problem)
    assert not (tmp_path / "keploy").exists()


def test_a_set_is_never_overwritten_and_never_partial(tmp_path: Path) -> None:
    for expected in ("test-set-0", "test-set-1"):
        with recording(tmp_path) as run:
            run.client.ask("GET", "/nothing")
        assert run.ended is not None
        assert run.ended.recorded is not None
        assert run.ended.recorded.folder.name == expected
    assert sorted(path.name for path in (tmp_path / "keploy").iterdir()) == [".gitignore", "test-set-0", "test-set-1"]
    with pytest.raises(InputError, match="exists already"), recording(tmp_path, set_name="test-set-1"):
        pass
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InputError, match="cannot be written"),
        recording(tmp_path, keploy_folder=tmp_path / "file" / "k") as run,
    ):
        run.client.ask("GET", "/nothing")


def test_an_app_that_does_not_start_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(AppDown, match="ended with status"), recording(tmp_path, script=tmp_path / "missing.py"):
        pass
    assert list(tmp_path.iterdir()) == []
