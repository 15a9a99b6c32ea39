"""Worker processes that may die or be killed at any time."""

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from tta_validate.scan.worker import ANSWER, COUNT, FACTS, READY, receive

_BATCH_CHARACTERS = 16_000
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


@dataclass(slots=True)
class _Work:
    """What is to be done and what is known; ``tried`` holds texts on which a worker has died once."""

    texts: Sequence[str]
    batches: deque[list[int]]
    answers: dict[int, Answer] = field(default_factory=dict[int, Answer])
    tried: set[int] = field(default_factory=set[int])
    failures: list[Exception] = field(default_factory=list[Exception])
    unborn: int = 0
    """Processes that have ended before they were ready, since one was."""

    def next(self) -> list[int] | None:
        """Returns the next batch; none is left where one has failed."""
        try:
            return None if self.failures else self.batches.popleft()
        except IndexError:
            return None


def _batches(texts: Sequence[str]) -> deque[list[int]]:
    """Returns the places of the texts, the longest first, in batches of like sizes."""
    batches: deque[list[int]] = deque()
    size = _BATCH_CHARACTERS
    for place in sorted(range(len(texts)), key=lambda place: (-len(texts[place]), place)):
        if size >= _BATCH_CHARACTERS:
            batches.append([])
            size = 0
        batches[-1].append(place)
        size += len(texts[place])
    return batches


class Pool:
    """``slots`` workers; a text that takes over ``seconds``, or that kills its worker, costs that text alone.

    Processes live until `close`.
    """

    def __init__(self, slots: int, seconds: float) -> None:
        self._slots = slots
        self._seconds = seconds
        self._processes: list[subprocess.Popen[bytes]] = []
        self._free: deque[_Slot] = deque()
        self._lock = threading.Lock()
        self._closing = False

    def start(self) -> None:
        """Starts the processes, without waiting for them."""
        self._closing = False
        while len(self._free) < self._slots:
            self._free.extend(self._more(self._slots - len(self._free) if _FORKS else 1))

    def _more(self, slots: int) -> list[_Slot]:
        with self._lock:
            if self._closing:
                raise InterruptedError("the workers are being ended")
            started = _start(slots, self._seconds)
            self._processes.append(started[0].process)
        return started

    def close(self) -> None:
        """Ends every process at once."""
        with self._lock:
            self._closing = True
            processes, self._processes = self._processes, []
        for process in processes:
            _kill(process)
        while self._free:
            self._free.popleft().drop()

    def run(self, texts: Sequence[str]) -> list[Answer]:
        """Returns the answers in the order of the texts. Raises RuntimeError where no worker can be started."""
        self.start()
        work = _Work(texts, _batches(texts))
        busy: dict[threading.Thread, list[_Slot]] = {}
        for _ in range(min(self._slots, len(work.batches))):
            slots = [self._free.popleft()]
            busy[threading.Thread(target=self._drain, args=(work, slots), daemon=True)] = slots
        for thread in busy:
            thread.start()
        while alive := [thread for thread in busy if thread.is_alive()]:
            alive[0].join(_TICK_SECONDS)
            if not hasattr(signal, "setitimer"):
                self._end_overdue([busy[thread][0] for thread in alive])
        self._free.extend(slots[0] for slots in busy.values())
        if work.failures:
            raise work.failures[0]
        return [work.answers[place] for place in range(len(texts))]

    def _end_overdue(self, slots: list[_Slot]) -> None:
        for slot in slots:
            if slot.since is not None and time.monotonic() - slot.since > self._seconds:
                slot.process.kill()

    def _drain(self, work: _Work, slots: list[_Slot]) -> None:
        """Works off batches with ``slots[0]``, which is replaced whenever its process dies."""
        try:
            while (batch := work.next()) is not None:
                while batch := self._through(work, slots[0], batch):
                    slots[0].drop()
                    slots[0] = self._more(1)[0]
        except Exception as error:
            work.failures.append(error)

    def _through(self, work: _Work, slot: _Slot, batch: list[int]) -> list[int]:
        """Returns the part of the batch that is still to be done after the worker's death; none after its success."""
        done = 0
        try:
            if not slot.ready and slot.reader.read(len(READY)) != READY:
                return self._after_stillbirth(work, batch)
            slot.ready, work.unborn = True, 0
            slot.ask([work.texts[place] for place in batch])
            for place in batch:
                work.answers[place] = slot.answer()
                done += 1
        except (EOFError, OSError, ValueError):
            waited = time.monotonic() - slot.since if slot.since is not None else 0.0
            if self._closing:
                raise
            return self._after_death(work, batch[done:], waited)
        finally:
            slot.since = None
        return []

    def _after_stillbirth(self, work: _Work, batch: list[int]) -> list[int]:
        work.unborn += 1
        if work.unborn > 2 * self._slots:
            raise RuntimeError("worker processes do not start: `python -c 'import libcst'` may say why")
        return batch

    def _after_death(self, work: _Work, rest: list[int], waited: float) -> list[int]:
        """Blames the first of the rest, where it took too long or where a worker has died on it before."""
        first = rest[0]
        if waited >= self._seconds * _GRACE:
            work.answers[first] = Answer(None, f"takes over {self._seconds:g} seconds to read", 0, False)
        elif first in work.tried:
            work.answers[first] = Answer(None, "the parser crashes on it", 0, False)
        else:
            work.tried.add(first)
            return rest
        return rest[1:]
