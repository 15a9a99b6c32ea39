"""Moves the clock of this process to the board's, ticking: by time-machine, else by libfaketime, else not at all."""

from __future__ import annotations

import importlib
import os
import sys

# Importing typing takes longer than all of the rest of this module.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .board import Board


def install(board: Board, folder: str, library: str) -> tuple[str, str]:
    """Returns what moves the clock (``time-machine``, ``libfaketime`` or ``real``), and why nothing better does."""
    if library and library in os.environ.get("LD_PRELOAD", ""):
        _sleep_by_select()
        return "libfaketime", ""
    reason = _time_machine(board)
    if not reason:
        return "time-machine", ""
    if not library:
        return "real", reason + "; libfaketime is not installed either"
    failed = _start_again(folder, library)
    return "real", reason + "; " + failed


def _time_machine(board: Board) -> str:
    """Makes time-machine follow the board; returns why it cannot."""
    try:
        machine = _without_extras("time_machine")
    except ImportError:
        return "time-machine is not installed in the app's environment"
    real = machine.escape_hatch.time.time_ns
    traveller: Any = machine.travel(0, tick=True).start()
    # Its documented way of moving is a call in each process; following the board needs none.
    traveller.time_ns = lambda: real() + board.offset()
    traveller.time = lambda: (real() + board.offset()) / 1e9
    return "" if _follows(board, real) else "this time-machine cannot be steered"


def _without_extras(name: str) -> Any:
    """Imports time-machine, but not what it needs for tests and to read dates: that takes longer than all the rest.

    Of unittest it wants the class of test cases, to decorate some; a version that wants more gets all of it.
    """
    instead = type(sys)("unittest")
    instead.TestCase = type("TestCase", (), {})  # pyright: ignore[reportAttributeAccessIssue]
    stand_ins: dict[str, Any] = {"pytest": None, "dateutil.parser": None, "unittest": instead}
    hidden = {extra: stand_in for extra, stand_in in stand_ins.items() if extra not in sys.modules}
    sys.modules.update(hidden)
    try:
        return importlib.import_module(name)
    except ImportError:
        if hidden.pop("unittest", None) is None:
            raise
        del sys.modules["unittest"]
        return importlib.import_module(name)
    finally:
        for extra in hidden:
            del sys.modules[extra]


def _follows(board: Board, real: Any) -> bool:
    import datetime
    import time

    expected = (real() + board.offset()) / 1e9
    return abs(time.time() - expected) < 5 and abs(datetime.datetime.now().timestamp() - expected) < 5


def _start_again(folder: str, library: str) -> str:
    """Replaces this process by itself with libfaketime loaded; returns why it cannot."""
    arguments = _arguments()
    if not sys.executable or not arguments or os.name != "posix":
        return "this process cannot be started again with libfaketime"
    environment = dict(os.environ)
    environment["LD_PRELOAD"] = " ".join(filter(None, [library, environment.get("LD_PRELOAD", "")]))
    environment["FAKETIME_TIMESTAMP_FILE"] = os.path.join(folder, "faketime")
    environment["FAKETIME_NO_CACHE"] = "1"
    # Timers and timeouts of the app run on the monotonic clock, which has to go on as it is.
    environment["FAKETIME_DONT_FAKE_MONOTONIC"] = environment["DONT_FAKE_MONOTONIC"] = "1"
    environment["NO_FAKE_STAT"] = "1"
    try:
        os.execve(sys.executable, [sys.executable, *arguments[1:]], environment)
    except OSError as error:
        return f"libfaketime cannot be loaded: {error.strerror}"


def _sleep_by_select() -> None:
    """Replaces ``time.sleep``, which waits for a moment of the monotonic clock since Python 3.11.

    libfaketime 0.9.10 takes that for one of the clock that it moves, and the sleep fails as an invalid argument.
    """
    import select
    import time

    def sleep(seconds: Any) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        select.select((), (), (), seconds)

    time.sleep = sleep


def _arguments() -> list[str] | None:
    """Returns the command line of this process as the system knows it."""
    given: list[str] | None = getattr(sys, "orig_argv", None)
    if given:
        return list(given)
    try:
        with open("/proc/self/cmdline", "rb") as file:
            return [os.fsdecode(part) for part in file.read().split(b"\0")[:-1]]
    except OSError:
        return None
