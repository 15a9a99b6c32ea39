"""Surveys mutated copies of real files: ``uv run python scripts/fuzz.py FOLDER [--count N] [--seed S] [--batch N]``.

Tokens are dropped, doubled and swapped. Each mutated file stands beside unchanged files of its folder. A traceback, a
survey that does not end and a worker process that is left over are failures; the files of a failure are kept.
"""

import argparse
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from tta_validate.config import Config
from tta_validate.names import MAX_BYTES
from tta_validate.sdks import tables
from tta_validate.survey import Task, survey

TOKEN = re.compile(r"[^\W\d]\w*|\d+|\"\"\"|'''|\n[ \t]*|[ \t]+|[^\w\s]", re.DOTALL)
CHANGES = ("drop", "double", "swap")
MOST_CHANGES = 6
NEIGHBOURS = 2
SECONDS = 180


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutated text, and the file that it was made from."""

    origin: Path
    text: str


class Hang(Exception):
    """A survey takes too long."""


def mutated(text: str, chance: random.Random) -> str:
    """Returns a text with some of its tokens dropped, doubled or swapped with another one."""
    tokens = TOKEN.findall(text)
    for _ in range(chance.randint(1, MOST_CHANGES)):
        if not tokens:
            break
        at, change = chance.randrange(len(tokens)), chance.choice(CHANGES)
        if change == "drop":
            del tokens[at]
        elif change == "double":
            tokens.insert(at, tokens[at])
        else:
            other = chance.randrange(len(tokens)) if chance.random() < 0.3 else max(0, at - chance.randint(1, 4))
            tokens[at], tokens[other] = tokens[other], tokens[at]
    return "".join(tokens)


def relevant(folder: Path) -> list[Path]:
    """Returns the files below a folder that name an SDK, in order."""
    names = sorted({name.partition(".")[0] for sdk in tables() for name in sdk.imports})
    pattern = re.compile(rb"\b(?:" + "|".join(names).encode() + rb")\b")
    found: list[Path] = []
    for path in sorted(folder.rglob("*.py")):
        if path.is_file() and path.stat().st_size < MAX_BYTES and pattern.search(path.read_bytes()):
            found.append(path)
    return found


def write(root: Path, mutants: Sequence[Mutant]) -> None:
    """Writes each mutant into a project folder of its own, with some of the files that stand beside its original."""
    for number, mutant in enumerate(mutants):
        folder = root / f"m{number}"
        folder.mkdir(parents=True)
        (folder / "pyproject.toml").touch()
        beside = sorted(path for path in mutant.origin.parent.glob("*.py") if path != mutant.origin and path.is_file())
        for path in beside[:NEIGHBOURS]:
            shutil.copyfile(path, folder / path.name)
        (folder / mutant.origin.name).write_text(mutant.text, encoding="utf-8", errors="surrogatepass", newline="")


def children() -> list[int]:
    """Returns the processes that this one has started and that run, where the system shows them."""
    path = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return [int(pid) for pid in path.read_text().split()] if path.exists() else []


class Watch:
    """Keeps the traceback of what ends its block early, and lets the run go on; what stops the process passes."""

    def __init__(self) -> None:
        self.said: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        if not isinstance(error, Exception):
            return False
        what = f"no end within {SECONDS} seconds\n" if isinstance(error, Hang) else ""
        self.said = what + "".join(traceback.format_exception(error))
        return True


def failure(mutants: Sequence[Mutant], jobs: int, compare: bool) -> str | None:
    """Returns what goes wrong when some mutants are surveyed together, None where nothing does."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise Hang

    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        root = Path(name)
        write(root, mutants)
        task = Task(root, Config.model_validate({"cache": False, "jobs": jobs, "include-tests": True}), tables())
        signal.signal(signal.SIGALRM, ring)
        with Watch() as watch:
            signal.alarm(SECONDS)
            found = survey(task)
            whole = survey(task, screen=False) if compare else found
            if (found.inventory.sites, found.observed) != (whole.inventory.sites, whole.observed):
                watch.said = "the survey differs without screening"
        signal.alarm(0)
        if watch.said:
            return watch.said
    left = children()
    return f"processes are left: {left}" if left else None


def smallest(mutants: Sequence[Mutant], jobs: int, compare: bool) -> Sequence[Mutant]:
    """Returns as few of the mutants as halving finds that still fail."""
    while len(mutants) > 1:
        half = len(mutants) // 2
        for part in (mutants[:half], mutants[half:]):
            if failure(part, jobs, compare):
                mutants = part
                break
        else:
            return mutants
    return mutants


def main() -> int:
    """Prints what fails, and the count; returns 1 after a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--compare", action="store_true", help="also compare with a survey that screens nothing")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"), help="where failing files are put")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    sources = relevant(options.folder)
    print(f"seed {options.seed}: {options.count} mutants of {len(sources)} files", flush=True)
    started, failures = time.monotonic(), 0
    for first in range(0, options.count, options.batch):
        chosen = [chance.choice(sources) for _ in range(min(options.batch, options.count - first))]
        mutants = [Mutant(path, mutated(path.read_text("utf-8", "replace"), chance)) for path in chosen]
        if failure(mutants, options.jobs, options.compare):
            failures += 1
            few = smallest(mutants, options.jobs, options.compare)
            write(options.keep / f"{options.seed}-{first}", few)
            origins = ", ".join(str(mutant.origin) for mutant in few)
            print(f"from {first}: {origins}\n{failure(few, options.jobs, options.compare)}", flush=True)
        print(f"{first + len(chosen)} done, {failures} failures, {time.monotonic() - started:.0f} s", flush=True)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
