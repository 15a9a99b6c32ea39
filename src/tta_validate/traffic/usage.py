"""Tokens out of the answers of providers: which field of which answer counts as what.

The names of what is counted are those of the package ``genai-prices``: ``input_tokens`` holds all tokens of the input,
those read from and written to a cache among them; ``output_tokens`` holds those of reasoning too.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tta_validate.traffic.values import count, is_mapping, items, mapping, text

Tokens = dict[str, int]
"""How much an exchange used, by name; what is not there was not reported."""


class Field(NamedTuple):
    """A field of an answer's usage and what it adds to; ``within`` is the mapping around it, empty for the usage."""

    within: str
    name: str
    adds: tuple[str, ...]


_I, _O, _R, _W = "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"
_THOUGHT = "output_reasoning_tokens"

_CHAT = (
    Field("", "prompt_tokens", (_I,)),
    Field("", "completion_tokens", (_O,)),
    Field("prompt_tokens_details", "cached_tokens", (_R,)),
    Field("prompt_tokens_details", "cache_write_tokens", (_W,)),
    Field("prompt_tokens_details", "audio_tokens", ("input_audio_tokens",)),
    Field("completion_tokens_details", "audio_tokens", ("output_audio_tokens",)),
    Field("completion_tokens_details", "reasoning_tokens", (_THOUGHT,)),
)
_ANTHROPIC = (
    Field("", "input_tokens", (_I,)),
    Field("", "cache_creation_input_tokens", (_I, _W)),
    Field("", "cache_read_input_tokens", (_I, _R)),
    Field("cache_creation", "ephemeral_5m_input_tokens", ("cache_write_5m_tokens",)),
    Field("cache_creation", "ephemeral_1h_input_tokens", ("cache_write_1h_tokens",)),
    Field("server_tool_use", "web_search_requests", ("web_searches",)),
    Field("output_tokens_details", "thinking_tokens", (_THOUGHT,)),
    Field("", "output_tokens", (_O,)),
)
_RESPONSES = (
    Field("", "input_tokens", (_I,)),
    Field("", "output_tokens", (_O,)),
    Field("input_tokens_details", "cached_tokens", (_R,)),
    Field("input_tokens_details", "cache_write_tokens", (_W,)),
    Field("output_tokens_details", "reasoning_tokens", (_THOUGHT,)),
)
_GEMINI = (
    Field("", "promptTokenCount", (_I,)),
    Field("", "cachedContentTokenCount", (_R,)),
    Field("", "candidatesTokenCount", (_O,)),
    Field("", "thoughtsTokenCount", (_O, _THOUGHT)),
    Field("", "toolUsePromptTokenCount", (_I, "input_tool_tokens")),
)
_CONVERSE = (
    Field("", "inputTokens", (_I,)),
    Field("", "cacheReadInputTokens", (_I, _R)),
    Field("", "cacheWriteInputTokens", (_I, _W)),
    Field("", "outputTokens", (_O,)),
)
_COHERE = (Field("billed_units", "input_tokens", (_I,)), Field("billed_units", "output_tokens", (_O,)))
_OLLAMA = (Field("", "prompt_eval_count", (_I,)), Field("", "eval_count", (_O,)))
_EMBEDDING = (Field("", "prompt_tokens", (_I,)),)
_TITAN = (
    Field("", "inputTextTokenCount", (_I,)),
    Field("", "inputTokenCount", (_I,)),
    Field("", "outputTokenCount", (_O,)),
)

FIELDS: Mapping[str, tuple[Field, ...]] = {
    "chat": _CHAT,
    "responses": _RESPONSES,
    "anthropic": _ANTHROPIC,
    "gemini": _GEMINI,
    "gemini-embedding": _GEMINI,
    "converse": _CONVERSE,
    "cohere": _COHERE,
    "cohere-embedding": _COHERE,
    "ollama": _OLLAMA,
    "ollama-embedding": _OLLAMA,
    "embedding": _EMBEDDING,
    "titan": _TITAN,
    "xai-grpc": (
        Field("", "prompt_tokens", (_I,)),
        Field("", "completion_tokens", (_O,)),
        Field("", "reasoning_tokens", (_O, _THOUGHT)),
        Field("", "cached_prompt_text_tokens", (_R,)),
    ),
}
"""Shape of an answer -> the fields of its usage. Sources: the providers' API references, as of November 2026."""

_FURTHER: Mapping[tuple[str, str], tuple[Field, ...]] = {
    ("xai", "chat"): (Field("completion_tokens_details", "reasoning_tokens", (_O,)),),
    ("perplexity", "chat"): (
        Field("", "reasoning_tokens", (_O, _THOUGHT)),
        Field("", "citation_tokens", (_O, "output_citation_tokens")),
        Field("", "num_search_queries", ("web_searches",)),
    ),
}
"""What a provider counts apart from the shape's other fields, and charges for."""

_MODALITIES = {"TEXT": "text", "AUDIO": "audio", "IMAGE": "image", "DOCUMENT": "image", "VIDEO": "video"}
_BY_MODALITY = (
    ("promptTokensDetails", ("input_{}_tokens",)),
    ("cacheTokensDetails", ("cache_{}_read_tokens",)),
    ("candidatesTokensDetails", ("output_{}_tokens",)),
    ("toolUsePromptTokensDetails", ("input_{}_tokens", "input_{}_tool_tokens")),
)


def tokens(shape: str, provider: str, usage: Mapping[str, object]) -> Tokens:
    """Returns what the usage of an answer counts; empty where it counts nothing."""
    found: Tokens = {}
    _add(found, FIELDS.get(shape, ()), usage)
    further = _FURTHER.get((provider, shape))
    if further:
        _add(found, further, usage)
    if shape in ("gemini", "gemini-embedding"):
        _add_modalities(found, usage)
    elif shape == "converse":
        _add_lifetimes(found, items(usage.get("cacheDetails")))
    elif shape == "chat":
        _settle_chat(found, provider, usage)
    return found


def _add(found: Tokens, fields: Iterable[Field], usage: Mapping[str, object]) -> None:
    for within, name, adds in fields:
        around = usage.get(within) if within else usage
        if around is None or not is_mapping(around) or name not in around:
            continue
        value = count(around[name])
        if value is not None:
            for key in adds:
                found[key] = found.get(key, 0) + value


def _add_modalities(found: Tokens, usage: Mapping[str, object]) -> None:
    """Of several entries with one modality only the first counts, as in genai-prices."""
    for name, keys in _BY_MODALITY:
        seen: set[str] = set()
        for entry in map(mapping, items(usage.get(name))):
            modality = text(entry.get("modality"))
            value = count(entry.get("tokenCount"))
            if modality in _MODALITIES and modality not in seen and value is not None:
                seen.add(modality)
                for key in keys:
                    full = key.format(_MODALITIES[modality])
                    found[full] = found.get(full, 0) + value


def _add_lifetimes(found: Tokens, details: Iterable[object]) -> None:
    for entry in map(mapping, details):
        value = count(entry.get("inputTokens"))
        if (lifetime := text(entry.get("ttl"))) in ("5m", "1h") and value is not None:
            key = f"cache_write_{lifetime}_tokens"
            found[key] = found.get(key, 0) + value


def _settle_chat(found: Tokens, provider: str, usage: Mapping[str, object]) -> None:
    """Takes what some servers of the chat format count in fields of their own."""
    if _R not in found:
        hit = count(usage.get("prompt_cache_hit_tokens" if provider == "deepseek" else "cached_tokens"))
        if hit is not None:
            found[_R] = hit
    if _I not in found and (total := count(usage.get("total_tokens"))) is not None:
        found[_I] = max(0, total - found.get(_O, 0))
