"""AI21: its clients."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="ai21",
    title="AI21",
    url="https://github.com/AI21Labs/ai21-python",
    imports=("ai21",),
    provider="ai21",
    types=(
        Type(
            "ai21.client",
            constructors=(
                "ai21.{AI21Client,AsyncAI21Client,AI21AzureClient,AsyncAI21AzureClient}",
                "ai21.{AI21BedrockClient,AsyncAI21BedrockClient,AI21VertexClient,AsyncAI21VertexClient}",
            ),
            guards={"timeout": ("timeout_sec", "http_client.timeout"), "retry": ("num_retries",)},
            calls=(Call(("{chat.completions,completion,chat,beta.maestro.runs}.create",), limit=("max_tokens",)),),
        ),
    ),
)
