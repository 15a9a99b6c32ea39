"""Google's earlier package ``google.generativeai``: models, chats and embeddings."""

from tta_validate.sdk import Call, Giver, Keys, Sdk, Type

_GUARDS: Keys = {"timeout": ("request_options.timeout",), "retry": ("request_options.retry",)}
_LIMIT = ("generation_config.max_output_tokens",)
_TEMPERATURE = ("generation_config.temperature",)


def _text(path: str, *prompt: str) -> Call:
    return Call((path,), prompt=(*prompt, "0"), limit=_LIMIT, temperature=_TEMPERATURE, guards=_GUARDS)


SDK = Sdk(
    name="google-generativeai",
    title="Google Generative AI (earlier package)",
    url="https://github.com/google-gemini/deprecated-generative-ai-python",
    imports=("google.generativeai",),
    provider="google",
    types=(
        Type(
            "google-generativeai.model",
            provider="google",
            constructors=(
                "google.generativeai.{GenerativeModel,generative_models.GenerativeModel}",
                "google.generativeai.GenerativeModel.from_cached_content",
            ),
            model=("model_name", "0"),
            limit=_LIMIT,
            temperature=_TEMPERATURE,
            methods={"start_chat": "google-generativeai.chat"},
            calls=(_text("{generate_content,generate_content_async}", "contents"),),
        ),
        Type(
            "google-generativeai.chat",
            constructors=("google.generativeai.ChatSession",),
            inner=("model", "0"),
            calls=(_text("{send_message,send_message_async}", "content"),),
        ),
    ),
    functions=(
        Call(
            ("google.generativeai.{embed_content,embed_content_async}",),
            prompt=("content", "1"),
            guards=_GUARDS,
            embedding=True,
        ),
        Call(
            ("google.generativeai.{generate_text,chat,chat_async,generate_answer}",),
            limit=("max_output_tokens",),
            guards=_GUARDS,
        ),
        Call(
            ("google.generativeai.generate_embeddings",),
            prompt=("text", "1"),
            guards=_GUARDS,
            embedding=True,
        ),
    ),
    givers=(Giver(("google.api_core.{retry,retry_async}.**.{Retry,AsyncRetry}",), "retry", "decorator"),),
)
