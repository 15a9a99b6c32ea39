"""OpenAI: the clients of version 1 and later, the module-level calls, and those of the 0.x versions."""

from tta_validate.sdk import Call, Giver, Keys, Sdk, Type

_CHAT_LIMIT = ("max_completion_tokens", "max_tokens")
_RESPONSE_LIMIT = ("max_output_tokens",)
_TIMEOUT: Keys = {"timeout": ("timeout",)}
_LEGACY_TIMEOUT: Keys = {"timeout": ("request_timeout", "timeout")}
_LEGACY_MODEL = ("model", "engine", "deployment_id")

_CHAT = (
    "chat.completions.{create,parse}",
    "beta.chat.completions.{create,parse}",
    "beta.threads.{create_and_run,create_and_run_poll}",
    "beta.threads.runs.{create,create_and_poll,submit_tool_outputs,submit_tool_outputs_and_poll}",
)
_CHAT_STREAMED = (
    "{chat.completions,beta.chat.completions}.stream",
    "beta.threads.create_and_run_stream",
    "beta.threads.runs.{stream,create_and_stream,submit_tool_outputs_stream}",
)
_RESPONSES = ("{responses,beta.responses}.{create,parse}",)
_RESPONSES_STREAMED = ("{responses,beta.responses}.stream",)


def _calls(before: str = "") -> tuple[Call, ...]:
    """Returns the calls of a client, or with ``before`` the same ones of the module."""

    def named(paths: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(before + path for path in paths)

    return (
        Call(named(_CHAT), limit=_CHAT_LIMIT, guards=_TIMEOUT),
        Call(named(_CHAT_STREAMED), limit=_CHAT_LIMIT, guards=_TIMEOUT, stream=True),
        Call(named(_RESPONSES), limit=_RESPONSE_LIMIT, guards=_TIMEOUT),
        Call(named(_RESPONSES_STREAMED), limit=_RESPONSE_LIMIT, guards=_TIMEOUT, stream=True),
        Call(named(("completions.create",)), limit=("max_tokens",), guards=_TIMEOUT),
        Call(named(("embeddings.create",)), guards=_TIMEOUT, embedding=True),
    )


SDK = Sdk(
    name="openai",
    title="OpenAI",
    url="https://github.com/openai/openai-python",
    imports=("openai",),
    provider="openai",
    unset=("openai.{NOT_GIVEN,NotGiven,omit,Omit}", "openai._types.{NOT_GIVEN,NotGiven,omit,Omit}"),
    types=(
        Type(
            "openai.client",
            provider="openai",
            constructors=("openai.{OpenAI,AsyncOpenAI,AzureOpenAI,AsyncAzureOpenAI,Client,AsyncClient}",),
            guards={
                "timeout": ("timeout", "http_client.timeout"),
                "retry": ("max_retries", "http_client.transport.retries"),
            },
            same=("with_options", "copy"),
            through=("with_raw_response", "with_streaming_response"),
            calls=_calls(),
        ),
    ),
    functions=(
        *_calls("openai."),
        Call(
            ("openai.{ChatCompletion,Completion,Edit}.{create,acreate}",),
            limit=("max_tokens",),
            guards=_LEGACY_TIMEOUT,
            model=_LEGACY_MODEL,
        ),
        Call(("openai.Embedding.{create,acreate}",), guards=_LEGACY_TIMEOUT, model=_LEGACY_MODEL, embedding=True),
        Call(
            ("openai.embeddings_utils.{get_embedding,aget_embedding,get_embeddings,aget_embeddings}",),
            model=("engine",),
            prompt=("text", "list_of_text", "0"),
            embedding=True,
        ),
    ),
    givers=(
        Giver(("openai.timeout",), "timeout", "global", bound=("0",), covers=("",)),
        Giver(("openai.max_retries",), "retry", "global", bound=("0",), covers=("",)),
    ),
)
