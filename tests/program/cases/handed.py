"""Values on their way to a call: through ``*args``, by a framework's names, in conditional keys and kept arguments."""

CASES = {
    "a client through *args": """\
from openai import OpenAI

def ask(client, text):
    #: client.responses.create sdk openai timeout=explicit/client retry=manual/caller
    return client.responses.create(model="m", input=text)

def ask_again(*args):
    answer = None
    while answer is None:
        try:
            answer = ask(*args)
        except Exception as error:
            print(error)
    return answer

def main(text):
    return ask_again(OpenAI(timeout=5), text)
""",
    "a client that a framework passes by name and type": """\
import openai

def model__small() -> openai.OpenAI:
    return openai.OpenAI()

def answer(model: openai.OpenAI, text: str) -> str:
    #: model.responses.create sdk openai
    return model.responses.create(model="m", input=text).output_text
""",
    "a key that is set when its value is there": """\
from openai import OpenAI

def ask(text, limit=30.0):
    kwargs = {"model": "m", "input": text}
    if limit is not None:
        kwargs["timeout"] = limit
    #: OpenAI().responses.create sdk openai timeout=explicit/call
    return OpenAI().responses.create(**kwargs)
""",
    "a key that is set in both branches": """\
from openai import OpenAI

def ask(text, long):
    kwargs = {"model": "m", "input": text}
    if long:
        kwargs["timeout"] = 90
    else:
        kwargs["timeout"] = 9
    #: OpenAI().responses.create sdk openai timeout=explicit/call
    return OpenAI().responses.create(**kwargs)
""",
    "a choice that reading can make": """\
from openai import OpenAI

SLOW = True

def ask(text):
    #: OpenAI().responses.create sdk openai timeout=explicit/call
    return OpenAI().responses.create(model="m", input=text, timeout=9 if SLOW else None)
""",
    "arguments that an object keeps for whoever makes it": """\
from openai import OpenAI

class Bot:
    def __init__(self, **options):
        self.options = options
        self.client = OpenAI(max_retries=2)

    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=unknown retry=explicit/client
        return self.client.responses.create(model="m", input=text, **self.options)
""",
    "a subclass that passes settings on": """\
from openai import OpenAI

class Patient(OpenAI):
    def __init__(self, key):
        super().__init__(api_key=key, timeout=20, max_retries=4)

#: Patient('k').responses.create sdk openai timeout=explicit/client retry=explicit/client
Patient("k").responses.create(model="m", input="x")
""",
    "a parameter of no known type, in a module that imports the library": """\
import openai

def ask(client, text):
    try:
        #: client.chat.completions.create sdk openai timeout=unknown retry=unknown
        return client.chat.completions.create(model="m", messages=text)
    except openai.APIError:
        return None
""",
    "a parameter that sends letters, not prompts": """\
import anthropic

def send(client, text):
    return client.messages.create(to="a", body=text)
""",
    "a value that a test tells of": """\
from langchain_core.language_models import BaseChatModel

class Bot:
    def __init__(self, settings):
        if not isinstance(settings.model, BaseChatModel):
            raise TypeError("no model")
        self.model = settings.model

    def ask(self, text):
        #: self.model.invoke framework unknown timeout=unknown retry=unknown cache=unknown route=unknown
        return self.model.invoke(text)
""",
}
