"""Model calls that wait for each other in one function, each one's answer in the next one's input."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tta_validate import facts as f
from tta_validate.findings import Related
from tta_validate.observations import Observation
from tta_validate.program.calls import Calls, Site
from tta_validate.program.describe import Describer
from tta_validate.program.lookup import dominates
from tta_validate.program.observation import called, location
from tta_validate.program.scopes import Scope, Use

_CARRYING = {"value", "unpack", "item", "item-unpack", "with"}


def sequences(calls: Calls, describer: Describer) -> Iterator[Observation]:
    """Yields the chains of at least two call sites of one asynchronous function, at the first call of each."""
    by_scope: dict[int, list[Use]] = defaultdict(list)
    scopes: dict[int, Scope] = {}
    for site in calls.sites.values():
        focus = calls.program.code.focus
        if _asynchronous(site) and (focus is None or site.use.scope.module.path in focus):
            by_scope[id(site.use.scope)].append(site.use)
            scopes[id(site.use.scope)] = site.use.scope
    for key, uses in by_scope.items():
        if len(uses) > 1 and describer.primitive_around(scopes[key]) is None:
            for chain in _chains(sorted(uses, key=lambda use: use.order)):
                yield _observation(chain)


def _asynchronous(site: Site) -> bool:
    node = site.use.scope.node
    return isinstance(node, f.Def) and node.is_async


def _observation(chain: Sequence[Use]) -> Observation:
    first = chain[0]
    related = tuple(Related(location(use.scope, use.call), "takes the answer before it") for use in chain[1:])
    what = f"{called(first.call.func)} is the first of {len(chain)} model calls that feed each other by hand"
    return Observation(what, location(first.scope, first.call), related)


def _chains(uses: Sequence[Use]) -> Iterator[list[Use]]:
    """Yields the longest chains of uses in which each takes what the one before it answered."""
    before: dict[int, Use] = {}
    for index, use in enumerate(uses):
        feeding = [other for other in uses[:index] if _together(other, use) and _feeds(other, use)]
        if feeding:
            before[id(use)] = feeding[-1]
    taken: set[int] = set()
    for use in reversed(uses):
        chain = [use]
        while (previous := before.get(id(chain[-1]))) is not None:
            chain.append(previous)
        if len(chain) > 1 and not taken & {id(each) for each in chain}:
            taken |= {id(each) for each in chain}
            yield chain[::-1]


def _together(one: Use, other: Use) -> bool:
    """Tells whether two calls run in the same block, so that neither runs without the other."""
    return dominates(one.context, other.context) and dominates(other.context, one.context)


def _feeds(one: Use, other: Use) -> bool:
    """Tells whether the answer of one call is in the arguments of another, straight or through local names."""
    waiting: list[f.Expr] = [arg.value for arg in other.call.args]
    seen: set[str] = set()
    while waiting:
        for node in f.walk(waiting.pop()):
            if node is one.call:
                return True
            if isinstance(node, f.Name) and node.id not in seen:
                seen.add(node.id)
                waiting += [
                    binding.value
                    for binding in other.scope.bindings.get(node.id, ())
                    if binding.kind in _CARRYING and binding.value is not None and binding.order < other.order
                ]
    return False
