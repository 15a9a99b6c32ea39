"""The rule adoption-ineffective-guard."""

from collections.abc import Iterator

from tta_validate.adoption import no_call_site
from tta_validate.findings import Finding, Severity
from tta_validate.project import Project
from tta_validate.rule import Example, Rule


class IneffectiveGuard(Rule):
    """A guard is written down and does nothing.

    Reports, around calls of models:

    - a retry decorator on a function that catches every failure of the call itself, and on a generator: calling it
      only makes it, and that cannot fail;
    - a retry decorator that makes one try only, which counts as no retry;
    - a cache for plain functions on an asynchronous function or a generator: it keeps the coroutine, which can be
      awaited once;
    - a cache that never hits: made anew by each call of the function around it, of size or lifetime 0, called with the
      time or a random number, or part of an object that is made for one call;
    - a retry that goes on, outside of a timeout, for at least ten times as long as the timeout or for ever; and a
      TimeoutPrimitive that ends, around a retry, before the first try may end.

    Any other such guard counts in the inventory as it is written, and everybody believes in it.

    Move the guard to where the failure passes, use a cache for asynchronous functions (`async_lru.alru_cache`,
    CachePrimitive), keep what caches in the module, and put a second timeout around the retry. The guide of the TTA
    primitives shows a timeout inside a retry, for each try, as well as one around it, for all of them: both are sound
    and not reported, as long as the number of tries is bounded and the waits between them are of the timeout's size.
    """

    severity = Severity.WARNING
    bad = Example(
        {
            "moral.py": (
                "from functools import lru_cache\n"
                "\n"
                "from openai import AsyncOpenAI, OpenAIError\n"
                "from tenacity import retry, stop_after_attempt\n"
                "\n"
                "client = AsyncOpenAI(timeout=20)\n"
                "\n"
                "\n"
                "@retry(stop=stop_after_attempt(3))\n"
                "async def moral(story: str):\n"
                "    try:\n"
                '        return await client.responses.create(model="gpt-4.1", input=f"The moral of: {story}")\n'
                "    except OpenAIError:\n"
                "        return None\n"
                "\n"
                "\n"
                "@lru_cache(maxsize=100)\n"
                "async def synonym(word: str):\n"
                '    return await client.responses.create(model="gpt-4.1", input=f"A synonym of: {word}")\n'
            )
        },
        ("moral.py:9", "moral.py:17"),
    )
    good = Example(
        {
            "moral.py": (
                "from async_lru import alru_cache\n"
                "from openai import AsyncOpenAI, OpenAIError\n"
                "from tenacity import retry, stop_after_attempt\n"
                "\n"
                "client = AsyncOpenAI(timeout=20)\n"
                "\n"
                "\n"
                "@retry(stop=stop_after_attempt(3), reraise=True)\n"
                "async def ask(prompt: str):\n"
                '    return await client.responses.create(model="gpt-4.1", input=prompt)\n'
                "\n"
                "\n"
                "async def moral(story: str):\n"
                "    try:\n"
                '        return await ask(f"The moral of: {story}")\n'
                "    except OpenAIError:\n"
                "        return None\n"
                "\n"
                "\n"
                "@alru_cache(maxsize=100)\n"
                "async def synonym(word: str):\n"
                '    return await ask(f"A synonym of: {word}")\n'
            )
        }
    )

    def not_applicable(self, project: Project) -> str | None:
        """Returns why there is nothing to look at: no call site."""
        return no_call_site(project)

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding at each guard that does nothing."""
        for seen in project.observed.ineffective:
            yield self.finding(seen.what, seen.location, related=seen.related)
