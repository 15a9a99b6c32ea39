"""The rule adoption-manual-timeout."""

from collections.abc import Iterator

from tta_validate import remedies
from tta_validate.adoption import HandMadeGuard, called, place
from tta_validate.findings import Finding, Severity
from tta_validate.project import Project
from tta_validate.rule import Example


class ManualTimeout(HandMadeGuard):
    """A call of a model is bounded in time by something made by hand.

    Reports a call that only an alarm signal, a thread or future waited for with a timeout, or the like bounds.
    `asyncio.wait_for` and `asyncio.timeout` cancel the request, and are not reported, although the guide of the TTA
    primitives counts `asyncio.wait_for` as made by hand: that is reported only where there is a target
    `timeout-by-primitive`.

    Waiting for a thread ends the waiting and not the request: it goes on, is paid for, and leaving the pool waits for
    it. An alarm works in the main thread of one system only. It is a note and no warning, because the caller does get
    an answer in time.

    Pass the timeout to the SDK, or wrap the step in a TimeoutPrimitive.
    """

    guard = "timeout"
    severity = Severity.INFO
    fixable = True
    bad = Example(
        {
            "answer.py": (
                "import signal\n"
                "\n"
                "from openai import OpenAI\n"
                "\n"
                "client = OpenAI(max_retries=3)\n"
                "\n"
                "\n"
                "def answer(messages):\n"
                "    signal.alarm(20)\n"
                "    try:\n"
                '        return client.chat.completions.create(model="gpt-4.1-mini", messages=messages)\n'
                "    finally:\n"
                "        signal.alarm(0)\n"
            )
        },
        ("answer.py:11",),
    )
    good = Example(
        {
            "answer.py": (
                "from openai import OpenAI\n"
                "\n"
                "client = OpenAI(max_retries=3, timeout=20)\n"
                "\n"
                "\n"
                "def answer(messages):\n"
                '    return client.chat.completions.create(model="gpt-4.1-mini", messages=messages)\n'
            )
        }
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each hand-made timeout, and for each wait_for where primitives are asked for."""
        yield from super().check(project)
        for site in project.inventory.sites if project.uses_primitives else ():
            wanted = project.config.target("timeout-by-primitive", site.member)
            if wanted is not None and (fix := remedies.waited(project, site)):
                message = f"{called(site)} is bounded by asyncio.wait_for, and timeouts are to come from primitives"
                yield self.finding(self.with_primitive(message, project), place(site), fix=fix)
