"""Guards of callers, up to four hops away, and guards for a whole process."""

_HOPS = """\
from openai import OpenAI
from tenacity import retry

def ask(text):
    #: OpenAI().responses.create sdk openai{guard}
    return OpenAI().responses.create(model="m", input=text)
"""


def _chain(hops: int, guard: str) -> str:
    """Returns a call with so many undecorated functions between it and a decorated one."""
    lines = [_HOPS.format(guard=guard)]
    below = "ask"
    for at in range(1, hops):
        lines.append(f"def hop{at}(text):\n    return {below}(text)\n")
        below = f"hop{at}"
    lines.append(f"@retry\ndef top(text):\n    return {below}(text)\n")
    return "\n".join(lines)


CASES = {
    **{f"{hops} hops": _chain(hops, " retry=explicit/caller") for hops in (1, 2, 3, 4)},
    "five hops": _chain(5, ""),
    "some of the callers": """\
from openai import OpenAI
from tenacity import retry

def ask(text):
    #: OpenAI().responses.create sdk openai retry=unknown
    return OpenAI().responses.create(model="m", input=text)

@retry
def one(text):
    return ask(text)

def two(text):
    return ask(text)
""",
    "all of the callers, one by hand": """\
from openai import OpenAI
from tenacity import retry

def ask(text):
    #: OpenAI().responses.create sdk openai retry=manual/caller
    return OpenAI().responses.create(model="m", input=text)

@retry
def one(text):
    return ask(text)

def two(text):
    for _ in range(3):
        try:
            return ask(text)
        except Exception:
            continue
""",
    "a caller in another file, by a time limit": {
        "app.py": """\
import asyncio

from bot import Bot

async def main():
    bot = Bot()
    await asyncio.wait_for(bot.ask("x"), timeout=9)
""",
        "bot.py": """\
from openai import AsyncOpenAI

class Bot:
    def __init__(self):
        self.client = AsyncOpenAI()

    async def ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/caller
        return await self.client.responses.create(model="m", input=text)
""",
    },
    "the nearest wins, and explicit before manual": """\
from functools import cache

from openai import OpenAI
from tenacity import retry

client = OpenAI(timeout=5, max_retries=2)

@retry
@cache
def ask(text):
    #: client.responses.create sdk openai timeout=explicit/call retry=explicit/client cache=explicit/function
    return client.responses.create(model="m", input=text, timeout=3)
""",
    "a wrapped function that nobody calls": """\
from openai import OpenAI
from tenacity import retry

def ask(text):
    #: OpenAI().responses.create sdk openai retry=unknown
    return OpenAI().responses.create(model="m", input=text)

patient = retry(ask)

def main(text):
    return ask(text)
""",
    "functions that call each other in a circle": """\
from openai import OpenAI

def ask(text, depth):
    #: OpenAI().responses.create sdk openai
    answer = OpenAI().responses.create(model="m", input=text)
    return again(answer, depth - 1) if depth else answer

def again(text, depth):
    return ask(text, depth)
""",
    "a cache set in a package reaches whoever imports it": {
        "pack/__init__.py": """\
from langchain_community.cache import InMemoryCache
from langchain_core.globals import set_llm_cache

set_llm_cache(InMemoryCache())
""",
        "pack/bot.py": """\
from langchain_openai import ChatOpenAI

#: ChatOpenAI().invoke framework openai cache=explicit/client
ChatOpenAI().invoke("x")
""",
        "script.py": """\
import pack
from langchain_openai import ChatOpenAI

#: ChatOpenAI().invoke framework openai cache=explicit/client
ChatOpenAI().invoke("x")
""",
        "stranger.py": """\
from langchain_openai import ChatOpenAI

#: ChatOpenAI().invoke framework openai
ChatOpenAI().invoke("x")
""",
    },
    "a cache set in a script reaches that script": {
        "one.py": """\
import litellm
from litellm.caching import Cache

litellm.cache = Cache()
#: litellm.completion gateway litellm cache=explicit/client
litellm.completion(model="m", messages=[])
""",
        "two.py": """\
import litellm

#: litellm.completion gateway litellm
litellm.completion(model="m", messages=[])
""",
    },
    "a cache that is taken away again": """\
import litellm

litellm.cache = None
#: litellm.completion gateway litellm
litellm.completion(model="m", messages=[])
""",
    "coroutines that are waited for later": """\
import asyncio
from openai import AsyncOpenAI

client = AsyncOpenAI()

async def named(text):
    #: client.responses.create sdk openai timeout=explicit/function
    answer = client.responses.create(model="m", input=text)
    return await asyncio.wait_for(answer, 5)

async def task(text):
    #: client.responses.create sdk openai timeout=explicit/function
    answer = asyncio.create_task(client.responses.create(model="m", input=text))
    return await asyncio.wait_for(answer, 5)

async def listed(texts):
    #: client.responses.create sdk openai timeout=explicit/function
    answers = [client.responses.create(model="m", input=text) for text in texts]
    return await asyncio.wait_for(asyncio.gather(*answers), timeout=5)

async def appended(texts):
    answers = []
    for text in texts:
        #: client.responses.create sdk openai timeout=explicit/function
        answers.append(client.responses.create(model="m", input=text))
    return await asyncio.wait_for(asyncio.gather(*answers), timeout=5)

async def inline(texts):
    #: client.responses.create sdk openai timeout=explicit/function
    every = asyncio.gather(*[client.responses.create(model="m", input=text) for text in texts])
    return await asyncio.wait_for(every, timeout=5)

async def straight(texts):
    return await asyncio.wait_for(
        #: client.responses.create sdk openai timeout=explicit/call
        asyncio.gather(*[client.responses.create(model="m", input=text) for text in texts]), timeout=5
    )

async def ask(text):
    #: client.responses.create sdk openai timeout=explicit/caller
    return await client.responses.create(model="m", input=text)

async def asks(texts):
    answers = [ask(text) for text in texts]
    return await asyncio.wait_for(asyncio.gather(*answers), timeout=5)

async def unbounded(texts):
    #: client.responses.create sdk openai
    answers = [client.responses.create(model="m", input=text) for text in texts]
    return await asyncio.gather(*answers)

async def some(text, fast):
    #: client.responses.create sdk openai
    answer = client.responses.create(model="m", input=text)
    if fast:
        return await asyncio.wait_for(answer, 5)
    return await answer
""",
    "through an object that another class has": """\
from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI
from tenacity import retry

class Model:
    def __init__(self):
        self.client = OpenAI()

    def ask(self, text):
        #: self.client.responses.create sdk openai retry=explicit/caller
        return self.client.responses.create(model="m", input=text)

    def wait(self, text):
        #: self.client.responses.create sdk openai timeout=manual/caller
        return self.client.responses.create(model="m", input=text)

class Service:
    def __init__(self):
        self.model = Model()
        self.pool = ThreadPoolExecutor()

    @retry
    def run(self, text):
        return self.model.ask(text)

    def bounded(self, text):
        future = self.pool.submit(self.model.wait, text)
        return future.result(timeout=60)
""",
    "the project's own context manager": """\
import asyncio
import contextlib

from openai import AsyncOpenAI

client = AsyncOpenAI()

@contextlib.asynccontextmanager
async def limit(seconds):
    async with asyncio.timeout(seconds):
        yield

@contextlib.asynccontextmanager
async def logged():
    print("starts")
    yield

async def ask(text):
    async with limit(3):
        #: client.responses.create sdk openai timeout=explicit/function
        return await client.responses.create(model="m", input=text)

async def ask_logged(text):
    async with logged():
        #: client.responses.create sdk openai
        return await client.responses.create(model="m", input=text)
""",
}
