"""Voyage AI: embeddings."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="voyage",
    title="Voyage AI",
    url="https://github.com/voyage-ai/voyageai-python",
    imports=("voyageai",),
    provider="voyage",
    types=(
        Type(
            "voyage.client",
            constructors=("voyageai.{Client,AsyncClient,client.Client,client_async.AsyncClient}",),
            guards={"timeout": ("timeout",), "retry": ("max_retries",)},
            calls=(
                Call(
                    ("{embed,multimodal_embed,contextualized_embed}",),
                    prompt=("texts", "inputs", "0"),
                    embedding=True,
                ),
            ),
        ),
    ),
    functions=(Call(("voyageai.{get_embedding,get_embeddings,aget_embedding,aget_embeddings}",), embedding=True),),
)
