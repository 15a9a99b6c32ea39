"""OpenAI: the clients of version 1 and later, the module-level calls, and those of the 0.x versions."""

from tta_validate.sdk import Call, Giver, Keys, Sdk, Type

_LIMIT = ("max_tokens", "max_completion_tokens", "max_output_tokens")
_TIMEOUT: Keys = {"timeout": ("timeout",)}
_LEGACY_TIMEOUT: Keys = {"timeout": ("request_timeout", "timeout")}
_LEGACY_MODEL = ("model", "engine", "deployment_id")

_TEXT = (
    "chat.completions.{create,parse}",
    "beta.chat.completions.{create,parse}",
    "{responses,beta.responses}.{create,parse}",
    "completions.create",
    "beta.threads.{create_and_run,create_and_run_poll}",
    "beta.threads.runs.{create,create_and_poll,submit_tool_outputs,submit_tool_outputs_and_poll}",
)
_STREAMED = (
    "{chat.completions,beta.chat.completions,responses,beta.responses}.stream",
    "beta.threads.create_and_run_stream",
    "beta.threads.runs.{stream,create_and_stream,submit_tool_outputs_stream}",
)


def _of_module(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"openai.{path}" for path in paths)


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
            calls=(
                Call(_TEXT, limit=_LIMIT, guards=_TIMEOUT),
                Call(_STREAMED, limit=_LIMIT, guards=_TIMEOUT, stream=True),
                Call(("embeddings.create",), guards=_TIMEOUT, embedding=True),
            ),
        ),
    ),
    functions=(
        Call(_of_module(_TEXT), limit=_LIMIT, guards=_TIMEOUT),
        Call(_of_module(_STREAMED), limit=_LIMIT, guards=_TIMEOUT, stream=True),
        Call(("openai.embeddings.create",), guards=_TIMEOUT, embedding=True),
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
