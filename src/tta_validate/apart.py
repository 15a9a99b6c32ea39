"""Work on many things, half of it done in a copy of this process: results are the same wherever they are made."""

import contextlib
import os
import signal
import struct
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

_SIZE = struct.Struct("<I")
_FORKS = hasattr(os, "fork") and sys.platform != "darwin"
"""macOS frameworks do not survive a fork; see `scan.pool`."""


def processors() -> int:
    """Returns how many processors this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def results(work: Callable[[T], bytes], things: Sequence[T], jobs: int) -> list[bytes]:
    """Returns what ``work`` makes of each thing, in order; with ``jobs`` over 1 every second one in a fork.

    A fork copies only the thread that makes it, so a process with more threads than one does all the work itself; so
    does one whose fork dies.
    """
    if len(things) < 2 or jobs < 2 or not _FORKS or threading.active_count() > 1:
        return [work(thing) for thing in things]
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # Threads that a library made without telling Python are not copied, and not needed.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        _work_and_end(work, things[1::2], writer)
    try:
        os.close(writer)
        own = [work(thing) for thing in things[::2]]
        with os.fdopen(reader, "rb", closefd=False) as pipe:
            others = _split(pipe.read())
    finally:
        os.close(reader)
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    if len(others) != len(things) // 2:
        others = [work(thing) for thing in things[1::2]]
    found = [b""] * len(things)
    found[::2], found[1::2] = own, others
    return found


def _work_and_end(work: Callable[[T], bytes], things: Sequence[T], writer: int) -> None:
    status = 1
    try:
        made = [work(thing) for thing in things]
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(b"".join([_SIZE.pack(len(one)) + one for one in made]))
        status = 0
    finally:
        os._exit(status)


def _split(data: bytes) -> list[bytes]:
    found: list[bytes] = []
    at = 0
    while at + _SIZE.size <= len(data):
        start = at + _SIZE.size
        at = start + _SIZE.unpack_from(data, at)[0]
        if at <= len(data):
            found.append(data[start:at])
    return found
