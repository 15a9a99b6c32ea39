"""Pydantic AI: agents, direct requests and embedders. An agent's ``retries`` asks again on an invalid answer."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_PROMPT = ("user_prompt", "messages", "0")
_GUARDS: Keys = {"timeout": ("model_settings.timeout",)}
_LIMIT = ("model_settings.max_tokens",)
_TEMPERATURE = ("model_settings.temperature",)


def _call(*paths: str, stream: bool = False, prompt: tuple[str, ...] = _PROMPT) -> Call:
    return Call(paths, prompt=prompt, limit=_LIMIT, temperature=_TEMPERATURE, guards=_GUARDS, stream=stream)


_REQUESTS = (
    _call("request", prompt=("messages", "0")),
    _call("request_stream", prompt=("messages", "0"), stream=True),
)

SDK = Sdk(
    name="pydantic-ai",
    title="Pydantic AI",
    url="https://ai.pydantic.dev/",
    imports=("pydantic_ai",),
    provider="unknown",
    kind="framework",
    types=(
        Type(
            "pydantic-ai.agent",
            constructors=("pydantic_ai.{Agent,agent.Agent,agent.**.Agent}",),
            guards={**_GUARDS, "retry": ("retries", "output_retries", "result_retries")},
            inner=("model", "0"),
            model=("model", "0"),
            limit=_LIMIT,
            temperature=_TEMPERATURE,
            calls=(
                _call("{run,run_sync,iter}"),
                _call("{run_stream,run_stream_sync,run_stream_events}", stream=True),
            ),
        ),
        Type(
            "pydantic-ai.fallback",
            constructors=("pydantic_ai.models.fallback.FallbackModel",),
            inner=("*",),
            gives=("route",),
            calls=_REQUESTS,
        ),
        Type(
            "pydantic-ai.model",
            constructors=(
                "pydantic_ai.models.**.{OpenAIModel,OpenAIChatModel,OpenAIResponsesModel,AnthropicModel,GeminiModel}",
                "pydantic_ai.models.**.{GoogleModel,GroqModel,MistralModel,CohereModel,BedrockConverseModel}",
                "pydantic_ai.models.**.{HuggingFaceModel,OpenRouterModel,XaiModel,CerebrasModel}",
            ),
            guards={"timeout": ("settings.timeout",)},
            inner=("provider",),
            model=("model_name", "0"),
            limit=("settings.max_tokens",),
            calls=_REQUESTS,
        ),
        Type(
            "pydantic-ai.provider",
            constructors=(
                "pydantic_ai.providers.**.{OpenAIProvider,AnthropicProvider,GoogleProvider,GroqProvider,MistralProvider}",
                "pydantic_ai.providers.**.{AzureProvider,DeepSeekProvider,OpenRouterProvider,LiteLLMProvider}",
            ),
            guards={"timeout": ("http_client.timeout",), "retry": ("http_client.transport.config",)},
            inner=("openai_client", "anthropic_client", "groq_client", "mistral_client", "client"),
            needs_inner=True,
        ),
        Type(
            "pydantic-ai.embedder",
            constructors=("pydantic_ai.{embeddings.,}Embedder",),
            model=("model", "0"),
            calls=(
                Call(
                    ("{embed,embed_query,embed_documents,embed_sync,embed_query_sync,embed_documents_sync}",),
                    prompt=("inputs", "query", "documents", "0"),
                    embedding=True,
                ),
            ),
        ),
    ),
    functions=(
        _call("pydantic_ai.direct.{model_request,model_request_sync}", prompt=("messages", "1")),
        _call(
            "pydantic_ai.direct.{model_request_stream,model_request_stream_sync}",
            prompt=("messages", "1"),
            stream=True,
        ),
    ),
)
