"""Apps that do not start, die, hang, answer nonsense or flood, and parents that die."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.replay.app_side import alive_in, configured, get, running
from tta_validate.replay.app import App, AppDown, NoAnswer, start
from tta_validate.replay.app_process import KEPT, members
from tta_validate.replay.app_ready import free_port
from tta_validate.replay.plan import Plan

FAULTY = Path(__file__).parent / "apps" / "faulty.py"
COMMAND = f"python {FAULTY} {{port}}"


@pytest.fixture
def app() -> Iterator[App]:
    with running(command=COMMAND) as app:
        yield app


def test_an_app_that_never_starts_shows_what_it_printed():
    command = """python -c "import sys; print('no such module', file=sys.stderr); sys.exit(3)" """
    with Plan() as plan, pytest.raises(AppDown) as caught:
        start(configured(command=command), plan)

    assert str(caught.value) == "the app ended with status 3 before it took a connection\nno such module"


def test_a_command_that_does_not_exist_is_said():
    with Plan() as plan, pytest.raises(AppDown) as caught:
        start(configured(command="no-such-program-here"), plan)

    assert caught.value.reason == "the app ended with status 127 before it took a connection"
    assert "no-such-program-here" in caught.value.tail


def test_apps_that_know_one_port_only_take_turns(tmp_path: Path):
    tried = tmp_path / "tried"
    os.mkfifo(tried)
    port = free_port()
    settings = configured(command=f"{sys.executable} {FAULTY} {port} || echo taken > {tried}", likely_ports=(port,))
    with Plan() as plan, Plan() as later, ThreadPoolExecutor() as pool:
        with start(settings, plan) as first:
            second = pool.submit(start, settings, later)
            assert tried.read_text() == "taken\n"
            assert first.send(get("/"), 5).body == b"fine"
        with second.result() as app:
            assert app.send(get("/"), 5).body == b"fine"


def test_an_app_that_never_listens_is_stopped(tmp_path: Path):
    pid = tmp_path / "pid"
    command = f"""python -c "import os, signal; open('{pid}', 'w').write(str(os.getpid())); signal.pause()" """
    with Plan() as plan, pytest.raises(AppDown, match=r"took no connection on port \d+ within 0\.8 seconds"):
        start(configured(command=command, start_timeout=0.8), plan)

    assert not pid.exists() or not alive_in(int(pid.read_text()))


def test_an_app_that_is_never_healthy_says_what_its_health_url_answered():
    with Plan() as plan, pytest.raises(AppDown) as caught:
        start(configured(command=COMMAND, health="/unwell", start_timeout=4.0), plan)

    assert caught.value.reason == "the app was not healthy within 4 seconds: /unwell answered 503"


def test_an_app_that_dies_on_the_third_case_is_down_from_there(app: App):
    assert [app.send(get("/"), 5).body for _ in range(2)] == [b"fine", b"fine"]
    with pytest.raises(AppDown) as caught:
        app.send(get("/die"), 5)
    with pytest.raises(AppDown) as again:
        app.send(get("/after"), 5)

    assert str(caught.value) == "the app ended with status 9 during GET /die\nabout to die"
    assert again.value.reason == "the app ended with status 9 during GET /after"
    assert not app.alive()


def test_an_app_that_hangs_on_one_case_answers_the_next(app: App):
    with pytest.raises(NoAnswer) as caught:
        app.send(get("/hang"), 0.2)

    assert (caught.value.kind, str(caught.value)) == ("timeout", "no answer within 0.2 seconds")
    assert app.send(get("/"), 5).body == b"fine"


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ("/garbage", "garbage", "the app's answer is not HTTP: it begins with '\\x00\\x01 what is this'"),
        ("/half", "closed", "the app closed the connection in the middle of its answer"),
        ("/nothing", "closed", "the app closed the connection without an answer"),
    ],
)
def test_an_answer_that_is_none_is_said(app: App, path: str, kind: str, message: str):
    with pytest.raises(NoAnswer) as caught:
        app.send(get(path), 5)

    assert (caught.value.kind, str(caught.value)) == (kind, message)
    assert app.send(get("/"), 5).body == b"fine"


def test_a_header_that_cannot_be_sent_is_said(app: App):
    with pytest.raises(NoAnswer, match="the request cannot be sent") as caught:
        app.send(get("/", ("X", "a\r\nInjected: yes")), 5)

    assert caught.value.kind == "unsendable"
    assert app.send(get("/"), 5).body == b"fine"


def test_a_stream_without_an_end_is_cut_at_the_limit(app: App):
    answer = app.send(get("/stream"), 0.3)

    assert (answer.body, answer.complete) == (b"data: 1\n\n", False)


def test_floods_of_output_neither_block_nor_pile_up(app: App):
    assert app.send(get("/flood"), 30).body == b"flooded"
    app.stop()

    assert app.printed().splitlines()[-1] != ""
    assert len(app.printed()) <= KEPT


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_app_ends_when_we_are_killed(number: signal.Signals, tmp_path: Path):
    pipe, state = tmp_path / "pipe", tmp_path / "state.txt"
    os.mkfifo(pipe)
    state.write_text("begin\n")
    program = f"""
import signal
from tta_validate.replay.app import AppSettings, Sending, start
from tta_validate.replay.plan import Plan
with Plan() as plan:
    command = {f"{sys.executable} {FAULTY} {{port}} {pipe}"!r}
    with start(AppSettings(command=command, folder={str(tmp_path)!r}, state_files=("state.txt",)), plan) as app:
        app.send(Sending("GET", "/note", (("Host", "x"),)), 5)
        app.send(Sending("GET", "/children", (("Host", "x"),)), 5)
        print(plan.folder, flush=True)
        signal.pause()
"""
    with (
        subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as parent,
        open(pipe, "rb") as living,
    ):
        assert parent.stdout is not None
        folder = Path(parent.stdout.readline().strip())
        assert state.read_text() == "begin\nmore\n"
        parent.send_signal(number)
        # The end of the pipe is the end of the last process that inherited it.
        assert living.read() == b""

    _wait_for_removal(folder)
    assert state.read_text() == "begin\n"


def _wait_for_removal(folder: Path) -> None:
    """The watcher removes the folder last; it holds nothing that could be waited on."""
    for _ in range(200_000):
        if not folder.exists():
            return
        os.sched_yield()
    raise AssertionError(f"{folder} is still there")


def test_no_process_is_left_after_an_exception():
    groups: list[int] = []

    def block() -> None:
        with running(command=COMMAND) as app:
            groups.append(os.getpgid(int(app.send(get("/children"), 5).body.split()[0])))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        block()
    assert [members(group) for group in groups] == [[]]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ImportError('no such thing')", "ImportError: no such thing"),
        ("other = 1", "AttributeError: module 'broken' has no attribute 'app'"),
        (
            "async def app(scope, receive, send):\n    await receive()\n"
            "    await send({'type': 'lifespan.startup.failed', 'message': 'no database'})",
            "RuntimeError: the app's startup failed: no database",
        ),
    ],
)
def test_an_app_that_cannot_be_imported_is_said(code: str, said: str, tmp_path: Path):
    (tmp_path / "broken.py").write_text(code)
    with Plan() as plan, pytest.raises(AppDown) as caught:
        start(configured(imported="broken:app", folder=str(tmp_path)), plan)

    assert caught.value.reason == "broken:app cannot be served: its process ended with status 1"
    assert caught.value.tail.splitlines()[-1] == said


BRIDGED = """
import os, threading
def app(environ, start_response):
    if environ["PATH_INFO"] == "/hang":
        threading.Event().wait()
    if environ["PATH_INFO"] == "/raise":
        raise ValueError("no")
    if environ["PATH_INFO"] == "/die":
        os._exit(4)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode("latin-1"), environ["QUERY_STRING"].encode()]
"""
BRIDGED_ASGI = """
import asyncio, os
async def app(scope, receive, send):
    if scope["type"] != "http":
        raise RuntimeError
    if scope["path"] == "/hang":
        await asyncio.Event().wait()
    if scope["path"] == "/raise":
        raise ValueError("no")
    if scope["path"] == "/die":
        os._exit(4)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode(), "more_body": True})
    await send({"type": "http.response.body", "body": scope["query_string"]})
"""


@pytest.mark.parametrize("code", [BRIDGED, BRIDGED_ASGI], ids=["wsgi", "asgi"])
def test_an_imported_app_may_hang_raise_and_die(code: str, tmp_path: Path):
    (tmp_path / "module.py").write_text(code)
    with running(imported="module:app", folder=str(tmp_path)) as app:
        with pytest.raises(NoAnswer) as caught:
            app.send(get("/hang"), 0.2)
        assert caught.value.kind == "timeout"
        assert app.send(get("/a%20b?c=d"), 5).body == b"/a bc=d"
        assert app.send(get("/raise"), 5).status == 500
        with pytest.raises(AppDown, match="the app ended with status 4 during GET /die") as down:
            app.send(get("/die"), 5)
    assert "ValueError: no" in down.value.tail
