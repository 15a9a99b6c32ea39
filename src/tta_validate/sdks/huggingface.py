"""Hugging Face Hub: the inference clients, and text-generation's own client."""

from tta_validate.sdk import Call, Sdk, Type

_LIMIT = ("max_tokens", "max_new_tokens")
_PROMPT = ("messages", "prompt", "text", "0")

SDK = Sdk(
    name="huggingface",
    title="Hugging Face Hub",
    url="https://github.com/huggingface/huggingface_hub",
    imports=("huggingface_hub", "text_generation"),
    provider="huggingface",
    types=(
        Type(
            "huggingface.client",
            constructors=(
                "huggingface_hub.{InferenceClient,AsyncInferenceClient}",
                "huggingface_hub.inference.**.{InferenceClient,AsyncInferenceClient}",
            ),
            guards={"timeout": ("timeout",)},
            model=("model", "0"),
            calls=(
                Call(
                    (
                        "{text_generation,chat_completion,chat.completions.create,summarization,translation}",
                        "{conversational,image_to_text,visual_question_answering}",
                    ),
                    prompt=_PROMPT,
                    limit=_LIMIT,
                ),
                Call(("feature_extraction",), prompt=_PROMPT, embedding=True),
            ),
        ),
        Type(
            "huggingface.text-generation",
            constructors=("text_generation.{Client,AsyncClient,InferenceAPIClient,InferenceAPIAsyncClient}",),
            guards={"timeout": ("timeout",)},
            calls=(
                Call(("{generate,chat}",), prompt=("prompt", "messages", "0"), limit=_LIMIT),
                Call(("generate_stream",), prompt=("prompt", "0"), limit=_LIMIT, stream=True),
            ),
        ),
    ),
)
