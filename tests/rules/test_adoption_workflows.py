"""Calls of models side by side and one after the other."""

import pytest

from tests.rules.findings import each, messages, reported

HEAD = """
import asyncio
from openai import AsyncOpenAI

client = AsyncOpenAI()


async def ask(prompt):
    return await client.responses.create(model="m", input=prompt)


async def other(prompt):
    return prompt

"""

PARALLEL = {
    "two calls": (
        "async def f(q):\n    return await asyncio.gather(ask(q), client.responses.create(model='n', input=q))\n",
        "asyncio.gather() starts 2 model calls side by side",
    ),
    "a list built in a loop": (
        "async def f(qs):\n    tasks = []\n    for q in qs:\n        tasks.append(asyncio.create_task(ask(q)))\n"
        "    return await asyncio.gather(*tasks)\n",
        "asyncio.gather() starts ask() for every item side by side",
    ),
    "under a semaphore": (
        "async def f(qs):\n    async def one(q):\n        async with asyncio.Semaphore(4):\n"
        "            return await ask(q)\n    return await asyncio.gather(*[one(q) for q in qs])\n",
        "asyncio.gather() starts one() for every item side by side",
    ),
    "a task group": (
        "async def f(q):\n    async with asyncio.TaskGroup() as group:\n        a = group.create_task(ask(q))\n"
        "        b = group.create_task(ask(q + q))\n    return a, b\n",
        "group.create_task() starts 2 model calls side by side",
    ),
    "tasks in a loop": (
        "async def f(qs):\n    async with asyncio.TaskGroup() as group:\n        for q in qs:\n"
        "            group.create_task(ask(q))\n",
        "group.create_task() starts ask() for every item side by side",
    ),
}

NOT_PARALLEL = {
    "one model call beside something else": "async def f(q):\n    return await asyncio.gather(ask(q), other(q))\n",
    "one task": "async def f(q):\n    return asyncio.create_task(ask(q))\n",
    "no model call": "async def f(qs):\n    return await asyncio.gather(*(other(q) for q in qs))\n",
    "another gather": "def gather(*a):\n    return a\n\n\nasync def f(q):\n    return gather(ask(q), ask(q))\n",
    "inside a primitive": (
        "from tta_dev_primitives import WorkflowPrimitive\n\n\nclass All(WorkflowPrimitive):\n"
        "    async def execute(self, data, context):\n        return await asyncio.gather(ask(data), ask(data))\n"
    ),
}

FEEDING = """
async def f(q):
    outline = await client.responses.create(model="m", input=q)
    text = outline.output_text.strip()
    try:
        draft = await asyncio.wait_for(client.responses.create(model="m", input=f"Write {text}"), 5)
    except TimeoutError:
        raise
    return await client.responses.create(model="m", input=[{"role": "user", "content": draft.output_text}])
"""

NOT_FEEDING = {
    "two calls of the same input": (
        "async def f(q):\n    a = await client.responses.create(model='m', input=q)\n"
        "    b = await client.responses.create(model='m', input=q)\n    return a, b\n"
    ),
    "a second call where the first decides": (
        "async def f(q):\n    a = await client.responses.create(model='m', input=q)\n    if not a.ok:\n"
        "        a = await client.responses.create(model='m', input=f'Better: {a.output_text}')\n    return a\n"
    ),
    "blocking calls": (
        "from openai import OpenAI\nplain = OpenAI()\n\n\ndef f(q):\n"
        "    a = plain.responses.create(model='m', input=q)\n"
        "    return plain.responses.create(model='m', input=a.output_text)\n"
    ),
}


@pytest.fixture(scope="module")
def parallel() -> dict[str, list[str]]:
    several = {name: HEAD + code for name, (code, _) in PARALLEL.items()}
    return each("adoption-manual-parallel", {**several, **{name: HEAD + code for name, code in NOT_PARALLEL.items()}})


@pytest.mark.parametrize("name", PARALLEL)
def test_calls_side_by_side_are_reported_once(parallel: dict[str, list[str]], name: str) -> None:
    tail = "; ParallelPrimitive joins steps that each have their own guards"
    assert parallel[name] == [PARALLEL[name][1] + tail]


@pytest.mark.parametrize("name", NOT_PARALLEL)
def test_other_tasks_are_not(parallel: dict[str, list[str]], name: str) -> None:
    assert parallel[name] == []


def test_calls_that_feed_each_other_are_reported_at_the_first() -> None:
    assert messages("adoption-manual-sequence", HEAD + FEEDING) == [
        "client.responses.create() is the first of 3 model calls that feed each other by hand; "
        "SequentialPrimitive (`a >> b`) chains steps that each have their own guards"
    ]


def test_other_calls_in_a_row_are_not() -> None:
    found = each("adoption-manual-sequence", {name: HEAD + code for name, code in NOT_FEEDING.items()})
    assert found == {name: [] for name in NOT_FEEDING}


@pytest.mark.parametrize("rule", ["adoption-manual-parallel", "adoption-manual-sequence"])
def test_nothing_is_said_where_the_project_has_no_primitives(rule: str) -> None:
    code = HEAD + PARALLEL["two calls"][0] + FEEDING
    assert reported(rule, {"app.py": code}) == []
