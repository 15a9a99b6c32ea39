"""Google Vertex AI (``vertexai``): generative, language and embedding models."""

from tta_validate.sdk import Call, Sdk, Type

_LIMIT = ("generation_config.max_output_tokens", "max_output_tokens")
_TEMPERATURE = ("generation_config.temperature", "temperature")


def _text(path: str, *prompt: str, stream: bool = False) -> Call:
    return Call((path,), prompt=(*prompt, "0"), limit=_LIMIT, temperature=_TEMPERATURE, stream=stream)


SDK = Sdk(
    name="vertexai",
    title="Google Vertex AI",
    url="https://github.com/googleapis/python-aiplatform",
    imports=("vertexai",),
    provider="google",
    types=(
        Type(
            "vertexai.model",
            constructors=(
                "vertexai.{preview.,}generative_models.GenerativeModel",
                "vertexai.{preview.,}generative_models.GenerativeModel.from_cached_content",
            ),
            model=("model_name", "0"),
            limit=_LIMIT,
            temperature=_TEMPERATURE,
            methods={"start_chat": "vertexai.chat"},
            calls=(_text("{generate_content,generate_content_async}", "contents"),),
        ),
        Type(
            "vertexai.chat",
            constructors=("vertexai.{preview.,}generative_models.ChatSession",),
            inner=("model", "0"),
            calls=(
                _text("{send_message,send_message_async}", "content", "message"),
                _text("{send_message_streaming,send_message_streaming_async}", "message", stream=True),
            ),
        ),
        Type(
            "vertexai.language-model",
            constructors=(
                "vertexai.{preview.,}language_models.{TextGenerationModel,ChatModel,CodeGenerationModel,CodeChatModel}.from_pretrained",
            ),
            model=("model_name", "0"),
            methods={"start_chat": "vertexai.chat"},
            calls=(
                _text("{predict,predict_async}", "prompt", "prefix"),
                _text("{predict_streaming,predict_streaming_async}", "prompt", "prefix", stream=True),
            ),
        ),
        Type(
            "vertexai.embedding-model",
            constructors=("vertexai.{preview.,}language_models.TextEmbeddingModel.from_pretrained",),
            model=("model_name", "0"),
            calls=(Call(("{get_embeddings,get_embeddings_async}",), prompt=("texts", "0"), embedding=True),),
        ),
    ),
)
