CASES = {
    "timeout and retries on the client": """\
from openai import OpenAI

client = OpenAI(timeout=20, max_retries=3)

def ask(text):
    #: client.chat.completions.create sdk openai timeout=explicit/client retry=explicit/client
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}])
""",
    "nothing set, and what is no model call": """\
import openai

client = openai.OpenAI(api_key="k", base_url="https://example.org/v1")
client.models.list()
client.files.retrieve("f")
client.chat.completions.list()
client.fine_tuning.jobs.create(model="m", training_file="f")
#: client.embeddings.create sdk openai
client.embeddings.create(model="text-embedding-3-small", input=["a"])
""",
    "asynchronous client, timeout on the call, None sets nothing": """\
from openai import AsyncOpenAI

class Bot:
    def __init__(self):
        self.client = AsyncOpenAI(timeout=None, max_retries=0)

    async def ask(self, messages):
        #: self.client.responses.create sdk openai timeout=explicit/call
        await self.client.responses.create(model="gpt-4o", input=messages, timeout=5)
        #: self.client.beta.chat.completions.parse sdk openai
        await self.client.beta.chat.completions.parse(model="gpt-4o", messages=messages)
""",
    "options of one call, raw response": """\
from openai import AzureOpenAI

client = AzureOpenAI(azure_endpoint="https://example.org")
#: client.with_options(timeout=5).chat.completions.create sdk openai timeout=explicit/client
client.with_options(timeout=5).chat.completions.create(model="m", messages=[])
#: client.chat.completions.with_raw_response.create sdk openai
client.chat.completions.with_raw_response.create(model="m", messages=[])
""",
    "http client with a timeout": """\
import httpx
from openai import OpenAI

client = OpenAI(http_client=httpx.Client(timeout=httpx.Timeout(10.0)))
#: client.completions.create sdk openai timeout=explicit/client
client.completions.create(model="m", prompt="p")
other = OpenAI(http_client=httpx.Client(timeout=httpx.Timeout(None)))
#: other.completions.create sdk openai
other.completions.create(model="m", prompt="p")
""",
    "module-level calls, old and new": """\
import openai

def old(messages):
    #: openai.ChatCompletion.create sdk openai timeout=explicit/call
    openai.ChatCompletion.create(model="gpt-4", messages=messages, request_timeout=30)
    #: openai.Embedding.create sdk openai
    return openai.Embedding.create(engine="ada", input="x")

def new(messages):
    #: openai.chat.completions.create sdk openai
    return openai.chat.completions.create(model="gpt-4", messages=messages)
""",
    "a class of one's own that has the same surface": """\
class Completions:
    def create(self, **kwargs):
        return kwargs

class Client:
    completions = Completions()

client = Client()
client.completions.create(model="m", timeout=3)
""",
    "agents": """\
from agents import Agent, Runner

agent = Agent(name="a", instructions="i")
#: Runner.run_sync framework openai
Runner.run_sync(agent, "hello")
""",
}
