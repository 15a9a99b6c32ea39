"""Apps that start, answer and stop as they should."""

import os
import socket
import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from tests.replay.app_side import FIXTURES, alive_in, configured, get, post, running
from tta_validate.errors import InputError
from tta_validate.replay.app import AppDown, Sending, start
from tta_validate.replay.app_ready import free_port
from tta_validate.replay.plan import Plan

FAULTY = Path(__file__).parent / "apps" / "faulty.py"
COMMAND = f"python {FAULTY} {{port}}"


def test_a_request_goes_out_as_it_was_recorded():
    headers = (("Host", "recorded.example.org:81"), ("X-Names", "a, b"), ("x-odd", "\u00fc"))
    with running(command=COMMAND) as app:
        answer = app.send(Sending("GET", "/headers?q=a b&r=\u00fc", headers), 5)

    assert answer.status == 200
    assert answer.body.decode() == repr([*headers[:2], ("x-odd", "\u00fc".encode().decode("latin-1"))])


def test_a_body_is_sent_and_connections_are_kept():
    with running(command=COMMAND) as app:
        bodies = [app.send(post("/", f'{{"n":{number}}}'), 5).body for number in range(3)]

    assert bodies == [b'localhost {"n":%d}' % number for number in range(3)]


def test_an_app_that_starts_late_is_waited_for(tmp_path: Path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    opener = threading.Thread(target=lambda: gate.write_text("go"))
    opener.start()
    with running(command=f"cat {gate} && exec {sys.executable} {FAULTY} {{port}}") as app:
        status = app.send(get("/"), 5).status
    opener.join()

    assert status == 200


def test_the_health_url_has_to_answer_2xx():
    with running(command=COMMAND, health="/health") as app:
        assert app.send(get("/health"), 5).status == 200


def test_an_app_is_found_on_the_port_it_chose_itself():
    own = free_port()
    with running(command=f"python {FAULTY} {own}", likely_ports=(1, own)) as app:
        assert app.url == f"http://127.0.0.1:{own}"


def test_the_port_is_in_the_environment():
    with running(command=f'python -c "import os, runpy, sys; sys.argv = [0, os.environ[\'PORT\']]; '
                         f'runpy.run_path(\'{FAULTY}\')"') as app:  # fmt: skip
        assert app.send(get("/"), 5).body == b"fine"


def test_an_app_that_runs_already_is_used_and_left_alone():
    with running(command=COMMAND) as app:
        with running(base_url=app.url) as other:
            assert other.send(get("/"), 5).body == b"fine"
        assert app.alive()
        assert app.send(get("/"), 5).body == b"fine"


@pytest.mark.parametrize(
    ("folder", "settings", "file"),
    [
        ("fastapi-sqlite", {"command": "python -m uvicorn --port {port} app:app"}, "items.db"),
        ("django-sqlite", {"imported": "app:application"}, "tasks.db"),
    ],
)
def test_every_set_begins_with_the_same_database(folder: str, settings: dict[str, str], file: str, tmp_path: Path):
    (tmp_path / "app.py").write_text((FIXTURES / folder / "app.py").read_text())
    path, body = ("/items", '{"name":"pen","price":1.5}') if folder == "fastapi-sqlite" else ("/tasks", '{"title":"t"}')
    with running(folder=str(tmp_path), state_files=(file,), **settings) as app:
        first = app.send(post(path, body), 10)
        again = app.send(post(path, body), 10)

    assert (first.status, again.status) == (201, 201)
    assert (b'"id":1' in first.body.replace(b" ", b""), b'"id":2' in again.body.replace(b" ", b"")) == (True, True)
    assert not (tmp_path / file).exists()


DATABASE = """
import sqlite3
def app(environ, start_response):
    with sqlite3.connect("file:items.db?mode=rw", uri=True) as database:
        database.execute("INSERT INTO items (name) VALUES ('new')")
    start_response("200 OK", [])
    return [str(database.execute("SELECT * FROM items").fetchall()).encode()]
"""


def test_a_database_that_is_there_is_copied_for_the_app_and_kept_as_it_was(tmp_path: Path):
    (tmp_path / "module.py").write_text(DATABASE)
    with sqlite3.connect(tmp_path / "items.db") as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT)")
        database.execute("INSERT INTO items VALUES (41, 'old')")
    before = {path.name: path.read_bytes() for path in tmp_path.glob("items.db*")}

    for _ in range(2):
        with running(folder=str(tmp_path), state_files=("items.db",), imported="module:app") as app:
            assert app.send(get("/"), 10).body == b"[(41, 'old'), (42, 'new')]"
    assert {path.name: path.read_bytes() for path in tmp_path.glob("items.db*")} == before
    database.close()
    assert set(before) == {"items.db", "items.db-wal", "items.db-shm"}


def test_any_other_file_is_restored(tmp_path: Path):
    state = tmp_path / "state.txt"
    state.write_text("begin\n")
    with running(command=COMMAND, folder=str(tmp_path), state_files=("state.txt",)) as app:
        bodies = [app.send(get("/note"), 5).body for _ in range(2)]

    assert bodies == [b"begin\nmore\n", b"begin\nmore\nmore\n"]
    assert state.read_text() == "begin\n"


def test_everything_the_app_started_ends_with_it():
    with running(command=COMMAND) as app:
        same, apart = map(int, app.send(get("/children"), 10).body.split())
        assert alive_in(os.getpgid(same))
        assert alive_in(os.getpgid(apart))
        groups = os.getpgid(same), os.getpgid(apart)

    assert [alive_in(group) for group in groups] == [False, False]


def test_a_wsgi_app_is_served_without_a_server():
    with running(imported="app:app", folder=str(FIXTURES / "flask-memory")) as app:
        token = app.send(post("/login", '{"user":"ann"}'), 10).body.split(b'"')[3].decode()
        added = app.send(post("/notes", '{"text":"hello"}', ("Authorization", f"Bearer {token}")), 10)
        listed = app.send(get("/notes"), 10)
        refused = app.send(post("/notes", '{"text":"hello"}'), 10)

    assert (added.status, listed.status, refused.status) == (201, 200, 401)
    assert b'"text":"hello"' in listed.body
    assert {name for name, _ in listed.headers} == {"Content-Type", "Content-Length", "Date", "Server"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "replay needs exactly one of command, app and base-url, not 0 of them"),
        ({"command": "x", "imported": "y"}, "replay needs exactly one of command, app and base-url, not 2 of them"),
        ({"command": "x", "folder": "/no/such"}, "/no/such: there is no such folder to run the app in"),
        (
            {"base_url": "http://localhost:port"},
            "base-url: 'http://localhost:port' is no address of a server, such as http://localhost:8000",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_refused(settings: dict[str, str], message: str):
    with Plan() as plan, pytest.raises(InputError) as caught:
        start(configured(**settings), plan)

    assert str(caught.value) == message


def test_a_fixed_port_that_is_taken_is_said():
    with socket.create_server(("127.0.0.1", 0)) as other, Plan() as plan:
        port = other.getsockname()[1]
        with pytest.raises(AppDown) as caught:
            start(configured(command=COMMAND, port=port), plan)

    assert str(caught.value) == f"port {port} is taken by another process; stop it, or leave the port to us"
