"""The rule adoption-no-retry."""

from tta_validate.adoption import MissingGuard
from tta_validate.findings import Severity
from tta_validate.rule import Example


class NoRetry(MissingGuard):
    """Nothing in the code tries a call of a model again when it fails.

    Reports a call for which neither its arguments, nor the client that it uses, nor anything around it in its function
    or in all of that function's callers repeats it. Calls inside a primitive are left out: what runs the primitive
    decides whether to repeat it. Where reading cannot decide, nothing is reported.

    The defaults of the SDKs do not count: some try twice, some never, and it changes from version to version. Every
    provider refuses requests now and then (429, 503, 529); without a retry each refusal is an error for a user.

    Set the client's own retries, put a decorator such as `tenacity.retry` on the function, or wrap the step in a
    RetryPrimitive. A call of a model is safe to repeat; an agent that acts through tools may not be: silence the rule
    there, with that reason. The guide of the TTA primitives shows a TimeoutPrimitive or a CachePrimitive alone where it
    explains them; a call guarded like that is reported, because neither helps against a refusal.
    """

    guard = "retry"
    lack = "has no retry"
    severity = Severity.WARNING
    fixable = True
    bad = Example(
        {
            "answer.py": (
                "from anthropic import AsyncAnthropic\n"
                "\n"
                "client = AsyncAnthropic()\n"
                "\n"
                "\n"
                "async def answer(question: str):\n"
                '    messages = [{"role": "user", "content": question}]\n'
                '    return await client.messages.create(model="claude-haiku-4-5", max_tokens=90, messages=messages)\n'
            )
        },
        ("answer.py:8",),
    )
    good = Example(
        {
            "answer.py": (
                "from anthropic import AsyncAnthropic\n"
                "\n"
                "client = AsyncAnthropic(max_retries=3)\n"
                "\n"
                "\n"
                "async def answer(question: str):\n"
                '    messages = [{"role": "user", "content": question}]\n'
                '    return await client.messages.create(model="claude-haiku-4-5", max_tokens=90, messages=messages)\n'
            )
        }
    )
