"""Recordings that begin badly: what can be read is counted, and the rest is named."""

import json
from pathlib import Path

import pytest

from tests.cost.traces import DAY, OWN, chat
from tta_validate.cost.gather import found_recordings, gather
from tta_validate.cost.prices import Book
from tta_validate.cost_config import CostConfig

GOOD = json.dumps(chat("big", 100, 10)).encode() + b"\n"
LINE = "is no JSON object with request and response"


@pytest.mark.parametrize(
    ("name", "data", "counted", "left"),
    [
        ("cut.jsonl", b'messages": []}}\n' + GOOD + GOOD, 2, [(1, LINE)]),
        ("begun.ndjson", b'{"request": {"mod\n' + GOOD, 1, [(1, LINE)]),
        ("headed.jsonl", b'{"version": 1}\n' + GOOD, 1, [(1, LINE)]),
        ("marked.jsonl", b"\xef\xbb\xbf" + GOOD + GOOD, 2, []),
        ("wide.jsonl", GOOD.decode().encode("utf-16"), 0, [(1, "is UTF-16, and recordings are UTF-8")]),
        ("wide.json", '{"a": 1}'.encode("utf-16"), 0, []),
        ("bytes.har", b"\x00\x01\x02", 0, [(1, "is no HAR file: it begins with no JSON object")]),
        ("nothing.har", b"", 0, [(1, "is empty")]),
        ("nothing.json", b"", 0, []),
        ("dataset.jsonl", b'{"question": "request", "answer": "response"}\n', 0, []),
        (
            "empty.yaml",
            b"interactions:\n- request: {}\n  response: {}\nversion: 1\n",
            0,
            [(2, "has a request or a response that is empty or no mapping")],
        ),
    ],
)
def test_a_recording_that_begins_badly(
    tmp_path: Path, name: str, data: bytes, counted: int, left: list[tuple[int, str]]
) -> None:
    (tmp_path / name).write_bytes(data)
    settings = CostConfig.model_validate(OWN)
    trace, _ = gather(found_recordings(tmp_path, (name,)), settings, Book(settings, DAY))
    assert (len(trace.at), [(one.line, one.reason) for one in trace.left]) == (counted, left)
