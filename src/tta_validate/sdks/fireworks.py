"""Fireworks AI: the clients of its earlier and current packages."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="fireworks",
    title="Fireworks AI",
    url="https://docs.fireworks.ai/",
    imports=("fireworks",),
    provider="fireworks",
    types=(
        Type(
            "fireworks.client",
            provider="fireworks",
            constructors=("fireworks.{client.,}{Fireworks,AsyncFireworks}",),
            guards={"timeout": ("timeout", "http_client.timeout"), "retry": ("max_retries",)},
            same=("with_options", "copy"),
            through=("with_raw_response", "with_streaming_response"),
            calls=(
                Call(
                    ("{chat.completions,completion,completions,chat.completion,messages}.{create,acreate}",),
                    limit=("max_tokens",),
                    guards={"timeout": ("timeout", "request_timeout")},
                ),
                Call(("embeddings.create",), guards={"timeout": ("timeout",)}, embedding=True),
            ),
        ),
    ),
    functions=(Call(("fireworks.client.{ChatCompletion,Completion}.{create,acreate}",), limit=("max_tokens",)),),
)
