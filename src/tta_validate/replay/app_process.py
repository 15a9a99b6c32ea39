"""A process with everything it starts: its output read, its end certain, whatever becomes of us."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tta_validate.replay.child import PLAN
from tta_validate.replay.redact import redacted_text

KEPT = 64 * 1024
"""How much of the end of the output is kept, in bytes."""

_WATCH = """
read -r group || exit 0
read -r word && exit 0
kill -KILL -- "-$group"
for seen in /proc/[0-9]*/environ; do
  if grep -qsF "$1" "$seen"; then seen=${seen%/environ}; kill -KILL "${seen#/proc/}"; fi
done
folder=$2
shift 2
while [ $# -gt 1 ]; do
  if [ -e "$1" ]; then cp -p "$1" "$2"; else rm -f "$2"; fi
  shift 2
done
rm -rf "$folder"
"""


class Tail:
    """The end of a stream, read by a thread so that whoever writes never waits and nothing piles up."""

    def __init__(self, stream: int) -> None:
        self._kept = bytearray()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._follow, args=(stream,), name="tta-replay-tail", daemon=True)
        self._thread.start()

    def _follow(self, stream: int) -> None:
        with contextlib.suppress(OSError):
            while part := os.read(stream, 1 << 16):
                with self._lock:
                    self._kept += part
                    del self._kept[:-KEPT]
        os.close(stream)

    def text(self, lines: int = 40, settle: float = 0.0) -> str:
        """Returns the last lines, secrets hidden; waits up to ``settle`` seconds for the stream to end."""
        self._thread.join(settle)
        with self._lock:
            kept = bytes(self._kept)
        return redacted_text("\n".join(kept.decode("utf-8", "replace").splitlines()[-lines:]))


class Group:
    """A started command with its own process group and a watcher that ends the group when this process is gone.

    ``restore`` are pairs of a copy and its original, put back by the watcher; ``folder`` is removed by it.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        folder: str,
        environment: Mapping[str, str],
        restore: Sequence[tuple[str, str]] = (),
        keep: Sequence[int] = (),
    ) -> None:
        self._mark = f"{PLAN}={environment.get(PLAN, '')}"
        self._watcher = self._watch(environment.get(PLAN, ""), restore)
        reading, writing = os.pipe()
        try:
            self._process = subprocess.Popen(
                arguments,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                pass_fds=tuple(keep),
                start_new_session=True,
            )
        except BaseException:
            os.close(reading)
            self._dismiss()
            raise
        finally:
            os.close(writing)
        self.tail = Tail(reading)
        self.pid = self._process.pid
        self._tell(f"{self.pid}\n")

    def _watch(self, plan: str, restore: Sequence[tuple[str, str]]) -> subprocess.Popen[bytes] | None:
        if os.name != "posix":
            return None
        pairs = [path for pair in restore for path in pair]
        return subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, "tta-replay-watch", self._mark, str(Path(plan).parent), *pairs],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", os.defpath)},
            cwd="/",
            start_new_session=True,
        )

    def _tell(self, line: str) -> None:
        if self._watcher is not None and self._watcher.stdin is not None and not self._watcher.stdin.closed:
            with contextlib.suppress(OSError):
                self._watcher.stdin.write(line.encode())
                self._watcher.stdin.flush()

    def _dismiss(self) -> None:
        if self._watcher is not None and self._watcher.stdin is not None:
            self._tell("0\n0\n")
            with contextlib.suppress(OSError):
                self._watcher.stdin.close()
            self._watcher.wait()

    def status(self) -> int | None:
        """Returns the exit status of the command, negative for a signal, None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float) -> int | None:
        """Waits for the command to end, at most so long; returns its status or None."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, patience: float) -> None:
        """Ends the whole group: asks it to, and after ``patience`` seconds makes it. May be called twice."""
        try:
            # Whoever ignores SIGINT, as a background job of a shell does, hands that down to what it starts.
            ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
            asking = ((signal.SIGINT, 0.0 if ignored else patience), (signal.SIGTERM, patience / 2))
            for number, seconds in asking:
                if self._gone() or not self._signal(number):
                    break
                self._await_end(seconds)
        finally:
            self._kill()
            self._dismiss()

    def _signal(self, number: int) -> bool:
        if os.name != "posix":
            self._process.terminate()
            return True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)
            return True
        return False

    def _gone(self) -> bool:
        if self._process.poll() is None:
            return False
        if os.name != "posix":
            return True
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return not any(members(self.pid)) if sys.platform == "linux" else False

    def _await_end(self, seconds: float) -> None:
        limit = time.monotonic() + seconds
        pause = 0.001
        self.wait(seconds)
        while not self._gone() and time.monotonic() < limit:
            time.sleep(pause)
            pause = min(pause * 2, 0.05)

    def _kill(self) -> None:
        if os.name == "posix":
            self._signal(signal.SIGKILL)
        else:
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(self.pid)], capture_output=True, check=False)
        self._process.wait()
        for pid in strays(f"{self._mark}\0"):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self._await_end(1.0)


def members(group: int) -> list[int]:
    """Returns the living processes of a group, zombies left out; Linux only."""
    found: list[int] = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                with open(f"{entry.path}/stat", "rb") as file:
                    state, _, pgrp = file.read().rpartition(b")")[2].split(None, 3)[:3]
                if int(pgrp) == group and state not in (b"Z", b"X"):
                    found.append(int(entry.name))
    return found


def strays(mark: str = f"{PLAN}=") -> list[int]:
    """Returns the processes with a variable that begins with ``mark``, wherever they went; Linux only.

    Without a mark, those are the apps of all replays on this machine that we may look at.
    """
    if sys.platform != "linux":
        return []
    found: list[int] = []
    wanted = b"\0" + mark.encode()
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if wanted in b"\0" + Path(entry.path, "environ").read_bytes():
                    found.append(int(entry.name))
    return found
