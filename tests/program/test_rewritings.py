"""Rewriting a program without changing what it does changes nothing of its inventory but places."""

import ast
import re
from collections.abc import Callable, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from ..inventories import inventory

CLIENTS = [
    "OpenAI()",
    "OpenAI(timeout=5)",
    "OpenAI(max_retries=2, timeout=None)",
    "OpenAI(**OPTIONS)",
    "connect()",
]
BODIES = [
    "return {client}.responses.create(model='m', input=text)",
    "client = {client}\n    return client.responses.create(model='m', input=text, timeout=9)",
    "for turn in range(3):\n        try:\n            return {client}.responses.create(model='m', input=text)\n"
    "        except Exception:\n            print(turn)",
    "options = {{'model': 'm'}}\n    options['timeout'] = 4\n    client = {client}\n"
    "    return client.responses.create(input=text, **options)",
    "if text in answers_cache:\n        return answers_cache[text]\n    client = {client}\n"
    "    answers_cache[text] = client.responses.create(model='m', input=text)\n    return answers_cache[text]",
    "with {client} as client:\n        return [client.responses.create(model='m', input=text) for part in text]",
    "return {below}(text)",
]
DECORATORS = ["", "@retry\n", "@lru_cache\n", "@tenacity.retry(stop=tenacity.stop_after_attempt(2))\n"]
IMPORTS = [
    "from openai import OpenAI",
    "import tenacity",
    "from tenacity import retry",
    "from functools import lru_cache",
]
HEAD = "OPTIONS = {'timeout': 7}\nanswers_cache = {}\n"
CONNECT = "def connect():\n    return OpenAI(max_retries=1)\n"

FUNCTION = st.tuples(st.sampled_from(DECORATORS), st.sampled_from(BODIES), st.sampled_from(CLIENTS))


def functions(made: list[tuple[str, str, str]]) -> list[str]:
    """Returns the functions ``ask0`` ..., each of which may call the one before it."""
    return [
        f"{decorator}def ask{at}(text):\n    {body.format(client=client, below=f'ask{max(0, at - 1)}')}\n"
        for at, (decorator, body, client) in enumerate(made)
    ]


def module(parts: list[str], imports: list[str] = IMPORTS) -> str:
    return "\n".join([*imports, "", HEAD, CONNECT, *parts])


def renamed(text: str) -> str:
    """Returns a text with other names for locals and parameters."""
    return re.sub(r"\b(client|text|options|turn|part)\b(?!=)(?!['\"])", r"other_\1", text).replace(
        "=text", "=other_text"
    )


def in_if(text: str) -> str:
    return "if True:\n" + "".join(f"    {line}\n" if line else "\n" for line in text.split("\n"))


def laid_out(text: str) -> str:
    return ast.unparse(ast.parse(text))


def spaced(text: str) -> str:
    return (
        text.replace("(", "(  # (\n  ")
        .replace("def ask", "# a comment\n\n\ndef ask")
        .replace("  # (\n  text):", "text):")
    )


def split(parts: list[str]) -> Mapping[str, str]:
    """Returns the program in a package of two modules, the second of which re-exports what it takes of the first."""
    return {
        "first.py": "\n".join([*IMPORTS[:1], "", HEAD, CONNECT]),
        "second.py": "from first import OPTIONS as OPTIONS, answers_cache as answers_cache, connect as connect\n",
        "app.py": "\n".join([*IMPORTS, "from second import *", "", *parts]),
    }


def without_places(lines: list[str]) -> list[str]:
    """Returns the lines of an inventory without paths and line numbers, in an order that no place decides."""
    return sorted(re.sub(r"\bother_", "", line.partition(" ")[2]) for line in lines)


REWRITINGS: dict[str, Callable[[list[str]], Mapping[str, str]]] = {
    "renamed": lambda parts: {"app.py": renamed(module(parts))},
    "reordered": lambda parts: {"app.py": module(list(reversed(parts)), list(reversed(IMPORTS)))},
    "in_if": lambda parts: {"app.py": in_if(module(parts))},
    "laid_out": lambda parts: {"app.py": laid_out(module(parts))},
    "spaced": lambda parts: {"app.py": spaced(module(parts))},
    "split": split,
}


def together(programs: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Returns the inventory of each program; all are read at once, each in a project folder of its own."""
    files = {f"{name}/{path}": text for name, program in programs.items() for path, text in program.items()}
    found: dict[str, list[str]] = {name: [] for name in programs}
    for line in inventory({**files, **{f"{name}/pyproject.toml": "" for name in programs}}):
        found[line.partition("/")[0]].append(line)
    return {name: without_places(lines) for name, lines in found.items()}


@settings(max_examples=12, derandomize=True)
@given(st.lists(FUNCTION, min_size=2, max_size=5))
def test_the_inventory_does_not_hang_on_how_a_program_is_written(made: list[tuple[str, str, str]]) -> None:
    parts = functions(made)
    plain = {"app.py": module(parts)}
    found = together({"plain": plain, **{name: rewrite(parts) for name, rewrite in REWRITINGS.items()}})
    assert found == dict.fromkeys(found, without_places(inventory(plain)))
