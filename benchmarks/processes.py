"""Runs commands as whole processes: wall time, and by sampling the memory and processor time of all their processes."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_TICK_SECONDS = 0.01
_PAGE = os.sysconf("SC_PAGE_SIZE")
_CLOCK = os.sysconf("SC_CLK_TCK")
_LIMIT_SECONDS = 1200


@dataclass(frozen=True, slots=True)
class Command:
    """What is measured: ``before`` runs untimed in front of each run and returns the arguments.

    ``ends_with``: the exit statuses that count as success. ``most``: so many runs at the most, none leaves it out; a
    single run is timed and sampled at once.
    """

    name: str
    before: Callable[[], Sequence[str]]
    ends_with: tuple[int, ...] = (0, 1)
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    most: int = 1_000


@dataclass(slots=True)
class Figures:
    """Wall seconds of each run; peak resident bytes and processor seconds, each summed over processes, of one more."""

    seconds: list[float] = field(default_factory=list[float])
    bytes: int = 0
    processor: float = 0.0

    @property
    def median(self) -> float:
        """The median of the wall seconds."""
        return statistics.median(self.seconds)


def measure(commands: Sequence[Command], runs: int) -> dict[str, Figures]:
    """Returns the figures of each command by name; the runs of all commands are interleaved."""
    found = {command.name: Figures() for command in commands if command.most}
    for run in range(runs):
        for command in commands:
            if run < command.most - (command.most == 1):
                found[command.name].seconds.append(_timed(command))
    for command in commands:
        if command.most:
            figures = found[command.name]
            started = time.perf_counter()
            figures.bytes, figures.processor = _sampled(command)
            if not figures.seconds:
                figures.seconds.append(time.perf_counter() - started)
    return found


def _start(command: Command) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command.before(),
        env={**os.environ, **command.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _end(command: Command, process: "subprocess.Popen[bytes]") -> None:
    _, errors = process.communicate(timeout=_LIMIT_SECONDS)
    if process.returncode not in command.ends_with:
        said = errors.decode("utf-8", "replace")[-2000:]
        raise SystemExit(f"{command.name}: exit status {process.returncode}\n{said}")


def _timed(command: Command) -> float:
    process = _start(command)
    started = time.perf_counter()
    _end(command, process)
    seconds = time.perf_counter() - started
    print(f"{command.name}: {seconds:.2f} s", file=sys.stderr, flush=True)
    return seconds


def _sampled(command: Command) -> tuple[int, float]:
    """Returns the highest sum of resident memory, and the sum of what each process had used when last seen.

    Pages that processes share count once for each. Processes that live for less than a tick are missed.
    """
    process = _start(command)
    peak = 0
    used: dict[int, float] = {}
    while process.poll() is None:
        now = 0
        for pid in (process.pid, *_below(process.pid)):
            try:
                stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                now += int(stat[21]) * _PAGE
                used[pid] = (int(stat[11]) + int(stat[12])) / _CLOCK
            except (OSError, IndexError):
                continue
        peak = max(peak, now)
        time.sleep(_TICK_SECONDS)
    _end(command, process)
    return peak, sum(used.values())


def _below(pid: int) -> list[int]:
    """Returns the processes that a process has started, and theirs."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{thread}/children").read_text(encoding="utf-8").split():
                found += [int(child), *_below(int(child))]
    except OSError:
        return found
    return found
