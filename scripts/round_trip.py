"""Repairs copies of projects: does everything still parse, does a second repair change nothing, does ruff agree?

``uv run python scripts/round_trip.py FOLDER...`` works on each folder that is given; nothing in them is changed.
"""

import ast
import difflib
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from tta_validate import run

FLAGS: dict[str, object] = {"select": ["adoption", "ignore"], "cache": False, "include-tests": True}


def texts(root: Path) -> dict[str, bytes]:
    """Returns the Python files below a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.py") if path.is_file()}


def parses(data: bytes) -> bool:
    """Tells whether Python can parse a file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def formatted(data: bytes) -> list[str] | None:
    """Returns the lines of a file as ruff formats it, None where it does not."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "-"]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace").splitlines() if done.returncode == 0 else None


def strays(before: bytes, after: bytes) -> int:
    """Returns how many lines that were not edited ruff would change now, in a file that it left alone before."""
    olds, news = before.decode("utf-8", "replace").splitlines(), after.decode("utf-8", "replace").splitlines()
    kept = set[int]()
    matcher = difflib.SequenceMatcher(None, olds, news, autojunk=False)
    for block in matcher.get_matching_blocks():
        kept.update(range(block.b, block.b + block.size))
    was, now = formatted(before), formatted(after)
    if was != olds or now is None:
        return 0
    changed = {
        line
        for kind, start, end, _, _ in difflib.SequenceMatcher(None, news, now, autojunk=False).get_opcodes()
        if kind != "equal"
        for line in range(start, end)
    }
    return len(changed & kept)


def one(source: Path) -> tuple[int, list[str]]:
    """Returns how many findings of a project were repaired, and what went wrong."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / source.name
        shutil.copytree(source, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        before = texts(root)
        request = run.Request(root=str(root), flags=FLAGS)
        report = run.fix(run.open_project(request), unsafe=True)
        after = texts(root)
        changed = [path for path in after if after[path] != before.get(path)]
        wrong += [f"{path}: does not parse" for path in changed if parses(before[path]) and not parses(after[path])]
        wrong += [f"{path}: {count} lines outside" for path in changed if (count := strays(before[path], after[path]))]
        again = run.fix(run.open_project(request), unsafe=True)
        wrong += [f"{path}: changes again" for path, data in texts(root).items() if data != after[path]]
        wrong += [f"repaired again: {finding.path}:{finding.line} {finding.rule}" for finding in again.fixed or ()]
        for finding in report.fixed or ():
            print(f"  {finding.rule} {finding.path}:{finding.line}")
        wrong += [note for note in report.notes if "not fixed" in note]
        print(f"{source.name}: {len(report.fixed or ())} repaired in {len(changed)} files, {len(report.findings)} left")
    return len(report.fixed or ()), wrong


def main() -> int:
    """Returns 1 where anything went wrong."""
    total, failures = 0, 0
    for name in sys.argv[1:]:
        count, wrong = one(Path(name))
        total += count
        failures += len(wrong)
        for line in wrong:
            print(f"WRONG {name}: {line}")
    print(f"{total} repaired, {failures} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
