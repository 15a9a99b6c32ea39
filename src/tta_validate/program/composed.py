"""Functions that are handed to objects which keep them, and the objects around those: ``Retry(Step(function))``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tta_validate import facts as f
from tta_validate.program.calls import Calls
from tta_validate.program.render import last_name
from tta_validate.program.scopes import Use
from tta_validate.program.settings import nearest
from tta_validate.program.values import Ext, Lib, Thunk
from tta_validate.sdk import GuardName, Type
from tta_validate.sites import NO_GUARD, Guard, Reach, State

_MAX_NESTING = 4
_KEEPING = re.compile(r"(?:add|register|subscribe|include)(?:_|$)")
"""The names of methods that keep what they are handed."""


def keeps(calls: Calls, use: Use) -> bool:
    """Tells whether what is handed to a call is kept for later: what stands around the call does not guard it."""
    return _KEEPING.match(last_name(use.call.func)) is not None or any(kind.inner for _, kind in _built(calls, use))


def composed(calls: Calls, use: Use, guard: GuardName, depth: int = 0) -> Guard:
    """Returns what the objects give that hold the one which a call makes of a function."""
    program = calls.program
    made = program.eval(Thunk(use.call, program.env(use.scope), use.order, use.context))
    if depth > _MAX_NESTING or not any(isinstance(v, Ext) and v.type is not None and v.type.inner for v in made):
        return NO_GUARD
    found: list[Guard] = []
    for other in _holders(use):
        where = other.scope.place(other.call.line)
        for name, kind in _built(calls, other):
            if guard in kind.gives and kind.inner:
                found.append(Guard(State.EXPLICIT, Reach.CALLER, name, where, primitive=kind.primitive))
        for value in program.callees(other):
            kind = value.type if isinstance(value, Ext) and value.tail else None
            if isinstance(value, Ext) and kind is not None and kind.adds.get(value.tail[-1]) == guard:
                found.append(Guard(State.EXPLICIT, Reach.CALLER, value.tail[-1], where))
        found.append(composed(calls, other, guard, depth + 1))
    return nearest(found)


def _built(calls: Calls, use: Use) -> Iterator[tuple[str, Type]]:
    """Yields the name and the type of what a call of a library's constructor makes."""
    constructors = calls.program.tables.constructors
    for value in calls.program.callees(use):
        entry = constructors.get(value.path) if isinstance(value, Lib) else None
        if isinstance(value, Lib) and entry is not None:
            yield value.path.rpartition(".")[2], entry.row


def _holders(use: Use) -> list[Use]:
    """Returns the calls that get what a call makes: as an argument, by a local name, or as their receiver."""
    names = {
        name
        for name, bindings in use.scope.bindings.items()
        if any(b.kind == "value" and b.value is not None and _in(use.call, b.value) for b in bindings)
    }
    return [other for other in use.scope.uses if other is not use and _gets(other, use.call, names)]


def _gets(other: Use, call: f.Call, names: set[str]) -> bool:
    parts = [arg.value for arg in other.call.args]
    if isinstance(other.call.func, f.Attr):
        parts.append(other.call.func.value)
    return any(
        part is call or (isinstance(part, f.Name) and part.id in names) for whole in parts for part in f.walk(whole)
    )


def _in(call: f.Call, expr: f.Expr) -> bool:
    return any(part is call for part in f.walk(expr))
