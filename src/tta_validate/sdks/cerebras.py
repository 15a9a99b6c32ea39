"""Cerebras: the client that speaks OpenAI's protocol."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="cerebras",
    title="Cerebras",
    url="https://github.com/Cerebras/cerebras-cloud-sdk-python",
    imports=("cerebras.cloud.sdk",),
    provider="cerebras",
    types=(
        Type(
            "cerebras.client",
            provider="cerebras",
            constructors=("cerebras.cloud.sdk.{Cerebras,AsyncCerebras}",),
            guards={"timeout": ("timeout", "http_client.timeout"), "retry": ("max_retries",)},
            same=("with_options", "copy"),
            through=("with_raw_response", "with_streaming_response"),
            calls=(
                Call(
                    ("{chat.completions,completions}.create",),
                    limit=("max_tokens", "max_completion_tokens"),
                    guards={"timeout": ("timeout",)},
                ),
            ),
        ),
    ),
)
