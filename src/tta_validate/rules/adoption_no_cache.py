"""The rule adoption-no-cache."""

from tta_validate.adoption import MissingGuard
from tta_validate.findings import Severity
from tta_validate.rule import Example


class NoCache(MissingGuard):
    """A call whose answer would be the same again is sent again.

    Reports a call of an embedding model, one at temperature 0, and one with a prompt that never changes, when no cache
    of responses stands around it. Other calls, streams, and calls inside a primitive are left out.

    The same input is paid for and waited for each time. It is a note and no warning: only who knows the traffic knows
    how often the same input comes back.

    Keep the answers by their input: a CachePrimitive, the library's own cache, or a cache around the function. A cache
    for plain functions does not work on asynchronous ones, see `adoption-ineffective-guard`. The prompt caching of a
    provider makes a prefix cheaper and is recorded apart.
    """

    guard = "cache"
    lack = "has no cache"
    severity = Severity.INFO
    fixable = True
    bad = Example(
        {
            "embed.py": (
                "from openai import OpenAI\n"
                "\n"
                "client = OpenAI(timeout=20, max_retries=3)\n"
                "\n"
                "\n"
                "def embed(text: str) -> list[float]:\n"
                '    return client.embeddings.create(model="text-embedding-3-small", input=text).data[0].embedding\n'
            )
        },
        ("embed.py:7",),
    )
    good = Example(
        {
            "embed.py": (
                "from functools import lru_cache\n"
                "\n"
                "from openai import OpenAI\n"
                "\n"
                "client = OpenAI(timeout=20, max_retries=3)\n"
                "\n"
                "\n"
                "@lru_cache(maxsize=10_000)\n"
                "def embed(text: str) -> tuple[float, ...]:\n"
                '    answer = client.embeddings.create(model="text-embedding-3-small", input=text)\n'
                "    return tuple(answer.data[0].embedding)\n"
            )
        }
    )
