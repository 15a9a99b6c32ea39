"""Together AI: the client, and the module-level calls of its earlier versions."""

from tta_validate.sdk import Call, Sdk, Type

_LIMIT = ("max_tokens",)

SDK = Sdk(
    name="together",
    title="Together AI",
    url="https://github.com/togethercomputer/together-python",
    imports=("together",),
    provider="together",
    unset=("together.{NOT_GIVEN,NotGiven,omit}",),
    types=(
        Type(
            "together.client",
            provider="together",
            constructors=("together.{Together,AsyncTogether,Client,AsyncClient}",),
            guards={"timeout": ("timeout", "http_client.timeout"), "retry": ("max_retries",)},
            same=("with_options", "copy"),
            through=("with_raw_response", "with_streaming_response"),
            calls=(
                Call(("{chat.completions,completions}.create",), limit=_LIMIT, guards={"timeout": ("timeout",)}),
                Call(("embeddings.create",), guards={"timeout": ("timeout",)}, embedding=True),
            ),
        ),
    ),
    functions=(
        Call(("together.Complete.{create,create_streaming}",), limit=_LIMIT),
        Call(("together.Embeddings.create",), embedding=True),
    ),
)
