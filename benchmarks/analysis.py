"""Measures the analysis of call sites against its peers: ``uv run python benchmarks/analysis.py [TREE] [--json FILE]``.

TREE is copied before it is measured; without one, only generated trees are. Every figure is the median of whole
processes whose runs are interleaved with those of the peers; what counts are the ratios.
"""

import argparse
import compileall
import itertools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

from processes import Command, Figures, measure
from trees import generate

import tta_validate

SCRIPTS = Path(sysconfig.get_path("scripts"))
PEERS = Path(__file__).resolve().parent / "peers"
IMPORTS = "import libcst; from pydantic import BaseModel"
SIZES = (1, 2, 4, 8)
TWO = {"RAYON_NUM_THREADS": "2"}
FEW = 0.01
"""The share of files that can matter below which a tree is measured against the figures of one with little LLM code."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure that has a target: ``value`` is at most, or with ``least`` at least, the target."""

    what: str
    value: float
    target: float
    unit: str = "x"
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.value >= self.target if self.least else self.value <= self.target


@dataclass(frozen=True, slots=True)
class Asked:
    """What one tree is measured with: flags of ours, how many runs make a median, and how many runs of fixit."""

    flags: tuple[str, ...]
    runs: int
    fixit_runs: int


def ours(*arguments: str | Path) -> list[str]:
    """Returns the command line of this package's program."""
    return [str(SCRIPTS / "tta-validate"), *map(str, arguments)]


def fixed(name: str, arguments: Sequence[str | Path], **environment: str) -> Command:
    """Returns a command that is the same in every run."""
    line = [str(each) for each in arguments]
    return Command(name, lambda: line, environment=environment)


def cold(name: str, scratch: Path, arguments: Callable[[Path], list[str]]) -> Command:
    """Returns a command that is given a cache folder of its own in every run."""
    numbers = itertools.count()

    def before() -> list[str]:
        folder = scratch / "caches" / f"{name}-{next(numbers)}".replace(" ", "-")
        shutil.rmtree(folder, ignore_errors=True)
        return arguments(folder)

    return Command(name, before)


def inventory(tree: Path, flags: Sequence[str], folder: Path) -> list[str]:
    """Returns the command line of an inventory with a cache folder."""
    return ours("inventory", "--root", tree, "--cache-dir", folder, "--output", "json", *flags)


def check(tree: Path, flags: Sequence[str], folder: Path) -> list[str]:
    """Returns the command line of a check of everything with a cache folder."""
    return ours("check", "--root", tree, "--cache-dir", folder, "--output", "json", *flags)


def edit(tree: Path, site: tuple[str, int]) -> Callable[[], None]:
    """Returns what changes a statement that holds a call site, to another text each time."""
    path, line = tree / site[0], site[1]
    lines = path.read_text("utf-8").split("\n")
    numbers = itertools.count()

    def change() -> None:
        indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
        edited = [*lines[: line - 1], f"{indent}# edited {next(numbers)}", *lines[line - 1 :]]
        path.write_text("\n".join(edited), encoding="utf-8", newline="\n")

    return change


def hook(tree: Path, folder: Path, site: tuple[str, int], asked: Asked) -> Command:
    """Returns the check of one file that has just changed."""
    change = edit(tree, site)

    def before() -> list[str]:
        change()
        return ours("check", tree / site[0], "--root", tree, "--cache-dir", folder, *asked.flags)

    return Command("check FILE, changed", before)


def look(tree: Path, folder: Path, asked: Asked) -> tuple[dict[str, int], list[tuple[str, int]]]:
    """Returns the counts of files and the places of the call sites; leaves the cache warm."""
    done = subprocess.run(inventory(tree, asked.flags, folder), capture_output=True, check=True)
    found = cast("dict[str, object]", json.loads(done.stdout))
    files = {key: n for key, n in cast("dict[str, object]", found["files"]).items() if isinstance(n, int)}
    sites = cast("list[dict[str, object]]", found["call_sites"])
    return files, [(str(site["path"]), int(str(site["line"]))) for site in sites]


def peers(tree: Path, asked: Asked) -> list[Command]:
    """Returns the commands of the peers."""
    fixit = [sys.executable, "-m", "fixit", "--quiet", "--rules", "llm_calls:LlmCalls", "lint", tree]
    return [
        fixed("ruff", [SCRIPTS / "ruff", "check", "--no-cache", "--isolated", "--select", "F", tree], **TWO),
        fixed("retired (ast)", [sys.executable, PEERS / "retired.py", tree]),
        replace(fixed("fixit", fixit, PYTHONPATH=str(PEERS)), most=asked.fixit_runs),
    ]


def measure_tree(source: Path, scratch: Path, asked: Asked) -> tuple[str, dict[str, Figures], list[Ratio]]:
    """Returns what a tree is like, the figures and the ratios."""
    tree, warm = scratch / "tree", scratch / "warm"
    shutil.copytree(source, tree, symlinks=True, ignore=shutil.ignore_patterns(".git", ".venv"))
    files, sites = look(tree, warm, asked)
    subprocess.run(check(tree, asked.flags, warm), capture_output=True, check=False)
    imports = fixed("imports of the hook", [sys.executable, "-c", IMPORTS])
    commands = [
        *peers(tree, asked),
        cold("inventory, cold", scratch, partial(inventory, tree, asked.flags)),
        cold("check, cold", scratch, partial(check, tree, asked.flags)),
        fixed("inventory, warm", inventory(tree, asked.flags, warm)),
        fixed("check, warm", check(tree, asked.flags, warm)),
    ]
    figures = measure(commands, asked.runs)
    if sites:
        by_size = sorted({path for path, _ in sites}, key=lambda path: ((tree / path).stat().st_size, path))
        site = next(site for site in sites if site[0] == by_size[len(by_size) // 2])
        figures |= measure([imports, hook(tree, warm, site, asked)], asked.runs)
    few = files["named"] < FEW * files["seen"]
    about = f"{source.name}: {files['seen']} files, {files['named']} can matter, {len(sites)} call sites"
    return about, figures, _ratios(figures, 2.0 if few else 25.0, 1.0 if few else 4.0)


def _ratios(figures: dict[str, Figures], cold_target: float, warm_target: float) -> list[Ratio]:
    def ratio(one: str, other: str) -> float:
        return figures[one].median / figures[other].median

    found = [
        Ratio("inventory, cold / ruff", ratio("inventory, cold", "ruff"), cold_target),
        Ratio("check, cold / ruff", ratio("check, cold", "ruff"), cold_target),
        Ratio("inventory, warm / ruff", ratio("inventory, warm", "ruff"), warm_target),
        Ratio("check, warm / ruff", ratio("check, warm", "ruff"), warm_target),
        Ratio("memory of check, cold", figures["check, cold"].bytes / 1e6, 600.0, "MB"),
    ]
    if "fixit" in figures:
        found.append(Ratio("fixit / inventory, cold", ratio("fixit", "inventory, cold"), 10.0, least=True))
    if "check FILE, changed" in figures:
        found.append(Ratio("check FILE, changed / imports", ratio("check FILE, changed", "imports of the hook"), 2.0))
    return found


def measure_growth(scratch: Path, asked: Asked) -> tuple[str, dict[str, Figures], list[Ratio]]:
    """Returns what generated trees are like, the figures of a cold inventory of each, and how they grow."""
    commands: list[Command] = []
    for size in SIZES:
        tree = scratch / f"generated-{size}"
        generate(tree, size)
        commands.append(cold(f"generated {size}x", scratch, partial(inventory, tree, ())))
    figures = measure(commands, asked.runs)
    first, last = figures[f"generated {SIZES[0]}x"], figures[f"generated {SIZES[-1]}x"]
    times = SIZES[-1] // SIZES[0]
    ratios = [
        Ratio(f"time of {SIZES[-1]}x / {times} times 1x", last.median / (times * first.median), 1.1),
        Ratio(f"memory of {SIZES[-1]}x / {times} times 1x", last.bytes / (times * first.bytes), 1.1),
    ]
    return f"generated trees of {', '.join(f'{size}x' for size in SIZES)}", figures, ratios


def show(about: str, figures: dict[str, Figures], ratios: Sequence[Ratio]) -> None:
    """Prints the tables of one tree."""
    print(f"\n{about}")
    print(f"  {'':32}{'median s':>10}{'fastest':>10}{'slowest':>10}{'cpu s':>10}{'peak MB':>10}")
    for name, one in figures.items():
        wall = "".join(f"{value:10.2f}" for value in (one.median, min(one.seconds), max(one.seconds), one.processor))
        print(f"  {name:32}{wall}{one.bytes / 1e6:10.0f}")
    for each in ratios:
        target = f"{'at least' if each.least else 'at most'} {each.target:g} {each.unit}"
        print(f"  {each.what:32}{each.value:10.2f} {each.unit:3} {target}{'' if each.met else '  MISSED'}")


def main() -> int:
    """Prints the figures and returns 1 where one misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path, nargs="?")
    parser.add_argument("--runs", type=int, default=5, help="how many runs make a median")
    parser.add_argument("--fixit-runs", type=int, default=1, help="the same for fixit, which takes minutes on a tree")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    parser.add_argument("--include-tests", action="store_true", help="have ours look at tests, as the peers do")
    parser.add_argument("--no-growth", action="store_true", help="leave out the generated trees")
    options = parser.parse_args()
    compile_all()
    asked = Asked(("--include-tests",) if options.include_tests else (), options.runs, options.fixit_runs)
    measured: list[tuple[str, dict[str, Figures], list[Ratio]]] = []
    loads = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        scratch = Path(name)
        if options.tree is not None:
            measured.append(measure_tree(options.tree.resolve(), scratch, asked))
            show(*measured[-1])
        if not options.no_growth:
            measured.append(measure_growth(scratch, asked))
            show(*measured[-1])
    loads.append(os.getloadavg()[0])
    print(f"\nload average {loads[0]:.1f} before and {loads[1]:.1f} after, {os.cpu_count()} processors")
    if options.json is not None:
        options.json.write_text(json.dumps({"load": loads, "trees": [_as_data(*each) for each in measured]}, indent=1))
    return int(any(not ratio.met for _, _, ratios in measured for ratio in ratios))


def compile_all() -> None:
    """Compiles the code of ours and of the peers, as installers do: without it some starts would compile it anew."""
    folders = [Path(sysconfig.get_path("purelib")), *map(Path, tta_validate.__path__)]
    done = [compileall.compile_dir(folder, quiet=2) for folder in folders]
    print(f"bytecode compiled in {len(done)} folders")


def _as_data(about: str, figures: dict[str, Figures], ratios: Sequence[Ratio]) -> dict[str, object]:
    return {
        "about": about,
        "figures": {name: asdict(one) | {"median": one.median} for name, one in figures.items()},
        "ratios": [asdict(each) | {"met": each.met} for each in ratios],
    }


if __name__ == "__main__":
    sys.exit(main())
