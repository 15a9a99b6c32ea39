"""The rule adoption-manual-timeout."""

from tta_validate.adoption import HandMadeGuard
from tta_validate.findings import Severity
from tta_validate.rule import Example


class ManualTimeout(HandMadeGuard):
    """A call of a model is bounded in time by something made by hand.

    Reports a call that only an alarm signal, a thread or future waited for with a timeout, or the like bounds.
    `asyncio.wait_for` and `asyncio.timeout` cancel the request, and are not reported, although the guide of the TTA
    primitives counts `asyncio.wait_for` as made by hand; the targets by primitive are there for that.

    Waiting for a thread ends the waiting and not the request: it goes on, is paid for, and leaving the pool waits for
    it. An alarm works in the main thread of one system only. It is a note and no warning, because the caller does get
    an answer in time.

    Pass the timeout to the SDK, or wrap the step in a TimeoutPrimitive.
    """

    guard = "timeout"
    severity = Severity.INFO
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
