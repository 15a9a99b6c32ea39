"""Google Gen AI (``google.genai``): models and chats of the Gemini API and of Vertex AI."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_LIMIT = ("config.max_output_tokens",)
_TEMPERATURE = ("config.temperature",)
_TIMEOUTS = ("timeout", "client_args.timeout", "async_client_args.timeout")
_GUARDS: Keys = {
    "timeout": tuple(f"config.http_options.{key}" for key in _TIMEOUTS),
    "retry": ("config.http_options.retry_options",),
}

SDK = Sdk(
    name="google-genai",
    title="Google Gen AI",
    url="https://github.com/googleapis/python-genai",
    imports=("google.genai",),
    provider="google",
    types=(
        Type(
            "google-genai.client",
            provider="google",
            constructors=("google.genai.{Client,client.Client}",),
            guards={
                "timeout": tuple(f"http_options.{key}" for key in _TIMEOUTS),
                "retry": ("http_options.retry_options",),
            },
            through=("aio",),
            methods={"chats.create": "google-genai.chat"},
            calls=(
                Call(("models.generate_content",), limit=_LIMIT, temperature=_TEMPERATURE, guards=_GUARDS),
                Call(
                    ("models.generate_content_stream",),
                    limit=_LIMIT,
                    temperature=_TEMPERATURE,
                    guards=_GUARDS,
                    stream=True,
                ),
                Call(("models.embed_content",), guards=_GUARDS, embedding=True),
                Call(("interactions.create",), prompt=("input",)),
            ),
        ),
        Type(
            "google-genai.chat",
            guards=_GUARDS,
            limit=_LIMIT,
            temperature=_TEMPERATURE,
            calls=(
                Call(
                    ("send_message",),
                    prompt=("message", "0"),
                    limit=_LIMIT,
                    temperature=_TEMPERATURE,
                    guards=_GUARDS,
                ),
                Call(
                    ("send_message_stream",),
                    prompt=("message", "0"),
                    limit=_LIMIT,
                    temperature=_TEMPERATURE,
                    guards=_GUARDS,
                    stream=True,
                ),
            ),
        ),
    ),
)
