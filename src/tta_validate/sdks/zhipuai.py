"""Zhipu AI (Z.ai): its clients."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="zhipuai",
    title="Zhipu AI",
    url="https://github.com/zai-org/z-ai-sdk-python",
    imports=("zhipuai", "zai"),
    provider="zhipuai",
    types=(
        Type(
            "zhipuai.client",
            constructors=("zhipuai.ZhipuAI", "zhipuai.{_client,core}.**.ZhipuAI", "zai.{ZaiClient,ZhipuAiClient}"),
            guards={"timeout": ("timeout", "http_client.timeout"), "retry": ("max_retries",)},
            through=("with_raw_response", "with_streaming_response"),
            calls=(
                Call(
                    ("{chat.completions,chat.asyncCompletions}.create",),
                    limit=("max_tokens",),
                    guards={"timeout": ("timeout",)},
                ),
                Call(("embeddings.create",), guards={"timeout": ("timeout",)}, embedding=True),
            ),
        ),
    ),
    functions=(Call(("zhipuai.model_api.{invoke,async_invoke,sse_invoke}",)),),
)
