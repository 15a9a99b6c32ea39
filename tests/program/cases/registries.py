"""Functions and clients in containers that other code fills, and functions that objects keep."""

CASES = {
    "a table that a decorator fills, asked by get": """\
from openai import OpenAI
from tenacity import retry

client = OpenAI(timeout=3)
ASKING = {}

def register(name):
    def keep(function):
        ASKING[name] = function
        return function
    return keep

@register("short")
def short(text):
    #: client.responses.create sdk openai timeout=explicit/client retry=explicit/caller route=manual/caller
    return client.responses.create(model="a", input=text)

@register("long")
def long(text):
    #: client.responses.create sdk openai timeout=explicit/client retry=explicit/caller route=manual/caller
    return client.responses.create(model="b", input=text)

@retry
def ask(name, text):
    return ASKING.get(name)(text)
""",
    "classes that a decorator keeps": """\
from openai import OpenAI
from tenacity import retry

KINDS = {}

def kind(cls):
    KINDS[cls.__name__] = cls
    return cls

@kind
class Bot:
    def __init__(self):
        self.client = OpenAI(timeout=7)

    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/client retry=explicit/caller
        return self.client.responses.create(model="m", input=text)

@retry
def ask(name, text):
    return KINDS[name]().ask(text)
""",
    "containers that functions of two modules fill": {
        "clients.py": """\
from openai import OpenAI

BY_NAME = {}
POOL = []

def start():
    POOL.append(OpenAI(timeout=9))
""",
        "app.py": """\
from openai import OpenAI

from clients import BY_NAME, POOL

OPTIONS = {"model": "m"}

def start(seconds):
    BY_NAME["a"] = OpenAI(timeout=3)
    if seconds:
        OPTIONS["timeout"] = seconds

def ask(name, text):
    #: BY_NAME[name].responses.create sdk openai timeout=explicit/client
    BY_NAME[name].responses.create(model="m", input=text)
    #: POOL[0].responses.create sdk openai timeout=explicit/client
    POOL[0].responses.create(model="m", input=text)
    #: OpenAI().responses.create sdk openai timeout=unknown
    OpenAI().responses.create(input=text, **OPTIONS)
""",
    },
    "a switch of a class that functions are registered with": """\
from langchain_mistralai import ChatMistralAI
from langchain_openai import ChatOpenAI

class Switch:
    _services = {}
    _current = None

    @classmethod
    def register(cls, name):
        def keep(function):
            cls._services[name] = function
            return function
        return keep

    @classmethod
    def current(cls):
        if cls._current is None:
            cls._current = list(cls._services.values())[0]
        return cls._current()

@Switch.register("openai")
def openai():
    return ChatOpenAI(model="gpt")

@Switch.register("mistral")
def mistral():
    return ChatMistralAI(model="mistral")

def ask(prompt, text):
    chain = prompt | Switch.current().with_structured_output(dict)
    #: chain.invoke framework unknown route=unknown
    return chain.invoke(text)
""",
    "methods mapped over data": """\
from functools import partial
from multiprocessing import Pool

from openai import OpenAI

client = OpenAI(timeout=3)

def ask(texts):
    #: map sdk openai timeout=explicit/client
    return list(map(partial(client.responses.create, model="m"), texts))

def apart(texts):
    with Pool(3) as pool:
        #: pool.imap_unordered sdk openai timeout=explicit/client
        return list(pool.imap_unordered(client.responses.create, texts))
""",
    "functions inside of primitives": """\
from openai import OpenAI
from tta_dev_primitives import CachePrimitive, LambdaPrimitive, RetryPrimitive, TimeoutPrimitive

client = OpenAI()

async def ask(text, context):
    #: client.responses.create sdk openai retry=explicit/caller
    return client.responses.create(model="m", input=text)

flow = RetryPrimitive(LambdaPrimitive(ask))
#: client.responses.create sdk openai timeout=explicit/caller
quick = TimeoutPrimitive(LambdaPrimitive(lambda text, _: client.responses.create(model="m", input=text)), 3)

def build():
    def step(text, context):
        #: client.responses.create sdk openai retry=explicit/caller cache=explicit/caller
        return client.responses.create(model="m", input=text)

    inner = LambdaPrimitive(step)
    slow = CachePrimitive(inner >> LambdaPrimitive(print))
    return RetryPrimitive(slow)
""",
    "a function inside of a runnable": """\
from langchain_core.runnables import RunnableLambda
from openai import OpenAI

def ask(text):
    #: OpenAI().responses.create sdk openai retry=explicit/caller
    return OpenAI().responses.create(model="m", input=text)

flow = RunnableLambda(ask).with_retry()
""",
    "what makes a graph does not guard its nodes": """\
from functools import lru_cache

from langgraph.graph import StateGraph
from openai import OpenAI

def node(state):
    #: OpenAI().responses.create sdk openai
    return OpenAI().responses.create(model="m", input=state)

@lru_cache
def graph():
    made = StateGraph(dict)
    made.add_node("ask", node)
    return made.compile()
""",
}
