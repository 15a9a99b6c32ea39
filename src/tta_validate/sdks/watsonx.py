"""IBM watsonx.ai: model inference and embeddings."""

from tta_validate.sdk import Call, Sdk, Type

_LIMIT = ("params.max_tokens", "params.max_new_tokens")
_TEMPERATURE = ("params.temperature",)
_PROMPT = ("messages", "prompt", "0")

SDK = Sdk(
    name="watsonx",
    title="IBM watsonx.ai",
    url="https://ibm.github.io/watsonx-ai-python-sdk/",
    imports=("ibm_watsonx_ai",),
    provider="watsonx",
    types=(
        Type(
            "watsonx.model",
            constructors=("ibm_watsonx_ai.foundation_models.**.{ModelInference,Model}",),
            guards={"retry": ("max_retries",)},
            model=("model_id", "0"),
            limit=_LIMIT,
            temperature=_TEMPERATURE,
            calls=(
                Call(
                    ("{chat,achat,generate,agenerate,generate_text}",),
                    prompt=_PROMPT,
                    limit=_LIMIT,
                    temperature=_TEMPERATURE,
                ),
                Call(
                    ("{chat_stream,achat_stream,generate_text_stream,agenerate_stream}",),
                    prompt=_PROMPT,
                    limit=_LIMIT,
                    temperature=_TEMPERATURE,
                    stream=True,
                ),
            ),
        ),
        Type(
            "watsonx.embeddings",
            constructors=("ibm_watsonx_ai.foundation_models.**.Embeddings",),
            guards={"retry": ("max_retries",)},
            model=("model_id", "0"),
            calls=(
                Call(
                    ("{generate,agenerate,embed_documents,embed_query,aembed_documents,aembed_query}",),
                    prompt=("inputs", "texts", "text", "0"),
                    embedding=True,
                ),
            ),
        ),
    ),
)
