"""Apps with a database: the kept recordings, what record makes of them, and changes that were planted in the apps."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.replay.fixture_side import FIXTURES, PATH, copied, replayed
from tta_validate.config import load
from tta_validate.recordings.mocks import read_mocks
from tta_validate.recordings.model import Mock
from tta_validate.recordings.sets import read_sets
from tta_validate.replay.mock import Ledger, Options
from tta_validate.replay.mock_listeners import Listeners
from tta_validate.replay.record import Wish, record
from tta_validate.replay.settings import settings_for

URLS = {
    "notes-redis": ("redis", "REDIS_URL", "redis://127.0.0.1:{}/0"),
    "books-postgres": ("postgres", "DATABASE_URL", "postgresql://shop:secret@127.0.0.1:{}/shop"),
    "books-mysql": ("mysql", "DATABASE_URL", "mysql://root@127.0.0.1:{}/shop"),
    "notes-mongo": ("mongo", "MONGO_URL", "mongodb://127.0.0.1:{}/"),
}
DELETE = 'cursor.execute("DELETE FROM books WHERE id = %s", (number,))'
COUNT = 'cursor.execute("SELECT count(*) FROM books")'
PLANTED = {
    "notes-redis": {
        'cached = store.get("cache:best")\n': 'cached = store.get("cache:best")\n    store.get("cache:best")\n',
        "number, ex=60)": "number, ex=90)",
        'store.incr("note:1")': 'raise redis.ResponseError("none")',
    },
    "books-postgres": {
        '    connection.execute("SELECT count(*) FROM books").fetchone()\n': "",
        'price < 1", found)': 'price < 2", found)',
        "    rows = connection": '    connection.execute("SELECT count(*) FROM books")\n    rows = connection',
    },
    "books-mysql": {
        f"{DELETE}\n        {COUNT}\n": f"{COUNT}\n        {DELETE}\n",
        "price < 1": "price < 2",
        'FROM books ORDER BY id")\n        return': f'FROM books ORDER BY id")\n        {COUNT}\n'
        '        cursor.execute("SELECT id, title, price, published, cover FROM books ORDER BY id")\n        return',
    },
    "notes-mongo": {
        '    notes.delete_many({"stars": 0})\n': "",
        '"stars": body["stars"], "at"': '"stars": body["stars"] + 1, "at"',
        'notes.find({"stars": {"$gte": 3}})': 'notes.find({"stars": {"$gt": 3}})',
    },
}
TOLD = {
    "notes-redis": {
        "test-1": "outgoing call changed: SET seen:",
        "test-2": "outgoing call changed: SET seen:",
        "test-5": "outgoing call that was not recorded here: GET cache:best",
        "test-6": "outgoing call that was not recorded here: GET cache:best",
        "test-7": "body.error",
    },
    "books-postgres": {
        "test-1": "outgoing call changed: UPDATE books SET price = price * 2 WHERE id = $1 AND price < 2",
        "test-2": "outgoing call changed: UPDATE books SET price = price * 2 WHERE id = $1 AND price < 2",
        "test-4": "outgoing call that was not recorded here: SELECT count(*) FROM books",
        "test-8": "recorded outgoing call not made: mock-",
        "test-9": "outgoing call that was not recorded here: SELECT count(*) FROM books",
    },
    "books-mysql": {
        "test-1": "outgoing call changed: UPDATE books SET price = price * 2 WHERE id = 1 AND price < 2",
        "test-2": "outgoing call changed: UPDATE books SET price = price * 2 WHERE id = 2 AND price < 2",
        "test-4": "outgoing call that was not recorded here: SELECT count(*) FROM books",
        "test-8": "outgoing call in another order: DELETE FROM books WHERE id = 1 was recorded before",
        "test-9": "outgoing call that was not recorded here: SELECT count(*) FROM books",
    },
    "notes-mongo": {
        "test-1": "outgoing call changed: insert office.notes",
        "test-2": "outgoing call changed: insert office.notes",
        "test-3": "outgoing call changed: insert office.notes",
        "test-4": "outgoing call changed: find office.notes",
        "test-5": "recorded outgoing call not made: mock-",
        "test-6": "outgoing call changed: find office.notes",
    },
}


@pytest.fixture(autouse=True)
def path_of_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", PATH)
    for variable in ("REDIS_URL", "DATABASE_URL", "MONGO_URL"):
        monkeypatch.delenv(variable, raising=False)


def recorded_again(folder: Path, times: int = 1) -> None:
    """Records the app of a folder anew, and replays what came of it."""
    shutil.move(folder / "keploy", folder / "before")
    settings = settings_for(folder / "keploy", folder, load(folder))
    ended = record(Wish(settings.app, folder / "keploy", drive="python drive.py"), lambda _: None)
    assert ended.recorded is not None
    assert (ended.problem, ended.recorded.left_out) == ("", ())
    (before,), (now,) = read_sets(folder / "before"), read_sets(folder / "keploy")
    assert [(one.response.status, one.response.body) for one in now.cases] == [
        (one.response.status, one.response.body) for one in before.cases
    ]
    for name in ("REDIS_URL", "DATABASE_URL", "MONGO_URL"):
        os.environ.pop(name, None)
    for _ in range(times):
        results, unused = replayed(folder)
        assert [(one.name, one.reason) for one in results if one.verdict != "passed"] == []
        assert (len(results), unused) == (len(now.cases), [])


@pytest.mark.parametrize("name", URLS)
def test_a_recording_serves_as_the_database_of_the_next(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, variable, url = URLS[name]
    (kept,) = read_sets(FIXTURES / name / "keploy")
    mocks = [one for one in read_mocks(kept.mock_files) if isinstance(one, Mock)]
    with Listeners(Ledger(mocks, ()), Options()) as listeners:
        monkeypatch.setenv(variable, url.format(listeners.wiring.services[service][1]))
        recorded_again(copied(name, tmp_path))
        assert listeners.errors == []


@pytest.mark.parametrize("name", PLANTED)
def test_planted_changes_are_red_and_nothing_else_is(name: str, tmp_path: Path) -> None:
    results, _ = replayed(copied(name, tmp_path, PLANTED[name]))
    red = {one.name: one.text for one in results if one.verdict != "passed"}

    assert sorted(red) == sorted(TOLD[name])
    assert [case for case, said in TOLD[name].items() if said not in red[case]] == []


@contextmanager
def server(*command: str, port: int) -> Generator[None]:
    """Runs a real server until the end of the block."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        limit = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, "the server did not start"
                assert time.monotonic() < limit, "the server did not start in time"
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return opened.getsockname()[1]


def program(name: str, *more: str) -> str:
    """Returns the path of a program, or skips the test."""
    found = shutil.which(name, path=os.pathsep.join((os.defpath, "/usr/sbin", "/usr/local/bin", *more)))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def as_user(folder: Path) -> tuple[str, ...]:
    """Returns what runs a command as somebody whom Postgres accepts; root is refused."""
    if os.geteuid():
        return ()
    shutil.chown(folder, "nobody")
    for parent in folder.parents[:3]:
        parent.chmod(0o755)
    return ("setpriv", "--reuid=nobody", "--clear-groups")


def start_redis(stack: ExitStack, folder: Path, port: int) -> None:
    binary = program("redis-server")
    stack.enter_context(server(binary, "--port", str(port), "--save", "", "--dir", str(folder), port=port))


def start_postgres(stack: ExitStack, folder: Path, port: int) -> None:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    place = str(Path(program("initdb", *map(str, versions))).parent)
    user = as_user(folder)
    data = str(folder / "data")
    subprocess.run([*user, f"{place}/initdb", "-D", data, "-A", "trust", "-U", "shop"], check=True, capture_output=True)
    options = ("-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1")
    stack.enter_context(server(*user, f"{place}/postgres", "-D", data, *options, port=port))
    create = (f"{place}/createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "shop", "shop")
    subprocess.run(create, check=True, capture_output=True)


def start_mysql(stack: ExitStack, folder: Path, port: int) -> None:
    install, binary, client = (program(name) for name in ("mariadb-install-db", "mariadbd", "mariadb"))
    user = ("--user=root",) if not os.geteuid() else ()
    data = f"--datadir={folder / 'data'}"
    login = "--auth-root-authentication-method=normal"
    subprocess.run([install, "--no-defaults", *user, data, login], check=True, capture_output=True)
    files = (f"--socket={folder / 's'}", f"--pid-file={folder / 'pid'}")
    options = ("--no-defaults", *user, data, f"--port={port}", "--bind-address=127.0.0.1", *files)
    stack.enter_context(server(binary, *options, port=port))
    asked = (client, "--no-defaults", "-h", "127.0.0.1", "-P", str(port), "-u", "root", "-e", "CREATE DATABASE shop")
    subprocess.run(asked, check=True, capture_output=True)


STARTS: dict[str, Callable[[ExitStack, Path, int], None]] = {
    "notes-redis": start_redis,
    "books-postgres": start_postgres,
    "books-mysql": start_mysql,
}


@pytest.mark.long
@pytest.mark.parametrize("name", STARTS)
def test_record_against_the_real_server_replays_three_times(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    (tmp_path / "server").mkdir()
    with ExitStack() as stack:
        STARTS[name](stack, tmp_path / "server", port)
        monkeypatch.setenv(URLS[name][1], URLS[name][2].format(port))
        recorded_again(copied(name, tmp_path), times=3)
