"""The OpenAI Agents SDK (the import name is ``agents``): runs of an agent."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="openai-agents",
    title="OpenAI Agents SDK",
    url="https://github.com/openai/openai-agents-python",
    imports=("agents",),
    provider="openai",
    kind="framework",
    types=(
        Type(
            "openai-agents.agent",
            constructors=("agents.Agent",),
            inner=("model", "handoffs"),
            same=("clone",),
            opaque=True,
        ),
    ),
    functions=(
        Call(("agents.Runner.{run,run_sync}",), model=("run_config.model",), prompt=("input", "1")),
        Call(("agents.Runner.run_streamed",), model=("run_config.model",), prompt=("input", "1"), stream=True),
    ),
)
