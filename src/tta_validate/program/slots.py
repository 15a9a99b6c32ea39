"""Where a keyword can be written that gives a call site a guard: at the call, or at the client's constructor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from tta_validate import facts as f
from tta_validate.program.calls import Calls, Site, Target
from tta_validate.program.offers import is_opaque
from tta_validate.program.scopes import Scope
from tta_validate.program.values import Ext
from tta_validate.sdk import Call, GuardName, Type
from tta_validate.sites import Slot

_PLAIN: Mapping[str, frozenset[str]] = {
    "timeout": frozenset({"timeout", "request_timeout", "timeout_ms", "timeout_sec"}),
    "retry": frozenset({"max_retries", "num_retries", "retries"}),
}
"""Keywords whose value is a plain number."""

_OBJECTS = ("aiohttp.", "mistralai.", "google.", "boto3.", "aioboto3.")
"""Libraries in which the same keywords take objects: ``aiohttp.ClientTimeout``, ``mistralai.utils.RetryConfig``."""


def slots(site: Site, calls: Calls) -> dict[str, tuple[Slot, ...]]:
    """Returns guard -> the calls that have to get a keyword, so that the guard is there whichever call it is."""
    found: dict[str, tuple[Slot, ...]] = {}
    for name in _PLAIN:
        places = [_slot(site, target, calls, name) for target in site.targets]
        if places and all(places):
            found[name] = tuple(dict.fromkeys(place for place in places if place is not None))
    return found


def _slot(site: Site, target: Target, calls: Calls, name: str) -> Slot | None:
    receiver = target.receiver
    if receiver is not None and (slot := next(_of_client(receiver, calls, name, 0), None)) is not None:
        return slot
    keyword = _keyword(target.row, name, target.path)
    use = site.use
    if not keyword or _spreads(use.call) or target.row.callee or is_opaque(site):
        return None
    return _at(use.scope, use.call, keyword)


def _of_client(receiver: Ext, calls: Calls, name: str, depth: int) -> Iterator[Slot]:
    if receiver.type is None or receiver.injected or depth > 4:
        return
    keyword = _keyword(receiver.type, name, receiver.path)
    if keyword and len(receiver.calls) == 1 and not _spreads(receiver.calls[0].call):
        yield _at(receiver.calls[0].env.scope, receiver.calls[0].call, keyword)
    elif not keyword:
        for inner in calls.inner(receiver):
            if isinstance(inner, Ext):
                yield from _of_client(inner, calls, name, depth + 1)


def _at(scope: Scope, call: f.Call, keyword: str) -> Slot:
    start, end = scope.line(call.line), scope.line(call.end_line)
    return Slot(scope.module.path, start, call.column + 1, end, call.end_column + 1, keyword)


def _keyword(row: Call | Type, name: str, path: str) -> str:
    keys = row.guards.get(cast("GuardName", name), ())
    plain = next((key for key in keys if key in _PLAIN[name]), "")
    return "" if path.startswith(_OBJECTS) and plain != "timeout_ms" else plain


def _spreads(call: f.Call) -> bool:
    return any(arg.star for arg in call.args)
