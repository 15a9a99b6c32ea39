"""Mistral: the client, and that of the 0.x versions."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_GUARDS: Keys = {"timeout": ("timeout_ms",), "retry": ("retries",)}
_LIMIT = ("max_tokens", "completion_args.max_tokens")

SDK = Sdk(
    name="mistral",
    title="Mistral",
    url="https://github.com/mistralai/client-python",
    imports=("mistralai", "mistralai_azure", "mistralai_gcp"),
    provider="mistral",
    unset=("mistralai.{types.,client.types.,}UNSET",),
    types=(
        Type(
            "mistral.client",
            provider="mistral",
            constructors=(
                "mistralai.{client.,sdk.,client.sdk.,}Mistral",
                "{mistralai_azure,mistralai.azure.client}.MistralAzure",
                "{mistralai_gcp,mistralai.gcp.client}.{MistralGCP,MistralGoogleCloud}",
            ),
            guards={
                "timeout": ("timeout_ms", "client.timeout", "async_client.timeout"),
                "retry": ("retry_config",),
            },
            calls=(
                Call(
                    (
                        "{chat,fim,agents}.{complete,complete_async}",
                        "chat.{parse,parse_async}",
                        "beta.conversations.{start,start_async,append,append_async,restart,restart_async,run_async}",
                    ),
                    prompt=("messages", "prompt", "inputs"),
                    limit=_LIMIT,
                    guards=_GUARDS,
                ),
                Call(
                    (
                        "{chat,fim,agents}.{stream,stream_async}",
                        "chat.{parse_stream,parse_stream_async}",
                        "beta.conversations.{start_stream,start_stream_async,append_stream,append_stream_async}",
                        "beta.conversations.{restart_stream,restart_stream_async,run_stream_async}",
                    ),
                    prompt=("messages", "prompt", "inputs"),
                    limit=_LIMIT,
                    guards=_GUARDS,
                    stream=True,
                ),
                Call(("embeddings.{create,create_async}",), prompt=("inputs",), guards=_GUARDS, embedding=True),
            ),
        ),
        Type(
            "mistral.legacy",
            constructors=(
                "mistralai.client.MistralClient",
                "mistralai.async_client.MistralAsyncClient",
            ),
            guards={"timeout": ("timeout",), "retry": ("max_retries",)},
            calls=(
                Call(("{chat,completion}",), limit=("max_tokens",)),
                Call(("{chat_stream,completion_stream}",), limit=("max_tokens",), stream=True),
                Call(("embeddings",), embedding=True),
            ),
        ),
    ),
)
