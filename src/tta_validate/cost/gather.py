"""Traces out of folders of recordings, and their calls joined to the call sites of the code."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tta_validate.cost.evaluate import Place, Settings
from tta_validate.cost.policies import Bounds, Cache, PromptCache, Route
from tta_validate.cost.prices import Book
from tta_validate.cost.trace import Trace
from tta_validate.cost_config import CostConfig
from tta_validate.errors import InputError
from tta_validate.sites import CallSite
from tta_validate.traffic.calls import Call, Recogniser
from tta_validate.traffic.exchange import Left
from tta_validate.traffic.files import Recording, exchanges, recordings

_CALLER = re.compile(r"^(.+?):(\d+)(?:\s+(\S+))?$")
_FOUND = ("cassettes", "keploy", "recordings", "vcr_cassettes", "fixtures")
_NEVER = frozenset((".git", ".venv", "node_modules"))


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


def settings(config: CostConfig, target: float | None, trace: Trace, sites: Iterable[CallSite] = ()) -> Settings:
    """Returns what a trace is judged by; routes go to cheaper models that configuration, code or traffic name."""
    cheaper: dict[str, dict[str, None]] = {}
    for model in trace.models:
        if not model.embedding:
            cheaper.setdefault(model.provider, {})[model.asked or model.model] = None
    for site in sites:
        if site.model and not site.embedding:
            cheaper.setdefault(site.provider, {})[site.model] = None
    for provider in list(cheaper):
        cheaper[provider] |= dict.fromkeys(config.cheaper_models)
    return Settings(
        kind="test",
        cache=Cache(3600 if config.cache_ttl is None else config.cache_ttl, _size(config.cache_size)),
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


def _size(size: int | None) -> int:
    return 1000 if size is None else size


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
