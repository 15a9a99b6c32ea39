"""Measures `cost` on generated traffic: ``uv run python benchmarks/cost.py [--size N] [--runs N]``.

Each run is a process of its own that reads JSON lines of an eighth, a quarter, a half and the whole of the size, prices
them and replays every policy. Printed are medians of its processor seconds, its peak of memory, and how the seconds
grow. What counts is the processor's clock, which other programs disturb less than the time that passes.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

MOST_SECONDS, MOST_MEGABYTES = 60.0, 1000.0
LINEAR = 1.25
"""How many times the share of the size the share of the seconds may be."""

START = 1_780_000_000
MODELS = ("gpt-4.1", "gpt-4.1-mini", "claude-sonnet-4-5", "gemini-2.5-flash")
SYSTEM = "You are a careful assistant who answers questions about orders, deliveries and returns. " * 6


def exchanges(size: int) -> Iterator[str]:
    """Yields JSON lines: sessions of ten calls over four models, a third of the prompts asked before."""
    chance = random.Random(0)
    for at in range(size):
        model = MODELS[at % 97 % len(MODELS)]
        prompt = f"Where is order {chance.randrange(size // 3 + 1)}, and when does it arrive?"
        inputs, outputs = 150 + chance.randrange(50), 20 + chance.randrange(200)
        yield json.dumps(_exchange(model, prompt, (inputs, outputs)) | _around(at)) + "\n"


def _around(at: int) -> dict[str, object]:
    return {"time": START + at * 3, "seconds": 1.5, "status": 200, "session": f"session-{at // 10}"}


def _exchange(model: str, prompt: str, counted: tuple[int, int]) -> dict[str, object]:
    asked = {"role": "user", "content": prompt}
    text = "It left the warehouse this morning and arrives tomorrow before noon. " * 3
    if model.startswith("claude"):
        return {
            "url": "https://api.anthropic.com/v1/messages",
            "request": {"model": model, "max_tokens": 400, "system": SYSTEM, "messages": [asked]},
            "response": {
                "model": f"{model}-20250929",
                "content": [{"type": "text", "text": text}],
                "usage": {"input_tokens": counted[0], "output_tokens": counted[1]},
            },
        }
    if model.startswith("gemini"):
        return {
            "url": f"https://generativelanguage.googleapis.com/v1beta/models/{model}:generateContent",
            "request": {
                "systemInstruction": {"parts": [{"text": SYSTEM}]},
                "contents": [{"role": "user", "parts": [{"text": prompt}]}],
            },
            "response": {
                "modelVersion": model,
                "candidates": [{"content": {"parts": [{"text": text}]}}],
                "usageMetadata": {"promptTokenCount": counted[0], "candidatesTokenCount": counted[1]},
            },
        }
    return {
        "url": "https://api.openai.com/v1/chat/completions",
        "request": {"model": model, "messages": [{"role": "system", "content": SYSTEM}, asked], "temperature": 0},
        "response": {
            "model": f"{model}-2025-04-14",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": counted[0], "completion_tokens": counted[1]},
        },
    }


def once(path: Path) -> None:
    """Evaluates a file and prints its processor seconds, its peak of memory in MB, calls and dollars."""
    from tta_validate.cost.evaluate import evaluate
    from tta_validate.cost.gather import found_recordings, gather, settings
    from tta_validate.cost.prices import Book
    from tta_validate.cost_config import CostConfig

    config = CostConfig()
    trace, files = gather(found_recordings(path.parent, (path.name,)), config, Book(config, date(2026, 11, 9)))
    report = evaluate(trace, settings(config, 40.0, trace), files=files)
    used = resource.getrusage(resource.RUSAGE_SELF)
    numbers = (used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, report.traffic.exchanges, report.total.usd)
    print(json.dumps(numbers))


def measured(path: Path, runs: int) -> tuple[float, float, int]:
    """Returns the median seconds and megabytes of evaluating a file, and the calls in it."""
    found: list[tuple[float, float, int, float]] = []
    for _ in range(runs):
        done = subprocess.run([sys.executable, __file__, "--once", path], capture_output=True, text=True, check=True)
        found.append(tuple(json.loads(done.stdout)))
    return statistics.median(one[0] for one in found), statistics.median(one[1] for one in found), found[0][2]


def main() -> int:
    """Prints the figures and returns 1 where one misses its target, which is for a million."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--once", type=Path)
    options = parser.parse_args()
    if options.once:
        once(options.once)
        return 0
    size: int = options.size
    rows: list[tuple[int, float, float]] = []
    with tempfile.TemporaryDirectory() as name:
        for part in (8, 4, 2, 1):
            path = Path(name, "traffic.jsonl")
            with path.open("w", encoding="utf-8") as file:
                file.writelines(exchanges(size // part))
            seconds, megabytes, calls = measured(path, options.runs)
            rows.append((calls, seconds, megabytes))
            print(f"{calls:>9,} exchanges  {seconds:7.1f} s of the processor  {megabytes:6.0f} MB", flush=True)
    growth = (rows[-1][1] / rows[1][1]) / (rows[-1][0] / rows[1][0])
    print(f"from a quarter to the whole: {growth:.2f} of linear (up to {LINEAR})")
    share = size / 1_000_000
    late = rows[-1][1] > MOST_SECONDS * share or rows[-1][2] > MOST_MEGABYTES
    return int(late or growth > LINEAR)


if __name__ == "__main__":
    sys.exit(main())
