"""Decorators that guard: which function, by what, with which arguments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from tta_validate import facts as f
from tta_validate.findings import Location, Related
from tta_validate.program.calls import Calls
from tta_validate.program.containers import argument
from tta_validate.program.observation import called, location, on_line
from tta_validate.program.scopes import Scope, Use
from tta_validate.program.settings import Settings
from tta_validate.program.values import Args, Ext, Lit, Thunk, Value
from tta_validate.sdk import GuardName


@dataclass(frozen=True, slots=True, eq=False)
class Decoration:
    """A decorator that gives a guard to a function; ``by`` is its dotted name, ``args`` are None where it is bare.

    ``innermost``: whether no other decorator stands between it and the function.
    """

    scope: Scope
    node: f.Def
    expr: f.Expr
    guard: GuardName
    by: str
    args: Args | None
    innermost: bool

    @property
    def location(self) -> Location:
        """The range of the decorator's call, or the line of the function where it is not called."""
        return location(self.scope, self.expr) if isinstance(self.expr, f.Call) else on_line(self.scope, self.node.line)

    @property
    def library(self) -> str:
        """The package of the decorator."""
        return self.by.partition(".")[0]

    @property
    def shown(self) -> str:
        """The decorator as it is written, without its arguments."""
        return "@" + called(self.expr.func if isinstance(self.expr, f.Call) else self.expr).removesuffix("()")


def decorations(calls: Calls, settings: Settings) -> Iterator[Decoration]:
    """Yields the retry and cache decorators of functions that send requests to a model."""
    for scope, _, node in list(calls.program.code.decorated_in_focus()):
        if calls.reaches(scope):
            yield from _of(calls, settings, scope, node)


def _of(calls: Calls, settings: Settings, scope: Scope, node: f.Def) -> Iterator[Decoration]:
    env = calls.program.env(scope.parent or scope)
    for index, expr in enumerate(node.decorators):
        for value in calls.program.eval(Thunk(expr, env, scope.order, scope.context)):
            for guard in ("retry", "cache"):
                known = settings.giver(value, guard, "decorator")
                if known is not None:
                    args = _args(value, expr)
                    last = index == len(node.decorators) - 1
                    yield Decoration(scope, node, expr, cast("GuardName", guard), known[1], args, last)


def _args(value: Value, expr: f.Expr) -> Args | None:
    return value.calls[-1] if isinstance(value, Ext) and value.calls and isinstance(expr, f.Call) else None


def sites_in(calls: Calls, scope: Scope) -> tuple[Use, ...]:
    """Returns the call sites that stand in a function itself."""
    return tuple(use for use in scope.uses if calls.site(use))


def related(calls: Calls, scope: Scope) -> tuple[Related, ...]:
    """Returns the call sites of a function, those of the functions in it included, as related places."""
    uses = [use for at in scope.walk() for use in sites_in(calls, at)]
    return tuple(Related(location(use.scope, use.call), "the model call that it is meant for") for use in uses[:3])


def number(calls: Calls, args: Args | None, *keys: str) -> float | None:
    """Returns the number that a call passes under the first of some keys that it has, or None."""
    for key in keys:
        held = argument(calls.program, args, key) if args is not None else None
        if held is not None and held.values:
            return _number(held.values)
    return None


def _number(values: tuple[Value, ...]) -> float | None:
    if len(values) != 1 or not isinstance(values[0], Lit):
        return None
    found = values[0].value
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
