"""Haystack: chat generators and embedders over an API, and pipelines that hold one."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_GUARDS: Keys = {"timeout": ("timeout",), "retry": ("max_retries",)}
_GENERATORS = "{OpenAIGenerator,OpenAIChatGenerator,AzureOpenAIGenerator,AzureOpenAIChatGenerator}"
_MORE_GENERATORS = "{OpenAIResponsesChatGenerator,HuggingFaceAPIGenerator,HuggingFaceAPIChatGenerator}"

SDK = Sdk(
    name="haystack",
    title="Haystack",
    url="https://docs.haystack.deepset.ai/",
    imports=("haystack",),
    provider="unknown",
    kind="framework",
    types=(
        Type(
            "haystack.generator",
            constructors=(
                f"haystack.components.generators.**.{_GENERATORS}",
                f"haystack.components.generators.**.{_MORE_GENERATORS}",
            ),
            guards=_GUARDS,
            limit=("generation_kwargs.max_tokens", "generation_kwargs.max_completion_tokens"),
            calls=(Call(("{run,run_async}",), prompt=("messages", "prompt", "0")),),
        ),
        Type(
            "haystack.fallback",
            constructors=("haystack.components.generators.**.FallbackChatGenerator",),
            inner=("chat_generators", "0"),
            gives=("route",),
            calls=(Call(("{run,run_async}",), prompt=("messages", "0")),),
        ),
        Type(
            "haystack.embedder",
            constructors=(
                "haystack.components.embedders.**.{OpenAITextEmbedder,OpenAIDocumentEmbedder}",
                "haystack.components.embedders.**.{AzureOpenAITextEmbedder,AzureOpenAIDocumentEmbedder}",
            ),
            guards=_GUARDS,
            calls=(Call(("{run,run_async}",), prompt=("text", "documents", "0"), embedding=True),),
        ),
        Type(
            "haystack.pipeline",
            constructors=("haystack.{Pipeline,AsyncPipeline}",),
            fills=("add_component",),
            needs_inner=True,
            calls=(Call(("{run,run_async,run_async_generator}",), prompt=("data", "0")),),
            opaque=True,
        ),
    ),
)
