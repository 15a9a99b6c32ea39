"""Instructor: clients patched to return models of pydantic. Its ``max_retries`` asks again on an invalid answer."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_GUARDS: Keys = {"timeout": ("timeout",), "retry": ("max_retries",)}
_LIMIT = ("max_tokens", "max_completion_tokens", "max_output_tokens")
_CREATE = "{create,create_with_completion}"
_STREAM = "{create_partial,create_iterable}"

SDK = Sdk(
    name="instructor",
    title="Instructor",
    url="https://github.com/567-labs/instructor",
    imports=("instructor",),
    provider="unknown",
    kind="gateway",
    types=(
        Type(
            "instructor.client",
            constructors=(
                "instructor.{from_openai,from_anthropic,from_gemini,from_genai,from_mistral,from_groq,from_cohere}",
                "instructor.{from_fireworks,from_cerebras,from_vertexai,from_bedrock,from_writer,from_xai,from_provider}",
                "instructor.{from_perplexity,from_anyscale,from_together,from_databricks,from_deepseek,from_openrouter}",
                "instructor.{from_litellm,patch,apatch,Instructor,AsyncInstructor}",
            ),
            guards=_GUARDS,
            inner=("client", "completion", "0"),
            model=("model",),
            same=("with_options",),
            calls=(
                Call(
                    (
                        f"{{,chat.completions.,messages.,responses.}}{_CREATE}",
                        "generate_content",
                        "chat",
                        "",
                    ),
                    limit=_LIMIT,
                    guards=_GUARDS,
                ),
                Call(
                    (f"{{,chat.completions.,messages.,responses.}}{_STREAM}",),
                    limit=_LIMIT,
                    guards=_GUARDS,
                    stream=True,
                ),
            ),
        ),
    ),
)
