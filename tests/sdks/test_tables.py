"""Every built-in table is well formed, and a user can write the same."""

import re
from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest

from tta_validate.sdk import GuardName, Keys, Sdk, Type, spellings
from tta_validate.sdks import tables

TABLES = tables()
TYPES = {kind.name: kind for table in TABLES for kind in table.types}
KEY = re.compile(r"\*|\d+(?:\.\d+)?|(?:\d+\.)?[a-z_][A-Za-z0-9_]*(?:\.(?:[A-Za-z_]\w*|\d+))*")
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.(?:[A-Za-z_]\w*|\*\*))*")


def every() -> list[object]:
    return [pytest.param(table, id=table.name) for table in TABLES]


def names(shorts: tuple[str, ...]) -> Iterator[str]:
    for short in shorts:
        yield from spellings(short)


def keys(table: Sdk) -> Iterator[str]:
    def of(guards: Keys) -> Iterator[str]:
        for several in guards.values():
            yield from several

    calls = [*table.functions, *(call for kind in table.types for call in kind.calls)]
    for call in calls:
        yield from (*call.model, *call.prompt, *call.limit, *call.temperature, *call.url, *call.callee)
        yield from of(call.guards)
    for kind in table.types:
        yield from (*kind.model, *kind.limit, *kind.temperature, *kind.url, *kind.inner, *kind.middleware)
        yield from of(kind.guards)
        yield from of(kind.off)
        for guards in kind.sets.values():
            yield from of(guards)
    for giver in table.givers:
        yield from (*giver.bound, *giver.guarded)
    yield from table.defers.values()


def test_no_two_types_have_one_name() -> None:
    count = Counter(kind.name for table in TABLES for kind in table.types)
    assert [name for name, times in count.items() if times > 1] == []


def test_no_dotted_name_means_two_things() -> None:
    constructors = Counter(name for table in TABLES for kind in table.types for name in set(names(kind.constructors)))
    functions = Counter(name for table in TABLES for call in table.functions for name in set(names(call.paths)))
    assert [name for name, times in (constructors + functions).items() if times > 1] == []


@pytest.mark.parametrize("table", every())
def test_every_type_that_is_named_exists(table: Sdk) -> None:
    named = {
        target
        for kind in table.types
        for target in (*kind.methods.values(), *kind.attributes.values(), *((kind.composes,) if kind.composes else ()))
    }
    covered = {name for giver in table.givers for name in giver.covers if name}
    assert (named | covered) - TYPES.keys() == set()


@pytest.mark.parametrize("table", every())
def test_keys_are_keywords_paths_or_positions(table: Sdk) -> None:
    assert [key for key in keys(table) if not KEY.fullmatch(key)] == []


@pytest.mark.parametrize("table", every())
def test_names_are_those_of_an_import(table: Sdk) -> None:
    dotted = [
        *(name for kind in table.types for name in names(kind.constructors)),
        *(name for call in table.functions for name in names(call.paths)),
        *(name.removeprefix(".") for giver in table.givers for name in names(giver.paths)),
        *(name.removeprefix(".") for short in table.defers for name in spellings(short)),
        *names(table.enclosing),
        *names(table.unset),
    ]
    assert [name for name in dotted if not DOTTED.fullmatch(name)] == []


@pytest.mark.parametrize("table", every())
def test_what_a_table_speaks_of_is_behind_an_import(table: Sdk) -> None:
    roots = {name.split(".")[0] for name in table.imports}
    used = {
        *(name.split(".")[0] for kind in table.types for name in names(kind.constructors)),
        *(name.split(".")[0] for call in table.functions for name in names(call.paths)),
    }
    assert used - roots - {"gptcache", "curl_cffi", "requests_cache", "requests_toolbelt", "aiohttp_retry"} == set()


@pytest.mark.parametrize("table", every())
def test_a_type_without_calls_leads_to_one(table: Sdk) -> None:
    idle = {
        kind.name
        for kind in table.types
        if not (
            kind.calls or kind.methods or kind.attributes or kind.gives or kind.guards or kind.inner or kind.composes
        )
    }
    assert idle == set()


@pytest.mark.parametrize("table", every())
def test_the_same_table_can_be_written_in_configuration(table: Sdk) -> None:
    assert msgspec.convert(msgspec.to_builtins(table), Sdk) == table


def test_sites_need_their_urls_only_where_endpoints_decide() -> None:
    http = [call for table in TABLES for kind in table.types for call in kind.calls if call.url]
    assert http
    assert all(table.kind == "http" for table in TABLES for call in table.functions if call.url)


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://api.openai.com/v1/chat/completions", "openai"),
        ("https://api.openai.com/v1/embeddings", "openai"),
        ("https://me.openai.azure.com/openai/deployments/d/chat/completions?api-version=1", "openai"),
        ("https://api.anthropic.com/v1/messages", "anthropic"),
        ("https://generativelanguage.googleapis.com/v1/models/m:generateContent?key=\0", "google"),
        ("https://eu-aiplatform.googleapis.com/v1/\0:streamRawPredict", "google"),
        ("https://api.groq.com/openai/v1/chat/completions", "groq"),
        ("https://openrouter.ai/api/v1/chat/completions", "openrouter"),
        ("https://api-inference.huggingface.co/models/\0", "huggingface"),
        ("https://bedrock-runtime.eu-west-1.amazonaws.com/model/\0/converse", "bedrock"),
        ("http://localhost:11434/api/chat", "ollama"),
        ("http://ollama:8080/api/embed", "ollama"),
        ("\0/api/generate", "ollama"),
        ("\0/v1/chat/completions", "unknown"),
        ("\0/chat/completions", "unknown"),
        ("\0/v1/messages", "anthropic"),
        ("http://localhost:8000/v1/completions", "unknown"),
        ("https://api.openai.com/v1/models", None),
        ("https://api.openai.com/v1/files", None),
        ("https://api.anthropic.com/v1/messages/count_tokens", None),
        ("https://api.anthropic.com/v1/messages/batches", None),
        ("https://api.openai.com/v1/images/generations", None),
        ("https://waba.example.org/v1/messages", None),
        ("https://example.org/api/chat", None),
        ("\0/api/chat", None),
        ("\0/v1/search", None),
        ("\0", None),
        ("https://huggingface.co/api/models", None),
        ("https://api.github.com/repos/o/r/issues", None),
        ("http://localhost:11434/api/tags", None),
        ("https://api.typeform.com/forms/1/responses", None),
    ],
)
def test_endpoints(url: str, provider: str | None) -> None:
    found = (
        endpoint.provider
        for table in TABLES
        for endpoint in table.endpoints
        if not endpoint.body and re.search(endpoint.host, url) and re.search(endpoint.path, url)
    )
    assert next(found, None) == provider


def test_guards_are_the_four() -> None:
    allowed: set[GuardName] = {"timeout", "retry", "cache", "route"}

    def of(kind: Type) -> set[GuardName]:
        return {*kind.guards, *kind.gives, *kind.off, *kind.adds.values(), *(g for s in kind.sets.values() for g in s)}

    assert all(of(kind) <= allowed for kind in TYPES.values())
    assert all(set(kind.off) <= set(kind.gives) for kind in TYPES.values())
