"""Traces out of folders of recordings, and their calls joined to the call sites of the code."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tta_validate.cost.evaluate import Place, Settings
from tta_validate.cost.policies import Bounds, Cache, PromptCache, Route, Store
from tta_validate.cost.prices import Book
from tta_validate.cost.trace import Trace
from tta_validate.cost_config import CostConfig
from tta_validate.errors import InputError
from tta_validate.observations import Made
from tta_validate.sites import CallSite
from tta_validate.traffic.calls import Call, Recogniser
from tta_validate.traffic.exchange import Left
from tta_validate.traffic.files import Recording, exchanges, recordings

_CALLER = re.compile(r"^(.+?):(\d+)(?:\s+(\S+))?$")
_FOUND = ("cassettes", "keploy", "recordings", "vcr_cassettes", "fixtures")
_NEVER = frozenset((".git", ".venv", "node_modules"))
_TTL, _SIZE = 3600.0, 1000
"""Seconds and answers of a cache of which nothing is known."""


def found_recordings(root: Path, named: Sequence[str]) -> list[Recording]:
    """Returns the recordings in the named files and folders, relative to the root; in the usual ones without a name.

    Raises InputError for a name that is not there.
    """
    if not named:
        folders = sorted(
            path
            for path in root.rglob("*")
            if path.is_dir() and path.name in _FOUND and _NEVER.isdisjoint(path.relative_to(root).parts)
        )
        tops = [one for one in folders if not any(other in one.parents for other in folders)]
        return [one for folder in tops for one in recordings(folder, folder.relative_to(root).as_posix())]
    found: dict[Path, Recording] = {}
    for name in named:
        path = Path(name) if Path(name).is_absolute() or not (root / name).exists() else root / name
        if not path.exists():
            raise InputError(f"cost.recordings: there is no file or folder {name!r}; name one that there is")
        shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
        found |= {one.file: one for one in recordings(path, "" if shown == "." else shown)}
    return sorted(found.values(), key=lambda one: one.path)


def gather(files: Iterable[Recording], config: CostConfig, book: Book | None = None) -> tuple[Trace, int]:
    """Returns the trace of what the files hold, and how many of them hold any exchange."""
    trace = Trace(book or Book(config))
    recogniser = Recogniser(config.hosts)
    count = 0
    for file in files:
        before = len(trace) + trace.left_out.total()
        trace.add(_calls(file, recogniser))
        count += len(trace) + trace.left_out.total() > before
    return trace, count


def _calls(file: Recording, recogniser: Recogniser) -> Iterator[Call | Left]:
    for one in exchanges(file):
        yield one if isinstance(one, Left) else recogniser.recognise(one)


@dataclass(frozen=True, slots=True)
class Code:
    """What the code says beside the traffic: its call sites, what it makes, and the call site of each row."""

    sites: Sequence[CallSite] = ()
    made: Sequence[Made] = ()
    places: Mapping[int, Place] = field(default_factory=dict[int, Place])


def settings(config: CostConfig, target: float | None, trace: Trace, code: Code | None = None) -> Settings:
    """Returns what a trace is judged by.

    Routes go to cheaper models that configuration, code or traffic name; caches are those of the code where the
    configuration says nothing.
    """
    code = code or Code()
    cheaper: dict[str, dict[str, None]] = {}
    for model in trace.models:
        if not model.embedding:
            cheaper.setdefault(model.provider, {})[model.asked or model.model] = None
    for provider, model in _named(code):
        cheaper.setdefault(provider, {})[model] = None
    for provider in list(cheaper):
        cheaper[provider] |= dict.fromkeys(config.cheaper_models)
    return Settings(
        kind="test",
        cache=_cache(config, code),
        prompt_cache=PromptCache(config.prefix_ttl, config.prefix_tokens),
        route=Route(
            config.routes,
            {name: sorted(own) for name, own in cheaper.items()},
            config.simple_input,
            config.simple_output,
        ),
        bounds=Bounds(config.max_attempts, config.timeout),
        target=target,
        min_exchanges=config.min_exchanges,
        budget=config.budget,
    )


def _named(code: Code) -> Iterator[tuple[str, str]]:
    """Yields providers with the models that the code names."""
    for site in code.sites:
        if site.model and not site.embedding:
            yield site.provider, site.model
    for one in code.made:
        if one.name == "UniversalLLMPrimitive" and one.text("provider") and one.text("model"):
            yield one.text("provider"), one.text("model")


def _cache(config: CostConfig, code: Code) -> Cache:
    """Returns the cache to replay: each call site's own, and what all caches of the code say for the rest."""
    stores = {_at(one): _store(config, one) for one in code.made if one.name.endswith("CachePrimitive")}
    around = {(site.path, site.line): site.guards["cache"].where for site in code.sites if "cache" in site.guards}
    own: dict[int, Store] = {}
    for row, (path, line, _) in code.places.items():
        store = stores.get(around.get((path, line)) or "")
        if store is not None:
            own[row] = store
    same = {(one.ttl, one.size) for one in stores.values()}
    rest = min(stores.values(), key=lambda one: one.where) if len(same) == 1 else Store(_TTL, _SIZE, "assumed")
    if config.cache_ttl is not None or config.cache_size is not None:
        rest = _configured(config, rest)
    return Cache(rest.ttl, rest.size, own, rest.where)


def _configured(config: CostConfig, store: Store) -> Store:
    """Returns a store with what is configured."""
    ttl = store.ttl if config.cache_ttl is None else config.cache_ttl
    size = store.size if config.cache_size is None else config.cache_size
    said = " and ".join(
        dict.fromkeys(["configured", *([store.where] if None in (config.cache_ttl, config.cache_size) else [])])
    )
    return Store(ttl, size, said)


def _store(config: CostConfig, made: Made) -> Store:
    ttl = _first(made, "ttl_seconds", "ttl")
    size = _first(made, "max_size", "max_entries")
    unread = [said for said, value in (("lifetime", ttl), ("size", size)) if value is None]
    where = _at(made) + (f", {' and '.join(unread)} assumed" if unread else "")
    found = Store(_TTL if ttl is None else ttl, _SIZE if size is None else int(size), where)
    return found if config.cache_ttl is None and config.cache_size is None else _configured(config, found)


def _first(made: Made, *keys: str) -> float | None:
    for key in keys:
        if (found := made.number(key)) is not None:
            return found
    return None


def _at(made: Made) -> str:
    return f"{made.location.path}:{made.location.line}"


def joined(trace: Trace, sites: Sequence[CallSite]) -> dict[int, Place]:
    """Returns the call site of each row that can be told: by the caller that was recorded, else by provider and model.

    Without a recorded caller, a call belongs to the only call site of its provider, model and kind; where there are
    several it stays unknown.
    """
    if not sites:
        return {}
    callers = [_by_caller(caller, sites) for caller in trace.callers]
    by_model = [_by_model(model.provider, model.asked, model.embedding, sites) for model in trace.models]
    found: dict[int, Place] = {}
    for row in range(len(trace)):
        named = bool(trace.callers[trace.caller[row]])
        place = callers[trace.caller[row]] if named else by_model[trace.model[row]]
        if place:
            found[row] = place
    return found


def _by_caller(caller: str, sites: Sequence[CallSite]) -> Place | None:
    match = _CALLER.match(caller)
    if not match:
        return None
    path, line, function = match[1].replace("\\", "/"), int(match[2]), match[3]
    own = [one for one in sites if one.path == path or one.path.endswith(f"/{path}") or path.endswith(f"/{one.path}")]
    exact = [one for one in own if one.line <= line <= one.end_line]
    near = exact or [one for one in own if function and _last(one.function or "") == _last(function)]
    return _place(near[0]) if len(near) == 1 else None


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _by_model(provider: str, asked: str, embedding: bool, sites: Sequence[CallSite]) -> Place | None:
    own = [one for one in sites if one.provider == provider and one.embedding == embedding]
    exact = [one for one in own if one.model == asked]
    if len(exact) == 1:
        return _place(exact[0])
    return _place(own[0]) if len(own) == 1 and own[0].model is None else None


def _place(site: CallSite) -> Place:
    return site.path, site.line, site.function or ""
