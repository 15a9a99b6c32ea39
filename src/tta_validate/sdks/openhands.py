"""OpenHands SDK: its language model, and conversations with an agent. ``send_message`` stages and sends nothing."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_GUARDS: Keys = {"timeout": ("timeout",), "retry": ("num_retries",)}

SDK = Sdk(
    name="openhands",
    title="OpenHands SDK",
    url="https://github.com/OpenHands/software-agent-sdk",
    imports=("openhands.sdk",),
    provider="litellm",
    kind="framework",
    types=(
        Type(
            "openhands.llm",
            constructors=("openhands.sdk.{llm.**.,}LLM",),
            guards=_GUARDS,
            limit=("max_output_tokens",),
            calls=(
                Call(
                    ("{completion,acompletion,responses,aresponses,generate,agenerate}",),
                    prompt=("messages", "0"),
                    guards={"timeout": ("timeout",)},
                ),
            ),
        ),
        Type("openhands.agent", constructors=("openhands.sdk.{agent.**.,}Agent",), inner=("llm",), needs_inner=True),
        Type(
            "openhands.conversation",
            constructors=("openhands.sdk.{conversation.**.,}{Conversation,LocalConversation}",),
            inner=("agent", "0"),
            calls=(Call(("{run,arun,ask_agent}",), prompt=("question", "0")),),
        ),
    ),
)
