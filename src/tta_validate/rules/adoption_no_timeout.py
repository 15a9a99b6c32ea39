"""The rule adoption-no-timeout."""

from tta_validate.adoption import MissingGuard
from tta_validate.findings import Severity
from tta_validate.rule import Example


class NoTimeout(MissingGuard):
    """Nothing in the code bounds how long a call of a model may take.

    Reports a call for which neither its arguments, nor the client that it uses, nor anything around it in its function
    or in all of that function's callers sets a time. Where reading cannot decide that, nothing is reported.

    The defaults of the SDKs do not count: they change from version to version, and the usual ones (ten minutes for
    OpenAI and Anthropic, none at all for plain HTTP clients of some libraries) are longer than any caller waits. One
    hanging provider then holds a worker, a connection and a user until somebody restarts the process.

    Pass the SDK's own timeout, set it once on the client, or put `asyncio.timeout()` around the call. The guide of the
    TTA primitives wraps a call in `RetryPrimitive(primitive=api_call, max_retries=3)` alone; that is reported here,
    because a call that hangs never fails, and what never fails is never tried again.
    """

    guard = "timeout"
    lack = "has no timeout"
    severity = Severity.WARNING
    fixable = True
    bad = Example(
        {
            "answer.py": (
                "from openai import OpenAI\n"
                "\n"
                "client = OpenAI()\n"
                "\n"
                "\n"
                "def answer(question: str) -> str:\n"
                '    messages = [{"role": "user", "content": question}]\n'
                '    reply = client.chat.completions.create(model="gpt-4.1-mini", messages=messages)\n'
                '    return reply.choices[0].message.content or ""\n'
            )
        },
        ("answer.py:8",),
    )
    good = Example(
        {
            "answer.py": (
                "from openai import OpenAI\n"
                "\n"
                "client = OpenAI(timeout=20)\n"
                "\n"
                "\n"
                "def answer(question: str) -> str:\n"
                '    messages = [{"role": "user", "content": question}]\n'
                '    reply = client.chat.completions.create(model="gpt-4.1-mini", messages=messages)\n'
                '    return reply.choices[0].message.content or ""\n'
            )
        }
    )
