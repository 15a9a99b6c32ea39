"""CrewAI: crews, agents and its language model."""

from tta_validate.sdk import Call, Sdk, Type

SDK = Sdk(
    name="crewai",
    title="CrewAI",
    url="https://docs.crewai.com/",
    imports=("crewai",),
    provider="unknown",
    kind="framework",
    types=(
        Type(
            "crewai.crew",
            constructors=("crewai.{Crew,crew.Crew}",),
            inner=("agents", "manager_llm"),
            calls=(
                Call(
                    (
                        "{kickoff,kickoff_async,akickoff}",
                        "{kickoff_for_each,kickoff_for_each_async,akickoff_for_each}",
                    ),
                    prompt=("inputs", "0"),
                ),
            ),
            opaque=True,
        ),
        Type(
            "crewai.agent",
            constructors=("crewai.{Agent,agent.Agent,LiteAgent}",),
            guards={"timeout": ("max_execution_time",), "retry": ("max_retry_limit",)},
            inner=("llm",),
            model=("llm",),
            calls=(Call(("{kickoff,kickoff_async,akickoff,execute_task}",), prompt=("messages", "task", "0")),),
        ),
        Type(
            "crewai.llm",
            constructors=("crewai.{LLM,llm.LLM}",),
            guards={"timeout": ("timeout",), "retry": ("max_retries",)},
            model=("model", "0"),
            limit=("max_tokens", "max_completion_tokens"),
            calls=(Call(("{call,acall}",), prompt=("messages", "0")),),
        ),
    ),
)
