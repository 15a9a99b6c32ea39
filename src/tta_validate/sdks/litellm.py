"""LiteLLM: the functions that speak to any provider, and its router."""

from tta_validate.sdk import Call, Giver, Keys, Sdk, Type

_GUARDS: Keys = {
    "timeout": ("timeout", "request_timeout", "2"),
    "retry": ("num_retries", "max_retries"),
    "cache": ("caching",),
    "route": ("fallbacks", "context_window_fallbacks", "context_window_fallback_dict", "content_policy_fallbacks"),
}
_LATER_GUARDS: Keys = {**_GUARDS, "timeout": ("timeout", "request_timeout")}
_LIMIT = ("max_tokens", "max_completion_tokens", "max_output_tokens")
_MODEL = ("model", "0")
_PROMPT = ("messages", "prompt", "input", "1")
_TEXT = "completion,acompletion"
_LATER_TEXT = "text_completion,atext_completion,responses,aresponses"
_ANTHROPIC = "anthropic_messages,aanthropic_messages"

SDK = Sdk(
    name="litellm",
    title="LiteLLM",
    url="https://github.com/BerriAI/litellm",
    imports=("litellm",),
    provider="litellm",
    kind="gateway",
    types=(
        Type(
            "litellm.router",
            constructors=("litellm.{Router,router.Router}",),
            guards={"timeout": ("timeout", "stream_timeout"), "retry": ("num_retries",), "cache": ("cache_responses",)},
            gives=("route",),
            calls=(
                Call(
                    (f"{{{_TEXT},{_LATER_TEXT},{_ANTHROPIC},agenerate_content,generate_content}}",),
                    model=_MODEL,
                    prompt=_PROMPT,
                    limit=_LIMIT,
                    guards=_LATER_GUARDS,
                ),
                Call(("{embedding,aembedding}",), model=_MODEL, guards=_LATER_GUARDS, embedding=True),
            ),
        ),
    ),
    functions=(
        Call((f"litellm.{{main.,}}{{{_TEXT}}}",), model=_MODEL, prompt=_PROMPT, limit=_LIMIT, guards=_GUARDS),
        Call(
            (
                f"litellm.{{main.,}}{{{_LATER_TEXT}}}",
                f"litellm.{{{_ANTHROPIC}}}",
                "litellm.anthropic.messages.{create,acreate}",
                "litellm.google_genai.{generate_content,agenerate_content}",
            ),
            model=_MODEL,
            prompt=_PROMPT,
            limit=_LIMIT,
            guards=_LATER_GUARDS,
        ),
        Call(
            ("litellm.google_genai.{generate_content_stream,agenerate_content_stream}",),
            guards=_LATER_GUARDS,
            stream=True,
        ),
        Call(
            (
                "litellm.{main.,}{completion_with_retries,acompletion_with_retries}",
                "litellm.{main.,}{responses_with_retries,aresponses_with_retries}",
            ),
            model=_MODEL,
            prompt=_PROMPT,
            limit=_LIMIT,
            guards=_LATER_GUARDS,
            gives=("retry",),
        ),
        Call(
            ("litellm.{batch_completion,batch_completion_models,batch_completion_models_all_responses}",),
            model=_MODEL,
            prompt=_PROMPT,
            limit=_LIMIT,
            guards=_LATER_GUARDS,
        ),
        Call(
            ("litellm.{main.,}{embedding,aembedding}",),
            model=_MODEL,
            prompt=("input", "1"),
            guards=_LATER_GUARDS,
            embedding=True,
        ),
    ),
    givers=(
        Giver(("litellm.cache",), "cache", "global", bound=("0",)),
        Giver(("litellm.enable_cache",), "cache", "global"),
        Giver(("litellm.num_retries",), "retry", "global", bound=("0",)),
        Giver(("litellm.request_timeout",), "timeout", "global", bound=("0",)),
        Giver(
            ("litellm.{fallbacks,default_fallbacks,model_fallbacks,context_window_fallbacks}",),
            "route",
            "global",
            bound=("0",),
        ),
    ),
)
