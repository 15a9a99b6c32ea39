"""The rule adoption-manual-sequence."""

from collections.abc import Iterator

from tta_validate.adoption import no_primitives
from tta_validate.findings import Finding, Severity
from tta_validate.project import Project
from tta_validate.rule import Example, Rule


class ManualSequence(Rule):
    """Calls of models feed each other by hand in a project that has a primitive for it.

    Reports the first of at least two calls of models in one asynchronous function when each takes the answer of the
    one before it, all in the same block of code. Only in a project that depends on a package of primitives, and not
    inside a primitive.

    When the last call fails, the answers of those before it are paid and lost; and one guard around the function
    repeats all of them.

    Make each call a step with its own guards and chain them: `outline >> draft >> polish`, or a SequentialPrimitive.
    Calls in a branch, where an answer decides what comes next, are not reported.
    """

    severity = Severity.INFO
    bad = Example(
        {
            "pyproject.toml": (
                '[project]\nname = "books"\nversion = "1"\ndependencies = ["openai", "tta-dev-primitives"]\n'
            ),
            "write.py": (
                "from openai import AsyncOpenAI\n"
                "\n"
                "client = AsyncOpenAI(timeout=20, max_retries=3)\n"
                "\n"
                "\n"
                "async def write(prompt: str):\n"
                '    outline = await client.responses.create(model="gpt-4.1", input=f"Outline: {prompt}")\n'
                '    return await client.responses.create(model="gpt-4.1", input=f"Write: {outline.output_text}")\n'
            ),
        },
        ("write.py:7",),
    )
    good = Example(
        {
            "pyproject.toml": ('[project]\nname = "books"\nversion = "1"\ndependencies = ["tta-dev-integrations"]\n'),
            "write.py": (
                "from tta_dev_integrations import UniversalLLMPrimitive\n"
                "from tta_dev_primitives import RetryPrimitive, WorkflowContext\n"
                "\n"
                'outline = RetryPrimitive(UniversalLLMPrimitive("gpt-4.1-mini"))\n'
                'draft = RetryPrimitive(UniversalLLMPrimitive("gpt-4.1"))\n'
                "book = outline >> draft\n"
                "\n"
                "\n"
                "async def write(prompt: str):\n"
                "    return await book.execute(prompt, WorkflowContext())\n"
            ),
        }
    )

    def not_applicable(self, project: Project) -> str | None:
        """Returns why there is nothing to look at: no primitives, or no call site."""
        return no_primitives(project)

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding at the first of several calls that feed each other."""
        for seen in project.observed.sequences:
            message = f"{seen.what}; SequentialPrimitive (`a >> b`) chains steps that each have their own guards"
            yield self.finding(message, seen.location, related=seen.related)
