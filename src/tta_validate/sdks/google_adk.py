"""Google's Agent Development Kit: runs of an agent."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="google-adk",
    title="Google ADK",
    url="https://google.github.io/adk-docs/",
    imports=("google.adk",),
    provider="google",
    kind="framework",
    types=(
        Type(
            "google-adk.runner",
            constructors=("google.adk.runners.{Runner,InMemoryRunner}",),
            inner=("agent", "app", "node", "0"),
            calls=(Call(("{run,run_async,run_debug}",), prompt=("new_message", "user_messages"), stream=True),),
            opaque=True,
        ),
        Type(
            "google-adk.agent",
            constructors=(
                "google.adk.agents.**.{Agent,LlmAgent,SequentialAgent,ParallelAgent,LoopAgent}",
                "google.adk.{Agent,Workflow}",
            ),
            inner=("model", "sub_agents"),
            needs_inner=True,
        ),
    ),
)
