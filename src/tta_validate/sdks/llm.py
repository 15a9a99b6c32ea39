"""Simon Willison's ``llm``: models and conversations."""

from tta_validate.sdk import Call, Sdk, Type

_CALLS = (Call(("{prompt,chain}",), prompt=("prompt", "0"), limit=("max_tokens",)),)

SDK = Sdk(
    name="llm",
    title="llm",
    url="https://llm.datasette.io/",
    imports=("llm",),
    provider="unknown",
    kind="framework",
    types=(
        Type(
            "llm.model",
            constructors=("llm.{get_model,get_async_model}",),
            model=("name", "0"),
            methods={"conversation": "llm.conversation"},
            calls=_CALLS,
        ),
        Type("llm.conversation", calls=_CALLS),
        Type(
            "llm.embedding-model",
            constructors=("llm.get_embedding_model",),
            model=("name", "0"),
            calls=(Call(("{embed,embed_multi,embed_batch}",), prompt=("item", "items", "0"), embedding=True),),
        ),
    ),
)
