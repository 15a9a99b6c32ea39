"""The command `record`: what it says, how it ends, and that what it wrote replays."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import Program, Write
from tests.replay.record_side import APP
from tta_validate.cli import run_cli

COMMAND = f"{sys.executable} {APP} {{port}}"
ASK = """import json, os, urllib.request
def ask(path, body=None, **headers):
    request = urllib.request.Request(os.environ["TTA_RECORD_URL"] + path, body, headers)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"null")
"""
COUNTER = """import pathlib, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
FILE = pathlib.Path("count.txt")
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        count = int(FILE.read_text()) + 1 if FILE.exists() else 1
        FILE.write_text(str(count))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"visits": %d}' % count)
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def project(write: Write, drive: str, **files: str) -> Path:
    return write({"pyproject.toml": "[tool.tta-validate]\n", "drive.py": ASK + drive, **files})


def test_what_is_recorded_replays_with_its_noise_and_its_secrets(write: Write, tta: Program) -> None:
    root = project(
        write,
        """ask("/now")
token = ask("/login", b'{"user": "ann", "password": "correct horse"}')["access_token"]
ask("/mine", Authorization=f"Bearer {token}")
ask("/mine", Authorization="Bearer outside-5f2c9d1e77")
""",
    )
    told = tta("record", "-c", COMMAND, "--drive", f"{sys.executable} drive.py", "--set", "first", cwd=root)
    assert (told.out, told.status) == (
        "recorded 4 cases and 0 mocks in keploy/first\n"
        "secrets of the client are in keploy/first/secret.yaml, which git is told to ignore: password, authorization\n"
        "replayed at once: 4 of 4 pass\n",
        0,
    )
    assert re.fullmatch(r"recording: send requests to http://localhost:\d+\n", told.err)
    case = (root / "keploy/first/tests/test-1.yaml").read_text()
    assert "body.id:\n                - '^[0-9a-f]{8}-" in case
    assert "body.plan" not in case
    replayed = tta("replay", "-c", COMMAND, "-q", cwd=root)
    assert (replayed.status, replayed.out.partition(" in ")[0]) == (0, "4 passed")


def test_an_app_that_remembers_is_told_of_state_files(write: Write, tta: Program) -> None:
    root = project(write, 'ask("/a")\nask("/b")\n', **{"counter.py": COUNTER})
    command = f"{sys.executable} counter.py {{port}}"
    told = tta("record", "-c", command, "--drive", f"{sys.executable} drive.py", cwd=root)
    assert told.status == 1
    assert told.out.splitlines()[1:] == [
        "replayed at once: 0 of 2 pass",
        "  test-1: body.visits: recorded 1, now 3",
        "  test-2: body.visits: recorded 2, now 4",
        "  if the app keeps what was recorded in a file, name it in state-files of [tool.tta-validate.replay]",
    ]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGINT for one process")
def test_an_interrupt_ends_the_recording_with_what_there_was(write: Write) -> None:
    root = project(write, "")
    arguments = [sys.executable, "-m", "tta_validate", "record", "-c", COMMAND, "--no-check"]
    with subprocess.Popen(
        arguments, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.endswith("; Ctrl-C ends it\n")
        url = line.partition("requests to ")[2].partition(";")[0]
        with urllib.request.urlopen(f"{url}/nothing") as answer:
            assert answer.status == 204
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "recorded 1 case and 0 mocks in keploy/test-set-0\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "record starts the app itself: say how, with -c COMMAND or command in [tool.tta-validate.replay]"),
        (("-c", "true", "--upstream", "here"), "--upstream: 'here' is not ORIGIN=URL, such as https://"),
        (("-c", "true", "--upstream", "a=b"), "--upstream: 'a' is no address of a server, such as https://"),
        (("-c", "true", "--set", ".x"), "--set: '.x' cannot be the name of a test set"),
        (("-c", "true", "nowhere"), "there is no such folder to record in"),
    ],
)
def test_what_cannot_be_recorded_is_said(
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(project(write, ""))
    status = run_cli(["record", *arguments])
    told = capsys.readouterr()
    assert (status, told.out) == (2, "")
    assert message in told.err


def test_an_app_that_does_not_start_is_a_failure(write: Write, tta: Program) -> None:
    told = tta("record", "-c", "echo no such thing; exit 3", cwd=project(write, ""))
    assert (told.status, told.out) == (1, "the app ended with status 3 before it took a connection\n  no such thing\n")
