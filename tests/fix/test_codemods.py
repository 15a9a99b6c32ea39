"""Codemods of call sites, by what `check --fix --unsafe-fixes` writes."""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Write
from tests.rules.findings import rule_named
from tta_validate.config import load
from tta_validate.project import Project
from tta_validate.repairing import Asked, repair
from tta_validate.selection import Selection

RULES = (
    "adoption-no-timeout",
    "adoption-no-retry",
    "adoption-manual-retry",
    "adoption-manual-timeout",
    "adoption-no-route",
)
PRIMITIVES = '[project]\nname = "a"\nversion = "1"\ndependencies = ["openai", "tta-dev-primitives"]\n'


def fixed(root: Path, *names: str, unsafe: bool = True) -> tuple[str, list[str]]:
    """Returns the text of ``app.py`` after repairs by some rules, and the rules of the findings that remain."""
    project = Project(root, load(root, given={"cache": False, "jobs": 1}))
    rules = tuple(rule_named(name) for name in names or RULES)
    report = repair(project, Asked(Selection(rules, ()), unsafe=unsafe))
    return (root / "app.py").read_text("utf-8"), [finding.rule for finding in report.findings]


def _of(write: Write, code: str, more: Mapping[str, str] | None = None, *names: str) -> str:
    return fixed(write({"app.py": code, **(more or {})}), *names)[0]


_CALL = 'client.responses.create(model="m", input=q)'
_LAYOUTS = {
    "OpenAI()": "OpenAI(timeout=60)",
    "OpenAI(max_retries=2)": "OpenAI(max_retries=2, timeout=60)",
    "OpenAI(max_retries=2,)": "OpenAI(max_retries=2, timeout=60,)",
    "OpenAI(timeout=None)": "OpenAI(timeout=60)",
    "OpenAI(\n    max_retries=2,  # enough\n)": "OpenAI(\n    max_retries=2,  # enough\n    timeout=60,\n)",
    "OpenAI(\n    max_retries=2\n)": "OpenAI(\n    max_retries=2, timeout=60\n)",
    'OpenAI(\n    api_key="é",\n    max_retries=2,\n)': (
        'OpenAI(\n    api_key="é",\n    max_retries=2,\n    timeout=60,\n)'
    ),
    "OpenAI(\n    api_key=k, max_retries=2  # two\n)": (
        "OpenAI(\n    api_key=k, max_retries=2,  # two\n    timeout=60\n)"
    ),
}


def test_a_keyword_is_laid_out_like_the_others(write: Write) -> None:
    for before, after in _LAYOUTS.items():
        code = f"from openai import OpenAI\n\nk = 1\nclient = {before}  # it\n\n\ndef f(q):\n    return {_CALL}\n"
        made = _of(write, code, {}, "adoption-no-timeout")
        assert made == code.replace(before, after, 1), before


def test_a_call_gets_the_keyword_where_the_client_is_unknown_or_many(write: Write) -> None:
    code = "import litellm\n\n\ndef f(q):\n    return litellm.completion('m', q)  # why\n"
    made = _of(write, code, {}, "adoption-no-timeout", "adoption-no-retry")
    assert made in (
        code.replace("q)  ", f"q, {first}, {second})  ")
        for first, second in (("timeout=60", "num_retries=3"), ("num_retries=3", "timeout=60"))
    )


def test_a_client_of_another_module_is_given_the_keyword_there(write: Write) -> None:
    clients = "from openai import OpenAI\n\nclient = OpenAI()\n"
    code = f"from clients import client\n\n\ndef f(q):\n    return {_CALL}\n\n\ndef g(q):\n    return {_CALL}\n"
    root = write({"app.py": code, "clients.py": clients})
    assert fixed(root, "adoption-no-timeout", unsafe=False) == (code, [])
    assert (root / "clients.py").read_text() == clients.replace("OpenAI()", "OpenAI(timeout=60)")


def test_arguments_that_are_not_written_there_are_left(write: Write) -> None:
    code = "import litellm\n\n\ndef f(q, **more):\n    return litellm.completion('m', q, **more)\n"
    assert _of(write, code) == code


_ASYNC = "from openai import AsyncOpenAI\n\nclient = AsyncOpenAI()\n\n\nasync def f(q):\n    return await {}\n"


def test_primitives_are_used_where_they_are_imported(write: Write) -> None:
    head = "from openai import AsyncOpenAI\nfrom tta_dev_primitives import WorkflowContext\n\nclient = AsyncOpenAI()\n"
    code = f"{head}\n\nasync def f(q):\n    c = WorkflowContext()\n    return await {_CALL}, c\n"
    made, left = fixed(write({"app.py": code, "pyproject.toml": PRIMITIVES}))
    assert made.split("\n\n\n")[1] == (
        "async def f(q):\n"
        "    c = WorkflowContext()\n"
        "    return await RetryPrimitive(\n"
        "        TimeoutPrimitive(\n"
        "            LambdaPrimitive(\n"
        f"                lambda _input, _context: {_CALL}\n"
        "            ),\n"
        "            60,\n"
        "        ),\n"
        "        RetryStrategy(max_retries=3),\n"
        "    ).execute(None, WorkflowContext()), c\n"
    )
    names = "LambdaPrimitive, RetryPrimitive, RetryStrategy, TimeoutPrimitive, WorkflowContext"
    assert f"from tta_dev_primitives import {names}\n" in made
    assert {*left} <= {"adoption-no-route"}


@pytest.mark.parametrize("style", ["primitives", "keywords"])
def test_the_style_can_be_chosen(write: Write, style: str) -> None:
    config = PRIMITIVES + f'[tool.tta-validate.fix]\nstyle = "{style}"\ntimeout = 7.5\nretries = 5\n'
    made = _of(write, _ASYNC.format(_CALL), {"pyproject.toml": config})
    assert ("TimeoutPrimitive(" in made, "AsyncOpenAI()" in made) == (style == "primitives",) * 2
    assert "7.5" in made
    assert "max_retries=5" in made


def test_a_fallback_model_makes_a_route(write: Write) -> None:
    config = PRIMITIVES + '[tool.tta-validate.fix]\nstyle = "primitives"\nfallback-model = "n"\n'
    made = _of(write, _ASYNC.format(_CALL), {"pyproject.toml": config}, "adoption-no-route")
    assert made.count("lambda _input, _context: client.responses.create(") == 2
    assert 'model="n"' in made
    assert 'model="m"' in made
    assert "FallbackPrimitive(" in made
    ast.parse(made)


def test_wait_for_becomes_a_primitive_where_that_is_the_target(write: Write) -> None:
    config = PRIMITIVES + "[tool.tta-validate.targets]\ntimeout-by-primitive = 100\n"
    code = "import asyncio\n\n" + _ASYNC.format(f"asyncio.wait_for({_CALL}, timeout=5)")
    made = _of(write, code, {"pyproject.toml": config}, "adoption-manual-timeout")
    step = f"LambdaPrimitive(lambda _input, _context: {_CALL})"
    assert f"    return await TimeoutPrimitive({step}, 5).execute(None, WorkflowContext())\n" in made
    assert _of(write, code, {"pyproject.toml": PRIMITIVES}, "adoption-manual-timeout") == code


_LOOP = """\
import time

from openai import OpenAI, OpenAIError
{imports}
client = OpenAI(timeout=9)


def f(q):
    # asks
    for n in range(1, 4):
        try:
            # and answers
            answer = client.responses.create(
                model="m", input=q
            )
            break
        except OpenAIError:
            print("again")
            time.sleep(n * 2)
    return answer
"""


def test_a_loop_becomes_one_of_tenacity(write: Write) -> None:
    made = _of(write, _LOOP.format(imports="from tenacity import retry\n"), {}, "adoption-manual-retry")
    names = "Retrying, retry, retry_if_exception_type, stop_after_attempt"
    body = (
        "    for n in Retrying(\n"
        "        stop=stop_after_attempt(3),\n"
        "        wait=lambda state: state.attempt_number * 2,\n"
        "        retry=retry_if_exception_type(OpenAIError),\n"
        "        reraise=True,\n"
        "    ):\n"
        "        with n:\n"
        "            # and answers\n"
        "            answer = client.responses.create(\n"
        '                model="m", input=q\n'
        "            )\n"
        "            break\n"
        "    return answer\n"
    )
    assert made.endswith(body)
    assert f"from tenacity import {names}\n" in made


def test_a_loop_becomes_the_client_s_own_retries(write: Write) -> None:
    made = _of(write, _LOOP.format(imports=""), {}, "adoption-manual-retry")
    assert "client = OpenAI(timeout=9, max_retries=2)\n" in made
    assert made.endswith(
        "def f(q):\n"
        "    # asks\n"
        "    # and answers\n"
        "    answer = client.responses.create(\n"
        '        model="m", input=q\n'
        "    )\n"
        "    return answer\n"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('print("again")', "q = q[1:]"),
        ("range(1, 4)", "items"),
        ('print("again")', "fallback(q)"),
        ("            break\n", "            print(n)\n            break\n"),
        ("            break\n", ""),
        ("except OpenAIError", "except ValueError"),
    ],
)
def test_a_loop_that_does_more_is_left(write: Write, old: str, new: str) -> None:
    code = _LOOP.format(imports="").replace(old, new)
    assert _of(write, code, {}, "adoption-manual-retry") == code


def test_a_misspelt_primitive_gets_its_name_everywhere(write: Write) -> None:
    package = {"tta_dev_primitives/__init__.py": "class RetryPrimitive:\n    pass\n"}
    code = "from tta_dev_primitives import RetryPrimative\n\nstep = RetryPrimative()  # RetryPrimative\n"
    made = _of(write, code, package, "adoption-unresolved-primitive")
    assert made == "from tta_dev_primitives import RetryPrimitive\n\nstep = RetryPrimitive()  # RetryPrimative\n"


_IMPORTS = st.lists(
    st.sampled_from(
        ["import os", "import zlib", "from abc import ABC", "import httpx", "from tenacity import retry", "import zz"]
    ),
    unique=True,
    max_size=4,
)
_WRITTEN = st.tuples(
    st.sampled_from(['"""Says."""\n\n', "", "# top\n", "from __future__ import annotations\n\n"]),
    _IMPORTS,
    st.sampled_from(["OpenAI()", "OpenAI(\n    timeout=None,\n)", "OpenAI(  # a\n    max_retries=1\n)"]),
    st.sampled_from(['model="m", input=q', 'model="m",\n        input=q,\n    ', 'input=f"{q!r}", model="ü"']),
    st.sampled_from(["", "  # trailing", "\n    # below"]),
)


@settings(max_examples=12)
@given(_WRITTEN)
def test_generated_code_parses_and_is_repaired_once(
    tmp_path_factory: pytest.TempPathFactory, parts: tuple[str, list[str], str, str, str]
) -> None:
    top, imports, client, arguments, comment = parts
    head = "\n".join([*imports, "from openai import OpenAI"])
    body = f"    x = client.responses.create({arguments}){comment}\n    return x\n"
    code = f"{top}{head}\n\nclient = {client}\n\n\ndef f(q):\n{body}"
    root = tmp_path_factory.mktemp("generated")
    (root / "app.py").write_text(code, "utf-8")
    made, left = fixed(root, "adoption-no-timeout", "adoption-no-retry")
    ast.parse(made)
    assert left == []
    untouched = [line for line in code.split("\n") if "OpenAI(" not in line and "timeout" not in line]
    lines = iter(made.split("\n"))
    assert [line for line in untouched if line.strip() and "max_retries" not in line and line not in lines] == []
    assert fixed(root, "adoption-no-timeout", "adoption-no-retry") == (made, [])
