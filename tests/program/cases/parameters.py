"""Clients and guards that come in by a parameter, a field or a setting."""

CASES = {
    "callers of the project give the client": """\
from openai import OpenAI

def ask(client, text):
    #: client.responses.create sdk openai timeout=explicit/client
    return client.responses.create(model="m", input=text)

def main():
    ask(OpenAI(timeout=5), "x")
    ask(client=OpenAI(timeout=6), text="y")
""",
    "a module between hands the client on": {
        "app.py": """\
from openai import OpenAI

import deciding
import models

client = OpenAI(timeout=5)

def main():
    deciding.decide(client, "x")
    models.show("y")
""",
        "deciding.py": """\
from models import ask

def decide(connection, text):
    return ask(connection, text)
""",
        "models.py": """\
def ask(client, text):
    #: client.responses.create sdk openai timeout=explicit/client
    return client.responses.create(model="m", input=text)

def show(text):
    print(text)
""",
    },
    "callers of the project give different clients": """\
from openai import OpenAI

def ask(client, text):
    #: client.responses.create sdk openai timeout=unknown
    return client.responses.create(model="m", input=text)

def main():
    ask(OpenAI(timeout=5), "x")
    ask(OpenAI(), "y")
""",
    "an annotation is all there is": """\
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openai import OpenAI

def ask(client: OpenAI, text):
    #: client.responses.create sdk openai timeout=unknown retry=unknown
    return client.responses.create(model="m", input=text)

def quoted(client: "OpenAI | None", text):
    #: client.responses.create sdk openai timeout=unknown retry=unknown
    return client.responses.create(model="m", input=text)
""",
    "an injected client or one's own": """\
from openai import OpenAI

class Bot:
    def __init__(self, client: OpenAI | None = None):
        self.client = client or OpenAI(timeout=5)

    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/client
        return self.client.responses.create(model="m", input=text)
""",
    "a value that defaults to None": """\
from openai import OpenAI

client = OpenAI()

def ask(text, timeout=None):
    #: client.responses.create sdk openai timeout=unknown
    return client.responses.create(model="m", input=text, timeout=timeout)

def bounded(text, timeout=30):
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(model="m", input=text, timeout=timeout)
""",
    "an optional value that all callers give": """\
from openai import OpenAI

client = OpenAI()

def ask(text, timeout=None):
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(model="m", input=text, timeout=timeout)

def main():
    ask("x", timeout=5)
    ask("y", 6)
""",
    "accepted and dropped": """\
from openai import OpenAI

class Bot:
    timeout = 30

    def __init__(self, timeout=30):
        self.timeout = timeout
        self.client = OpenAI()

    def ask(self, text, timeout=3):
        #: self.client.responses.create sdk openai
        return self.client.responses.create(model="m", input=text)
""",
    "fields of a dataclass": """\
from dataclasses import dataclass, field

from openai import OpenAI

@dataclass
class Bot:
    seconds: float = 30
    client: OpenAI = field(default_factory=lambda: OpenAI(max_retries=3))

    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/call retry=explicit/client
        return self.client.responses.create(model="m", input=text, timeout=self.seconds)
""",
    "fields of a dataclass, given where it is made": """\
from dataclasses import dataclass

from openai import OpenAI

@dataclass
class Bot:
    client: OpenAI

    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/client
        return self.client.responses.create(model="m", input=text)

Bot(OpenAI(timeout=5)).ask("x")
""",
    "a settings object of the project": {
        "settings.py": """\
class Settings:
    llm_timeout: float = 12.5
    llm_limit: float | None = None

settings = Settings()
""",
        "app.py": """\
from openai import OpenAI
from settings import settings

client = OpenAI(timeout=settings.llm_timeout)
#: client.responses.create sdk openai timeout=explicit/client
client.responses.create(model="m", input="x")
""",
    },
    "an environment variable with a default": """\
import os

from openai import OpenAI

client = OpenAI(timeout=float(os.environ.get("SECONDS", "30")))
#: client.responses.create sdk openai timeout=explicit/client
client.responses.create(model="m", input="x")
""",
    "the object of a constructor's parameter": """\
from openai import OpenAI

class Service:
    def __init__(self, client):
        self._client = client

    def ask(self, text):
        #: self._client.responses.create sdk openai timeout=explicit/client
        return self._client.responses.create(model="m", input=text)

service = Service(client=OpenAI(timeout=8))
""",
    "clients handed in from outside to files that import no library": {
        "plugins/judge.py": """\
def run(prompt, client, model):
    request = {"model": model, "messages": prompt}
    #: client.chat.completions.create sdk openai timeout=unknown retry=unknown
    client.chat.completions.create(**request)
    client.create(**request)
    return Judge(client).ask(prompt, model)

class Judge:
    def __init__(self, client):
        self.client = client

    def ask(self, prompt, model):
        #: self.client.chat.completions.create sdk openai timeout=unknown retry=unknown
        return self.client.chat.completions.create(model=model, messages=prompt)
""",
        "server.py": """\
import importlib

from openai import OpenAI

def load(name):
    return importlib.import_module(name).run("x", OpenAI(), "m")
""",
    },
    "a class of the project with the methods of a client": {
        "mock.py": """\
class Completions:
    def create(self, **request):
        return request

class Chat:
    completions = Completions()

class Client:
    chat = Chat()

def run(client):
    return client.chat.completions.create(model="m")

run(Client())
""",
        "app.py": "import openai\n",
    },
    "what FastAPI hands in": """\
from typing import Annotated

from fastapi import Depends
from openai import AsyncOpenAI, OpenAI

def plain():
    return OpenAI(timeout=3)

async def opened():
    async with AsyncOpenAI(timeout=3) as client:
        yield client

Client = Annotated[AsyncOpenAI, Depends(opened)]

def ask(text, client: OpenAI = Depends(plain)):
    #: client.responses.create sdk openai timeout=explicit/client
    return client.responses.create(model="m", input=text)

async def ask_untyped(text, client=Depends(opened)):
    #: client.responses.create sdk openai timeout=explicit/client
    return await client.responses.create(model="m", input=text)

async def ask_annotated(text, client: Annotated[AsyncOpenAI, Depends(opened)]):
    #: client.responses.create sdk openai timeout=explicit/client
    return await client.responses.create(model="m", input=text)

async def ask_alias(text, client: Client):
    #: client.responses.create sdk openai timeout=explicit/client
    return await client.responses.create(model="m", input=text)
""",
}
