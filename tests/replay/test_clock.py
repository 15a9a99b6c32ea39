"""The app's clock: where it is put, in which processes, and what is said where it cannot be moved."""

import base64
import hmac
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.app_side import FIXTURES, configured, get, post
from tta_validate.replay.app import App, start
from tta_validate.replay.clock import SECOND, Clock, issued, libfaketime
from tta_validate.replay.plan import Plan

RECORDED = 1_767_323_045 * SECOND
DAY = 86_400 * SECOND
SECRET = "of a fixture"

NOW = """
import datetime, json, time
def app(environ, start_response):
    start_response("200 OK", [])
    time.sleep(0.001)
    found = [time.time(), datetime.datetime.now().timestamp(), time.mktime(time.localtime())]
    return [json.dumps(found).encode()]
"""


def token(**claims: object) -> str:
    """Returns a token with the claims, signed with SECRET."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(hmac.digest(SECRET.encode(), text, "sha256")).rstrip(b"=")
    return f"{text.decode()}.{signature.decode()}"


@given(st.integers(0, 4_000_000_000), st.integers(0, 4_000_000_000), st.text())
def test_the_newest_moment_in_the_tokens_counts(one: int, other: int, around: str):
    text = f"Bearer {token(iat=one)} {around} {token(nbf=other, iat='no', exp=9e9)}"

    assert issued(text) == max(one, other) * SECOND


@given(st.text())
def test_any_text_has_a_moment_or_none(text: str):
    assert issued(text) == 0
    assert issued(f"eyJhbGciOiJub25lIn0.eyJ{text}.x") >= 0


def test_the_clock_stands_at_the_case_or_its_newest_token_and_never_goes_back():
    with Plan(clock=True) as plan:
        clock = Clock(plan, "recorded")
        late = token(iat=RECORDED // SECOND + 60)
        put = [
            clock.set(RECORDED),
            clock.set(RECORDED + 5, ["GET /", f"Bearer {late}"]),
            clock.set(RECORDED + 10),
            clock.set(None),
            clock.set(RECORDED + DAY),
        ]
        assert Clock(plan, "real").set(RECORDED) is None

    assert put == [RECORDED, RECORDED + 60 * SECOND, RECORDED + 60 * SECOND, None, RECORDED + DAY]


def _moments(app: App) -> list[float]:
    return json.loads(app.send(get("/now"), 10).body)


def _follows(app: App, clock: Clock) -> None:
    for moment in (RECORDED, RECORDED + 400 * DAY):
        clock.set(moment)
        for shown in _moments(app):
            assert -1 <= shown - moment / SECOND < 10


@pytest.mark.parametrize("command", ["", "gunicorn -w 2 -b 127.0.0.1:{port} module:app"])
def test_time_machine_moves_every_process_of_the_app(command: str, tmp_path: Path):
    (tmp_path / "module.py").write_text(NOW)
    how = {"command": f"{sys.executable} -m {command}"} if command else {"imported": "module:app"}
    with Plan(clock=True) as plan, start(configured(folder=str(tmp_path), **how), plan) as app:
        clock = Clock(plan, "recorded")
        clock.started()
        assert ({told.clock for told in plan.told()}, clock.reason) == ({"time-machine"}, "")
        _follows(app, clock)


@pytest.mark.skipif(not libfaketime(), reason="libfaketime is not installed")
def test_libfaketime_moves_the_clock_where_there_is_no_time_machine(tmp_path: Path):
    settings = _without_time_machine(tmp_path)
    with Plan(clock=True, libfaketime=libfaketime()) as plan, start(settings, plan) as app:
        clock = Clock(plan, "recorded")
        clock.started()
        assert (plan.told()[-1].clock, clock.reason) == ("libfaketime", "")
        _follows(app, clock)


def test_without_either_the_clock_is_real_and_the_reason_said(tmp_path: Path):
    with Plan(clock=True) as plan, start(_without_time_machine(tmp_path), plan) as app:
        clock = Clock(plan, "recorded")
        clock.started()
        clock.set(RECORDED)

        assert clock.reason == (
            "real clock: time-machine is not installed in the app's environment; libfaketime is not installed either"
        )
        assert all(moment > RECORDED / SECOND + 60 for moment in _moments(app))


def test_an_app_that_is_no_python_keeps_its_clock_and_that_is_said():
    with Plan(clock=True) as plan:
        assert Clock(plan, "recorded").reason == (
            "real clock: none of the app's processes is a Python that takes our hooks"
        )
        assert Clock(plan, "real").reason == ""


def _without_time_machine(folder: Path):
    (folder / "module.py").write_text(NOW)
    (folder / "hidden").mkdir()
    (folder / "hidden" / "time_machine.py").write_text("raise ImportError('hidden')")
    return configured(imported="module:app", folder=str(folder), environment={"PYTHONPATH": str(folder / "hidden")})


def test_a_recorded_token_is_valid_again(tmp_path: Path):
    recorded = token(sub="ann", iat=RECORDED // SECOND, exp=RECORDED // SECOND + 3600)
    sent = post("/notes", '{"text":"hello"}', ("Authorization", f"Bearer {recorded}"))
    environment = {"NOTES_SECRET": SECRET}
    settings = configured(imported="app:app", folder=str(FIXTURES / "flask-memory"), environment=environment)
    with Plan(clock=True) as plan, start(settings, plan) as app:
        clock = Clock(plan, "recorded")
        clock.started()
        clock.set(RECORDED - 5 * SECOND, [value for _, value in sent.headers])
        answer = app.send(sent, 10)

    assert (answer.status, json.loads(answer.body)["created"]) == (201, "2026-01-02T03:04:05Z")
