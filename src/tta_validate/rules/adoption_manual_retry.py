"""The rule adoption-manual-retry."""

from tta_validate.adoption import HandMadeGuard
from tta_validate.findings import Severity
from tta_validate.rule import Example


class ManualRetry(HandMadeGuard):
    """A call of a model is tried again by a loop made by hand.

    Reports a call that only a hand-written loop, or a function that calls itself after an error, sends again. A loop
    over items that skips a failing one is no retry.

    Such loops rarely bound the tries and the time, spread them, and tell an overloaded provider from a wrong request;
    and each is written anew. It is a note and no warning, because the call is guarded; the targets in
    `[tool.tta-validate.targets]` say how much of it is enough, and by hand does not reach them.

    Use the client's own `max_retries`, a library such as tenacity or stamina, or a RetryPrimitive. The guide of the
    TTA primitives forbids such loops, and its own primitives are made of them: calls inside a primitive are left out.
    """

    guard = "retry"
    severity = Severity.INFO
    fixable = True
    bad = Example(
        {
            "answer.py": (
                "import time\n"
                "\n"
                "from openai import OpenAI, OpenAIError\n"
                "\n"
                "client = OpenAI(timeout=20)\n"
                "\n"
                "\n"
                "def answer(messages):\n"
                "    for attempt in range(3):\n"
                "        try:\n"
                '            return client.chat.completions.create(model="gpt-4.1-mini", messages=messages)\n'
                "        except OpenAIError:\n"
                "            time.sleep(2**attempt)\n"
            )
        },
        ("answer.py:11",),
    )
    good = Example(
        {
            "answer.py": (
                "from openai import OpenAI\n"
                "\n"
                "client = OpenAI(timeout=20, max_retries=3)\n"
                "\n"
                "\n"
                "def answer(messages):\n"
                '    return client.chat.completions.create(model="gpt-4.1-mini", messages=messages)\n'
            )
        }
    )
