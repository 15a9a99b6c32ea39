"""Worker processes that may die or be killed at any time."""

import contextlib
import importlib.util
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from tta_validate.scan.worker import ANSWER, COUNT, FACTS, READY, receive

_BATCH_CHARACTERS = 16_000
_URGENT_CHARACTERS = 4_000
"""What somebody waits for goes in smaller batches, to be shared by all workers."""

_TICK_SECONDS = 0.05
_GRACE = 0.95
_FORKS = hasattr(os, "fork") and sys.platform != "darwin"
"""Forking after the imports saves the second process their cost; macOS frameworks do not survive a fork."""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """Encoded facts, or why there are none and on which line (from 0) of the text.

    ``lasting`` tells whether reading the text again would end the same way.
    """

    facts: bytes | None
    reason: str = ""
    line: int = 0
    lasting: bool = True


@dataclass(slots=True, eq=False)
class _Slot:
    """One worker: its pipes, whether it has said that it is ready, and since when it has owed an answer."""

    process: "subprocess.Popen[bytes]"
    reader: BinaryIO
    writer: BinaryIO
    ready: bool = False
    since: float | None = None

    def ask(self, texts: Sequence[str]) -> None:
        """Sends a request; raises OSError where the worker has gone."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        self.writer.write(COUNT.pack(len(encoded)) + b"".join(COUNT.pack(len(text)) + text for text in encoded))
        self.writer.flush()

    def answer(self) -> Answer:
        """Waits for the next answer; raises EOFError or OSError where the worker has gone."""
        self.since = time.monotonic()
        status, line, size = ANSWER.unpack(receive(self.reader, ANSWER.size))
        payload = receive(self.reader, size)
        return Answer(payload) if status == FACTS else Answer(None, payload.decode(), line)

    def drop(self) -> None:
        """Closes the pipes."""
        for pipe in (self.reader, self.writer):
            with contextlib.suppress(OSError):
                pipe.close()


def _start(slots: int, seconds: float) -> list[_Slot]:
    """Starts one process, which forks to serve several slots; a system without forks gives one slot a process."""
    if not _FORKS:
        process = _process([], seconds, subprocess.PIPE)
        return [_Slot(process, cast(BinaryIO, process.stdout), cast(BinaryIO, process.stdin))]
    theirs: list[tuple[int, int]] = []
    ours: list[tuple[int, int]] = []
    for _ in range(slots):
        request, answer = os.pipe(), os.pipe()
        theirs.append((request[0], answer[1]))
        ours.append((answer[0], request[1]))
    try:
        process = _process(theirs, seconds, subprocess.DEVNULL)
    finally:
        for handle in (handle for pair in theirs for handle in pair):
            os.close(handle)
    return [_Slot(process, open(reader, "rb"), open(writer, "wb")) for reader, writer in ours]


def _process(handles: list[tuple[int, int]], seconds: float, pipe: int) -> "subprocess.Popen[bytes]":
    call = f"from tta_validate.scan.worker import main; main({handles}, {seconds})"
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", f"import sys; sys.path += {_places()!r}; {call}"],
        stdin=pipe,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
        pass_fds=[handle for pair in handles for handle in pair],
        start_new_session=True,
    )


def _places() -> list[str]:
    """Returns the folders that a bare interpreter needs on its path to import what a worker imports."""
    places: dict[str, None] = {}
    for name in ("tta_validate", "libcst", "msgspec", "yaml"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            origin = Path(spec.origin)
            places[os.path.abspath(origin.parent.parent if spec.submodule_search_locations else origin.parent)] = None
    return list(places)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Ends a process and its forks. The session is theirs alone, and its number stays taken until the wait."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


class Pool:
    """``slots`` workers; a text that takes over ``seconds``, or that kills its worker, costs that text alone.

    Texts are asked for ahead, in order, or at once; a ticket stands for each. Processes live until `close`.
    """

    def __init__(self, slots: int, seconds: float) -> None:
        self._slots = slots
        self._seconds = seconds
        self._processes: list[subprocess.Popen[bytes]] = []
        self._free: deque[_Slot] = deque()
        self._busy: list[list[_Slot]] = []
        self._lock = threading.Lock()
        self._changed = threading.Condition()
        """Guards all that follows."""
        self._tickets = itertools.count()
        self._texts: dict[int, str] = {}
        self._urgent: deque[int] = deque()
        self._later: dict[int, None] = {}
        self._answers: dict[int, Answer] = {}
        self._awaited: int | None = None
        self._tried: set[int] = set()
        """Texts on which a worker has died once."""
        self._failures: list[Exception] = []
        self._unborn = 0
        """Processes that have ended before they were ready, since one was."""
        self._closing = False

    def start(self) -> None:
        """Starts the processes, without waiting for them."""
        with self._changed:
            self._closing = False
            while (missing := self._slots - len(self._free) - len(self._busy)) > 0:
                self._free.extend(self._more(missing if _FORKS else 1))

    def _more(self, slots: int) -> list[_Slot]:
        with self._lock:
            if self._closing:
                raise InterruptedError("the workers are being ended")
            started = _start(slots, self._seconds)
            self._processes.append(started[0].process)
        return started

    def close(self) -> None:
        """Ends every process at once; what was asked for and has no answer is forgotten."""
        with self._lock:
            self._closing = True
            processes, self._processes = self._processes, []
        for process in processes:
            _kill(process)
        with self._changed:
            self._urgent.clear()
            self._later.clear()
            self._changed.wait_for(lambda: not self._busy)
            self._texts.clear()
            self._failures.clear()
        while self._free:
            self._free.popleft().drop()

    def ask(self, texts: Sequence[str]) -> list[int]:
        """Has texts read before all that was asked for ahead; returns their tickets, without waiting."""
        return self._ask(texts, ahead=False)

    def ask_ahead(self, texts: Sequence[str]) -> list[int]:
        """Has texts read after those that were asked for before; returns their tickets, without waiting."""
        return self._ask(texts, ahead=True)

    def _ask(self, texts: Sequence[str], *, ahead: bool) -> list[int]:
        self.start()
        with self._changed:
            tickets = list(itertools.islice(self._tickets, len(texts)))
            self._texts.update(zip(tickets, texts, strict=True))
            if ahead:
                self._later.update(dict.fromkeys(tickets))
            else:
                self._urgent.extend(sorted(tickets, key=lambda ticket: (-len(self._texts[ticket]), ticket)))
            self._employ(sum(map(len, texts)))
        return tickets

    def _employ(self, characters: int) -> None:
        """Sets free workers to work, no more than there is work for."""
        for _ in range(min(len(self._free), 1 + characters // _URGENT_CHARACTERS)):
            slots = [self._free.popleft()]
            self._busy.append(slots)
            threading.Thread(target=self._drain, args=(slots,), daemon=True).start()

    def answers(self, tickets: Sequence[int]) -> list[Answer]:
        """Waits for the answers to what was asked for, in order; a ticket is good for one answer.

        Raises RuntimeError where no worker can be started, InterruptedError where the workers are being ended.
        """
        with self._changed:
            waiting = [ticket for ticket in tickets if ticket in self._later]
            for ticket in waiting:
                del self._later[ticket]
            self._urgent.extend(waiting)
            for ticket in tickets:
                self._await(ticket)
            return [self._answers.pop(ticket) for ticket in tickets]

    def _await(self, ticket: int) -> None:
        self._awaited = ticket
        while ticket not in self._answers:
            if self._failures:
                raise self._failures[0]
            if ticket not in self._texts:
                raise InterruptedError("the workers are being ended")
            self._changed.wait(_TICK_SECONDS)
            if not hasattr(signal, "setitimer"):
                self._end_overdue()
        self._awaited = None

    def ready(self, tickets: Iterable[int]) -> dict[int, Answer]:
        """Returns the answers that are there already."""
        with self._changed:
            return {ticket: self._answers.pop(ticket) for ticket in tickets if ticket in self._answers}

    def _end_overdue(self) -> None:
        for (slot,) in self._busy:
            if slot.since is not None and time.monotonic() - slot.since > self._seconds:
                slot.process.kill()

    def _next(self, slots: list[_Slot]) -> list[int]:
        """Returns the next batch; where there is none, the worker is free again."""
        with self._changed:
            batch: list[int] = []
            if not self._failures and not self._closing:
                size, limit = 0, _URGENT_CHARACTERS if self._urgent else _BATCH_CHARACTERS
                while size < limit and (self._urgent or (self._later and limit == _BATCH_CHARACTERS)):
                    ticket = self._urgent.popleft() if self._urgent else next(iter(self._later))
                    self._later.pop(ticket, None)
                    batch.append(ticket)
                    size += len(self._texts[ticket])
            if not batch:
                self._leave(slots)
            return batch

    def _leave(self, slots: list[_Slot]) -> None:
        self._busy.remove(slots)
        self._free.extend(slots)
        self._changed.notify_all()

    def _drain(self, slots: list[_Slot]) -> None:
        """Works off batches with ``slots[0]``, which is replaced whenever its process dies."""
        try:
            while batch := self._next(slots):
                while batch := self._through(slots[0], batch):
                    slots[0].drop()
                    slots[0] = self._more(1)[0]
        except Exception as error:
            with self._changed:
                if not self._closing:
                    self._failures.append(error)
                self._leave(slots)

    def _through(self, slot: _Slot, batch: list[int]) -> list[int]:
        """Returns the part of the batch that is still to be done after the worker's death; none after its success."""
        done = 0
        try:
            if not slot.ready and slot.reader.read(len(READY)) != READY:
                return self._after_stillbirth(batch)
            slot.ready, self._unborn = True, 0
            slot.ask([self._texts[ticket] for ticket in batch])
            for ticket in batch:
                self._told(ticket, slot.answer())
                done += 1
        except (EOFError, OSError, ValueError):
            waited = time.monotonic() - slot.since if slot.since is not None else 0.0
            if self._closing:
                raise
            return self._after_death(batch[done:], waited)
        finally:
            slot.since = None
        return []

    def _told(self, ticket: int, answer: Answer) -> None:
        with self._changed:
            self._answers[ticket] = answer
            self._texts.pop(ticket, None)
            if ticket == self._awaited:
                self._changed.notify_all()

    def _after_stillbirth(self, batch: list[int]) -> list[int]:
        self._unborn += 1
        if self._unborn > 2 * self._slots:
            raise RuntimeError("worker processes do not start: `python -c 'import libcst'` may say why")
        return batch

    def _after_death(self, rest: list[int], waited: float) -> list[int]:
        """Blames the first of the rest, where it took too long or where a worker has died on it before."""
        first = rest[0]
        if waited >= self._seconds * _GRACE:
            self._told(first, Answer(None, f"takes over {self._seconds:g} seconds to read", 0, False))
        elif first in self._tried:
            self._told(first, Answer(None, "the parser crashes on it", 0, False))
        else:
            self._tried.add(first)
            return rest
        return rest[1:]
