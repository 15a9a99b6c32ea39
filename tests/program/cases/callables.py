"""Calls by way of other callables: partials, closures, threads, tables of functions."""

CASES = {
    "a method handed to a retrying object": """\
from openai import OpenAI
from tenacity import Retrying, stop_after_attempt

client = OpenAI()
patient = Retrying(stop=stop_after_attempt(3))

def ask(text):
    #: patient sdk openai retry=explicit/function
    return patient(client.responses.create, model="m", input=text)
""",
    "a partial carries arguments": """\
from functools import partial

from openai import OpenAI

client = OpenAI()
ask = partial(client.responses.create, model="m", timeout=5)
#: ask sdk openai timeout=explicit/call
ask(input="x")
""",
    "a closure over a client": """\
from openai import OpenAI

def make(seconds):
    client = OpenAI(timeout=30)

    def ask(text):
        #: client.responses.create sdk openai timeout=explicit/client
        return client.responses.create(model="m", input=text)

    return ask
""",
    "a decorator on an inner function": """\
import litellm
from tenacity import retry, stop_after_attempt

def make():
    @retry(stop=stop_after_attempt(2))
    def inner(**kwargs):
        #: litellm.completion gateway litellm timeout=unknown retry=explicit/function
        return litellm.completion(**kwargs)

    return inner
""",
    "a decorator factory of one's own": """\
import functools
import time

from openai import OpenAI

def again(times):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for turn in range(times):
                try:
                    return function(*args, **kwargs)
                except Exception:
                    time.sleep(turn)
            raise RuntimeError
        return wrapper
    return decorate

@again(3)
def ask(text):
    #: OpenAI().responses.create sdk openai retry=manual/function
    return OpenAI().responses.create(model="m", input=text)
""",
    "a decorator of one's own that only logs": """\
import functools

from openai import OpenAI

def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        for value in args:
            print(value)
        return function(*args, **kwargs)
    return wrapper

@logged
def ask(text):
    #: OpenAI().responses.create sdk openai
    return OpenAI().responses.create(model="m", input=text)
""",
    "a context manager of one's own that gives the client": """\
from contextlib import contextmanager

from openai import OpenAI

@contextmanager
def connected():
    client = OpenAI(timeout=20)
    yield client
    client.close()

def ask(text):
    with connected() as client:
        #: client.responses.create sdk openai timeout=explicit/client
        return client.responses.create(model="m", input=text)
""",
    "an object that is called": """\
from openai import OpenAI
from tenacity import retry

class Ask:
    def __init__(self):
        self.client = OpenAI(timeout=20)

    @retry
    def __call__(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/client retry=explicit/function
        return self.client.responses.create(model="m", input=text)

ask = Ask()
ask("x")
""",
    "handed to a thread": """\
import asyncio
import functools

from openai import OpenAI

class Bot:
    def __init__(self):
        self.client = OpenAI(timeout=20)

    def _ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/client
        return self.client.responses.create(model="m", input=text)

    async def own(self, text):
        return await asyncio.to_thread(self._ask, text)

    async def direct(self, text):
        #: asyncio.to_thread sdk openai timeout=explicit/client
        return await asyncio.to_thread(self.client.responses.create, model="m", input=text)

    async def executor(self, text):
        loop = asyncio.get_running_loop()
        send = functools.partial(self.client.responses.create, model="m", input=text)
        #: loop.run_in_executor sdk openai timeout=explicit/client
        return await loop.run_in_executor(None, send)
""",
    "a lambda in an executor under a time limit": """\
import asyncio

from openai import OpenAI

client = OpenAI()

async def ask(text):
    loop = asyncio.get_running_loop()
    return await asyncio.wait_for(
        #: client.responses.create sdk openai timeout=explicit/call
        loop.run_in_executor(None, lambda: client.responses.create(model="m", input=text)),
        timeout=10,
    )
""",
    "a lambda handed to a retry helper": """\
from openai import OpenAI

client = OpenAI()

def persist(function, times=3):
    for _ in range(times):
        try:
            return function()
        except Exception as error:
            print(error)

def ask(text):
    #: client.responses.create sdk openai retry=manual/function
    return persist(lambda: client.responses.create(model="m", input=text))
""",
    "a comprehension and a chain on the answer": """\
import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI(timeout=3)

async def ask(texts):
    #: client.responses.create sdk openai timeout=explicit/client
    waiting = [client.responses.create(model="m", input=text) for text in texts]
    return (await asyncio.gather(*waiting))[0].output_text.strip()
""",
    "a dict of functions, by name": """\
from openai import OpenAI

client = OpenAI(timeout=3)

def short(text):
    #: client.responses.create sdk openai timeout=explicit/client route=manual/caller
    return client.responses.create(model="small", input=text)

def long(text):
    #: client.responses.create sdk openai timeout=explicit/client route=manual/caller
    return client.responses.create(model="large", input=text)

MODELS = {"small": short, "large": long}

def ask(model, text):
    return MODELS[model](text)
""",
    "a library's function chosen by an expression": """\
from functools import lru_cache

import litellm

@lru_cache
def cached(**options):
    #: litellm.completion gateway litellm cache=explicit/function
    return litellm.completion(**options)

def plain(**options):
    #: litellm.completion gateway litellm
    return litellm.completion(**options)

def ask(quick, text):
    function = cached if quick else plain
    return function(model="m", messages=text)
""",
    "an answer that streams": """\
from anthropic import AsyncAnthropic

client = AsyncAnthropic(timeout=8)

async def ask(messages):
    #: client.messages.stream sdk anthropic timeout=explicit/client
    async with client.messages.stream(model="m", max_tokens=9, messages=messages) as stream:
        async for text in stream.text_stream:
            yield text
""",
    "a retry of one try is none": """\
import backoff
from openai import OpenAI, OpenAIError
from tenacity import Retrying, retry, stop_after_attempt, stop_after_delay

client = OpenAI()
ONCE = 1

@retry(stop=stop_after_attempt(1))
def once(text):
    #: client.responses.create sdk openai
    return client.responses.create(model="m", input=text)

@retry(stop=stop_after_attempt(max_attempt_number=ONCE))
def named(text):
    #: client.responses.create sdk openai
    return client.responses.create(model="m", input=text)

@retry(stop=stop_after_delay(1))
def second(text):
    #: client.responses.create sdk openai retry=explicit/function
    return client.responses.create(model="m", input=text)

@backoff.on_exception(backoff.expo, OpenAIError, max_tries=1)
def backed_off(text):
    #: client.responses.create sdk openai
    return client.responses.create(model="m", input=text)

def looped(text):
    for attempt in Retrying(stop=stop_after_attempt(1)):
        with attempt:
            #: client.responses.create sdk openai
            return client.responses.create(model="m", input=text)

def called(text):
    #: Retrying(stop=stop_after_attempt(1)) sdk openai
    return Retrying(stop=stop_after_attempt(1))(client.responses.create, model="m", input=text)

def twice(text):
    #: Retrying(stop=stop_after_attempt(2)) sdk openai retry=explicit/function
    return Retrying(stop=stop_after_attempt(2))(client.responses.create, model="m", input=text)
""",
    "a decorator applied to a library's method": """\
from openai import OpenAI
from tenacity import retry, stop_after_attempt

client = OpenAI()
again = retry(stop=stop_after_attempt(3))(client.responses.create)

def shared(text):
    #: again sdk openai retry=explicit/function
    return again(model="m", input=text)

def own(text):
    ask = retry(stop=stop_after_attempt(3))(client.responses.create)
    #: ask sdk openai retry=explicit/function
    return ask(model="m", input=text, timeout=None)

def once(text):
    ask = retry(stop=stop_after_attempt(1))(client.responses.create)
    #: ask sdk openai timeout=explicit/call
    return ask(model="m", input=text, timeout=5)
""",
}
