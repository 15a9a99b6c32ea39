"""smolagents: agents and their models."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_LIMIT = ("max_tokens", "max_new_tokens")
_CLIENT: Keys = {
    "timeout": ("timeout", "client_kwargs.timeout"),
    "retry": ("client_kwargs.max_retries", "num_retries"),
}

SDK = Sdk(
    name="smolagents",
    title="smolagents",
    url="https://huggingface.co/docs/smolagents",
    imports=("smolagents",),
    provider="unknown",
    kind="framework",
    types=(
        Type(
            "smolagents.agent",
            constructors=("smolagents.{agents.,}{CodeAgent,ToolCallingAgent,MultiStepAgent}",),
            inner=("model", "1"),
            calls=(Call(("{run,}",), prompt=("task", "0")),),
            opaque=True,
        ),
        Type(
            "smolagents.model",
            constructors=(
                "smolagents.{models.,}{LiteLLMModel,OpenAIModel,OpenAIServerModel,AzureOpenAIModel}",
                "smolagents.{models.,}{AzureOpenAIServerModel,InferenceClientModel,HfApiModel,AmazonBedrockServerModel}",
                "smolagents.{models.,}AmazonBedrockModel",
            ),
            guards=_CLIENT,
            model=("model_id", "0"),
            limit=_LIMIT,
            calls=(
                Call(("{generate,}",), prompt=("messages", "0"), limit=_LIMIT),
                Call(("generate_stream",), prompt=("messages", "0"), limit=_LIMIT, stream=True),
            ),
        ),
        Type(
            "smolagents.router-model",
            constructors=("smolagents.{models.,}LiteLLMRouterModel",),
            guards=_CLIENT,
            gives=("route",),
            model=("model_id", "0"),
            calls=(Call(("{generate,}",), prompt=("messages", "0"), limit=_LIMIT),),
        ),
    ),
)
