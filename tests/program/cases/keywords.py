"""Guards in dictionaries of keyword arguments."""

CASES = {
    "the last setting counts": """\
import litellm
from openai import OpenAI

client = OpenAI(timeout=5, max_retries=3)

def less(text):
    #: client.with_options(max_retries=0).responses.create sdk openai timeout=explicit/client
    return client.with_options(max_retries=0).responses.create(model="m", input=text)

def more(text):
    none = client.with_options(max_retries=0)
    again = none.with_options(max_retries=2)
    #: again.responses.create sdk openai timeout=explicit/client retry=explicit/client
    return again.responses.create(model="m", input=text)

def never(messages):
    #: litellm.completion gateway litellm
    return litellm.completion(model="m", messages=messages, num_retries=0, caching=False)
""",
    "a literal, an item, an update, a merge, dict()": """\
from openai import OpenAI

client = OpenAI()

def literal(text):
    options = {"model": "m", "timeout": 5}
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(input=text, **options)

def item(text):
    options = {"model": "m"}
    options["timeout"] = 5
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(input=text, **options)

def update(text):
    options = {"model": "m"}
    options.update(timeout=5)
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(input=text, **options)

def merge(text):
    options = {"model": "m"} | {"timeout": 5}
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(input=text, **options)

def made(text):
    options = dict(model="m", timeout=5)
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(input=text, **options)

def nested(text):
    basis = {"timeout": 5}
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(input=text, **{"model": "m", **basis})
""",
    "what a later statement sets or takes away": """\
from openai import OpenAI

client = OpenAI()

def late(text):
    options = {"model": "m"}
    #: client.responses.create sdk openai
    answer = client.responses.create(input=text, **options)
    options["timeout"] = 5
    return answer

def gone(text):
    options = {"model": "m", "timeout": 5}
    options.pop("timeout")
    #: client.responses.create sdk openai
    return client.responses.create(input=text, **options)

def unset(text):
    options = {"model": "m", "timeout": 5}
    options["timeout"] = None
    #: client.responses.create sdk openai
    return client.responses.create(input=text, **options)
""",
    "a helper's dict": """\
from openai import OpenAI

client = OpenAI()

def options(model):
    made = {"model": model}
    made["timeout"] = 5
    return made

def ask(text):
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(input=text, **options("m"))
""",
    "on some paths only": """\
from openai import OpenAI

client = OpenAI()

def ask(text, hasty):
    options = {"model": "m"}
    if hasty:
        options["timeout"] = 5
    #: client.responses.create sdk openai timeout=unknown
    return client.responses.create(input=text, **options)
""",
    "keywords that callers in the project give": """\
from openai import OpenAI

client = OpenAI()

def ask(text, **options):
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(model="m", input=text, **options)

def main():
    ask("x", timeout=5)
    ask("y", timeout=6, temperature=0)
""",
    "keywords of a constructor, read from a dict of the module": """\
from openai import OpenAI

DEFAULTS = {"timeout": 20, "max_retries": 3}

client = OpenAI(**DEFAULTS)
#: client.responses.create sdk openai timeout=explicit/client retry=explicit/client
client.responses.create(model="m", input="x")
""",
    "on the same dict first and then off": """\
import litellm

def ask(messages):
    options = {"model": "m", "caching": True}
    #: litellm.completion gateway litellm cache=explicit/call
    litellm.completion(messages=messages, **options)
    options["caching"] = False
    #: litellm.completion gateway litellm
    return litellm.completion(messages=messages, **options)
""",
    "values that mean none, and constants with a name": """\
from openai import NOT_GIVEN, OpenAI

SECONDS = 30
NEVER = None
TRIES = 0
client = OpenAI(timeout=NEVER, max_retries=TRIES)
#: client.responses.create sdk openai timeout=explicit/call
client.responses.create(model="m", input="x", timeout=SECONDS)
#: client.responses.create sdk openai
client.responses.create(model="m", input="x", timeout=NOT_GIVEN)
""",
    "a dict is merged in place": """\
from openai import OpenAI

client = OpenAI()
SHARED = {"model": "m"}
SHARED |= {"timeout": 5}

def merged(text):
    options = {"model": "m"}
    options |= {"timeout": 5}
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(input=text, **options)

def shared(text):
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(input=text, **SHARED)

def replaced(text):
    options = {"model": "m"}
    options["timeout"] = 5
    options |= {"timeout": None}
    #: client.responses.create sdk openai
    return client.responses.create(input=text, **options)

def sometimes(text, long):
    options = {"model": "m"}
    if long:
        options |= {"timeout": 5}
    #: client.responses.create sdk openai timeout=unknown
    return client.responses.create(input=text, **options)
""",
    "a key is set where it is missing": """\
from openai import OpenAI

client = OpenAI()

def missing(text, **options):
    if "timeout" not in options:
        options["timeout"] = 5
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(input=text, **options)

def empty(text, **options):
    if not options.get("timeout"):
        options["timeout"] = 5
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(input=text, **options)

def other(text):
    options = {"model": "m"}
    if "model" not in options:
        options["timeout"] = 5
    #: client.responses.create sdk openai timeout=unknown
    return client.responses.create(input=text, **options)
""",
    "an endless timeout is none": """\
import math
from openai import OpenAI

client = OpenAI()

def endless(text):
    #: client.responses.create sdk openai
    return client.responses.create(model="m", input=text, timeout=float("inf"))

def as_endless(text):
    #: client.responses.create sdk openai
    return client.responses.create(model="m", input=text, timeout=math.inf)

def long(text):
    #: client.responses.create sdk openai timeout=explicit/call
    return client.responses.create(model="m", input=text, timeout=float("90"))
""",
    "free arguments that nothing in the project passes": """\
from openai import OpenAI

client = OpenAI()

def ask(text, **kwargs):
    #: client.responses.create sdk openai timeout=unknown
    return client.responses.create(model="m", input=text, **kwargs)

def with_options(text, options=None):
    #: client.responses.create sdk openai timeout=unknown
    return client.responses.create(model="m", input=text, **(options or {}))

def called(text, **kwargs):
    #: client.responses.create sdk openai
    return client.responses.create(model="m", input=text, **kwargs)

class Model:
    def ask(self, text, **kwargs):
        #: client.responses.create sdk openai
        return client.responses.create(model="m", input=text, **kwargs)

def go(models, text):
    called(text, temperature=0)
    return [one.ask(text, temperature=0) for one in models]
""",
    "a number that stands in for None": """\
from openai import OpenAI

class Asker:
    def __init__(self, tries):
        self.tries = float(tries)
        most = self.tries if self.tries is not None else 0
        self.client = OpenAI(max_retries=most)

    def ask(self, text):
        #: self.client.responses.create sdk openai retry=explicit/client
        return self.client.responses.create(model="m", input=text)
""",
    "a key that is deleted again": """\
import litellm

def ask(text, **kwargs):
    options = {"timeout": 3, "num_retries": 2}
    del options["timeout"]
    #: litellm.completion gateway litellm retry=explicit/call
    return litellm.completion(model="m", messages=text, **options)
""",
}
