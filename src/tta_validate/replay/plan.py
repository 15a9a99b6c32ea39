"""What the code inside the app is told, and what it tells back: a private folder, and a board in mapped memory."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tta_validate.replay import child
from tta_validate.replay.child import board

Address = tuple[str, int]
"""Host and port."""

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")
"""Variables that would send the app's calls past the hooks; they are taken out while calls are answered."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where the app's outgoing connections go.

    ``http`` is the listener for Python's HTTP clients, ``recorded`` the HTTP hosts it has answers for, ``through`` the
    hosts (a regular expression, and a port or 0) called for real. ``routes`` sends other recorded addresses to
    listeners, ``names`` are the host names resolved without DNS, ``variables`` goes into the environment. ``services``
    has the listener of each protocol, for drivers that open their connections themselves. ``addresses`` are those that
    names had when they were recorded, ``gone`` the names that were none. ``control`` is whom to ask
    for a relay to a database, while calls are recorded.
    """

    http: Address | None = None
    recorded: tuple[Address, ...] = ()
    through: tuple[Address, ...] = ()
    routes: Mapping[Address, Address] = field(default_factory=dict[Address, Address])
    names: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    services: Mapping[str, Address] = field(default_factory=dict[str, Address])
    addresses: Mapping[str, str] = field(default_factory=dict[str, str])
    gone: tuple[str, ...] = ()
    control: Address | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What one Python process of the app reported: ``clock`` is what moves its clock, ``reason`` why not better."""

    pid: int
    python: str
    program: str
    clock: str
    reason: str
    problems: tuple[str, ...]


class Plan:
    """The parent's end. Closing it removes the folder; the app must have ended by then.

    With ``callers``, the folder of a project, each redirected connection says which line of it was the caller.
    """

    def __init__(
        self, wiring: Wiring | None = None, *, clock: bool = False, libfaketime: str = "", callers: str = ""
    ) -> None:
        self.wiring = wiring or Wiring()
        self.clock = clock
        self.libfaketime = libfaketime
        self.callers = callers
        self.folder = Path(tempfile.mkdtemp(prefix="tta-replay-"))
        (self.folder / "board").write_bytes(bytes(board.SIZE))
        (self.folder / "faketime").write_text("+0s\n")
        self.board = board.open_board(str(self.folder / "board"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Removes the folder; may be called twice."""
        self.board.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, base: Mapping[str, str], databases: Mapping[str, str] | None = None) -> dict[str, str]:
        """Writes the plan and returns the environment of the app.

        ``databases`` maps the real path of a SQLite file to that of the copy to be opened instead.
        """
        wiring = self.wiring
        content = {
            "clock": self.clock,
            "libfaketime": self.libfaketime,
            "http": wiring.http,
            "recorded": wiring.recorded,
            "callers": os.path.realpath(self.callers) if self.callers else "",
            "through": wiring.through,
            "routes": [[*origin, *listener] for origin, listener in wiring.routes.items()],
            "names": wiring.names,
            "services": dict(wiring.services),
            "addresses": dict(wiring.addresses),
            "gone": wiring.gone,
            "control": wiring.control,
            "databases": dict(databases or {}),
        }
        path = self.folder / "plan.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        environment = dict(base)
        if wiring.http is not None:
            environment = {name: value for name, value in base.items() if name.lower() not in PROXIES}
        environment |= wiring.variables
        environment[child.PLAN] = str(path)
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [child.FOLDER, base.get("PYTHONPATH", "")]))
        return environment

    def opened(self) -> tuple[Path, ...]:
        """Returns the SQLite files that the app opened, but for those it has copies of."""
        try:
            names = (self.folder / "opened").read_bytes().split(b"\0")[:-1]
        except FileNotFoundError:
            return ()
        return tuple(Path(os.fsdecode(name)) for name in dict.fromkeys(names))

    def told(self) -> tuple[Told, ...]:
        """Returns what the app's Python processes reported so far; empty when none has taken our hooks."""
        try:
            lines = (self.folder / "told").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return ()
        return tuple(_told(line) for line in lines)


def _told(line: str) -> Told:
    raw = json.loads(line)
    return Told(raw["pid"], raw["python"], raw["program"], raw["clock"], raw["reason"], tuple(raw["problems"]))
