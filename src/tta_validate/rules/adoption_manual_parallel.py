"""The rule adoption-manual-parallel."""

from collections.abc import Iterator

from tta_validate.adoption import no_primitives
from tta_validate.findings import Finding, Severity
from tta_validate.project import Project
from tta_validate.rule import Example, Rule


class ManualParallel(Rule):
    """Calls of models are started side by side by hand in a project that has a primitive for it.

    Reports `asyncio.gather`, `asyncio.as_completed`, `create_task` and the `start_soon` of a task group, where they
    start at least two calls of models, or one for every item of something, themselves or through functions of the
    project. Only in a project that depends on a package of primitives, and not inside a primitive.

    As many requests go out as there are items, the first failure loses the answers of the others or leaves them
    running, and no trace shows which branch it was.

    Make each branch a step with its own guards and join them: `a | b`, or a ParallelPrimitive. The guide of the TTA
    primitives says both "use `asyncio.gather()` for parallel operations" and "no direct usage of `asyncio.gather()`";
    the first is meant for the inside of a primitive. Its example that gathers the runs of one workflow over many
    inputs is reported too: it is a note, and a bound on how many run at once is a good reason to silence it.
    """

    severity = Severity.INFO
    bad = Example(
        {
            "pyproject.toml": (
                '[project]\nname = "books"\nversion = "1"\ndependencies = ["openai", "tta-dev-primitives"]\n'
            ),
            "write.py": (
                "import asyncio\n"
                "\n"
                "from openai import AsyncOpenAI\n"
                "\n"
                "client = AsyncOpenAI(timeout=20, max_retries=3)\n"
                "\n"
                "\n"
                "async def write(prompt: str):\n"
                '    messages = [{"role": "user", "content": prompt}]\n'
                '    return await client.chat.completions.create(model="gpt-4.1-mini", messages=messages)\n'
                "\n"
                "\n"
                "async def write_all(prompts: list[str]):\n"
                "    return await asyncio.gather(*(write(prompt) for prompt in prompts))\n"
            ),
        },
        ("write.py:14",),
    )
    good = Example(
        {
            "pyproject.toml": ('[project]\nname = "books"\nversion = "1"\ndependencies = ["tta-dev-integrations"]\n'),
            "write.py": (
                "from tta_dev_integrations import UniversalLLMPrimitive\n"
                "from tta_dev_primitives import ParallelPrimitive, RetryPrimitive, WorkflowContext\n"
                "\n"
                'models = ("gpt-4.1-mini", "claude-haiku-4-5")\n'
                "both = ParallelPrimitive([RetryPrimitive(UniversalLLMPrimitive(model)) for model in models])\n"
                "\n"
                "\n"
                "async def write(prompt: str):\n"
                "    return await both.execute(prompt, WorkflowContext())\n"
            ),
        }
    )

    def not_applicable(self, project: Project) -> str | None:
        """Returns why there is nothing to look at: no primitives, or no call site."""
        return no_primitives(project)

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding where calls of models are started side by side."""
        for seen in project.observed.parallel:
            message = f"{seen.what}; ParallelPrimitive joins steps that each have their own guards"
            yield self.finding(message, seen.location, related=seen.related)
