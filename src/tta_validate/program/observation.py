"""What observations have in common: places, and how a call is named."""

from __future__ import annotations

from tta_validate import facts as f
from tta_validate.findings import Location
from tta_validate.program.calls import Calls
from tta_validate.program.render import unparse
from tta_validate.program.scopes import Scope, Use
from tta_validate.program.values import Func, Thunk, Value, Values

CALLED_WIDTH = 60
"""The most characters of a called expression that a sentence shows."""


def location(scope: Scope, call: f.Call) -> Location:
    """Returns the range of a call."""
    line, end = scope.line(call.line), scope.line(call.end_line)
    return Location(scope.module.path, line, call.column + 1, end, call.end_column + 1)


def on_line(scope: Scope, relative: int) -> Location:
    """Returns a place of which only the line is known."""
    line = scope.line(relative)
    return Location(scope.module.path, line, 1, line, 1)


def called(expr: f.Expr) -> str:
    """Returns a called expression as ``name()``, the front of a long one left out."""
    return shortened(unparse(expr, 400))


def shortened(callee: str) -> str:
    """Returns a callee as ``name()``, the front of a long one left out."""
    text = callee if len(callee) <= CALLED_WIDTH else "..." + callee[-CALLED_WIDTH + 3 :]
    return f"{text}()"


def values_of(calls: Calls, expr: f.Expr, use: Use) -> Values:
    """Returns what an expression can stand for at the place of a call."""
    program = calls.program
    return program.eval(Thunk(expr, program.env(use.scope), use.order, use.context))


def runs_model(calls: Calls, value: Value) -> bool:
    """Tells whether calling a value runs a function of the project that sends requests to a model."""
    return isinstance(value, Func) and calls.reaches(value.scope)
