"""The app under replay: started from a command, imported by a child process, or running already."""

import contextlib
import os
import shlex
import socket
import sys
import urllib.parse
from collections.abc import Generator, Mapping
from types import TracebackType
from typing import Protocol, Self

from tta_validate.errors import InputError
from tta_validate.replay import child
from tta_validate.replay.app_exchange import Answer, AppDown, AppSettings, NoAnswer, Sending
from tta_validate.replay.app_http import HttpSender
from tta_validate.replay.app_imported import BridgeSender, project_python
from tta_validate.replay.app_process import Group
from tta_validate.replay.app_ready import HOST, PortTaken, ending, free_port, listens, wait_for_turn, wait_until_ready
from tta_validate.replay.app_state import State
from tta_validate.replay.plan import Plan

__all__ = ["Answer", "App", "AppDown", "AppSettings", "NoAnswer", "Sending", "start"]

_ATTEMPTS = 3


class App(Protocol):
    """An app that takes requests. As a context manager it stops at the end."""

    @property
    def url(self) -> str:
        """Where it answers, for people; empty for an imported app."""
        ...

    def send(self, sending: Sending, timeout: float) -> Answer:
        """Returns the answer to a request. Raises NoAnswer without one, and AppDown where the app has ended."""
        ...

    def alive(self) -> bool:
        """Tells whether the app still runs."""
        ...

    def printed(self) -> str:
        """Returns the last lines that the app printed; empty for an app that we did not start."""
        ...

    def stop(self) -> None:
        """Ends the app with everything it started and restores its state files; may be called twice."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class _Sender(Protocol):
    def send(self, sending: Sending, timeout: float) -> Answer: ...
    def close(self) -> None: ...


class _Running:
    """An app behind a sender; without a group it is somebody else's."""

    def __init__(self, url: str, sender: _Sender, group: Group | None, state: State | None, patience: float) -> None:
        self.url = url
        self._sender = sender
        self._group = group
        self._state = state
        self._patience = patience

    def send(self, sending: Sending, timeout: float) -> Answer:
        try:
            return self._sender.send(sending, timeout)
        except NoAnswer as error:
            # A process that dies closes its connections first; a moment later its status is known.
            if self._group is None or error.kind not in ("closed", "refused") or self._group.wait(0.25) is None:
                raise
            reason = f"the app ended {ending(self._group.status())} during {sending.method} {sending.target}"
            raise AppDown(reason, self._group.tail.text(settle=0.5)) from None

    def alive(self) -> bool:
        return self._group is None or self._group.status() is None

    def printed(self) -> str:
        return self._group.tail.text() if self._group is not None else ""

    def stop(self) -> None:
        self._sender.close()
        try:
            if self._group is not None:
                self._group.stop(self._patience)
        finally:
            if self._state is not None:
                self._state.restore()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(settings: AppSettings, plan: Plan) -> App:
    """Starts the app, waits until it is ready, and returns it.

    Raises AppDown when it does not get ready, and InputError for settings that cannot be used.
    """
    given = [name for name in ("command", "imported", "base_url") if getattr(settings, name)]
    if len(given) != 1:
        raise InputError(f"replay needs exactly one of command, app and base-url, not {len(given)} of them")
    if not os.path.isdir(settings.folder):
        raise InputError(f"{settings.folder}: there is no such folder to run the app in")
    if settings.base_url:
        return _Running(settings.base_url, _to_url(settings.base_url), None, None, 0.0)
    return _imported(settings, plan) if settings.imported else _command(settings, plan)


def _to_url(base_url: str) -> HttpSender:
    url = urllib.parse.urlsplit(base_url if "//" in base_url else f"http://{base_url}")
    try:
        port = url.port or (443 if url.scheme == "https" else 80)
    except ValueError:
        port = 0
    if url.scheme not in ("http", "https") or not url.hostname or not port:
        raise InputError(f"base-url: {base_url!r} is no address of a server, such as http://localhost:8000")
    return HttpSender(url.hostname, port, tls=url.scheme == "https", prefix=url.path)


def _environment(settings: AppSettings, plan: Plan, state: State, extra: Mapping[str, str]) -> dict[str, str]:
    base = {**os.environ, "PYTHONUNBUFFERED": "1", **settings.environment, **extra}
    return plan.environment(base, state.databases)


def _command(settings: AppSettings, plan: Plan) -> App:
    own_port = () if settings.port is None else (settings.port,)
    wait_for_turn(own_port)
    if settings.port is not None and listens(settings.port):
        raise AppDown(f"port {settings.port} is taken by another process; stop it, or leave the port to us")
    state = State(settings.state_files, settings.folder, plan.folder)
    attempts = 1 if own_port else _ATTEMPTS
    while True:
        port = settings.port or free_port()
        environment = _environment(settings, plan, state, {"PORT": str(port)})
        plan.board.set_port(port)
        command = settings.command.replace("{port}", str(port))
        shell = ["/bin/sh", "-c", command] if os.name == "posix" else [*shlex.split(command, posix=False)]
        group = Group(shell, settings.folder, environment, state.pairs)
        with _stopping(group, settings, state):
            try:
                host, found = wait_until_ready(group, settings, port)
            except PortTaken:
                group.stop(settings.stop_timeout)
                attempts -= 0 if wait_for_turn(own_port or settings.likely_ports) else 1
                if not attempts:
                    raise
                state.fresh()
                continue
            plan.board.set_port(found)
            shown = f"[{host}]" if ":" in host else host
            sender = HttpSender(host, found)
            return _Running(f"http://{shown}:{found}", sender, group, state, settings.stop_timeout)


def _imported(settings: AppSettings, plan: Plan) -> App:
    state = State(settings.state_files, settings.folder, plan.folder)
    ours, theirs = socket.socketpair()
    sender = BridgeSender(ours)
    python = settings.python or project_python(settings.folder)
    folder = os.path.abspath(settings.folder)
    arguments = [python, child.BRIDGE, folder, settings.imported, str(theirs.fileno())]
    with contextlib.ExitStack() as stack:
        stack.callback(theirs.close)
        try:
            environment = _environment(settings, plan, state, {"PORT": "0", "HOST": HOST})
            group = Group(arguments, settings.folder, environment, state.pairs, (theirs.fileno(),))
        except OSError as error:
            sender.close()
            raise AppDown(f"{python} cannot be started: {error.strerror}") from None
        theirs.close()
        with _stopping(group, settings, state, sender):
            sender.wait_until_ready(group, settings)
    return _Running("", sender, group, state, settings.stop_timeout)


@contextlib.contextmanager
def _stopping(group: Group, settings: AppSettings, state: State, sender: BridgeSender | None = None) -> Generator[None]:
    """Stops the group when the block raises, whatever it raises."""
    try:
        yield
    except BaseException:
        if sender is not None:
            sender.close()
        group.stop(settings.stop_timeout if sys.exc_info()[0] is not AppDown else 0.5)
        state.restore()
        raise
