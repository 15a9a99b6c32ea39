"""Choices of a model by hand, and classes that are picked where they are built."""

CASES = {
    "another provider after a failure": """\
from anthropic import Anthropic
from openai import OpenAI

def ask(text):
    try:
        #: OpenAI().responses.create sdk openai route=manual/function
        return OpenAI().responses.create(model="m", input=text)
    except Exception as error:
        print(error)
    #: Anthropic().messages.create sdk anthropic route=manual/function
    return Anthropic().messages.create(model="c", max_tokens=9, messages=[{"role": "user", "content": text}])
""",
    "the same model asked otherwise after a failure": """\
from openai import OpenAI

client = OpenAI()

def ask(text):
    try:
        #: client.responses.create sdk openai
        return client.responses.create(model="m", input=text)
    except ValueError as error:
        print(error)
    #: client.chat.completions.create sdk openai
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}])
""",
    "configurations that each have a model, until one answers": """\
from openai import OpenAI

def ask(chain, text):
    for config in chain:
        try:
            return one(config, text), config.model
        except Exception as error:
            if "overloaded" in str(error):
                continue
            raise
    raise RuntimeError

def one(config, text):
    #: OpenAI().responses.create sdk openai route=manual/caller
    return OpenAI().responses.create(model=config.model, input=text)
""",
    "a class picked by a factory": """\
from anthropic import Anthropic
from openai import OpenAI

class Gpt:
    def ask(self, text):
        #: OpenAI().responses.create sdk openai route=unknown
        return OpenAI().responses.create(model="m", input=text)

class Claude:
    def ask(self, text):
        #: Anthropic().messages.create sdk anthropic route=unknown
        return Anthropic().messages.create(model="c", max_tokens=9, messages=[{"role": "user", "content": text}])

def build(provider):
    if provider == "gpt":
        return Gpt()
    elif provider == "claude":
        return Claude()
    raise ValueError(provider)
""",
    "an input that is shortened for some errors only": """\
from openai import OpenAI

def ask(texts):
    tries = 0
    while tries < 3:
        try:
            #: OpenAI().responses.create sdk openai retry=manual/function
            return OpenAI().responses.create(model="m", input=texts)
        except Exception as error:
            tries += 1
            if "too long" in str(error):
                texts = texts[1:]
                continue
            continue
""",
    "an input that is shortened or given up": """\
from openai import OpenAI

def ask(texts):
    tries = 0
    while tries < 3:
        try:
            #: OpenAI().responses.create sdk openai
            return OpenAI().responses.create(model="m", input=texts)
        except Exception as error:
            tries += 1
            if "too long" in str(error):
                texts = texts[1:]
                continue
            raise
""",
    "an agent that looks at the world before each step": """\
from openai import OpenAI

def run(world):
    done = False
    while not done:
        state = world.get()
        #: OpenAI().responses.create sdk openai
        answer = OpenAI().responses.create(model="m", input=state)
        done = not answer.output
""",
    "a caller that waits for a future with a bound": """\
from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

def ask(text):
    #: OpenAI().responses.create sdk openai timeout=manual/caller
    return OpenAI().responses.create(model="m", input=text)

def main(text):
    with ThreadPoolExecutor() as pool:
        future = pool.submit(ask, text)
        return future.result(timeout=9)
""",
    "a limit deep in the options of a request": """\
from google import genai
from google.genai import types

def ask(text):
    options = types.HttpOptions(client_args={"timeout": 30})
    config = types.GenerateContentConfig(http_options=options)
    #: genai.Client().models.generate_content sdk google timeout=explicit/call
    return genai.Client().models.generate_content(model="g", contents=text, config=config)
""",
    "functions in a table": """\
from anthropic import Anthropic
from openai import OpenAI

def gpt(text):
    #: OpenAI().responses.create sdk openai route=manual/caller
    return OpenAI().responses.create(model="m", input=text)

def claude(text):
    #: Anthropic().messages.create sdk anthropic route=manual/caller
    return Anthropic().messages.create(model="c", max_tokens=9, messages=[{"role": "user", "content": text}])

MODELS = {"gpt": gpt, "claude": claude}

def ask(name, text):
    return MODELS[name](text)
""",
    "a retry on the first model only": """\
from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI

model = ChatOpenAI(max_retries=3).with_fallbacks([ChatAnthropic()])
#: model.invoke framework openai retry=unknown route=explicit/client
model.invoke("x")
""",
    "a retry on every model": """\
from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI

model = ChatOpenAI(max_retries=3).with_fallbacks([ChatAnthropic(max_retries=1)])
#: model.invoke framework openai retry=explicit/client route=explicit/client
model.invoke("x")
""",
    "an object of a factory's factories": """\
import openai

def get(checkpoint):
    if checkpoint.startswith("text-"):
        return old(checkpoint)
    elif checkpoint.startswith("gpt"):
        return chat(checkpoint)
    raise ValueError(checkpoint)

def old(checkpoint):
    class Old:
        def __call__(self, prompt):
            #: openai.Completion.create sdk openai route=unknown
            return openai.Completion.create(engine=checkpoint, prompt=prompt)
    return Old()

def chat(checkpoint):
    class Chat:
        def __call__(self, prompt):
            #: openai.ChatCompletion.create sdk openai route=unknown
            return openai.ChatCompletion.create(model=checkpoint, messages=prompt)
    return Chat()
""",
    "another method of the same object for the same model": """\
from openai import OpenAI

class Judge:
    def __init__(self, model):
        self.client = OpenAI()
        self.model = model

    def ask(self, prompt):
        try:
            #: self.client.beta.chat.completions.parse sdk openai
            return self.client.beta.chat.completions.parse(model=self.model, messages=prompt)
        except TypeError:
            #: self.client.chat.completions.create sdk openai
            return self.client.chat.completions.create(model=self.model, messages=prompt)
""",
    "streamed or not, by model": """\
import boto3

class Bedrock:
    def __init__(self, model):
        self.client = boto3.client("bedrock-runtime")
        self.model = model

    def ask(self, body):
        if self.model in WITHOUT_STREAMS:
            #: self.client.invoke_model sdk bedrock
            return self.client.invoke_model(modelId=self.model, body=body)
        #: self.client.invoke_model_with_response_stream sdk bedrock
        return self.client.invoke_model_with_response_stream(modelId=self.model, body=body)
""",
    "a test for a class is none for a model": """\
from openai import OpenAI
from pydantic import BaseModel

def ask(prompt):
    client = OpenAI()
    if isinstance(prompt, BaseModel):
        #: client.responses.create sdk openai
        return client.responses.create(model="a", input=prompt.text)
    else:
        #: client.chat.completions.create sdk openai
        return client.chat.completions.create(model="a", messages=prompt)
""",
    "a function that a configuration of Hamilton picks": """\
from hamilton.function_modifiers import config
from openai import OpenAI

@config.when(kind="chat")
def answer__chat(text: str) -> str:
    #: OpenAI().responses.create sdk openai route=unknown
    return OpenAI().responses.create(model="m", input=text)
""",
    "the same input goes to another provider that comes from outside": """\
from openai import OpenAI

class Writer:
    def __init__(self, bedrock_client=None, store=None):
        self.client = OpenAI()
        self.bedrock_client = bedrock_client
        self.store = store

    def ask(self, prompt):
        try:
            #: self.client.responses.create sdk openai route=manual/function
            return self.client.responses.create(model="m", input=prompt)
        except Exception:
            print("failed")
        return self.bedrock_client.analyze(prompt)

    def keep(self, prompt):
        try:
            #: self.client.responses.create sdk openai
            return self.client.responses.create(model="m", input=prompt)
        except Exception:
            print("failed")
        return self.store.last(prompt)
""",
    "a model of the answer's shape is none that answers": """\
from openai import OpenAI

client = OpenAI()

def ask(prompt, response_model):
    if response_model is None:
        #: client.responses.create sdk openai
        return client.responses.create(model="a", input=prompt)
    #: client.chat.completions.parse sdk openai
    return client.chat.completions.parse(model="a", messages=prompt, response_format=response_model)
""",
    "what is left of a list of models, or nothing": """\
import litellm

def ask(tiers, messages):
    models = [f"groq/{tier}" for tier in tiers]
    #: litellm.completion gateway litellm route=explicit/call
    return litellm.completion(model=models[0], messages=messages, fallbacks=models[1:] or None)
""",
    "a class is picked by provider, and an object made of it elsewhere": """\
from anthropic import Anthropic
from openai import OpenAI

class Chat:
    @staticmethod
    def of(provider):
        if provider == "openai":
            return ByOpenAI
        elif provider == "anthropic":
            return ByAnthropic
        raise ValueError(provider)

class ByOpenAI(Chat):
    def ask(self, text):
        #: OpenAI().responses.create sdk openai route=unknown
        return OpenAI().responses.create(model="m", input=text)

class ByAnthropic(Chat):
    def ask(self, text):
        #: Anthropic().messages.create sdk anthropic route=unknown
        return Anthropic().messages.create(model="m", max_tokens=1, messages=[text])

def go(provider, text):
    return Chat.of(provider)().ask(text)
""",
    "a match by model": """\
from anthropic import Anthropic
from openai import OpenAI

first, second = OpenAI(), Anthropic()

def ask(model, text):
    match model.split("-")[0]:
        case "gpt":
            #: first.responses.create sdk openai route=manual/function
            return first.responses.create(model=model, input=text)
        case _:
            #: second.messages.create sdk anthropic route=manual/function
            return second.messages.create(model=model, max_tokens=9, messages=text)

def shape(kind, text):
    match kind:
        case "long":
            #: first.responses.create sdk openai
            return first.responses.create(model="m", input=text)
        case _:
            #: second.messages.create sdk anthropic
            return second.messages.create(model="m", max_tokens=9, messages=text)
""",
}
