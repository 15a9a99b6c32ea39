"""Recorded exchanges in few words, apps that run, and whether anything of them is left."""

import os
import re
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tta_validate.recordings.model import Case, Mock, Place, Request, Response
from tta_validate.replay.app import App, AppSettings, Sending, start
from tta_validate.replay.app_process import members
from tta_validate.replay.mock import Ledger, Options
from tta_validate.replay.mock_listeners import Listeners
from tta_validate.replay.plan import Plan

FIXTURES = Path(__file__).parents[2] / "fixtures" / "recordings"
PLACE = Place("mocks.yaml", 1)
JSON = (("Content-Type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Asked:
    """The request of a mock, in one line and a body."""

    line: str
    body: str | bytes = ""
    headers: tuple[tuple[str, str], ...] = JSON


def mock(name: str, asked: Asked | str, answer: str | bytes | Response = "{}", at: int | None = None) -> Mock:
    """Returns an Http mock; ``asked`` is ``METHOD //host/path`` as in recordings of today."""
    given = asked if isinstance(asked, Asked) else Asked(asked)
    method, _, url = given.line.partition(" ")
    host, _, path = url.removeprefix("//").partition("/")
    request = Request(method, f"/{path}", (("Host", host), *given.headers), given.body)
    response = answer if isinstance(answer, Response) else Response(200, JSON, answer)
    return Mock(name, "Http", PLACE, {}, at, at, "0", (("type", "HTTP_CLIENT"),), request, response)


def case(name: str, begin: int, end: int) -> Case:
    """Returns a case that was recorded between two moments."""
    return Case(name, "Http", "set", PLACE, Request("GET", "/", at=begin), Response(200, at=end))


def get(target: str, *headers: tuple[str, str]) -> Sending:
    """Returns a GET request."""
    return Sending("GET", target, (("Host", "localhost"), *headers))


def post(target: str, body: str, *headers: tuple[str, str]) -> Sending:
    """Returns a POST request with a JSON body."""
    return Sending(
        "POST", target, (("Host", "localhost"), *JSON, ("Content-Length", str(len(body))), *headers), body.encode()
    )


def alive_in(group: int) -> bool:
    """Tells whether a process group has a member left."""
    return bool(members(group))


@contextmanager
def running(**settings: object) -> Generator[App, None, None]:
    """Runs an app until the end of the block."""
    with Plan() as plan, start(configured(**settings), plan) as app:
        yield app


def configured(**settings: object) -> AppSettings:
    """Returns settings of an app; ``python`` at the start of a command is the Python of the tests."""
    command = re.sub(r"^python ", f"{sys.executable} ", str(settings.pop("command", "")))
    given = {"start_timeout": 30.0, "stop_timeout": 5.0, "python": sys.executable, "command": command, **settings}
    return AppSettings(**given)  # pyright: ignore[reportArgumentType]


@contextmanager
def answering(ledger: Ledger, options: Options | None = None) -> Generator[tuple[Plan, Mapping[str, str]], None, None]:
    """Runs the mock servers, and yields the plan and the environment for a client."""
    with Listeners(ledger, options or Options()) as listeners, Plan(listeners.wiring) as plan:
        yield plan, plan.environment(os.environ)
        assert listeners.errors == []
