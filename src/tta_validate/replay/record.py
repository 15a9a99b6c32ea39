"""Records what goes to an app and what the app calls, as a test set that Keploy and replay both read."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tta_validate.replay.app import App, AppSettings, start
from tta_validate.replay.plan import Plan, Wiring
from tta_validate.replay.record_mocks import mocks_of
from tta_validate.replay.record_servers import Servers
from tta_validate.replay.record_services import Relays
from tta_validate.replay.record_written import Recorded, Sent, check_target, made, next_set, write_set

_FIRST_EPHEMERAL = 32768
_POLL = 0.05


@dataclass(frozen=True, slots=True)
class Wish:
    """What to record and until when.

    ``app`` is started with its calls led through us. ``port`` is where clients go, None for a free one. Recording ends
    when ``drive``, a shell command, has ended (``{url}`` in it and ``TTA_RECORD_URL`` hold where to go), when nothing
    came for ``until_idle`` seconds after the first request, when the app ends, or with Ctrl-C. ``stand_ins`` maps
    origins that the app calls to URLs that are called in their place.
    """

    app: AppSettings
    keploy_folder: Path
    set_name: str = ""
    port: int | None = None
    drive: str = ""
    until_idle: float = 0.0
    stand_ins: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Ended:
    """How a recording ended: what was written, None where nothing was recorded, and what went wrong, if anything."""

    recorded: Recorded | None
    problem: str = ""


def record(wish: Wish, say: Callable[[str], None]) -> Ended:
    """Records until the wish is met, and returns what was written. ``say`` is told what to do, a line at a time.

    Raises AppDown when the app does not start, and InputError for a wish that cannot be met.
    """
    folder = wish.keploy_folder / (wish.set_name or next_set(wish.keploy_folder))
    check_target(folder)
    with contextlib.ExitStack() as stack:
        servers = stack.enter_context(Servers(wish.port, wish.stand_ins))
        relays = stack.enter_context(Relays())
        wiring = Wiring(http=servers.behind, control=relays.control)
        plan = stack.enter_context(Plan(wiring, callers=wish.app.folder))
        app = stack.enter_context(start(wish.app, plan))
        address = urllib.parse.urlsplit(app.url)
        at = address.port or 0
        servers.lead_to((address.hostname or "", at))
        problem = _until_the_end(wish, app, servers, say)
        servers.close_front()
        app.stop()
        relays.close()
    if not servers.incoming:
        return Ended(None, problem or "no request came in")
    sent = Sent(servers.incoming, servers.outgoing, mocks_of(relays.taps))
    content = made(folder.name, sent, at if at < _FIRST_EPHEMERAL else None)
    write_set(folder, content)
    recorded = Recorded(
        folder, content.cases, content.mocks, tuple(content.secrets), (*servers.left_out, *relays.left_out)
    )
    return Ended(recorded, problem)


def _until_the_end(wish: Wish, app: App, servers: Servers, say: Callable[[str], None]) -> str:
    """Waits for the end of the recording and returns what went wrong, empty for nothing."""
    url = f"http://localhost:{servers.front[1]}"
    say(f"recording: send requests to {url}" + ("" if wish.drive or wish.until_idle else "; Ctrl-C ends it"))
    driver = _driver(wish, url) if wish.drive else None
    try:
        while True:
            if driver is not None and driver.poll() is not None:
                return f"the driving command ended with status {driver.returncode}" if driver.returncode else ""
            if not app.alive():
                return f"the app ended\n{app.printed()}".rstrip()
            quiet = time.monotonic() - servers.heard if servers.heard and not servers.active else 0.0
            if wish.until_idle and quiet > wish.until_idle:
                return ""
            _wait(driver)
    except KeyboardInterrupt:
        return ""
    finally:
        if driver is not None:
            _end(driver)


def _wait(driver: subprocess.Popen[bytes] | None) -> None:
    if driver is None:
        time.sleep(_POLL)
        return
    with contextlib.suppress(subprocess.TimeoutExpired):
        driver.wait(_POLL)


def _driver(wish: Wish, url: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "TTA_RECORD_URL": url}
    command = wish.drive.replace("{url}", url)
    return subprocess.Popen(
        command,
        shell=True,
        cwd=wish.app.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
    )


def _end(driver: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(driver.pid, signal.SIGTERM)
        else:
            driver.terminate()
    driver.wait()
