"""Guards that are written down and do nothing, and their neighbours that work."""

import pytest

from tests.rules.findings import each

RULE = "adoption-ineffective-guard"
HEAD = """
import asyncio, functools, time, uuid
from functools import lru_cache, cache
from cachetools import TTLCache, cached
from openai import AsyncOpenAI, OpenAI, OpenAIError, RateLimitError
from tenacity import retry, retry_if_result, stop_after_attempt, stop_after_delay, wait_exponential, wait_fixed
import backoff

client, plain = AsyncOpenAI(), OpenAI()


async def ask(prompt):
    return await client.responses.create(model="m", input=prompt)
"""

WITHOUT_EFFECT = {
    "one try": (
        """
@retry(stop=stop_after_attempt(1))
def f(q):
    return plain.responses.create(model="m", input=q)
""",
        "@retry ends after the first try of f(): nothing is tried again",
    ),
    "bare except": (
        """
@retry
def f(q):
    try:
        return plain.responses.create(model="m", input=q)
    except:
        return None
""",
        "@retry never tries f() again: f() catches the failure of its model call and returns",
    ),
    "caught as an exception of the SDK, among others": (
        """
@backoff.on_exception(backoff.expo, Exception, max_tries=3)
def f(q):
    try:
        return plain.responses.create(model="m", input=q)
    except (ValueError, OpenAIError) as error:
        print("failed", error)
""",
        "@backoff.on_exception never tries f() again: f() catches the failure of its model call and returns",
    ),
    "a generator": (
        """
@retry(stop=stop_after_attempt(3))
def f(q):
    for chunk in plain.responses.create(model="m", input=q, stream=True):
        yield chunk
""",
        "@retry never tries f() again: calling a generator only makes it, and that cannot fail",
    ),
    "a cached asynchronous generator": (
        """
@lru_cache
async def f(q):
    async for chunk in await client.responses.create(model="m", input=q, stream=True):
        yield chunk
""",
        "@lru_cache remembers an asynchronous generator, which can be read once, and not what f() yields",
    ),
    "a cached coroutine, the call in another function": (
        """
@cached(TTLCache(maxsize=10, ttl=60))
async def f(q):
    return await ask(q)
""",
        "@cached remembers the coroutine of f() and not its answer: awaiting it a second time is an error",
    ),
    "a cache of size 0": (
        """
@lru_cache(maxsize=0)
def f(q):
    return plain.responses.create(model="m", input=q)
""",
        "@lru_cache never remembers anything: its size is 0",
    ),
    "a cache called with the time": (
        """
@cache
def f(q, now):
    return plain.responses.create(model="m", input=f"{now}: {q}")


def g(q):
    return f(q, time.time())
""",
        "@cache never hits: f() is called with time.time(), which is different each time",
    ),
    "a cache on an object made for one call": (
        """
class Asker:
    @lru_cache
    def f(self, q):
        return plain.responses.create(model="m", input=q)


def g(q):
    asker = Asker()
    return asker.f(q)
""",
        "@lru_cache never hits: Asker.f() is called on a new Asker each time, and that is part of the key",
    ),
    "a cache made anew": (
        """
def g(q):
    @cache
    def f(prompt):
        return plain.responses.create(model="m", input=prompt)

    return f(q)
""",
        "@cache never remembers anything: each call of g() makes f() and its cache anew",
    ),
    "a retry without an end outside a timeout": (
        """
@retry
async def f(q):
    return await asyncio.wait_for(client.responses.create(model="m", input=q), 5)
""",
        "the timeout of 5 s bounds one try: @retry outside of it can keep f() going for ever",
    ),
    "long waits outside a short timeout": (
        """
@retry(stop=stop_after_attempt(4), wait=wait_fixed(30))
async def f(q):
    async with asyncio.timeout(4):
        return await client.responses.create(model="m", input=q)
""",
        "the timeout of 4 s bounds one try: @retry outside of it can keep f() going for 106 s",
    ),
    "a cache primitive that holds nothing": (
        """
from tta_dev_primitives import CachePrimitive
from tta_dev_integrations import UniversalLLMPrimitive
step = CachePrimitive(UniversalLLMPrimitive("m"), cache_key_fn=lambda data, context: data, ttl_seconds=0)
""",
        "CachePrimitive() never remembers anything: it holds nothing, or for no time",
    ),
    "a cache primitive with a new key each time": (
        """
from tta_dev_primitives import CachePrimitive
from tta_dev_integrations import UniversalLLMPrimitive
step = CachePrimitive(UniversalLLMPrimitive("m"), cache_key_fn=lambda data, context: f"{data}-{uuid.uuid4()}")
""",
        "CachePrimitive() never hits: its key has uuid.uuid4() in it, which is different each time",
    ),
    "a timeout primitive that ends before the first try may": (
        """
from tta_dev_primitives import RetryPrimitive, TimeoutPrimitive
from tta_dev_integrations import UniversalLLMPrimitive
step = TimeoutPrimitive(RetryPrimitive(TimeoutPrimitive(UniversalLLMPrimitive("m"), 30)), timeout_seconds=20)
""",
        "TimeoutPrimitive() ends after 20 s what may take 30 s for one try: "
        "the retry inside has no time for a second one",
    ),
}

WITH_EFFECT = {
    "the failure is raised again": """
@retry
def f(q):
    try:
        return plain.responses.create(model="m", input=q)
    except OpenAIError as error:
        print(error)
        raise
""",
    "only one kind of failure is caught": """
@retry
def f(q):
    try:
        return plain.responses.create(model="m", input=q)
    except RateLimitError:
        return None
""",
    "an empty answer is raised": """
@retry
def f(q):
    try:
        answer = plain.responses.create(model="m", input=q)
    except OpenAIError:
        answer = None
    if answer is None:
        raise ValueError(q)
    return answer
""",
    "the retry looks at the result": """
@retry(retry=retry_if_result(lambda answer: answer is None))
def f(q):
    try:
        return plain.responses.create(model="m", input=q)
    except OpenAIError:
        return None
""",
    "a helper raises": """
def failed(error):
    raise RuntimeError from error


@retry
def f(q):
    try:
        return plain.responses.create(model="m", input=q)
    except OpenAIError as error:
        failed(error)
""",
    "another call is outside of the try": """
@retry
def f(q):
    try:
        plain.responses.create(model="m", input=q)
    except OpenAIError:
        pass
    return plain.responses.create(model="n", input=q)
""",
    "a decorator between the cache and the coroutine": """
def shared(function):
    return function


@lru_cache
@shared
async def f(q):
    return await ask(q)
""",
    "a cache made by a factory": """
def asker(model):
    @cache
    def f(prompt):
        return plain.responses.create(model=model, input=prompt)

    return f
""",
    "a local cache used for many": """
def g(prompts):
    @cache
    def f(prompt):
        return plain.responses.create(model="m", input=prompt)

    return [f(prompt) for prompt in prompts]
""",
    "an object that is kept": """
class Asker:
    @lru_cache
    def f(self, q):
        return plain.responses.create(model="m", input=q)


asker = Asker()


def g(q):
    return asker.f(q)
""",
    "one call with the time, one without": """
@cache
def f(q, now):
    return plain.responses.create(model="m", input=f"{now}: {q}")


def g(q):
    return f(q, time.time()), f(q, None)
""",
    "a timeout for each try, and a bounded retry": """
@retry(stop=stop_after_attempt(3), wait=wait_exponential(max=10))
async def f(q):
    async with asyncio.timeout(20):
        return await client.responses.create(model="m", input=q)
""",
    "a retry that ends by the clock": """
@retry(stop=stop_after_delay(30) | stop_after_attempt(100), wait=wait_fixed(5))
async def f(q):
    async with asyncio.timeout(10):
        return await client.responses.create(model="m", input=q)
""",
    "a timeout around all tries": """
from tta_dev_primitives import RetryPrimitive, TimeoutPrimitive
from tta_dev_integrations import UniversalLLMPrimitive
step = TimeoutPrimitive(RetryPrimitive(TimeoutPrimitive(UniversalLLMPrimitive("m"), 20)), timeout_seconds=90)
""",
    "no model is called": """
@lru_cache
async def f(q):
    return q
""",
}


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    without = {name: HEAD + code for name, (code, _) in WITHOUT_EFFECT.items()}
    return each(RULE, {**without, **{name: HEAD + code for name, code in WITH_EFFECT.items()}})


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_a_guard_without_effect_is_reported(found: dict[str, list[str]], name: str) -> None:
    assert found[name] == [WITHOUT_EFFECT[name][1]]


@pytest.mark.parametrize("name", WITH_EFFECT)
def test_a_guard_with_effect_is_not(found: dict[str, list[str]], name: str) -> None:
    assert found[name] == []
