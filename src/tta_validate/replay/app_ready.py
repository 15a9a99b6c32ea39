"""Waits until an app answers: on the port it was given, on the one it chose itself, or at its health URL."""

import contextlib
import os
import re
import socket
import sys
import time
import urllib.parse
from collections.abc import Iterable, Sequence
from pathlib import Path

from tta_validate.replay.app_exchange import AppDown, AppSettings, NoAnswer, Sending
from tta_validate.replay.app_http import HttpSender
from tta_validate.replay.app_process import Group, members, strays

_POLL = 0.02
_SETTLE = 1.0
_LOOK = 0.2
_TAKEN = re.compile(r"address (is )?already in use|port \d* ?is (already )?in use|EADDRINUSE|\[Errno (98|48)\]", re.I)

HOST = "127.0.0.1"
LONGEST_TURN = 600.0
_TURN_POLL = 0.1


class PortTaken(AppDown):
    """The port that was chosen for the app went to somebody else in between."""


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    """Tells whether somebody takes connections on a port of this machine."""
    return any(_connects(host, port) for host in (HOST, "::1"))


def _connects(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 1.0).close()
    except OSError:
        return False
    return True


def wait_until_ready(group: Group, settings: AppSettings, port: int) -> tuple[str, int]:
    """Returns the host and port that the app answers on.

    Raises AppDown when it ends or the time is over. A port other than the one it was given counts where it is one of
    the likely ports, or once it has been the only one for a second (Linux, where listeners can be seen).
    """
    started = time.monotonic()
    others = _Others(group.pid, settings.likely_ports, started)
    health = ""
    opened: tuple[str, int] | None = None
    while True:
        found = opened or _found(port)
        if found is None:
            other = others.look()
            found = _found(other) if other else None
        opened = found
        # A parent that binds for a child (Flask's reloader does) is open long before anybody answers.
        if found is not None and not _waiting(found[1]):
            left = max(1.0, settings.start_timeout - (time.monotonic() - started))
            health = _unhealthy(settings.health, found, min(left, 5.0)) if settings.health else ""
            if not health:
                return found
        if group.wait(_POLL if opened is None else _POLL / 10) is not None:
            raise _ended(group)
        if time.monotonic() - started > settings.start_timeout:
            raise _late(group, settings, port, health)


class _Others:
    """Looks for the port that an app has chosen itself; now and then, for that takes time which the app could use."""

    def __init__(self, group: int, likely: Sequence[int], started: float) -> None:
        self._group = group
        self._likely = likely
        self._next = started + 0.2
        self._since: float | None = None

    def look(self) -> int | None:
        """Returns the port, None while it is not known or it is not yet time to look."""
        now = time.monotonic()
        if now < self._next:
            return None
        self._next = now + _LOOK
        ports = listening(self._group)
        likely = next((at for at in self._likely if at in ports), None)
        self._since = (self._since or now) if ports else None
        settled = self._since is not None and now - self._since > _SETTLE and len(ports) == 1
        return likely or (ports[0] if settled else None)


def _found(port: int) -> tuple[str, int] | None:
    return next(((host, port) for host in (HOST, "::1") if _connects(host, port)), None)


def _waiting(port: int) -> int:
    """Returns how many connections to a port nobody has taken yet; 0 where that cannot be seen.

    Source: proc_pid_net(5); of a listening socket, rx_queue is the length of the queue that accept(2) takes from.
    """
    return max((waiting for at, _, waiting in _listeners() if at == port), default=0)


def _ended(group: Group) -> AppDown:
    status, tail = group.status(), group.tail.text(settle=0.5)
    kind = PortTaken if _TAKEN.search(tail) else AppDown
    return kind(f"the app ended {ending(status)} before it took a connection", tail)


def ending(status: int | None) -> str:
    """Returns how a process ended: ``with status 1``, ``by signal 9``."""
    if status is None:
        return "at once"
    return f"by signal {-status}" if status < 0 else f"with status {status}"


def _late(group: Group, settings: AppSettings, port: int, health: str) -> AppDown:
    seconds = f"{settings.start_timeout:g} seconds"
    if health:
        return AppDown(f"the app was not healthy within {seconds}: {health}", group.tail.text())
    others = listening(group.pid)
    seen = f"; it listens on {', '.join(map(str, others))}" if others else ""
    advice = "it has to listen on the port in PORT or {port}, or the port has to be configured"
    return AppDown(f"the app took no connection on port {port} within {seconds}{seen}; {advice}", group.tail.text())


def _unhealthy(health: str, found: tuple[str, int], timeout: float) -> str:
    """Returns why the health URL is no sign of health, or an empty text."""
    url = urllib.parse.urlsplit(health)
    target = url._replace(scheme="", netloc="", fragment="").geturl() or "/"
    host, port = (url.hostname, url.port or found[1]) if url.hostname else found
    sender = HttpSender(host, port, tls=url.scheme == "https")
    try:
        sending = Sending("GET", target if target.startswith("/") else f"/{target}", (("Host", f"{host}:{port}"),))
        status = sender.send(sending, timeout).status
    except NoAnswer as error:
        return f"{health}: {error}"
    finally:
        sender.close()
    return "" if 200 <= status < 300 else f"{health} answered {status}"


def wait_for_turn(ports: Sequence[int]) -> bool:
    """Waits until no other replay's app listens on one of the ports; returns whether there was one to wait for.

    Apps that know one port only can run one after the other, and two processes may be replaying them. Nobody is
    waited for longer than `LONGEST_TURN` seconds.
    """
    limit = time.monotonic() + LONGEST_TURN
    waited = False
    while any(map(listens, ports)) and set(ports) & set(_ports_of(strays())) and time.monotonic() < limit:
        waited = True
        time.sleep(_TURN_POLL)
    return waited


def listening(group: int) -> list[int]:
    """Returns the TCP ports that the processes of a group listen on, sorted; empty where that cannot be seen."""
    return _ports_of(members(group))


def _ports_of(pids: Iterable[int]) -> list[int]:
    held: set[str] = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            for handle in os.scandir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    held.add(os.readlink(handle.path))
    # The tables of a busy machine are long, and an app that is still importing has no sockets.
    if not any(name.startswith("socket:") for name in held):
        return []
    return sorted({port for port, inode, _ in _listeners() if f"socket:[{inode}]" in held})


def _listeners() -> list[tuple[int, str, int]]:
    """Returns port, inode and waiting connections of every listening TCP socket; none on another system than Linux."""
    found: list[tuple[int, str, int]] = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6") if sys.platform == "linux" else ():
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                cells = line.split()
                if cells[3] == "0A":
                    port, waiting = cells[1].rpartition(":")[2], cells[4].rpartition(":")[2]
                    found.append((int(port, 16), cells[9], int(waiting, 16)))
    return found
