"""Small traces of exchanges, written as JSON lines and evaluated through the public door."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from tta_validate.cost.evaluate import Settings, evaluate
from tta_validate.cost.gather import found_recordings, gather
from tta_validate.cost.prices import Book
from tta_validate.cost.trace import Trace
from tta_validate.cost_config import CostConfig
from tta_validate.cost_model import CostReport

DAY = date(2026, 11, 9)
NOON = 1_780_000_000
"""2026-05-28T20:26:40Z, in seconds since 1970."""

OPENAI = "https://api.openai.com/v1/chat/completions"
OWN = {
    "price": [
        {"model": "big", "input": 10, "output": 30, "cache-read": 1, "cache-write": 12.5},
        {"model": "small", "input": 1, "output": 3},
        {"model": "flat", "input": 2},
    ]
}
"""Prices that stay as they are: dollars for a million tokens."""


def chat(model: str, inputs: int, outputs: int, **other: object) -> dict[str, object]:
    """Returns an exchange of the chat format; ``at`` counts seconds from noon, ``prompt`` is the user's message."""
    at = other.pop("at", 0)
    details = {"prompt_tokens_details": {"cached_tokens": other.pop("cached")}} if "cached" in other else {}
    body: dict[str, object] = {
        "model": model,
        "messages": other.pop("messages", [{"role": "user", "content": other.pop("prompt", "hello")}]),
    }
    usage = {"prompt_tokens": inputs, "completion_tokens": outputs, **details}
    return {
        "url": OPENAI,
        "time": NOON + at if isinstance(at, int | float) else None,
        "request": body,
        "response": {"model": model, "usage": usage},
        **other,
    }


def trace(folder: Path, rows: Iterable[Mapping[str, object]], **config: object) -> tuple[Trace, int]:
    """Returns the trace of exchanges that are written to a file first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    (folder / "traffic.jsonl").write_text(text, encoding="utf-8")
    settings = CostConfig.model_validate({**OWN, **config})
    return gather(found_recordings(folder, ("traffic.jsonl",)), settings, Book(settings, DAY))


def report(folder: Path, rows: Iterable[Mapping[str, object]], settings: Settings, **config: object) -> CostReport:
    """Returns the report of exchanges."""
    found, files = trace(folder, rows, **config)
    return evaluate(found, settings, files=files)
