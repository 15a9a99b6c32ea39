"""Volcengine Ark: the client that speaks OpenAI's protocol."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="ark",
    title="Volcengine Ark",
    url="https://github.com/volcengine/volcengine-python-sdk",
    imports=("volcenginesdkarkruntime",),
    provider="ark",
    types=(
        Type(
            "ark.client",
            constructors=("volcenginesdkarkruntime.{Ark,AsyncArk}",),
            guards={"timeout": ("timeout", "http_client.timeout"), "retry": ("max_retries",)},
            calls=(
                Call(
                    ("{chat.completions,bot_chat.completions,context.completions,responses}.create",),
                    limit=("max_tokens", "max_completion_tokens", "max_output_tokens"),
                    guards={"timeout": ("timeout",)},
                ),
                Call(
                    ("{embeddings,multimodal_embeddings}.create",),
                    guards={"timeout": ("timeout",)},
                    embedding=True,
                ),
            ),
        ),
    ),
)
