"""Calls that look like calls of a model and are none."""

CASES = {
    "methods of one's own with an SDK's names": """\
from openai import OpenAI

class Bot:
    def __init__(self):
        self.client = OpenAI()

    def chat(self, text):
        #: self.client.responses.create sdk openai
        return self.client.responses.create(model="m", input=text)

    def invoke(self, text):
        return self.chat(text)

    def generate_content(self, text):
        return self.invoke(text)

    def invoke_model(self, text):
        return self.generate_content(text)

bot = Bot()
bot.chat("x")
bot.invoke_model("x")
""",
    "one's own wrapper handed to a thread": """\
import asyncio

from openai import OpenAI

class Bot:
    client = OpenAI()

    def generate_response(self, text):
        #: self.client.responses.create sdk openai
        return self.client.responses.create(model="m", input=text)

class Memory:
    def __init__(self):
        self.llm = Bot()

    async def ask(self, text):
        return await asyncio.to_thread(self.llm.generate_response, text)
""",
    "a class with an SDK's surface": """\
import litellm

class Completions:
    def create(self, messages):
        #: litellm.completion gateway litellm
        return litellm.completion(model="m", messages=messages)

class Chat:
    def __init__(self):
        self.completions = Completions()

class Proxy:
    def __init__(self):
        self.chat = Chat()

Proxy().chat.completions.create([])
""",
    "calls of an SDK that generate nothing": """\
import google.generativeai as genai
import litellm
import openai

genai.configure(api_key="k")
genai.list_models()
litellm.completion_cost(completion_response={})
litellm.token_counter(model="m", text="x")
openai.OpenAI().models.list()
openai.OpenAI().files.create(file=b"", purpose="batch")
openai.OpenAIError("x")
""",
    "execute and invoke of other things": """\
import sqlite3

from langchain_core.tools import tool

@tool
def add(a: int, b: int) -> int:
    "Adds."
    return a + b

add.invoke({"a": 1, "b": 2})
sqlite3.connect("x").cursor().execute("select 1")

class Sandbox:
    def execute(self, code):
        return code

Sandbox().execute("x")
""",
    "posts to other services": """\
import httpx
import requests

requests.post("https://api.example.org/v1/search", json={"query": "x"})
httpx.post("https://api.tavily.com/search", json={"q": 1}, timeout=3)
#: requests.post http anthropic timeout=explicit/call
requests.post("https://api.anthropic.com/v1/messages", json={"model": "m"}, timeout=9)
""",
    "names without a library": """\
def ask(client, llm, chain):
    client.responses.create(model="m", input="x")
    llm.invoke("x")
    return chain.execute("x")
""",
    "a simulated model": """\
import asyncio

class FakeLLM:
    async def invoke(self, text):
        await asyncio.sleep(0)
        return text.upper()

async def main():
    return await FakeLLM().invoke("x")
""",
    "a library's name for something else": """\
from openai import OpenAI

OpenAI = dict
OpenAI(timeout=3).responses.create(model="m")

def ask(openai):
    return openai.responses.create(model="m")
""",
    "a client of which another time limit is set": """\
import httpx
from openai import OpenAI

web = httpx.Client(timeout=10)
client = OpenAI()

def ask(text, timeout=5):
    page = web.get("https://example.org", timeout=timeout)
    #: client.responses.create sdk openai
    return client.responses.create(model="m", input=page.text, metadata={"timeout": 5})
""",
    "text that is no code": '''\
from openai import OpenAI

EXAMPLE = """
client = OpenAI()
client.responses.create(model="m", input="x")
"""
# OpenAI().responses.create(model="m", input="x")
''',
    "one try is no retry, however it is said": """\
from openai import OpenAI
from tenacity import retry, stop_after_attempt, stop_after_delay, stop_any

client = OpenAI()

@retry(stop=stop_after_attempt(1) | stop_after_delay(10))
def once(text):
    #: client.responses.create sdk openai
    return client.responses.create(model="m", input=text)

@retry(stop=stop_any(stop_after_attempt(1), stop_after_delay(10)))
def also_once(text):
    #: client.responses.create sdk openai
    return client.responses.create(model="m", input=text)

@retry(stop=stop_after_attempt(1) & stop_after_delay(10))
def for_a_while(text):
    #: client.responses.create sdk openai retry=explicit/function
    return client.responses.create(model="m", input=text)

@retry(stop=(stop_after_attempt(3) | stop_after_delay(10)))
def thrice(text):
    #: client.responses.create sdk openai retry=explicit/function
    return client.responses.create(model="m", input=text)
""",
}
