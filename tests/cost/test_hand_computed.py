"""What exchanges cost, against arithmetic written out: tokens times price, at a date, in every provider's shape."""

import base64
import json
from pathlib import Path

import pytest

from tests.cost.traces import NOON, OPENAI, chat, trace
from tta_validate.cost.cards import dollars
from tta_validate.cost.gather import found_recordings, gather
from tta_validate.cost_config import CostConfig

M = 1_000_000
AT_2025 = 1_740_000_000
BEDROCK = "https://bedrock-runtime.us-east-1.amazonaws.com/model"
DEEPSEEK = "https://api.deepseek.com/chat/completions"
NIGHT_AND_DAY = {
    "model": "deepseek-chat",
    "usage": {"prompt_tokens": 1000, "completion_tokens": 50, "prompt_cache_hit_tokens": 400},
}
GEMINI = "https://generativelanguage.googleapis.com/v1beta/models"


def sent(url: str, request: object, response: object, at: float = NOON, **other: object) -> dict[str, object]:
    return {"url": url, "time": at, "request": request, "response": response, **other}


def events(*values: object) -> str:
    return "".join(f"data: {json.dumps(value)}\n\n" for value in values) + "data: [DONE]\n\n"


def claude(usage: dict[str, object], model: str = "claude-sonnet-4-20250514") -> dict[str, object]:
    return sent("https://api.anthropic.com/v1/messages", {"model": model}, {"model": model, "usage": usage})


def frame(payload: object) -> bytes:
    """An event of AWS: lengths, a checksum that is not looked at, no headers, the payload, a checksum."""
    inner = json.dumps(payload).encode()
    return (16 + len(inner)).to_bytes(4) + (0).to_bytes(4) + bytes(4) + inner + bytes(4)


CASES: dict[str, tuple[list[dict[str, object]], float]] = {
    "own price": ([chat("big", 1000, 100)], 1000 * 10 / M + 100 * 30 / M),
    "own price of cached input": (
        [chat("big", 1000, 100, cached=400)],
        600 * 10 / M + 400 * 1 / M + 100 * 30 / M,
    ),
    "cached input without a price of its own": ([chat("small", 1000, 10, cached=400)], 1000 * 1 / M + 10 * 3 / M),
    "two calls": ([chat("big", 7, 3), chat("small", 11, 5)], 7 * 10 / M + 3 * 30 / M + 11 * 1 / M + 5 * 3 / M),
    "openai chat": ([chat("gpt-4o-2024-08-06", 1200, 340)], 1200 * 2.5 / M + 340 * 10 / M),
    "openai chat, cached": (
        [chat("gpt-4o-2024-08-06", 1200, 340, cached=1024)],
        176 * 2.5 / M + 1024 * 1.25 / M + 340 * 10 / M,
    ),
    "openai responses": (
        [
            sent(
                "https://api.openai.com/v1/responses",
                {"model": "gpt-4.1-mini", "input": "hi"},
                {
                    "model": "gpt-4.1-mini-2025-04-14",
                    "usage": {"input_tokens": 500, "output_tokens": 60, "input_tokens_details": {"cached_tokens": 100}},
                },
            )
        ],
        400 * 0.4 / M + 100 * 0.1 / M + 60 * 1.6 / M,
    ),
    "openai embeddings": (
        [
            sent(
                "https://api.openai.com/v1/embeddings",
                {"model": "text-embedding-3-small", "input": "hi"},
                {"model": "text-embedding-3-small", "usage": {"prompt_tokens": 900, "total_tokens": 900}},
            )
        ],
        900 * 0.02 / M,
    ),
    "openai stream": (
        [
            sent(
                OPENAI,
                {"model": "gpt-4o", "stream": True},
                events(
                    {"model": "gpt-4o-2024-08-06", "choices": [{"delta": {"content": "a"}}], "usage": None},
                    {
                        "model": "gpt-4o-2024-08-06",
                        "choices": [],
                        "usage": {"prompt_tokens": 40, "completion_tokens": 8},
                    },
                ),
            )
        ],
        40 * 2.5 / M + 8 * 10 / M,
    ),
    "openai responses stream": (
        [
            sent(
                "https://api.openai.com/v1/responses",
                {"model": "gpt-4o", "stream": True, "input": "hi"},
                events(
                    {"type": "response.created", "response": {"model": "gpt-4o", "usage": None}},
                    {
                        "type": "response.completed",
                        "response": {"model": "gpt-4o", "usage": {"input_tokens": 30, "output_tokens": 5}},
                    },
                ),
            )
        ],
        30 * 2.5 / M + 5 * 10 / M,
    ),
    "anthropic": ([claude({"input_tokens": 2000, "output_tokens": 150})], 2000 * 3 / M + 150 * 15 / M),
    "anthropic, cache read and written": (
        [
            claude(
                {
                    "input_tokens": 50,
                    "cache_creation_input_tokens": 2000,
                    "cache_read_input_tokens": 3000,
                    "output_tokens": 10,
                }
            )
        ],
        50 * 3 / M + 2000 * 3.75 / M + 3000 * 0.3 / M + 10 * 15 / M,
    ),
    "anthropic stream": (
        [
            sent(
                "https://api.anthropic.com/v1/messages",
                {"model": "claude-sonnet-4-20250514", "stream": True},
                events(
                    {
                        "type": "message_start",
                        "message": {
                            "model": "claude-sonnet-4-20250514",
                            "usage": {"input_tokens": 100, "output_tokens": 1},
                        },
                    },
                    {"type": "message_delta", "usage": {"output_tokens": 77}},
                ),
            )
        ],
        100 * 3 / M + 77 * 15 / M,
    ),
    "gemini, thoughts are output": (
        [
            sent(
                f"{GEMINI}/gemini-2.5-flash:generateContent",
                {"contents": []},
                {
                    "modelVersion": "gemini-2.5-flash",
                    "usageMetadata": {"promptTokenCount": 1000, "candidatesTokenCount": 200, "thoughtsTokenCount": 300},
                },
            )
        ],
        1000 * 0.3 / M + 500 * 2.5 / M,
    ),
    "gemini above its step": (
        [
            sent(
                f"{GEMINI}/gemini-2.5-pro:generateContent",
                {"contents": []},
                {
                    "modelVersion": "gemini-2.5-pro",
                    "usageMetadata": {"promptTokenCount": 200_001, "candidatesTokenCount": 10},
                },
            )
        ],
        200_001 * 2.5 / M + 10 * 15 / M,
    ),
    "gemini at its step": (
        [
            sent(
                f"{GEMINI}/gemini-2.5-pro:generateContent",
                {"contents": []},
                {
                    "modelVersion": "gemini-2.5-pro",
                    "usageMetadata": {"promptTokenCount": 200_000, "candidatesTokenCount": 10},
                },
            )
        ],
        200_000 * 1.25 / M + 10 * 10 / M,
    ),
    "gemini stream counts its last part": (
        [
            sent(
                f"{GEMINI}/gemini-2.5-flash:streamGenerateContent?alt=sse",
                {"contents": []},
                events(
                    {
                        "modelVersion": "gemini-2.5-flash",
                        "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 2},
                    },
                    {
                        "modelVersion": "gemini-2.5-flash",
                        "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 9},
                    },
                ),
            )
        ],
        10 * 0.3 / M + 9 * 2.5 / M,
    ),
    "mistral": (
        [
            sent(
                "https://api.mistral.ai/v1/chat/completions",
                {"model": "mistral-large-latest"},
                {"model": "mistral-large-2411", "usage": {"prompt_tokens": 100, "completion_tokens": 20}},
            )
        ],
        100 * 2 / M + 20 * 6 / M,
    ),
    "groq": (
        [
            sent(
                "https://api.groq.com/openai/v1/chat/completions",
                {"model": "llama-3.3-70b-versatile"},
                {"model": "llama-3.3-70b-versatile", "usage": {"prompt_tokens": 100, "completion_tokens": 20}},
            )
        ],
        100 * 0.59 / M + 20 * 0.79 / M,
    ),
    "bedrock converse": (
        [
            sent(
                f"{BEDROCK}/us.amazon.nova-micro-v1%3A0/converse",
                {"messages": []},
                {"usage": {"inputTokens": 1000, "outputTokens": 100}},
            )
        ],
        1000 * 0.035 / M + 100 * 0.14 / M,
    ),
    "ollama at home costs nothing": (
        [
            sent(
                "http://localhost:11434/api/chat",
                {"model": "llama3"},
                {"model": "llama3", "prompt_eval_count": 30, "eval_count": 40},
            )
        ],
        0.0,
    ),
    "a failed call costs nothing": ([chat("big", 1000, 100, status=500)], 0.0),
    "a retry after a failure": ([chat("big", 10, 1, status=429), chat("big", 10, 1, at=2)], 10 * 10 / M + 1 * 30 / M),
    "duplicates are paid each time": ([chat("big", 10, 1), chat("big", 10, 1, at=5)], 2 * (10 * 10 / M + 1 * 30 / M)),
    "an unknown model costs nothing that is known": ([chat("nobody-knows", 1000, 100)], 0.0),
    "a host that is not known": (
        [{**chat("gpt-4o", 1000, 100), "url": "https://llm.internal/v1/chat/completions"}],
        0.0,
    ),
    "openrouter, where cached input costs as much": (
        [
            sent(
                "https://openrouter.ai/api/v1/chat/completions",
                {"model": "deepseek/deepseek-chat-v3-0324"},
                {
                    "model": "deepseek/deepseek-chat-v3-0324",
                    "usage": {
                        "prompt_tokens": 1000,
                        "completion_tokens": 200,
                        "prompt_tokens_details": {"cached_tokens": 300},
                    },
                },
            )
        ],
        1000 * 0.3 / M + 200 * 0.88 / M,
    ),
    "azure": (
        [
            sent(
                "https://mine.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2025-01-01",
                {"messages": []},
                {"model": "gpt-4o", "usage": {"prompt_tokens": 100, "completion_tokens": 20}},
            )
        ],
        100 * 2.5 / M + 20 * 10 / M,
    ),
    "gemini, cached": (
        [
            sent(
                f"{GEMINI}/gemini-2.5-flash:generateContent",
                {"contents": []},
                {
                    "modelVersion": "gemini-2.5-flash",
                    "usageMetadata": {
                        "promptTokenCount": 5000,
                        "cachedContentTokenCount": 4000,
                        "candidatesTokenCount": 50,
                    },
                },
            )
        ],
        1000 * 0.3 / M + 4000 * 0.03 / M + 50 * 2.5 / M,
    ),
    "bedrock hands through what the maker answers": (
        [
            sent(
                f"{BEDROCK}/anthropic.claude-3-5-sonnet-20240620-v1:0/invoke",
                {"messages": [], "max_tokens": 10},
                {"content": [], "usage": {"input_tokens": 400, "output_tokens": 30}},
            )
        ],
        400 * 3 / M + 30 * 15 / M,
    ),
    "cohere": (
        [
            sent(
                "https://api.cohere.com/v2/chat",
                {"model": "command-r-08-2024", "messages": []},
                {"usage": {"billed_units": {"input_tokens": 200, "output_tokens": 40}}},
            )
        ],
        200 * 0.15 / M + 40 * 0.6 / M,
    ),
    "deepseek by night and by day": (
        [
            sent(DEEPSEEK, {"model": "deepseek-chat"}, NIGHT_AND_DAY, at=AT_2025),
            sent(DEEPSEEK, {"model": "deepseek-chat"}, NIGHT_AND_DAY, at=AT_2025 + 12 * 3600),
        ],
        (600 * 0.135 + 400 * 0.035 + 50 * 0.55) / M + (600 * 0.27 + 400 * 0.07 + 50 * 1.1) / M,
    ),
    "no usage, so the words are counted": (
        [
            sent(
                OPENAI,
                {"model": "big", "messages": [{"role": "user", "content": "one two three"}]},
                {"model": "big", "choices": [{"message": {"content": "four five"}}]},
            )
        ],
        (1 + 1 + 3) * 10 / M + 2 * 30 / M,
    ),
    "xai counts reasoning apart": (
        [
            sent(
                "https://api.x.ai/v1/chat/completions",
                {"model": "grok-3-mini"},
                {
                    "model": "grok-3-mini",
                    "usage": {
                        "prompt_tokens": 10,
                        "completion_tokens": 20,
                        "completion_tokens_details": {"reasoning_tokens": 80},
                    },
                },
            )
        ],
        10 * 0.3 / M + 100 * 0.5 / M,
    ),
    "usage that contradicts itself": ([chat("big", 10, 1, cached=11)], 0.0),
}


@pytest.mark.parametrize("name", CASES)
def test_cost(tmp_path: Path, name: str) -> None:
    rows, expected = CASES[name]
    found, _ = trace(tmp_path, rows)
    assert len(found) == len(rows)
    assert dollars(sum(found.cost)) == pytest.approx(expected, abs=1e-9)


def test_configured_discounts_hosts_and_batches(tmp_path: Path) -> None:
    row = chat("gpt-4o-2024-08-06", 1000, 100)
    full = 1000 * 2.5 / M + 100 * 10 / M
    inside = {**row, "url": "https://llm.internal:8080/openai/v1/chat/completions"}
    cases: list[tuple[dict[str, object], dict[str, object], float]] = [
        (row, {"discounts": {"openai": 20}}, full * 0.8),
        (inside, {"hosts": {"llm.internal": "openai"}}, full),
        (chat("ft:gpt-3.5-turbo-x", 1000, 100, at=14_000_000), {"batch": ["ft:*"]}, 1000 * 1.5 / M + 100 * 3 / M),
    ]
    for at, (one, config, expected) in enumerate(cases):
        found, _ = trace(tmp_path / str(at), [one], **config)
        assert dollars(sum(found.cost)) == pytest.approx(expected, abs=1e-9), config


def test_a_bedrock_event_stream(tmp_path: Path) -> None:
    body = frame({"contentBlockIndex": 0, "delta": {"text": "a"}}) + frame(
        {"usage": {"inputTokens": 50, "outputTokens": 6}}
    )
    har = {
        "log": {
            "entries": [
                {
                    "startedDateTime": "2026-05-28T20:26:40Z",
                    "time": 1500,
                    "request": {
                        "method": "POST",
                        "url": f"{BEDROCK}/us.amazon.nova-micro-v1%3A0/converse-stream",
                        "postData": {"text": '{"messages": []}'},
                    },
                    "response": {
                        "status": 200,
                        "headers": [{"name": "Content-Type", "value": "application/vnd.amazon.eventstream"}],
                        "content": {"text": base64.b64encode(body).decode(), "encoding": "base64"},
                    },
                }
            ]
        }
    }
    (tmp_path / "one.har").write_text(json.dumps(har), encoding="utf-8")
    found, files = gather(found_recordings(tmp_path, ("one.har",)), CostConfig())
    assert (files, len(found), list(found.seconds)) == (1, 1, [1.5])
    assert dollars(sum(found.cost)) == pytest.approx(50 * 0.035 / M + 6 * 0.14 / M, abs=1e-9)
