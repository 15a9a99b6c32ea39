"""Azure AI Inference: chat and embeddings."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_GUARDS: Keys = {
    "timeout": ("read_timeout", "connection_timeout", "timeout"),
    "retry": ("retry_total", "retry_policy"),
}

SDK = Sdk(
    name="azure-inference",
    title="Azure AI Inference",
    url="https://learn.microsoft.com/python/api/overview/azure/ai-inference-readme",
    imports=("azure.ai.inference",),
    provider="azure",
    types=(
        Type(
            "azure-inference.chat",
            constructors=("azure.ai.inference.{aio.,}ChatCompletionsClient",),
            guards=_GUARDS,
            limit=("max_tokens",),
            calls=(Call(("complete",), prompt=("messages", "0"), limit=("max_tokens",), guards=_GUARDS),),
        ),
        Type(
            "azure-inference.embeddings",
            constructors=("azure.ai.inference.{aio.,}EmbeddingsClient",),
            guards=_GUARDS,
            calls=(Call(("embed",), prompt=("input", "0"), guards=_GUARDS, embedding=True),),
        ),
    ),
)
