"""Calls that run elsewhere and whose result is waited for with a bound."""

from __future__ import annotations

from collections.abc import Iterator

from tta_validate import facts as f
from tta_validate.program.lookup import dominates
from tta_validate.program.render import last_name
from tta_validate.program.scopes import Binding, Context, Scope, Use
from tta_validate.program.settings import Settings
from tta_validate.sites import NO_GUARD, Guard, Reach, State


def collected(node: f.Expr, scope: Scope, context: Context | None, order: int) -> list[Use]:
    """Returns the calls that surely get what an expression makes, a coroutine, by way of a name: its own, or a list's.

    Nothing for what a module's top-level code makes: its names are seen only where they are asked for.
    """
    if scope.kind == "module":
        return []
    made = _places(node, context)
    names = {name for name, bindings in scope.bindings.items() if len(bindings) == 1 and _keeps(bindings[0], made)}
    for change in scope.mutations:
        held = id(change.value) in made or _is_one(change.value, names)
        if held and change.verb in {"append", "add"} and isinstance(change.target, f.Name):
            names.add(change.target.id)
    if not names:
        return []
    return [
        use
        for use in scope.uses
        if use.order > order
        and dominates(use.context, context)
        and any(_is_one(arg.value, names) for arg in use.call.args)
    ]


def _keeps(binding: Binding, made: set[int]) -> bool:
    """Tells whether a name is what was made, or a list with it."""
    value = binding.value if binding.kind == "value" else None
    return id(value) in made or (isinstance(value, f.Seq) and any(id(item) in made for item in value.items))


def _places(node: f.Expr, context: Context | None) -> set[int]:
    """Returns what has an expression's result in it: itself, a comprehension of it, a task made of it."""
    found = {id(node)}
    for at in context.chain() if context is not None else ():
        within = at.node.element if isinstance(at.node, f.Comp) else None
        task = isinstance(at.node, f.Call) and last_name(at.node.func) in _TASKS
        if not (task if at.kind == "arg" else id(within) in found):
            break
        found.add(id(at.node))
    return found


_TASKS = {"create_task", "ensure_future", "shield", "gather"}
"""What keeps a coroutine as it is, to be waited for later."""


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
