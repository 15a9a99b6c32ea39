"""Calls that run elsewhere and whose result is waited for with a bound."""

from __future__ import annotations

from collections.abc import Iterator

from tta_validate import facts as f
from tta_validate.program.render import last_name
from tta_validate.program.scopes import Use
from tta_validate.program.settings import Settings
from tta_validate.sites import NO_GUARD, Guard, Reach, State


def waited_for(settings: Settings, use: Use) -> Guard:
    """Returns the timeout of what a deferring call returned: of ``pool.submit(...)``, in ``future.result(timeout=5)``.

    Nothing unless every wait for it is bounded.
    """
    deferring = settings.calls.program.tables.deferring
    waits = [*_waits(settings, use)] if last_name(use.call.func) in deferring else []
    if not waits or not all(bounded for _, bounded in waits):
        return NO_GUARD
    wait = waits[0][0]
    assert isinstance(wait.call.func, f.Attr)
    by = f".{wait.call.func.name}(timeout)"
    return Guard(State.MANUAL, Reach.FUNCTION, by, wait.scope.place(wait.call.line))


def _waits(settings: Settings, use: Use) -> Iterator[tuple[Use, bool]]:
    """Yields the calls that wait for a call's result, and whether each is bounded."""
    names = {
        name
        for name, bindings in use.scope.bindings.items()
        if any(binding.kind == "value" and binding.value is use.call for binding in bindings)
    }
    program = settings.calls.program
    for other in use.scope.uses:
        func = other.call.func
        if not isinstance(func, f.Attr) or not (func.value is use.call or _is_one(func.value, names)):
            continue
        for row in settings.rows(f".{func.name}"):
            if row.guard == "timeout" and row.shape == "result":
                yield other, settings.bounded(row, program.arguments(other)) is None


def _is_one(expr: f.Expr, names: set[str]) -> bool:
    return isinstance(expr, f.Name) and expr.id in names
