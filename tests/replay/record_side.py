"""A recording that runs while a test talks to it."""

import http.client
import json
import queue
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.replay.app_side import configured
from tta_validate.recordings.mocks import read_mocks
from tta_validate.recordings.model import Case, CaseSet, Mock
from tta_validate.recordings.sets import read_set
from tta_validate.replay.record import Ended, Wish, record

APP = Path(__file__).parent / "apps" / "recorded.py"


@dataclass(frozen=True, slots=True)
class Said:
    """What a client got: status, headers by lower-case name, body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """A client with one connection that it keeps."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("localhost", port, timeout=30)

    def ask(self, method: str, path: str, body: str | bytes | None = None, **headers: str) -> Said:
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body, spelled)
        answer = self.connection.getresponse()
        return Said(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())


@dataclass(slots=True)
class Recording:
    """A recording in another thread; ``ended`` is there once the app was told to end or nothing came any more."""

    client: Client
    folder: Path
    ended: Ended | None = None
    others: list[Client] = field(default_factory=list[Client])

    def another(self) -> Client:
        """Returns a client with a connection of its own."""
        self.others.append(Client(self.port))
        return self.others[-1]

    @property
    def port(self) -> int:
        return self.client.connection.port

    def set(self) -> CaseSet:
        return read_set(self.folder / "keploy" / "test-set-0", self.folder / "keploy")

    def cases(self) -> dict[str, Case]:
        return {f"{case.request.method} {case.request.url.split('/', 3)[3]}": case for case in self.set().cases}

    def mocks(self) -> list[Mock]:
        return [one for one in read_mocks(self.set().mock_files) if isinstance(one, Mock)]

    def files(self) -> dict[str, str]:
        base = self.folder / "keploy"
        found = sorted(path for path in base.rglob("*") if path.is_file())
        return {path.relative_to(base).as_posix(): path.read_text() for path in found}


@contextmanager
def recording(folder: Path, **wish: object) -> Generator[Recording]:
    """Records the app of the tests until nothing came for a moment after the block."""
    told: queue.Queue[str] = queue.Queue()
    environment = dict(wish.pop("environment", {}))  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownVariableType]
    script = wish.pop("script", APP)
    app = configured(command=f"python {script} {{port}}", folder=str(folder), environment=environment)
    asked = replace(Wish(app, folder / "keploy", until_idle=0.15), **wish)  # pyright: ignore[reportArgumentType]
    found: list[Ended | BaseException] = []

    def run() -> None:
        try:
            found.append(record(asked, told.put))
        except BaseException as error:
            found.append(error)
            told.put("")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    line = told.get(timeout=40)
    if found and isinstance(found[0], BaseException):
        raise found[0]
    running = Recording(Client(int(line.split("localhost:")[1].split(";")[0])), folder)
    try:
        yield running
    finally:
        for client in (running.client, *running.others):
            client.connection.close()
        thread.join(40)
    if isinstance(found[0], BaseException):
        raise found[0]
    running.ended = found[0]


class Sky(BaseHTTPRequestHandler):
    """The service that the app calls."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps({"sky": "blue", "host": self.headers["Host"]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def sky() -> Generator[str]:
    """Runs the service, and yields its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Sky) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
