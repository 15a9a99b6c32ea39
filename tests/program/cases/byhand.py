"""Hand-made guards and what only looks like one."""

CASES = {
    "models in a row until one answers": """\
from openai import APIError, OpenAI

client = OpenAI()

def first(text):
    for m in ["a", "b"]:
        try:
            #: client.responses.create sdk openai route=manual/function
            return client.responses.create(model=m, input=text)
        except APIError:
            continue
""",
    "a loop that sends the same again": """\
import time

from openai import OpenAI

client = OpenAI()

def counted(text):
    for attempt in range(3):
        try:
            #: client.responses.create sdk openai retry=manual/function
            return client.responses.create(model="m", input=text)
        except Exception:
            time.sleep(2 ** attempt)

def until(text):
    answer = None
    while answer is None:
        try:
            #: client.responses.create sdk openai retry=manual/function
            answer = client.responses.create(model="m", input=text)
        except Exception as error:
            print(error)
    return answer

def empty(text):
    for _ in range(3):
        #: client.responses.create sdk openai retry=manual/function
        answer = client.responses.create(model="m", input=text).output_text
        if answer:
            return answer

def again(text, tries=3):
    try:
        #: client.responses.create sdk openai retry=manual/function
        return client.responses.create(model="m", input=text)
    except Exception:
        if not tries:
            raise
        return again(text, tries - 1)
""",
    "loops that are no retry": """\
from openai import OpenAI

client = OpenAI()

def each(texts):
    found = []
    for text in texts:
        try:
            #: client.responses.create sdk openai
            found.append(client.responses.create(model="m", input=text))
        except Exception:
            continue
    return found

def samples(text):
    found = []
    for _ in range(3):
        #: client.responses.create sdk openai
        found.append(client.responses.create(model="m", input=text))
    return found

def shorter(text):
    for _ in range(3):
        try:
            #: client.responses.create sdk openai
            return client.responses.create(model="m", input=text)
        except Exception:
            text = text[: len(text) // 2]

def once(text):
    try:
        #: client.responses.create sdk openai
        return client.responses.create(model="m", input=text)
    except Exception:
        return None

def conversation(messages):
    while True:
        #: client.responses.create sdk openai
        answer = client.responses.create(model="m", input=messages)
        messages.append(answer)
        if answer.done:
            break
""",
    "a caller's loop": """\
from openai import OpenAI

def ask(text):
    #: OpenAI().responses.create sdk openai retry=manual/caller
    return OpenAI().responses.create(model="m", input=text)

def main(text):
    for _ in range(5):
        try:
            return ask(text)
        except Exception:
            pass
""",
    "a look-up before the call": """\
import json
from pathlib import Path

from openai import OpenAI

client = OpenAI()
answers_cache = {}

def ask(text):
    if text in answers_cache:
        return answers_cache[text]
    #: client.responses.create sdk openai cache=manual/function
    answer = client.responses.create(model="m", input=text)
    answers_cache[text] = answer
    return answer

def from_file(text, cache_file):
    if Path(cache_file).exists():
        return json.loads(Path(cache_file).read_text())
    #: client.responses.create sdk openai cache=manual/function
    answer = client.responses.create(model="m", input=text).output_text
    Path(cache_file).write_text(json.dumps(answer))
    return answer
""",
    "a dict of clients and a conversation are no cache": """\
from openai import OpenAI

clients_cache = {}
history = {}

def ask(key, text):
    if key not in clients_cache:
        clients_cache[key] = OpenAI(api_key=key)
    client = clients_cache[key]
    history.setdefault(key, []).append(text)
    #: client.responses.create sdk openai
    answer = client.responses.create(model="m", input=history[key])
    history[key].append(answer)
    return answer
""",
    "branches by model lead to different calls": """\
from anthropic import Anthropic
from openai import OpenAI

def ask(model, text):
    if model.startswith("gpt"):
        #: OpenAI().responses.create sdk openai route=manual/function
        return OpenAI().responses.create(model=model, input=text)
    elif model.startswith("claude"):
        #: Anthropic().messages.create sdk anthropic route=manual/function
        return Anthropic().messages.create(model=model, max_tokens=1, messages=[])
    raise ValueError(model)
""",
    "branches that only change the request": """\
from openai import OpenAI

client = OpenAI()

def ask(model, text, long):
    options = {"reasoning": {"effort": "low"}} if model == "o3" else {}
    if model == "o1":
        text = text.strip()
    #: client.responses.create sdk openai
    return client.responses.create(model=model, input=text, **options)
""",
    "the next provider by hand": """\
from anthropic import Anthropic
from openai import OpenAI

def ask(text):
    try:
        #: OpenAI().responses.create sdk openai route=manual/function
        return OpenAI().responses.create(model="m", input=text)
    except Exception:
        #: Anthropic().messages.create sdk anthropic route=manual/function
        return Anthropic().messages.create(model="m", max_tokens=1, messages=[])

def each(text):
    for model in ("a", "b"):
        try:
            #: OpenAI().responses.create sdk openai route=manual/function
            return OpenAI().responses.create(model=model, input=text)
        except Exception:
            continue
""",
    "a future waited for": """\
from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

client = OpenAI()

def ask(text):
    with ThreadPoolExecutor() as pool:
        #: pool.submit sdk openai timeout=manual/function
        future = pool.submit(client.responses.create, model="m", input=text)
        return future.result(timeout=10)
""",
    "a loop that works through what is there, and stops for another reason": """\
from openai import OpenAI

client = OpenAI()

def work(pending, limit, stats):
    while pending and not limit.reached:
        try:
            merge(pending)
            if stats.stale:
                break
        except Exception:
            print("failed")

def merge(pending):
    #: client.responses.create sdk openai
    client.responses.create(model="m", input=str(pending))
""",
    "a loop that the answer ends": """\
from openai import OpenAI

client = OpenAI()

def counted(text, checks):
    for attempt in range(3):
        #: client.responses.create sdk openai retry=manual/function
        answer = client.responses.create(model="m", input=text)
        words = answer.output_text.split()
        if len(words) > 3:
            return words
        if checks:
            print("again")

def flagged(text, streamed):
    while True:
        try:
            #: client.responses.create sdk openai retry=manual/function
            answer = client.responses.create(model="m", input=text)
        except Exception:
            continue
        if streamed:
            return answer
        break
""",
    "one error asks again as it was, another with more": """\
from openai import APIConnectionError, OpenAI

client = OpenAI()

def ask(messages, parser):
    while True:
        try:
            #: client.responses.create sdk openai retry=manual/function
            answer = client.responses.create(model="m", input=messages)
        except APIConnectionError:
            continue
        if parser:
            try:
                return parser(answer)
            except ValueError as error:
                messages.append(str(error))
                continue
        else:
            return answer

def corrected(messages, parser):
    while True:
        try:
            #: client.responses.create sdk openai
            return parser(client.responses.create(model="m", input=messages))
        except ValueError as error:
            messages.append(str(error))
            continue
""",
    "a loop that every try leaves": """\
from openai import OpenAI

client = OpenAI()

def once(text):
    for _ in range(3):
        try:
            #: client.responses.create sdk openai
            return client.responses.create(model="m", input=text)
        except Exception:
            raise

def until_valid(text):
    for _ in range(3):
        #: client.responses.create sdk openai retry=manual/function
        answer = client.responses.create(model="m", input=text)
        if answer.output_text:
            return answer
""",
}
