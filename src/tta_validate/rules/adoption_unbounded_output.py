"""The rule adoption-unbounded-output."""

from collections.abc import Iterator

from tta_validate.adoption import GuardRule, called, either, place
from tta_validate.findings import Finding, Severity
from tta_validate.project import Project
from tta_validate.rule import Example
from tta_validate.sites import State


class UnboundedOutput(GuardRule):
    """Nothing bounds how much a model may write.

    Reports a call of a generative model that can carry a limit of output tokens, and for which neither the call nor
    its client sets one. In a chain the models in it count; in raw HTTP, the JSON of the request where the code shows
    all of it. Left out are embeddings, calls whose library has no such setting, agents and graphs, and calls for which
    reading cannot tell.

    Without a limit, the model's own applies: tens of thousands of tokens for the newer ones. A loop in the answer, or
    a user who asks for a book, is then paid and waited for to the end. It is a note and no warning: a limit that is too
    low cuts answers off, and for a reasoning model it has to leave room for the reasoning, which counts too.

    Set the limit somewhat above the longest good answer, and treat an answer that reached it (`finish_reason` is
    `length`, `stop_reason` is `max_tokens`) as an error.
    """

    guard = "limit"
    severity = Severity.INFO
    bad = Example(
        {
            "title.py": (
                "from openai import OpenAI\n"
                "\n"
                "client = OpenAI(timeout=20, max_retries=3)\n"
                "\n"
                "\n"
                "def title(messages):\n"
                '    return client.chat.completions.create(model="gpt-4.1-mini", messages=messages)\n'
            )
        },
        ("title.py:7",),
    )
    good = Example(
        {
            "title.py": (
                "from openai import OpenAI\n"
                "\n"
                "client = OpenAI(timeout=20, max_retries=3)\n"
                "\n"
                "\n"
                "def title(messages):\n"
                '    return client.chat.completions.create(model="gpt-4.1", messages=messages, max_tokens=50)\n'
            )
        }
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each generative call without a limit of output tokens."""
        for site in project.inventory.sites:
            if site.output_limit is State.NONE and not site.embedding:
                advice = either(site.offers.get(self.guard, ()))
                message = f"{called(site)} has no limit on its output" + (f": {advice}" if advice else "")
                yield self.finding(message, place(site))
