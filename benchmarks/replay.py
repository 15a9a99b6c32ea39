"""Measures replay against a bare httpx loop over the same requests: ``uv run python benchmarks/replay.py [--runs N]``.

Prints medians and what was aimed for. The app is the fixture ``fastapi-sqlite``, the set has 126 cases that write and
read; every run begins with a fresh app and an empty database.
"""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import httpx

from tta_validate.config import load
from tta_validate.recordings.documents import case_document
from tta_validate.recordings.model import Case, Place, Request, Response
from tta_validate.replay.app_ready import free_port
from tta_validate.replay.found import read, sets_at
from tta_validate.replay.runner import SetRun
from tta_validate.replay.settings import settings_for

FIXTURE = Path(__file__).parent.parent / "fixtures" / "recordings" / "fastapi-sqlite"
COMMAND = f"{sys.executable} -m uvicorn --port {{port}} --no-access-log --log-level warning app:app"
ROUNDS = 42
SECOND = 1_000_000_000
Ask = tuple[str, str, str]


def asked() -> list[Ask]:
    """Returns method, path and body of every request."""
    found: list[Ask] = []
    for number in range(1, ROUNDS + 1):
        found.append(("POST", "/items", f'{{"name": "item {number}", "price": {number}.5, "tags": ["a", "b"]}}'))
        found += [("GET", f"/items/{number}", ""), ("GET", "/items?limit=5", "")]
    return found


class App:
    """The app, started as a shell would, on a free port."""

    def __init__(self, folder: Path) -> None:
        (folder / "items.db").unlink(missing_ok=True)
        self.port = free_port()
        command = COMMAND.replace("{port}", str(self.port)).split()
        started = time.perf_counter()
        self.process = subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONUNBUFFERED": "1"})
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                break
            except OSError:
                time.sleep(0.005)
        self.seconds = time.perf_counter() - started

    def end(self) -> None:
        """Ends the app."""
        self.process.terminate()
        self.process.wait()


def bare(folder: Path, take: Callable[[Ask, httpx.Response], None] | None = None) -> tuple[float, list[float]]:
    """Returns the seconds until the app took connections, and those of each request of a bare loop."""
    app = App(folder)
    times: list[float] = []
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{app.port}") as client:
            for ask in asked():
                began = time.perf_counter()
                headers = {"Content-Type": "application/json"} if ask[2] else {}
                answer = client.request(ask[0], ask[1], content=ask[2] or None, headers=headers)
                times.append(time.perf_counter() - began)
                if take is not None:
                    take(ask, answer)
    finally:
        app.end()
    return app.seconds, times


def write_cases(folder: Path) -> None:
    """Writes the cases of the set from what the app answers."""
    tests = folder / "keploy" / "test-set-0" / "tests"
    tests.mkdir(parents=True)
    at = time.time_ns()

    def take(ask: Ask, answer: httpx.Response) -> None:
        nonlocal at
        at += SECOND
        sent = Request(ask[0], str(answer.url), tuple(answer.request.headers.multi_items()), ask[2], at)
        headers = tuple((name.title(), value) for name, value in answer.headers.multi_items())
        got = Response(answer.status_code, headers, answer.text, at + SECOND // 2, answer.reason_phrase)
        case = Case(f"test-{len(list(tests.iterdir())) + 1}", "Http", "test-set-0", Place("", 1), sent, got)
        (tests / f"{case.name}.yaml").write_text(case_document(case))

    bare(folder, take)


def replay(folder: Path) -> tuple[float, float, list[float]]:
    """Returns the seconds of reading the set, until the first result, and of each case after it."""
    (folder / "items.db").unlink(missing_ok=True)
    began = time.perf_counter()
    (found,) = sets_at(folder / "keploy")
    run = SetRun(read(found, folder), settings_for(folder / "keploy", folder, load(folder)))
    begun = time.perf_counter()
    marks = [begun]
    for result in run.results():
        assert result.verdict == "passed", result.text
        marks.append(time.perf_counter())
    steps = [after - before for before, after in pairwise(marks)]
    return begun - began, steps[0], steps[1:]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs: int = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "app"
        shutil.copytree(FIXTURE, folder, ignore=shutil.ignore_patterns("keploy", "*.db", "__pycache__"))
        table = f"[tool.tta-validate.replay]\ncommand = '{COMMAND}'\nstate-files = ['items.db']\n"
        (folder / "pyproject.toml").write_text(table)
        write_cases(folder)
        pairs = [(bare(folder), replay(folder)) for _ in range(runs)]
    median = statistics.median
    start = median(seconds for (seconds, _), _ in pairs)
    loop = median(sum(times) for (_, times), _ in pairs)
    added = median(median(steps) - median(times[1:]) for (_, times), (_, _, steps) in pairs)
    opening = median(times[0] for (_, times), _ in pairs)
    first = median(first for _, (_, first, _) in pairs)
    whole = median(first + sum(steps) for _, (_, first, steps) in pairs)
    reading = median(seconds for _, (seconds, _, _) in pairs)
    print(f"{'':44}{'measured':>12}{'aim':>12}")
    rows = [
        ("bare loop: a request, median", median(median(times) for (_, times), _ in pairs), None),
        ("replay adds to a case, median", added, 0.002),
        (f"bare loop: {ROUNDS * 3} requests", loop, None),
        ("app start until it takes connections", start, None),
        ("bare loop: the first request", opening, None),
        (f"replay of {ROUNDS * 3} cases, from nothing to the end", whole, start + 1.2 * loop),
        ("from nothing until the first case is judged", first, start + opening + 0.150),
        ("reading the set", reading, None),
    ]
    for name, seconds, aim in rows:
        wanted = "" if aim is None else f"{aim * 1000:9.1f} ms"
        print(f"{name:44}{seconds * 1000:9.1f} ms{wanted:>12}")


if __name__ == "__main__":
    main()
