"""Test sets on disk in few words, and the app they were recorded of."""

import json
import os
import select
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tta_validate import replay_commands, run
from tta_validate.answer import Answer
from tta_validate.report import View

FAULTY = Path(__file__).parent / "apps" / "faulty.py"
SHOP = '''\
"""A shop whose PLANTED variable changes what it does; a WSGI app of the standard library."""

import json
import os
import random
import urllib.request

orders = []
PLANTED = os.environ.get("PLANTED", "")


def rate(name):
    with urllib.request.urlopen(f"http://rates.example.org/rate/{name}", timeout=5) as answer:
        return json.load(answer)["rate"]


def app(environ, start_response):
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    status, body = "200 OK", {}
    if path == "/orders" and method == "POST":
        orders.append(json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
        status, body = "201 Created", {"id": len(orders)}
    elif path == "/orders":
        body = {"orders": orders, "count": str(len(orders)) if PLANTED == "type" else len(orders)}
    elif path == "/rate":
        names = {"extra": ["usd", "chf"], "dropped": [], "changed": ["eur"]}.get(PLANTED, ["usd"])
        body = {"rate": [rate(name) for name in names][0] if names else 2}
    elif path == "/lucky":
        body = {"lucky": random.randrange(10**5, 10**6), "name": "ann"}
    elif path == "/price":
        body = {"price": 6 if PLANTED == "value" else 5}
        if PLANTED == "status":
            status = "500 Oops"
        if PLANTED == "missing":
            body = {}
    raw = json.dumps(body).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(raw)))])
    return [raw]
'''


@dataclass(frozen=True, slots=True)
class Recorded:
    """One case: ``METHOD /path``, and the body of the request and the answer."""

    line: str
    answer: str
    sent: str = ""
    status: int = 200
    name: str = ""


SHOPPING = (
    Recorded("POST /orders", '{"id": 1}', '{"sku": "a"}', 201),
    Recorded("POST /orders", '{"id": 2}', '{"sku": "b"}', 201),
    Recorded("GET /orders", '{"orders": [{"sku": "a"}, {"sku": "b"}], "count": 2}'),
    Recorded("GET /price", '{"price": 5}'),
    Recorded("GET /rate", '{"rate": 1.5}'),
)


def case_text(case: Recorded, number: int) -> str:
    """Returns a case as Keploy writes it; the numbers of a set say its order."""
    method, _, path = case.line.partition(" ")
    kind = "application/json" if case.answer[:1] in "[{" else "text/plain"
    head: dict[str, str] = {"Content-Type": kind} if kind != "text/plain" else {}
    asked: dict[str, str] = {"Content-Type": "application/json"} if case.sent else {}
    spec: dict[str, object] = {
        "req": {
            "method": method,
            "url": f"http://localhost:8000{path}",
            "header": asked,
            "body": case.sent,
            "timestamp": f"2024-05-01T10:00:{number:02}Z",
        },
        "resp": {
            "status_code": case.status,
            "header": head | {"Content-Length": str(len(case.answer))},
            "body": case.answer,
            "timestamp": f"2024-05-01T10:00:{number:02}.5Z",
        },
    }
    name = json.dumps(case.name or f"test-{number}")
    return f"version: api.keploy.io/v1beta1\nkind: Http\nname: {name}\nspec: {json.dumps(spec)}\n"


def mock_text(name: str, at: int, url: str, body: str) -> str:
    """Returns an Http mock that was recorded in the given second."""
    moment = f"2024-05-01T10:00:{at:02}"
    spec: dict[str, object] = {
        "req": {"method": "GET", "url": url, "header": dict[str, str](), "body": ""},
        "resp": {"status_code": 200, "header": {"Content-Type": "application/json"}, "body": body},
        "reqTimestampMock": f"{moment}.1Z",
        "resTimestampMock": f"{moment}.2Z",
    }
    return f"version: api.keploy.io/v1beta1\nkind: Http\nname: {name}\nspec: {json.dumps(spec)}\n"


def write_set(root: Path, cases: Sequence[Recorded], name: str = "test-set-0", mocks: str = "") -> Path:
    """Writes a test set below ``keploy`` and returns its folder."""
    folder = root / "keploy" / name
    (folder / "tests").mkdir(parents=True)
    for number, case in enumerate(cases, 1):
        (folder / "tests" / f"test-{number}.yaml").write_text(case_text(case, number), encoding="utf-8")
    if mocks:
        (folder / "mocks.yaml").write_text(mocks, encoding="utf-8")
    return folder


def config_text(**settings: object) -> str:
    """Returns a pyproject.toml that says how to replay."""
    lines = [f"{name.replace('_', '-')} = {json.dumps(value)}" for name, value in settings.items()]
    return "\n".join(["[tool.tta-validate.replay]", *lines, ""])


def write_shop(root: Path, planted: str = "", **settings: object) -> Path:
    """Writes the shop with a set of five cases and a mock, and returns its root."""
    root.mkdir(exist_ok=True)
    write_set(root, SHOPPING, mocks=mock_text("mock-0", 5, "http://rates.example.org/rate/usd", '{"rate": 1.5}'))
    (root / "shop.py").write_text(SHOP, encoding="utf-8")
    text = config_text(app="shop:app", python=sys.executable, stop_timeout=1, **settings)
    planted_text = f'environment = {{PLANTED = "{planted}"}}\n'
    (root / "pyproject.toml").write_text(text + planted_text, encoding="utf-8")
    return root


def write_faulty(root: Path, paths: Sequence[str], fifo: Path | None = None, **settings: object) -> Path:
    """Writes a set of GET requests to the server that misbehaves when asked to."""
    command = f"{sys.executable} {FAULTY} {{port}}" + (f" {fifo}" if fifo else "")
    write_set(root, [Recorded(f"GET {path}", "fine") for path in paths])
    text = config_text(**{"command": command, "timeout": 2, "stop_timeout": 1, **settings})
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    return root


def replay(root: Path, *select: str, flags: dict[str, object] | None = None, **asked: bool) -> Answer:
    """Replays what is below a root, in this process."""
    project = run.open_project(run.Request(root=str(root), flags=flags))
    return replay_commands.replay(project, replay_commands.Request(None, select, **asked), _unheard)


def _unheard(done: int, total: int, name: str) -> None:
    """Takes the place of a progress line."""


def told(answer: Answer) -> dict[str, str]:
    """Returns ``set/name`` -> verdict and reason."""
    return {f"{case.group}/{case.name}": f"{case.verdict} {case.reason}".strip() for case in answer.report().cases}


def text_of(answer: Answer, verbosity: int = 0) -> str:
    """Returns what a terminal shows, but for the time."""
    return answer.text(View(verbosity=verbosity)).rpartition(" in ")[0]


def watched(folder: Path) -> tuple[Path, Callable[..., bool]]:
    """Returns a named pipe for processes to hold, and a function that tells whether one of them is left.

    The function waits up to so many seconds for the last one to end.
    """
    fifo = folder / "alive"
    os.mkfifo(fifo)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)

    def left(seconds: float = 0.0) -> bool:
        return not select.select([reading], [], [], seconds)[0] or os.read(reading, 1) != b""

    return fifo, left
