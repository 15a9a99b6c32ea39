"""Measures the lock commands against uv on a generated project: ``uv run python benchmarks/lock.py [--runs N]``.

Prints medians and ratios. The project has 347 packages and a lock of about 1.5 MB, laid out as uv writes it.
"""

import argparse
import random
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tta_validate.lock.changes import compare
from tta_validate.lock.freshness import check_freshness
from tta_validate.lock.samples import artifact, lock, package, pyproject, root
from tta_validate.lockfile import MAX_BYTES, LockError, parse_lock, read_lock

PACKAGES, WHEELS, DIRECT = 347, 14, 60
SCRIPTS = Path(sysconfig.get_path("scripts"))


def generate(seed: int) -> tuple[str, str]:
    """Returns a pyproject.toml and a lock that fits it."""
    chance = random.Random(0)
    names = sorted(f"package-{at:03}" for at in range(PACKAGES))
    packages: list[str] = []
    for at, name in enumerate(names):
        needs = sorted(chance.sample(names[at + 1 :], min(3, PACKAGES - at - 1)))
        stem = f"{name.replace('-', '_')}-1.{seed if at % 10 == 0 else 0}"
        tags = [
            f"cp3{minor}-cp3{minor}-manylinux_2_28_{machine}"
            for minor in range(8, 15)
            for machine in ("x86_64", "aarch64")
        ]
        files = [artifact(f"{stem}-{tag}.whl").replace("/files/", f"/packages/{'0' * 64}/") for tag in tags[:WHEELS]]
        packages.append(package(name, stem.rpartition("-")[2], needs=needs, files=files))
    direct = sorted({names[0], *chance.sample(names, DIRECT)})
    return pyproject(direct), lock(root("demo", direct), *packages)


def median(action: Callable[[], object], runs: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Returns the median time of an action in milliseconds, after one that does not count.

    In-process figures take the processor's clock, which other programs disturb less.
    """
    action()
    times: list[float] = []
    for _ in range(runs):
        started = clock()
        action()
        times.append((clock() - started) * 1000)
    return statistics.median(times)


def refused(text: str) -> None:
    """Reads a text that must be refused."""
    try:
        parse_lock(text, "uv.lock")
    except LockError:
        return
    raise SystemExit("a hostile lock was read")


def main() -> int:
    """Prints the figures and returns 1 where one misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs: int = parser.parse_args().runs
    uv = shutil.which("uv") or str(SCRIPTS / "uv")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest, text = generate(1)
        (folder / "pyproject.toml").write_text(manifest)
        (folder / "uv.lock").write_text(text)
        print(f"lock: {len(text) / 1e6:.2f} MB, {PACKAGES + 1} packages")
        base, head = parse_lock(generate(0)[1], "uv.lock"), read_lock(folder / "uv.lock", "uv.lock")
        print(f"changes between the two locks: {len(compare(base, head))}")

        def command(*arguments: str) -> Callable[[], object]:
            return lambda: subprocess.run(arguments, cwd=folder, capture_output=True, check=True)

        real = median(command(uv, "lock", "--check", "--offline", "--python", sys.executable), runs)
        ours = median(command(str(SCRIPTS / "tta-validate"), "lock", "check", "--quiet"), runs)
        fresh = median(lambda: check_freshness(folder), runs, time.process_time)
        old = generate(0)[1]
        both = median(lambda: compare(parse_lock(old, "uv.lock"), parse_lock(text, "uv.lock")), runs, time.process_time)
        lines = "".join(f'a{at} = "{"x" * 90}"\n' for at in range(1_000_000))
        deep = "version = 1\na = " + "[" * (MAX_BYTES // 2)
        keys = "version = 1\n[" + "a." * (MAX_BYTES // 4) + "a]\n"
        hostile = max(median(lambda text=text: refused(text), 1, time.process_time) for text in (lines, deep, keys))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    failed = False
    for what, value, target, unit in (
        ("freshness, whole process, against uv lock --check", ours / real, 8, "x"),
        ("freshness in-process", fresh, 50, "ms"),
        ("diff of two locks in-process", both, 80, "ms"),
        ("hostile text refused", hostile, 2000, "ms"),
        ("memory at its peak", memory, 500, "MB"),
    ):
        failed |= value > target
        print(f"{what}: {value:.1f} {unit} (target {target} {unit}){'' if value <= target else '  MISSED'}")
    print(f"uv lock --check: {real:.1f} ms; tta-validate lock check: {ours:.1f} ms")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
