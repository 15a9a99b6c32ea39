"""Hand-made guards: retry loops, look-ups before the call, branches by model."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tta_validate import facts as f
from tta_validate.program.calls import Calls
from tta_validate.program.loops import goes_on, names, retries
from tta_validate.program.render import last_name, unparse
from tta_validate.program.routes import Routes
from tta_validate.program.scopes import Context, Scope, Use
from tta_validate.program.values import Func
from tta_validate.sdk import GuardName
from tta_validate.sites import NO_GUARD, Guard, Reach, State

_CACHE = re.compile(r"cache|memo(?!r)|cached", re.IGNORECASE)


@dataclass(slots=True)
class ByHand:
    """Finds hand-made guards."""

    calls: Calls
    _routes: Routes = field(init=False)

    def __post_init__(self) -> None:
        self._routes = Routes(self.calls)

    def of_use(self, use: Use, guard: GuardName) -> Guard:
        """Returns the hand-made guard that the function around a call gives to it."""
        if guard == "retry":
            return self._retry(use)
        if guard == "cache":
            return look_up(use)
        if guard == "route":
            return self._routes.of_use(use)
        return NO_GUARD

    # --- retry ---

    def _retry(self, use: Use) -> Guard:
        context = use.context
        tried = False
        for at in context.chain() if context is not None else ():
            if at.kind == "try":
                tried = tried or goes_on(at)
                if self._recurses(at, use.scope):
                    return _manual(use.scope, _line(at), "recursion in except")
            if at.kind in {"for", "while"} and retries(at, use, tried):
                return _manual(use.scope, _line(at), f"{at.kind} loop")
        return NO_GUARD

    def _recurses(self, at: Context, scope: Scope) -> bool:
        """Tells whether a handler calls the very function again."""
        function = scope.function()
        if function is None or not isinstance(at.node, f.Try):
            return False
        around: list[Scope] = []
        outer: Scope | None = function
        while outer is not None:
            around += [outer] if outer.kind == "def" else []
            outer = outer.parent
        called = {one.name for one in around}
        handlers = {id(handler) for handler in at.node.handlers}
        for use in function.uses:
            inside = use.context is not None and any(id(c.node) in handlers for c in use.context.chain())
            callees = self.calls.program.callees(use) if inside and last_name(use.call.func) in called else ()
            if any(isinstance(value, Func) and value.scope in around for value in callees):
                return True
        return False


def _manual(scope: Scope, line: int, by: str) -> Guard:
    return Guard(State.MANUAL, Reach.FUNCTION, by, scope.place(line))


def _line(at: Context) -> int:
    return getattr(at.node, "line", 0)


# --- look-ups ---------------------------------------------------------------------------------------------------------


def look_up(use: Use) -> Guard:
    """Returns the hand-made cache of a function: an early return of what an earlier answer left behind."""
    scope = use.scope
    if scope.kind != "def":
        return NO_GUARD
    for statement, context in scope.flows:
        if not isinstance(statement, f.Return) or statement.value is None or context is None:
            continue
        test = next((c for c in context.chain() if c.kind in {"then", "else"} and isinstance(c.node, f.If)), None)
        if test is None or test.order >= use.order or not isinstance(test.node, f.If):
            continue
        if _stored(test.node, statement.value, scope) or _kept(statement.value, use):
            return _manual(scope, test.node.line, "look-up before the call")
    return _skipped(use)


def _kept(value: f.Expr, use: Use) -> bool:
    """Tells whether a returned value stands where the function puts something after a call, under the same key."""
    places = [value]
    if isinstance(value, f.Name):
        places = [b.value for b in use.scope.bindings.get(value.id, ()) if b.value is not None and b.order < use.order]
    for place in places:
        match place:
            case f.Subscript(value=container, index=key):
                pass
            case f.Call(func=f.Attr(value=container, name="get"), args=(f.Arg(value=key, keyword=None), *_)):
                pass
            case _:
                continue
        for change in use.scope.mutations:
            if change.verb == "set" and change.order >= use.order and (change.target, change.key) == (container, key):
                return True
    return False


def _stored(node: f.If, value: f.Expr, scope: Scope) -> bool:
    """Tells whether a test finds an earlier answer in something that is called a cache."""
    text = unparse(node.test, 300)
    if _CACHE.search(text) and not re.search(r"use_cache|cache_dir|no_cache", text):
        return True
    for name in names(value) | names(node.test):
        for binding in scope.bindings.get(name, ()):
            if binding.kind == "value" and binding.value is not None and _CACHE.search(unparse(binding.value, 300)):
                return True
    return False


def _skipped(use: Use) -> Guard:
    """Returns the hand-made cache of a call that runs only when a look-up fails."""
    for at in use.context.chain() if use.context is not None else ():
        if at.kind in {"then", "else"} and isinstance(at.node, f.If):
            text = unparse(at.node.test, 300)
            missing = re.search(r"not in|is None|not ", text)
            if _CACHE.search(text) and (missing or at.kind == "else") and not re.search(r"cache_dir|use_cache", text):
                return _manual(use.scope, at.node.line, "look-up before the call")
    return NO_GUARD
