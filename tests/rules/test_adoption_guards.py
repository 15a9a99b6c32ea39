"""The rules about one guard of each call site: what they say, and of which sites."""

import pytest

from tests.rules.findings import USES_PRIMITIVES, by_rule, messages, reported

PLAIN = """
import asyncio
from openai import AsyncOpenAI, OpenAI
from anthropic import Anthropic

client, anthropic = OpenAI(), Anthropic()
"""
ONE_CALL = PLAIN + '\n\ndef ask(q):\n    return client.responses.create(model="m", input=q)\n'


GUARDS = ("adoption-no-timeout", "adoption-no-retry", "adoption-no-cache", "adoption-no-route")


def test_a_message_names_the_call_what_is_missing_and_what_gives_it() -> None:
    assert by_rule({"app.py": ONE_CALL}, *GUARDS) == {
        "adoption-no-timeout": [
            "app.py:10:12 client.responses.create() has no timeout: pass timeout= or set it on OpenAI()"
        ],
        "adoption-no-retry": ["app.py:10:12 client.responses.create() has no retry: set max_retries= on OpenAI()"],
        "adoption-no-cache": [],
        "adoption-no-route": [
            "app.py:10:12 client.responses.create() has no route to another model: ask a second model when it fails"
        ],
    }


def test_a_primitive_is_named_only_where_the_project_uses_primitives() -> None:
    found = by_rule({**USES_PRIMITIVES, "app.py": ONE_CALL}, *GUARDS)
    assert [found[name][0].rpartition("; ")[2] for name in GUARDS if found[name]] == [
        "TimeoutPrimitive gives one",
        "RetryPrimitive gives one",
        "FallbackPrimitive gives one",
    ]


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("import litellm\nlitellm.completion('m', [])\n", "pass num_retries="),
        ("import requests\nrequests.post('https://api.openai.com/v1/chat/completions')\n", "tenacity.retry"),
        (
            "from langchain_openai import ChatOpenAI\nfrom langchain_core.prompts import ChatPromptTemplate\n"
            "chain = ChatPromptTemplate.from_template('{q}') | ChatOpenAI(timeout=5)\nchain.invoke({})\n",
            "call .with_retry() on it or set max_retries= on ChatOpenAI()",
        ),
        ("import boto3\nboto3.client('bedrock-runtime').converse(modelId='m')\n", "set retries in config="),
    ],
)
def test_the_advice_is_that_of_the_library(code: str, advice: str) -> None:
    (found,) = reported("adoption-no-retry", {"app.py": code})
    assert advice in found


def test_a_call_whose_text_hides_the_library_names_it() -> None:
    code = PLAIN + "async def ask(q):\n    await asyncio.to_thread(client.responses.create, model='m', input=q)\n"
    (found,) = reported("adoption-no-timeout", {"app.py": code})
    assert found.partition(" ")[2] == (
        "asyncio.to_thread() (OpenAI) has no timeout: pass timeout= or set it on OpenAI()"
    )


def test_nothing_is_said_where_reading_cannot_decide() -> None:
    code = PLAIN + "def ask(q, t=None):\n    return client.responses.create(model='m', input=q, timeout=t)\n"
    assert reported("adoption-no-timeout", {"app.py": code}) == []


def test_calls_inside_a_primitive_need_only_a_timeout() -> None:
    code = """
from openai import AsyncOpenAI
from tta_dev_primitives import WorkflowPrimitive


class Ask(WorkflowPrimitive[str, str]):
    def __init__(self):
        self.client = AsyncOpenAI()

    async def execute(self, data, context):
        return await self.client.responses.create(model="m", input=data, temperature=0)
"""
    found = by_rule({"app.py": code}, *GUARDS)
    assert [len(found[name]) for name in GUARDS] == [1, 0, 0, 0]


def test_embeddings_have_no_route_and_no_limit() -> None:
    code = PLAIN + "client.embeddings.create(model='m', input='x')\n"
    found = by_rule({"app.py": code}, "adoption-no-route", "adoption-unbounded-output", "adoption-no-cache")
    assert [len(lines) for lines in found.values()] == [0, 0, 1]


def test_an_output_limit_may_stand_in_the_call_or_on_the_model() -> None:
    code = """
from langchain_openai import ChatOpenAI
from litellm import completion

ChatOpenAI(max_tokens=100).invoke("q")
ChatOpenAI().invoke("q", max_tokens=100)
completion("m", [], max_tokens=100)
ChatOpenAI().invoke("q")
completion("m", [])
"""
    found = reported("adoption-unbounded-output", {"app.py": code})
    assert [one.partition(" ")[0] for one in found] == ["app.py:8:1", "app.py:9:1"]


def test_an_output_limit_may_stand_on_the_model_of_a_chain_and_in_the_body_of_a_request() -> None:
    code = """
import json
import requests
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

CHAT = "https://api.openai.com/v1/chat/completions"
OLLAMA = "http://localhost:11434/api/generate"
prompt = ChatPromptTemplate.from_template("{q}")
bounded, free = ChatOpenAI(max_tokens=9), ChatOpenAI()


def silent(body, options):
    (prompt | bounded).invoke({})
    (prompt | free.bind(max_tokens=9)).invoke({})
    bounded.with_fallbacks([free]).invoke("q")
    free.invoke("q", **options)
    requests.post(CHAT, json={"model": "m", "max_tokens": 9})
    requests.post(CHAT, data=json.dumps({"model": "m"}))
    requests.post(CHAT, json=body)
    requests.post(OLLAMA, json={"model": "m", "options": {"num_predict": 9}})


def reported():
    (prompt | free).invoke({})
    requests.post(CHAT, json={"model": "m"})
    requests.post(OLLAMA, json={"model": "m"})
"""
    assert reported("adoption-unbounded-output", {"app.py": code}) == [
        "app.py:25:5 prompt | free.invoke() has no limit on its output: set max_tokens= on ChatOpenAI()",
        "app.py:26:5 requests.post() has no limit on its output: pass max_tokens in json=",
        "app.py:27:5 requests.post() has no limit on its output: pass options.num_predict in json=",
    ]


def test_a_guard_made_by_hand_names_its_place() -> None:
    code = """
import time
from openai import OpenAI

client = OpenAI()


def ask(q):
    while True:
        try:
            return client.responses.create(model="m", input=q)
        except Exception:
            time.sleep(1)
"""
    (found,) = messages("adoption-manual-retry", code)
    assert found == (
        "client.responses.create() has a retry made by hand (while loop): "
        "a library bounds the tries and spaces them out; RetryPrimitive gives one"
    )


def test_a_thread_waited_for_with_a_bound_is_a_timeout_made_by_hand() -> None:
    code = """
from concurrent.futures import ThreadPoolExecutor
from openai import OpenAI

client, pool = OpenAI(), ThreadPoolExecutor()


def bounded(q):
    future = pool.submit(client.responses.create, model="m", input=q)
    return future.result(timeout=5)


def at_once(q):
    return pool.submit(client.responses.create, model="m", input=q).result(5)


def without_bound(q):
    future = pool.submit(client.responses.create, model="m", input=q)
    return future.result()


def of_the_answer(q):
    answer = client.responses.create(model="m", input=q)
    return answer.get("text")
"""
    found = reported("adoption-manual-timeout", {"app.py": code})
    assert [one.partition(" ")[0] for one in found] == ["app.py:9:14", "app.py:14:12"]


def test_a_dictionary_of_answers_is_a_cache_made_by_hand_whatever_its_name() -> None:
    code = """
from openai import OpenAI

client, answers, kept = OpenAI(), {}, {}


def looked_up(q):
    found = answers.get(q)
    if found is not None:
        return found
    answers[q] = client.responses.create(model="m", input=q)
    return answers[q]


def under_another_key(q):
    if q in kept:
        return kept[q]
    answer = client.responses.create(model="m", input=q)
    kept[answer.id] = answer
    return answer
"""
    found = reported("adoption-manual-cache", {"app.py": code})
    assert [one.partition(" ")[0] for one in found] == ["app.py:11:18"]
