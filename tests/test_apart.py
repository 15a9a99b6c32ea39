"""Work that is halved with a fork has the results that it has without."""

import os
import subprocess
import sys
import threading

from tta_validate import apart

SCRIPT = """
import os
from tta_validate import apart
own = os.getpid()
def work(number):
    if number == 7 and os.getpid() != own and {dies}:
        os._exit(3)
    return b"%d %d" % (number, os.getpid() == own) * (number * 4000)
found = apart.results(work, range(9), 2)
assert [one[: len(b"0 1")] for one in found] == [b"", *(b"%d %d" % (n, n % 2 == 0 or {dies}) for n in range(1, 9))]
assert [len(one) for one in found] == [n * 12000 for n in range(9)]
assert apart.results(work, range(9), 1)[1] == b"1 1" * 4000
"""


def run(*, dies: bool) -> None:
    subprocess.run([sys.executable, "-c", SCRIPT.format(dies=dies)], check=True, timeout=60)


def test_every_second_thing_is_worked_on_in_a_fork() -> None:
    if hasattr(os, "fork") and sys.platform != "darwin":
        run(dies=False)


def test_what_a_fork_dies_on_is_done_without_it() -> None:
    run(dies=True)


def test_a_process_with_threads_does_not_fork() -> None:
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        assert apart.results(lambda number: b"%d %d" % (number, os.getpid()), range(3), 2) == [
            b"%d %d" % (number, os.getpid()) for number in range(3)
        ]
    finally:
        ended.set()
        thread.join()
