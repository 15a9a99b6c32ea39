"""Where the client of a call comes from: objects' attributes, locals, contexts."""

CASES = {
    "on self, by the constructor": """\
from openai import OpenAI

class Bot:
    def __init__(self):
        self._client = OpenAI(timeout=20)

    def ask(self, text):
        #: self._client.responses.create sdk openai timeout=explicit/client
        return self._client.responses.create(model="m", input=text)
""",
    "on self, by a helper with a mangled name": """\
from openai import OpenAI

class Bot:
    def __init__(self):
        self.__connect()

    def __connect(self):
        self.__client = OpenAI(max_retries=4)

    def ask(self, text):
        #: self.__client.responses.create sdk openai retry=explicit/client
        return self.__client.responses.create(model="m", input=text)
""",
    "on self, at the first use": """\
from openai import OpenAI

class Bot:
    def __init__(self):
        self._client = None

    @property
    def client(self):
        if self._client is None:
            self._client = OpenAI(timeout=20)
        return self._client

    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/client
        return self.client.responses.create(model="m", input=text)
""",
    "on self, by a base class in another file": {
        "base.py": """\
from openai import OpenAI

class Base:
    def __init__(self):
        self._client = self._connect()

    def _connect(self):
        return OpenAI(timeout=20)
""",
        "bots.py": """\
from base import Base

class Bot(Base):
    def ask(self, text):
        #: self._client.responses.create sdk openai timeout=explicit/client
        return self._client.responses.create(model="m", input=text)

class Patient(Base):
    def _connect(self):
        import openai
        return openai.OpenAI()

    def ask(self, text):
        #: self._client.responses.create sdk openai
        return self._client.responses.create(model="m", input=text)
""",
    },
    "two constructors in branches, the same guard in both": """\
from openai import AzureOpenAI, OpenAI

class Bot:
    def __init__(self, azure):
        if azure:
            self.client = AzureOpenAI(timeout=9, max_retries=2)
        else:
            self.client = OpenAI(timeout=5)

    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/client retry=unknown
        return self.client.responses.create(model="m", input=text)
""",
    "a class attribute, and one of the module": """\
from openai import OpenAI

shared = OpenAI(max_retries=1)

class Bot:
    client = OpenAI(timeout=20)

    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/client
        self.client.responses.create(model="m", input=text)
        #: Bot.client.responses.create sdk openai timeout=explicit/client
        Bot.client.responses.create(model="m", input=text)
        #: shared.responses.create sdk openai retry=explicit/client
        return shared.responses.create(model="m", input=text)
""",
    "a local rebound, each call with the client of its moment": """\
from openai import OpenAI

def ask(text):
    client = OpenAI(timeout=20)
    #: client.responses.create sdk openai timeout=explicit/client
    client.responses.create(model="m", input=text)
    client = OpenAI()
    #: client.responses.create sdk openai
    return client.responses.create(model="m", input=text)
""",
    "a part of the client kept apart": """\
from openai import OpenAI

answers = OpenAI(timeout=20).responses
create = answers.create
#: answers.create sdk openai timeout=explicit/client
answers.create(model="m", input="x")
#: create sdk openai timeout=explicit/client
create(model="m", input="x")
""",
    "with ... as": """\
import httpx
from openai import AsyncOpenAI, OpenAI

def ask(text):
    with OpenAI(timeout=20) as client:
        #: client.responses.create sdk openai timeout=explicit/client
        return client.responses.create(model="m", input=text)

async def post(text):
    async with httpx.AsyncClient(timeout=30) as http:
        #: http.post http openai timeout=explicit/client
        return await http.post("https://api.openai.com/v1/responses", json={"model": "m", "input": text})
""",
    "the receiver is a call": """\
from openai import OpenAI

def ask(text):
    #: OpenAI(timeout=20).embeddings.create sdk openai timeout=explicit/client
    return OpenAI(timeout=20).embeddings.create(model="m", input=text).data[0].embedding
""",
    "set from outside": """\
from openai import OpenAI

class Bot:
    client: OpenAI

    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=unknown retry=unknown
        return self.client.responses.create(model="m", input=text)

bot = Bot()
bot.client = OpenAI(timeout=20)
""",
    "from a dict of clients": """\
from openai import OpenAI

CLIENTS = {"fast": OpenAI(timeout=5), "slow": OpenAI(timeout=60)}

def ask(name, text):
    #: CLIENTS[name].responses.create sdk openai timeout=explicit/client
    return CLIENTS[name].responses.create(model="m", input=text)
""",
    "unpacked from a tuple": """\
from openai import OpenAI

def connect():
    return OpenAI(timeout=20), "m"

def ask(text):
    client, model = connect()
    #: client.responses.create sdk openai timeout=explicit/client
    return client.responses.create(model=model, input=text)
""",
    "what is assigned to a client": """\
from openai import OpenAI

shared = OpenAI()
shared.max_retries = 3

def own(text):
    client = OpenAI()
    client.timeout = 5
    client.max_retries = 3
    #: client.responses.create sdk openai timeout=explicit/client retry=explicit/client
    return client.responses.create(model="m", input=text)

def late(text):
    client = OpenAI()
    #: client.responses.create sdk openai
    answer = client.responses.create(model="m", input=text)
    client.timeout = 5
    return answer

def taken(text):
    client = OpenAI(timeout=5)
    client.timeout = None
    #: client.responses.create sdk openai
    return client.responses.create(model="m", input=text)

def sometimes(text, long):
    client = OpenAI()
    if long:
        client.timeout = 500
    #: client.responses.create sdk openai timeout=unknown
    return client.responses.create(model="m", input=text)

def other(text):
    client, another = OpenAI(), OpenAI()
    another.timeout = 5
    #: client.responses.create sdk openai
    return client.responses.create(model="m", input=text)

def common(text):
    #: shared.responses.create sdk openai retry=explicit/client
    return shared.responses.create(model="m", input=text)

def made():
    client = OpenAI()
    client.timeout = 5
    return client

def of_made(text):
    #: made().responses.create sdk openai timeout=explicit/client
    return made().responses.create(model="m", input=text)

class Asker:
    def __init__(self):
        self.client = OpenAI()
        self.client.timeout = 5

    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/client
        return self.client.responses.create(model="m", input=text)
""",
    "clients kept in objects of other packages": """\
import chainlit
import streamlit as st
from fastapi import FastAPI, Request
from openai import OpenAI

app = FastAPI()

if "item" not in st.session_state:
    st.session_state["item"] = OpenAI(timeout=2)
    st.session_state.field = OpenAI(timeout=2)

def start():
    app.state.client = OpenAI(timeout=4)
    chainlit.user_session.set("chat", OpenAI(timeout=3))

def item(text):
    #: st.session_state['item'].responses.create sdk openai timeout=explicit/client
    return st.session_state["item"].responses.create(model="m", input=text)

def field(text):
    #: st.session_state.field.responses.create sdk openai timeout=explicit/client
    return st.session_state.field.responses.create(model="m", input=text)

def state(request: Request, text):
    #: request.app.state.client.responses.create sdk openai timeout=explicit/client
    return request.app.state.client.responses.create(model="m", input=text)

def session(text):
    client = chainlit.user_session.get("chat")
    #: client.responses.create sdk openai timeout=explicit/client
    return client.responses.create(model="m", input=text)
""",
    "one of several clients": """\
import itertools
import random

from openai import OpenAI

clients = [OpenAI(timeout=1), OpenAI(timeout=2)]
ring = itertools.cycle(clients)
#: random.choice(clients).responses.create sdk openai timeout=explicit/client
random.choice(clients).responses.create(model="m", input="x")
#: next(ring).responses.create sdk openai timeout=explicit/client
next(ring).responses.create(model="m", input="x")
#: min(clients, key=id).responses.create sdk openai timeout=explicit/client
min(clients, key=id).responses.create(model="m", input="x")
""",
}
