"""The rule adoption-manual-cache."""

from tta_validate.adoption import HandMadeGuard
from tta_validate.findings import Severity
from tta_validate.rule import Example


class ManualCache(HandMadeGuard):
    """The answers of a model are kept in something made by hand.

    Reports a call that a look-up in a dictionary, a file or a table saves when the same input came before.

    A dictionary grows for as long as the process runs, its entries never expire, and two requests at the same time
    both miss. It is a note and no warning, because it does save calls; a store of answers that is meant to stay is a
    reason to silence it.

    Use a cache with a size and an end: cachetools, diskcache, the library's own, or a CachePrimitive.
    """

    guard = "cache"
    severity = Severity.INFO
    bad = Example(
        {
            "embed.py": (
                "from openai import OpenAI\n"
                "\n"
                "client = OpenAI(timeout=20, max_retries=3)\n"
                "cache = {}\n"
                "\n"
                "\n"
                "def embed(text: str) -> list[float]:\n"
                "    if text in cache:\n"
                "        return cache[text]\n"
                '    answer = client.embeddings.create(model="text-embedding-3-small", input=text)\n'
                "    cache[text] = answer.data[0].embedding\n"
                "    return cache[text]\n"
            )
        },
        ("embed.py:10",),
    )
    good = Example(
        {
            "embed.py": (
                "from cachetools import TTLCache, cached\n"
                "from openai import OpenAI\n"
                "\n"
                "client = OpenAI(timeout=20, max_retries=3)\n"
                "\n"
                "\n"
                "@cached(TTLCache(maxsize=10_000, ttl=86_400))\n"
                "def embed(text: str) -> list[float]:\n"
                '    answer = client.embeddings.create(model="text-embedding-3-small", input=text)\n'
                "    return answer.data[0].embedding\n"
            )
        }
    )
