"""What an answer says: its model, its usage, its identity; of a stream, what its events say together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tta_validate.traffic.values import count, is_list, is_mapping, items, mapping, text

_NO_USAGE: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """``shape`` is the one of ``usage``; ``tier`` the tier of service that it was charged at, where it says one.

    ``pending``: the answer is not ready yet and has to be fetched.
    """

    shape: str
    model: str = ""
    usage: Mapping[str, object] = field(default_factory=lambda: _NO_USAGE)
    tier: str = ""
    id: str = ""
    pending: bool = False


def answer(shape: str, value: object, headers: Mapping[str, str]) -> Answer:
    """Returns what a decoded answer says."""
    parts = [part for part in value if is_mapping(part)] if is_list(value) else [mapping(value)]
    if shape == "invoke":
        return _invoked(parts, headers)
    if shape == "converse":
        return Answer(shape, "", _last_usage(parts) or mapping(_last(parts, "metadata").get("usage")))
    return _READERS.get(shape, _chat)(shape, parts)


def _first(parts: Iterable[Mapping[str, object]], key: str) -> str:
    for part in parts:
        found = part.get(key)
        if isinstance(found, str) and found:
            return found
    return ""


def _last(parts: Sequence[Mapping[str, object]], key: str) -> Mapping[str, object]:
    """Returns the last mapping under a key that is not empty, or an empty one."""
    for part in reversed(parts):
        found = part.get(key)
        if is_mapping(found) and found:
            return found
    return _NO_USAGE


def _last_usage(parts: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
    return _last(parts, "usage")


def _chat(shape: str, parts: Sequence[Mapping[str, object]]) -> Answer:
    usage = _last_usage(parts) or mapping(_last(parts, "x_groq").get("usage"))
    if not usage and shape == "xai-grpc":
        parts = [mapping(part.get("chunk")) or part for part in parts]
        usage = _last_usage(parts)
    if shape == "embedding" and "prompt_tokens" not in usage:
        total = count(usage.get("total_tokens"))
        usage = {} if total is None else {"prompt_tokens": total}
    return Answer(shape, _first(parts, "model"), usage, _first(parts, "service_tier"), _first(parts, "id"))


def _response(shape: str, parts: Sequence[Mapping[str, object]]) -> Answer:
    """An answer of OpenAI's responses stands in the event that ends a stream; source: its API reference."""
    del shape
    whole = _last(parts, "response") or (parts[-1] if parts else {})
    return Answer(
        "responses",
        text(whole.get("model")),
        mapping(whole.get("usage")),
        text(whole.get("service_tier")),
        text(whole.get("id")),
        whole.get("status") in ("queued", "in_progress"),
    )


def _anthropic(shape: str, parts: Sequence[Mapping[str, object]]) -> Answer:
    """The usage of a stream is what ``message_start`` says, overwritten by each later ``message_delta``."""
    del shape
    usage: dict[str, object] = {}
    model = ""
    for part in parts:
        message = mapping(part.get("message"))
        model = model or text(part.get("model")) or text(message.get("model"))
        for source in (message.get("usage"), part.get("usage")):
            usage |= {key: value for key, value in mapping(source).items() if value is not None}
    tier = text(usage.get("service_tier"))
    return Answer("anthropic", model, usage, tier, _first(parts, "id"))


def _gemini(shape: str, parts: Sequence[Mapping[str, object]]) -> Answer:
    usage = _last(parts, "usageMetadata")
    if not usage and shape == "gemini-embedding":
        statistics = [mapping(mapping(mapping(one).get("embeddings")).get("statistics")) for one in _predictions(parts)]
        counted = [value for one in statistics if (value := count(one.get("token_count"))) is not None]
        usage = {"promptTokenCount": sum(counted)} if counted else {}
    return Answer(shape, _first(parts, "modelVersion"), usage)


def _predictions(parts: Sequence[Mapping[str, object]]) -> list[object]:
    return items(parts[0].get("predictions")) if parts else []


def _ollama(shape: str, parts: Sequence[Mapping[str, object]]) -> Answer:
    last: Mapping[str, object] = parts[-1] if parts else {}
    counted = "prompt_eval_count" in last or "eval_count" in last
    return Answer(shape, _first(parts, "model"), last if counted else {})


def _cohere(shape: str, parts: Sequence[Mapping[str, object]]) -> Answer:
    last: Mapping[str, object] = parts[-1] if parts else {}
    for around in (last, mapping(last.get("delta")), mapping(last.get("response"))):
        for key in ("usage", "meta"):
            if is_mapping(found := around.get(key)) and "billed_units" in found:
                return Answer(shape, "", found)
    return Answer(shape)


def _invoked(parts: Sequence[Mapping[str, object]], headers: Mapping[str, str]) -> Answer:
    """Bedrock hands through what the model's maker answers, and counts tokens in headers of its own."""
    anthropic = _anthropic("anthropic", parts)
    if "input_tokens" in anthropic.usage:
        return anthropic
    chat = _chat("chat", parts)
    if chat.usage:
        return chat
    metrics = _last(parts, "amazon-bedrock-invocationMetrics")
    counted = {
        "inputTokenCount": _digits(headers.get("x-amzn-bedrock-input-token-count", "")),
        "outputTokenCount": _digits(headers.get("x-amzn-bedrock-output-token-count", "")),
    }
    own = {key: part[key] for part in parts for key in ("inputTextTokenCount",) if key in part}
    return Answer("titan", "", metrics or own or {key: value for key, value in counted.items() if value is not None})


def _digits(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < 13 else None


_READERS: Mapping[str, Callable[[str, Sequence[Mapping[str, object]]], Answer]] = {
    "anthropic": _anthropic,
    "responses": _response,
    "fetched-response": _response,
    "gemini": _gemini,
    "gemini-embedding": _gemini,
    "ollama": _ollama,
    "ollama-embedding": _ollama,
    "cohere": _cohere,
    "cohere-embedding": _cohere,
}
"""Shape of an answer -> what reads it; the rest is of the chat format."""
