"""How a call site could be given the guards that it lacks: the keywords that its library has for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from tta_validate import facts as f
from tta_validate.program.calls import Calls, Site
from tta_validate.program.render import unparse
from tta_validate.program.values import Ext
from tta_validate.sdk import Call, GuardName, Type, spellings
from tta_validate.sites import GUARDS

LIMIT = "limit"
"""The name of the output limit among the offers, beside those of the guards."""

LIBRARY = "library"
"""The note that names the library of a call whose text does not tell that it calls a model."""

_IN_BODY = {"ollama": "json.options.num_predict", "google": "json.generationConfig.maxOutputTokens"}
"""Where the JSON of a request has its limit, for providers that do not call it ``max_tokens``."""

_RETRY_DECORATORS = "a decorator such as tenacity.retry"


def is_opaque(site: Site) -> bool:
    """Tells whether a call is written as no known path on a client: an object is called, or a function handed on."""
    called = unparse(site.use.call.func, 400)
    paths = [path for short in site.targets[0].row.paths for path in spellings(short)]
    return not any(path and f".{called}".endswith(f".{path.rpartition('.')[2]}") for path in paths)


def offers(site: Site, calls: Calls) -> dict[str, tuple[str, ...]]:
    """Returns guard (or ``limit``) -> what gives it here, as imperative phrases, the nearest to the call first."""
    return {name: tuple(dict.fromkeys(_offers(site, calls, name))) for name in (*GUARDS, LIMIT)}


def _offers(site: Site, calls: Calls, name: str) -> Iterator[str]:
    target = site.targets[0]
    row, receiver = target.row, target.receiver
    keys = _keys(row, name)
    if name == LIMIT and target.endpoint is not None:
        keys = (_IN_BODY.get(target.endpoint.provider, keys[0]),) if keys else ()
    found = [*_on_call(keys, either=name == LIMIT)]
    passed = _key(keys)
    if receiver is not None:
        shown = f"set {passed[0]}= on "
        found += [phrase.replace(shown, "set it on ") for phrase in _on_client(receiver, calls, name, 0)]
    yield from found
    if not found and name != LIMIT:
        yield from _otherwise(site, name)


def _keys(row: Call | Type, name: str) -> tuple[str, ...]:
    return row.limit if name == LIMIT else row.guards.get(cast("GuardName", name), ())


def _on_call(keys: tuple[str, ...], *, either: bool) -> Iterator[str]:
    first, rest = _key(keys)
    if either and len(keys) > 1 and not {"."} & set(keys[0] + keys[1]):
        yield f"pass {keys[0]}= or {keys[1]}="
    elif first:
        yield f"pass {rest} in {first}=" if rest else f"pass {first}="


def _on_client(receiver: Ext, calls: Calls, name: str, depth: int) -> Iterator[str]:
    kind = receiver.type
    if kind is None or depth > 4:
        return
    first, rest = _key(_keys(kind, name))
    if first:
        made = _constructor(receiver)
        yield f"set {rest} in {first}= of {made}()" if rest else f"set {first}= on {made}()"
    for method, guard in kind.adds.items():
        if guard == name:
            yield f"call .{method}() on it"
    if not first:
        for inner in calls.inner(receiver):
            if isinstance(inner, Ext):
                yield from _on_client(inner, calls, name, depth + 1)


def _key(keys: Iterable[str]) -> tuple[str, str]:
    """Returns the keyword to name, and what to set inside its value if it is not the keyword itself."""
    named = [key for key in keys if key[:1].isalpha()]
    best = min(named, key=lambda key: "." in key, default="")
    first, _, rest = best.partition(".")
    return first, rest


def _constructor(receiver: Ext) -> str:
    if receiver.calls:
        return unparse(receiver.calls[0].call.func, 60)
    return receiver.path.rpartition(".")[2]


def _otherwise(site: Site, name: str) -> Iterator[str]:
    """Yields what gives a guard that the library of the call does not have."""
    function = site.use.scope.function()
    node = function.node if function is not None else None
    awaits = isinstance(node, f.Def) and node.is_async
    on = f"{node.name}()" if isinstance(node, f.Def) else "a function around it"
    if name == "timeout":
        yield "put it into asyncio.timeout()" if awaits else "set one on the model or client that it uses"
    elif name == "retry":
        yield f"put {_RETRY_DECORATORS} on {on}"
    elif name == "cache":
        cache = "async_lru.alru_cache" if awaits else "functools.lru_cache"
        yield f"keep its answers by their input, for example with {cache}"
    elif name == "route":
        yield "ask a second model when it fails"
