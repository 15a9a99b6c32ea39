"""Facts of statements from real worker processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tta_validate.cache import Cache
from tta_validate.facts import Facts
from tta_validate.scan.limits import refusal
from tta_validate.scan.scanner import Scanner, Unread

GOOD = ["import a\n", "def f(x):\n    return x.y(1, k=2)\n", "class C(B):\n    z = f'{q}'\n", "t = 1; u = 2\n"]
TOO_SLOW_SECONDS = 0.4


def scan(texts: list[str], jobs: int = 2, folder: Path | None = None, seconds: float = 20.0) -> list[Facts | Unread]:
    with Cache(folder) as cache, Scanner(cache, jobs, seconds) as scanner:
        return scanner.facts(texts)


def children(pid: int) -> Iterator[int]:
    """Yields the processes below one, and those of its sessions."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                yield int(entry.name)
                yield from children(int(entry.name))


def gone(pids: list[int], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(alive(pid) for pid in pids):
            return True
    return False


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_facts_come_in_the_order_of_the_statements(tmp_path: Path) -> None:
    texts = [f"x{at} = {'y' * (1 + at * 37 % 101)}\n" for at in range(60)] + GOOD + GOOD
    alone = scan(texts, 1)
    assert [type(one) for one in alone] == [Facts] * len(texts)
    assert scan(texts, 3, tmp_path) == alone
    with Cache(tmp_path) as cache, Scanner(cache, 2) as scanner:
        assert scanner.facts(list(reversed(texts))) == list(reversed(alone))
        assert (scanner.read, scanner.known) == (0, len(set(texts)))


def test_what_cannot_be_read_is_a_reason_each_time(tmp_path: Path) -> None:
    texts = ["def f(:\n", GOOD[0], "x = 1\ny = = 2\n", "'\ud800'\n"]
    cold = scan(texts, 2, tmp_path)
    assert [type(one) for one in cold] == [Unread, Facts, Unread, Unread]
    assert isinstance(cold[2], Unread)
    assert cold[2].line == 1
    assert scan(texts, 1, tmp_path) == cold


HOSTILE = {
    "larger than 1 MiB": "x = '" + "y" * (1 << 20) + "'",
    "brackets nested over 200 deep": "x = " + "(" * 10_000 + ")" * 10_000,
    "a chain of over 1000 operators": "x = " + " + ".join(["a"] * 10_000),
}


@pytest.mark.parametrize(("reason", "text"), HOSTILE.items())
def test_what_the_parser_dies_of_is_refused(reason: str, text: str) -> None:
    assert scan([text, *GOOD]) == [Unread(reason), *scan(GOOD)]


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (None, "x = [" + ", ".join(["-1"] * 5000) + "]"),
        (None, "x = '" + "((" * 500 + "'"),
        (None, "x = " + "(" * 199 + ")" * 199),
        (None, "# " + "(" * 500 + "+" * 2000),
        (None, "\n".join(f"x{at} = a + b - c" for at in range(1000))),
        (None, "x = {" + ", ".join(f"{at}: a and b" for at in range(2000)) + "}"),
        ("brackets nested over 200 deep", "x = " + "[" * 201 + "]" * 201),
        ("brackets nested over 200 deep", "f(')'" + "{(" * 150),
        ("a chain of over 1000 operators", "x = " + " and ".join(["a"] * 1100)),
        ("a chain of over 1000 operators", "x = (" + "\n+ ".join(["f(a, b)"] * 1100) + ")"),
        ("a chain of over 1000 operators", "not " * 1500 + "a"),
        ("a chain of over 1000 operators", "x" + ".y" * 1100),
        ("a chain of over 1000 operators", "x" + "()" * 1100),
        ("a chain of over 1000 operators", "x" + "[0]" * 1100),
    ],
)
def test_limits_count_what_nests_and_what_chains(reason: str | None, text: str) -> None:
    assert refusal(text) == reason


DEADLY = [
    "if a: pass\n" + "elif a: pass\n" * 30_000,
    "".join("  " * at + "if a:\n" for at in range(900)) + "  " * 900 + "pass\n",
    "lambda: " * 900 + "a",
]


def test_a_text_that_kills_its_worker_costs_that_text_alone() -> None:
    texts = [text for deadly in DEADLY for text in (*GOOD, deadly)]
    found = scan(texts, 2)
    assert [one for at, one in enumerate(found) if at % 5 < 4] == scan(GOOD) * len(DEADLY)
    assert found[4] == Unread("the parser crashes on it")
    assert isinstance(found[9], Unread)


def test_a_text_that_takes_too_long_costs_that_text_alone() -> None:
    slow = "x = [" + "f(a, b=1), " * 90_000 + "]"
    assert scan([slow, *GOOD], 1, seconds=TOO_SLOW_SECONDS) == [
        Unread(f"takes over {TOO_SLOW_SECONDS} seconds to read"),
        *scan(GOOD),
    ]


def test_killed_workers_are_replaced() -> None:
    texts = [f"x{at} = [{'f(1), ' * 300}]\n" for at in range(40)]
    with Scanner(Cache(None), 2) as scanner:
        scanner.warm_up()
        for pid in list(children(os.getpid())):
            os.kill(pid, signal.SIGKILL)
        assert [type(one) for one in scanner.facts(texts)] == [Facts] * len(texts)
        left = list(children(os.getpid()))
    assert gone(left, 5)


INTERRUPTED = """
import sys
from tta_validate.cache import Cache
from tta_validate.scan.scanner import Scanner
if __name__ == "__main__":
    with Scanner(Cache(None), 2) as scanner:
        scanner.facts(["x = 1"])
        print("ready", flush=True)
        scanner.facts(["x%d = [" % at + "f(a, b=1), " * 60_000 + "]" for at in range(8)])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_end_of_a_run_leaves_no_child(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        below = list(children(process.pid))
        assert below
        started = time.monotonic()
        process.send_signal(number)
        process.wait(10)
        if number == signal.SIGINT:
            assert time.monotonic() - started < 1.5
            assert not [pid for pid in below if alive(pid)]
    assert gone(below, 25)
