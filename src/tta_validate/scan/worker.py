"""What runs in a worker process: statements in, facts out.

Each slot is a pair of pipes. A request is a count and that many texts; an answer is sent for every text as soon as it
is known, so that the other side knows which text a process died on.
"""

import contextlib
import gc
import os
import signal
import struct
import sys
from collections.abc import Iterator
from typing import BinaryIO

FACTS, REFUSED = 0, 1
COUNT = struct.Struct("<I")
ANSWER = struct.Struct("<BII")
"""Status, line, length of what follows: encoded facts, or the reason as UTF-8."""

READY = b"!"
"""Sent once, when requests can come."""

_RECURSION = 5000


def receive(reader: BinaryIO, size: int) -> bytes:
    """Returns exactly ``size`` bytes; raises EOFError where the other side has gone."""
    data = reader.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _texts(reader: BinaryIO) -> Iterator[str]:
    (count,) = COUNT.unpack(receive(reader, COUNT.size))
    for _ in range(count):
        (size,) = COUNT.unpack(receive(reader, COUNT.size))
        yield receive(reader, size).decode("utf-8", "surrogatepass")


def _answer(text: str) -> tuple[int, int, bytes]:
    from tta_validate import extract, facts
    from tta_validate.scan.limits import refusal

    if (reason := refusal(text)) is not None:
        return REFUSED, 0, reason.encode()
    try:
        return FACTS, 0, facts.encode(extract.extract(text))
    except extract.Unreadable as error:
        return REFUSED, max(error.line, 0), error.reason.encode("utf-8", "replace")
    except RecursionError:
        return REFUSED, 0, b"nested too deeply"
    except MemoryError:
        return REFUSED, 0, b"needs too much memory"
    except Exception as error:
        return REFUSED, 0, f"the parser fails on it ({type(error).__name__})".encode()


def _serve(reader: BinaryIO, writer: BinaryIO, seconds: float) -> None:
    """Answers until the other side closes. A text that takes too long ends the process, even inside native code."""
    limited = hasattr(signal, "setitimer")
    _send(writer, READY)
    while True:
        for text in list(_texts(reader)):
            if limited:
                signal.setitimer(signal.ITIMER_REAL, seconds)
            status, line, payload = _answer(text)
            if limited:
                signal.setitimer(signal.ITIMER_REAL, 0)
            _send(writer, ANSWER.pack(status, line, len(payload)) + payload)


def _send(writer: BinaryIO, data: bytes) -> None:
    writer.write(data)
    writer.flush()


def main(handles: list[tuple[int, int]], seconds: float) -> None:
    """Serves pairs of inherited pipes, or standard input and output where there are none; returns when they close.

    This process serves the first pair, a fork of it each of the others. The parser is imported before that.
    """
    _answer("")
    sys.setrecursionlimit(_RECURSION)
    # Trees have no cycles: looking for some is waste.
    gc.disable()
    while len(handles) > 1:
        pair = handles.pop()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        others, handles = (handles, [pair]) if not os.fork() else ([pair], handles)
        for handle in (handle for other in others for handle in other):
            os.close(handle)
        if handles == [pair]:
            break
    reader = os.fdopen(handles[0][0], "rb") if handles else sys.stdin.buffer
    writer = os.fdopen(handles[0][1], "wb") if handles else sys.stdout.buffer
    with contextlib.suppress(EOFError, OSError):
        _serve(reader, writer, seconds)
    os._exit(0)
