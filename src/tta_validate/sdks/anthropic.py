"""Anthropic: the clients of the API itself and of the clouds that serve it."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_LIMIT = ("max_tokens", "max_tokens_to_sample")
_GUARDS: Keys = {"timeout": ("timeout",)}
_BETA: Keys = {**_GUARDS, "route": ("fallbacks",)}

SDK = Sdk(
    name="anthropic",
    title="Anthropic",
    url="https://github.com/anthropics/anthropic-sdk-python",
    imports=("anthropic",),
    provider="anthropic",
    unset=("anthropic.{NOT_GIVEN,NotGiven,omit,Omit}", "anthropic._types.{NOT_GIVEN,NotGiven,omit,Omit}"),
    types=(
        Type(
            "anthropic.client",
            provider="anthropic",
            constructors=(
                "anthropic.{Anthropic,AsyncAnthropic,Client,AsyncClient}",
                "anthropic.{AnthropicBedrock,AsyncAnthropicBedrock,AnthropicBedrockMantle,AsyncAnthropicBedrockMantle}",
                "anthropic.{AnthropicVertex,AsyncAnthropicVertex,AnthropicFoundry,AsyncAnthropicFoundry}",
                "anthropic.{AnthropicAWS,AsyncAnthropicAWS}",
                "anthropic.lib.**.{AnthropicBedrock,AsyncAnthropicBedrock,AnthropicVertex,AsyncAnthropicVertex}",
            ),
            guards={
                "timeout": ("timeout", "http_client.timeout"),
                "retry": ("max_retries", "http_client.transport.retries"),
            },
            same=("with_options", "copy"),
            through=("with_raw_response", "with_streaming_response"),
            calls=(
                Call(("messages.{create,parse}", "completions.create"), limit=_LIMIT, guards=_GUARDS),
                Call(("beta.messages.{create,parse}",), limit=_LIMIT, guards=_BETA),
                Call(("messages.stream",), limit=_LIMIT, guards=_GUARDS, stream=True),
                Call(("beta.messages.stream",), limit=_LIMIT, guards=_BETA, stream=True),
                Call(("beta.messages.tool_runner",), limit=_LIMIT, guards=_BETA),
            ),
        ),
    ),
)
