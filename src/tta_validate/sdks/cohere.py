"""Cohere: the clients of both versions of its API."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_GUARDS: Keys = {
    "timeout": ("request_options.timeout_in_seconds", "request_options.timeout"),
    "retry": ("request_options.max_retries",),
}
_PROMPT = ("messages", "message", "prompt", "text", "0")

SDK = Sdk(
    name="cohere",
    title="Cohere",
    url="https://github.com/cohere-ai/cohere-python",
    imports=("cohere",),
    provider="cohere",
    types=(
        Type(
            "cohere.client",
            provider="cohere",
            constructors=(
                "cohere.{Client,AsyncClient,ClientV2,AsyncClientV2}",
                "cohere.{BedrockClient,BedrockClientV2,SagemakerClient,SagemakerClientV2}",
            ),
            guards={"timeout": ("timeout", "httpx_client.timeout"), "retry": ("max_retries",)},
            through=("v2", "with_raw_response"),
            calls=(
                Call(("{chat,generate,summarize}",), prompt=_PROMPT, limit=("max_tokens",), guards=_GUARDS),
                Call(
                    ("{chat_stream,generate_stream}",),
                    prompt=_PROMPT,
                    limit=("max_tokens",),
                    guards=_GUARDS,
                    stream=True,
                ),
                Call(("embed",), prompt=("texts", "inputs", "0"), guards=_GUARDS, embedding=True),
            ),
        ),
    ),
)
