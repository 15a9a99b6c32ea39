CASES = {
    "decorators that retry": """\
import backoff
import stamina
import tenacity
from openai import OpenAI
from retrying import retry

client = OpenAI()

@tenacity.retry(stop=tenacity.stop_after_attempt(3))
def one():
    #: client.chat.completions.create sdk openai retry=explicit/function
    return client.chat.completions.create(model="m", messages=[])

@backoff.on_exception(backoff.expo, Exception)
def two():
    #: client.chat.completions.create sdk openai retry=explicit/function
    return client.chat.completions.create(model="m", messages=[])

@stamina.retry(on=Exception, attempts=3)
def three():
    #: client.chat.completions.create sdk openai retry=explicit/function
    return client.chat.completions.create(model="m", messages=[])

@retry(stop_max_attempt_number=3)
def four():
    #: client.chat.completions.create sdk openai retry=explicit/function
    return client.chat.completions.create(model="m", messages=[])
""",
    "retrying blocks": """\
import stamina
from openai import OpenAI
from tenacity import Retrying, stop_after_attempt

client = OpenAI()

def one():
    for attempt in Retrying(stop=stop_after_attempt(3)):
        with attempt:
            #: client.chat.completions.create sdk openai retry=explicit/function
            return client.chat.completions.create(model="m", messages=[])

def two():
    for attempt in stamina.retry_context(on=Exception):
        with attempt:
            #: client.chat.completions.create sdk openai retry=explicit/function
            return client.chat.completions.create(model="m", messages=[])
""",
    "time limits of asyncio and anyio": """\
import asyncio

import anyio
from openai import AsyncOpenAI

client = AsyncOpenAI()

async def one():
    #: client.chat.completions.create sdk openai timeout=explicit/call
    return await asyncio.wait_for(client.chat.completions.create(model="m", messages=[]), timeout=5)

async def two():
    async with asyncio.timeout(5):
        #: client.chat.completions.create sdk openai timeout=explicit/function
        return await client.chat.completions.create(model="m", messages=[])

async def three():
    with anyio.fail_after(5):
        #: client.chat.completions.create sdk openai timeout=explicit/function
        return await client.chat.completions.create(model="m", messages=[])

async def four():
    #: client.chat.completions.create sdk openai
    return await asyncio.wait_for(client.chat.completions.create(model="m", messages=[]), None)
""",
    "caches of functions": """\
import functools

import diskcache
import joblib
from cachetools import TTLCache, cached
from openai import OpenAI

client = OpenAI()
memory = joblib.Memory("folder")
disk = diskcache.Cache("folder")

@functools.lru_cache
def one(text):
    #: client.embeddings.create sdk openai cache=explicit/function
    return client.embeddings.create(model="m", input=text)

@cached(TTLCache(10, 60))
def two(text):
    #: client.embeddings.create sdk openai cache=explicit/function
    return client.embeddings.create(model="m", input=text)

@memory.cache
def three(text):
    #: client.embeddings.create sdk openai cache=explicit/function
    return client.embeddings.create(model="m", input=text)

@disk.memoize()
def four(text):
    #: client.embeddings.create sdk openai cache=explicit/function
    return client.embeddings.create(model="m", input=text)
""",
    "guards of something else": """\
import functools

import tenacity
from openai import OpenAI

@functools.cache
def client():
    return OpenAI()

@tenacity.retry
def fetch():
    return 1

def ask():
    fetch()
    #: client().chat.completions.create sdk openai
    return client().chat.completions.create(model="m", messages=[])
""",
    "calls that run later": """\
import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from openai import OpenAI

client = OpenAI()
pool = ThreadPoolExecutor()

async def one():
    #: asyncio.to_thread sdk openai
    return await asyncio.to_thread(client.chat.completions.create, model="m", messages=[])

async def two():
    loop = asyncio.get_running_loop()
    #: loop.run_in_executor sdk openai
    return await loop.run_in_executor(None, partial(client.chat.completions.create, model="m", messages=[]))

def three():
    #: pool.submit sdk openai
    return pool.submit(client.chat.completions.create, model="m", messages=[]).result()
""",
    "an alarm": """\
import signal

from openai import OpenAI

client = OpenAI()

def ask():
    signal.alarm(10)
    #: client.chat.completions.create sdk openai timeout=manual/function
    answer = client.chat.completions.create(model="m", messages=[])
    signal.alarm(0)
    return answer
""",
}
