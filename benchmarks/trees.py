"""Generates source trees that are alike but for their size: packages with LLM clients, services and other code."""

import random
from pathlib import Path

VERBS = [
    "ask",
    "answer",
    "rank",
    "sum",
    "classify",
    "draft",
    "extract",
    "check",
    "score",
    "merge",
    "plan",
    "route",
    "tag",
    "group",
    "review",
    "clean",
]
NOUNS = [
    "ticket",
    "order",
    "invoice",
    "page",
    "note",
    "review",
    "image",
    "batch",
    "claim",
    "report",
    "thread",
    "label",
    "quote",
    "letter",
]
MODELS = ("gpt-4o-mini", "gpt-4o", "o3-mini")

CORE = '''"""Settings that every package uses."""

import os
from dataclasses import dataclass


@dataclass
class Settings:
    seconds: float = 20.0
    tries: int = 3
    model: str = os.environ.get("MODEL", "gpt-4o-mini")


settings = Settings()
'''
CLIENTS = '''"""Clients of {package}."""

from functools import lru_cache

from anthropic import Anthropic
from openai import AsyncOpenAI, OpenAI

from core.settings import settings

client = OpenAI(timeout=settings.seconds, max_retries=settings.tries)
bare = OpenAI()


@lru_cache
def get_client():
    return OpenAI(timeout={seconds})


def make_{noun}_client(kind):
    if kind == "async":
        return AsyncOpenAI(max_retries=settings.tries)
    return Anthropic()
'''
SERVICE = '''"""{title}Service of {package}."""

import logging

from core.settings import settings
{imports}
from .clients import bare, client, get_client, make_{noun}_client

log = logging.getLogger(__name__)


class {title}Service{base}:
    def __init__(self, client=None):
        self.client = client or get_client()
        self.items = []

{methods}

def run_{package}_{name}(texts):
    service = {title}Service()
    return [service.{verb}_{noun}(text) for text in texts]
'''
METHODS = (
    """    def {verb}_{noun}(self, text):
        messages = [{{"role": "system", "content": "{verb} the {noun}"}}, {{"role": "user", "content": text}}]
        return self.client.chat.completions.create(model=settings.model, messages=messages)
""",
    """    def {verb}_{noun}(self, text):
        options = {{"model": "{model}", "timeout": {seconds}}}
        options["temperature"] = 0
        return bare.responses.create(input=text, **options).output_text
""",
    """    async def {verb}_{noun}(self, text):
        found = await make_{noun}_client("async").embeddings.create(model="text-embedding-3-small", input=text)
        self.items.append(found.data[0].embedding)
        return found
""",
    """    @retry(stop=stop_after_attempt({tries}))
    def {verb}_{noun}(self, text):
        return client.chat.completions.create(model="{model}", messages=[{{"role": "user", "content": text}}])
""",
    """    def {verb}_{noun}(self, text):
        for turn in range({tries}):
            try:
                return make_{noun}_client("plain").messages.create(model="claude-3-5-haiku-latest", max_tokens=99,
                                                                   messages=[{{"role": "user", "content": text}}])
            except Exception:
                log.warning("turn %s of {noun} failed", turn)
        return None
""",
    """    def {verb}_{noun}(self, text):
        words = [word.strip(".,;:") for word in text.split() if len(word) > {tries}]
        counts = {{word: words.count(word) for word in set(words)}}
        best = sorted(counts, key=lambda word: (-counts[word], word))[:{tries}]
        self.items.extend(best)
        return " ".join(best) or "no {noun}"
""",
)
PLAIN = '''

def {verb}_{noun}_{number}(rows, limit={tries}):
    """Returns what {verb} makes of each {noun}."""
    found = []
    for at, row in enumerate(rows[:limit]):
        if not row.get("{noun}"):
            continue
        value = float(row["{noun}"]) * {seconds} + at
        found.append({{"{verb}": round(value, 2), "at": at, "name": row.get("name", "").strip().lower()}})
    return sorted(found, key=lambda each: (each["{verb}"], each["at"]))
'''
UNIT_PACKAGES = 8
SERVICES, METHODS_EACH = 6, 6
OTHER_MODULES, FUNCTIONS_EACH = 12, 14


def generate(root: Path, size: int, seed: int = 7) -> None:
    """Writes a tree of ``size`` times eight packages, each of which uses a shared one and some use their neighbour."""
    chance = random.Random(seed)
    _write(root / "pyproject.toml", '[project]\nname = "generated"\nversion = "1"\n')
    _write(root / "core/__init__.py", "")
    _write(root / "core/settings.py", CORE)
    for number in range(size * UNIT_PACKAGES):
        package = f"{chance.choice(NOUNS)}s_{number}"
        noun = chance.choice(NOUNS)
        _write(root / package / "__init__.py", "")
        _write(root / package / "clients.py", CLIENTS.format(package=package, noun=noun, seconds=chance.randint(1, 60)))
        for at in range(SERVICES):
            _write(root / package / f"service_{at}.py", _service(chance, package, noun, at))
        for at in range(OTHER_MODULES):
            functions = (
                PLAIN.format(**_words(chance), number=each, tries=chance.randint(2, 9), seconds=chance.randint(1, 9))
                for each in range(FUNCTIONS_EACH)
            )
            _write(root / package / f"part_{at}.py", f'"""Part {at} of {package}."""\n' + "".join(functions))


def _words(chance: random.Random) -> dict[str, str]:
    return {"verb": chance.choice(VERBS), "noun": chance.choice(NOUNS)}


def _service(chance: random.Random, package: str, noun: str, at: int) -> str:
    verbs = chance.sample(VERBS, METHODS_EACH)
    shapes = [chance.choice(METHODS) for _ in verbs]
    methods = "\n".join(
        shape.format(
            verb=verb,
            noun=noun,
            model=chance.choice(MODELS),
            seconds=chance.randint(1, 90),
            tries=chance.randint(2, 5),
        )
        for verb, shape in zip(verbs, shapes, strict=True)
    )
    imports = "from tenacity import retry, stop_after_attempt\n"
    base = ""
    if at:
        title = f"{VERBS[at - 1].title()}{noun.title()}"
        imports += f"from .service_{at - 1} import {title}Service\n"
        base = f"({title}Service)" if chance.random() < 0.5 else ""
    return SERVICE.format(
        title=f"{VERBS[at].title()}{noun.title()}",
        package=package,
        noun=noun,
        verb=verbs[0],
        name=at,
        base=base,
        imports=imports,
        methods=methods,
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
