"""Groq: the client that speaks OpenAI's protocol."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="groq",
    title="Groq",
    url="https://github.com/groq/groq-python",
    imports=("groq",),
    provider="groq",
    unset=("groq.{NOT_GIVEN,NotGiven,omit}",),
    types=(
        Type(
            "groq.client",
            provider="groq",
            constructors=("groq.{Groq,AsyncGroq,Client,AsyncClient}",),
            guards={"timeout": ("timeout", "http_client.timeout"), "retry": ("max_retries",)},
            same=("with_options", "copy"),
            through=("with_raw_response", "with_streaming_response"),
            calls=(
                Call(
                    ("chat.completions.create",),
                    limit=("max_tokens", "max_completion_tokens"),
                    guards={"timeout": ("timeout",)},
                ),
                Call(("embeddings.create",), guards={"timeout": ("timeout",)}, embedding=True),
            ),
        ),
    ),
)
