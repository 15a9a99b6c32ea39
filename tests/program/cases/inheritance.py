"""Guards and clients over classes with bases."""

CASES = {
    "a template method guards what subclasses fill in": {
        "base.py": """\
import abc

from tenacity import retry, stop_after_attempt

class Base(abc.ABC):
    @retry(stop=stop_after_attempt(3))
    def ask(self, text):
        return self._ask(text)

    @abc.abstractmethod
    def _ask(self, text): ...
""",
        "one.py": """\
from base import Base
from openai import OpenAI

class One(Base):
    def _ask(self, text):
        #: OpenAI().responses.create sdk openai retry=explicit/caller
        return OpenAI().responses.create(model="m", input=text)
""",
        "two.py": """\
from base import Base
from openai import OpenAI

class Two(Base):
    def ask(self, text):
        return self._ask(text)

    def _ask(self, text):
        #: OpenAI().responses.create sdk openai
        return OpenAI().responses.create(model="m", input=text)
""",
    },
    "an override that calls super keeps the guard": """\
from openai import OpenAI
from tenacity import retry

class Base:
    @retry
    def ask(self, text):
        return self._ask(text)

class Bot(Base):
    def ask(self, text):
        return super().ask(text.strip())

    def _ask(self, text):
        #: OpenAI().responses.create sdk openai retry=explicit/caller
        return OpenAI().responses.create(model="m", input=text)
""",
    "a decorated method that is overridden without the decorator": """\
from openai import OpenAI
from tenacity import retry

class Base:
    client = OpenAI()

    @retry
    def ask(self, text):
        #: self.client.responses.create sdk openai retry=explicit/function
        return self.client.responses.create(model="m", input=text)

class Bot(Base):
    def ask(self, text):
        #: self.client.responses.create sdk openai
        return self.client.responses.create(model="other", input=text)
""",
    "keyword arguments by a method of the base": """\
from openai import OpenAI

class Base:
    def _options(self):
        return {"model": "m", "timeout": self.seconds()}

    def seconds(self):
        return 30

class Bot(Base):
    def __init__(self):
        self.client = OpenAI()

    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/call
        return self.client.responses.create(input=text, **self._options())
""",
    "the next class of two bases": """\
from openai import OpenAI

class Plain:
    client = OpenAI()

class Timed:
    client = OpenAI(timeout=5)

class One(Plain, Timed):
    def ask(self, text):
        #: self.client.responses.create sdk openai
        return self.client.responses.create(model="m", input=text)

class Two(Timed, Plain):
    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/client
        return self.client.responses.create(model="m", input=text)
""",
    "classes that derive from each other in a circle": """\
from openai import OpenAI

class A(B):
    def ask(self, text):
        #: OpenAI().responses.create sdk openai
        return OpenAI().responses.create(model="m", input=text)

class B(A):
    pass
""",
    "a class out of a table is made with arguments": """\
from openai import OpenAI

class One:
    def __init__(self, **options):
        self.client = OpenAI(**options)

    def ask(self, text):
        #: self.client.responses.create sdk openai retry=explicit/client
        return self.client.responses.create(model="m", input=text)

class Two:
    def __init__(self, timeout):
        self.client = OpenAI(timeout=timeout)

    def ask(self, text):
        #: self.client.responses.create sdk openai timeout=explicit/client
        return self.client.responses.create(model="m", input=text)

KNOWN = {"one": One}
OTHERS = {"two": Two}

def first(name, text):
    return KNOWN[name](max_retries=4).ask(text)

def second(name, text):
    kind = OTHERS[name]
    return kind(timeout=4).ask(text)
""",
    "a step that a mixin brings": """\
import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()

class Base:
    async def run(self, text):
        async with asyncio.timeout(2):
            return await self.step(text)

class Step:
    async def step(self, text):
        #: client.responses.create sdk openai timeout=explicit/caller
        return await client.responses.create(model="m", input=text)

class Both(Step, Base):
    pass

asyncio.run(Both().run("x"))
""",
}
