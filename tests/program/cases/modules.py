"""Clients and functions that come from other modules."""

_FACTORY = """\
from openai import OpenAI

def connect():
    client = OpenAI(timeout=20)
    return client
"""

CASES = {
    "a factory of another module, imported in a function": {
        "app.py": """\
def ask(text):
    from clients import connect as open_client
    #: open_client().responses.create sdk openai timeout=explicit/client
    return open_client().responses.create(model="m", input=text)
""",
        "clients.py": _FACTORY,
    },
    "re-exports of a package": {
        "app.py": """\
import pack
from pack import *

#: connect().responses.create sdk openai timeout=explicit/client
connect().responses.create(model="m", input="x")
#: pack.connect().responses.create sdk openai timeout=explicit/client
pack.connect().responses.create(model="m", input="x")
""",
        "pack/__init__.py": "from .inner import connect\n\n__all__ = ['connect']\n",
        "pack/inner/__init__.py": "from ..clients import connect as connect\n",
        "pack/clients.py": _FACTORY,
    },
    "a lazy module attribute": {
        "app.py": """\
from pack import connect

#: connect().responses.create sdk openai timeout=explicit/client
connect().responses.create(model="m", input="x")
""",
        "pack/__init__.py": """\
def __getattr__(name):
    if name == "connect":
        from pack.clients import connect
        return connect
    raise AttributeError(name)
""",
        "pack/clients.py": _FACTORY,
    },
    "a library that may be absent": """\
try:
    from openai import OpenAI
except ImportError:
    OpenAI = None

def ask(text):
    if OpenAI is None:
        raise RuntimeError("pip install openai")
    client = OpenAI(timeout=20)
    #: client.responses.create sdk openai timeout=explicit/client
    return client.responses.create(model="m", input=text)
""",
    "a library under another name": """\
import openai as ai
from litellm import completion as ask_model
from openai import OpenAI as Client

#: ai.OpenAI().responses.create sdk openai
ai.OpenAI().responses.create(model="m", input="x")
#: Client(timeout=4).responses.create sdk openai timeout=explicit/client
Client(timeout=4).responses.create(model="m", input="x")
#: ask_model gateway litellm retry=explicit/call
ask_model(model="m", messages=[], num_retries=2)
""",
    "a client of another module, by relative import": {
        "pack/__init__.py": "",
        "pack/app.py": """\
from . import clients
from .clients import client as shared

#: clients.client.responses.create sdk openai retry=explicit/client
clients.client.responses.create(model="m", input="x")
#: shared.responses.create sdk openai retry=explicit/client
shared.responses.create(model="m", input="x")
""",
        "pack/clients.py": "from openai import OpenAI\n\nclient = OpenAI(max_retries=5)\n",
    },
    "a module of one's own with a library's name": {
        "app.py": """\
from pack import openai

openai.OpenAI().responses.create(model="m", input="x")
""",
        "pack/__init__.py": "",
        "pack/openai.py": "class OpenAI:\n    pass\n",
    },
    "modules that import each other": {
        "one.py": """\
from two import ask

from openai import OpenAI

client = OpenAI(timeout=3)
""",
        "two.py": """\
import one

def ask(text):
    #: one.client.responses.create sdk openai timeout=explicit/client
    return one.client.responses.create(model="m", input=text)
""",
    },
    "a factory that picks by name": """\
from anthropic import Anthropic
from openai import OpenAI

def connect(kind):
    if kind == "openai":
        return OpenAI(timeout=5)
    return OpenAI(timeout=9, base_url="https://example.org/v1")

def ask(kind, text):
    #: connect(kind).responses.create sdk openai timeout=explicit/client
    return connect(kind).responses.create(model="m", input=text)
""",
    "a class picked at construction": """\
from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI

def connect(kind):
    if kind == "openai":
        return ChatOpenAI(timeout=5)
    return ChatAnthropic(timeout=9)

def ask(kind, text):
    #: connect(kind).invoke framework openai timeout=explicit/client route=unknown
    return connect(kind).invoke(text)
""",
    "a cached factory caches clients, not answers": """\
from functools import lru_cache

from openai import OpenAI

@lru_cache(maxsize=1)
def connect():
    return OpenAI(timeout=5)

def ask(text):
    #: connect().responses.create sdk openai timeout=explicit/client
    return connect().responses.create(model="m", input=text)
""",
    "a global set by a function": """\
from openai import OpenAI

_client = None

def start():
    global _client
    _client = OpenAI(timeout=5)

def ask(text):
    #: _client.responses.create sdk openai timeout=explicit/client
    return _client.responses.create(model="m", input=text)
""",
    "a client that a module makes when it is asked for": {
        "app/__init__.py": "",
        "app/clients.py": """\
from openai import OpenAI

def __getattr__(name):
    if name == "lazy":
        return OpenAI(timeout=7)
    if name == "plain":
        client = OpenAI()
        return client
    raise AttributeError(name)
""",
        "app/asks.py": """\
from app.clients import lazy, plain

def first(text):
    #: lazy.responses.create sdk openai timeout=explicit/client
    return lazy.responses.create(model="m", input=text)

def second(text):
    #: plain.responses.create sdk openai
    return plain.responses.create(model="m", input=text)
""",
    },
}
