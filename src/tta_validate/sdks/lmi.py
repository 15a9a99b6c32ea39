"""LMI (``fhlmi``) and aviary: models over LiteLLM, and a selector of tools that is called like a function."""

from tta_validate.sdk import Call, Sdk, Type

_TEXT = Call(
    ("{call,call_single,acompletion,acompletion_iter,select_tool,run_prompt}",), prompt=("messages", "prompt", "0")
)
_EMBEDDING = Call(("{embed_documents,embed_document}",), prompt=("texts", "text", "0"), embedding=True)

SDK = Sdk(
    name="lmi",
    title="LMI and aviary",
    url="https://github.com/Future-House/ldp",
    imports=("lmi", "aviary"),
    provider="litellm",
    kind="framework",
    types=(
        Type(
            "lmi.model",
            constructors=("lmi.{llms.,}{LLMModel,LiteLLMModel}",),
            model=("name",),
            calls=(_TEXT,),
            opaque=True,
        ),
        Type(
            "lmi.embedding",
            constructors=(
                "lmi.{embeddings.,}{EmbeddingModel,LiteLLMEmbeddingModel,HybridEmbeddingModel}",
                "lmi.{embeddings.,}embedding_model_factory",
            ),
            model=("name", "embedding", "0"),
            calls=(_EMBEDDING,),
            opaque=True,
        ),
        Type(
            "aviary.tool-selector",
            constructors=("aviary.{core,tools,tools.utils}.ToolSelector",),
            inner=("acompletion",),
            model=("model_name", "0"),
            calls=(Call(("",), prompt=("messages", "0")),),
        ),
    ),
)
