"""Hand-made guards: retry loops, look-ups before the call, branches by model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tta_validate import facts as f
from tta_validate.program.calls import Calls
from tta_validate.program.render import last_name, unparse
from tta_validate.program.scopes import Binding, Context, Mutation, Scope, Use
from tta_validate.program.values import Func
from tta_validate.sdk import GuardName
from tta_validate.sites import NO_GUARD, Guard, Reach, State

_CACHE = re.compile(r"cache|memo(?!r)|cached", re.IGNORECASE)
_ROUTE = re.compile(r"model|provider|backend|engine|vendor|platform|llm_type|api_type|service", re.IGNORECASE)
_MODEL_KEYS = frozenset({"model", "model_name", "model_id", "engine", "provider"})
_SHAPE = re.compile(r"""["'](?:chat|text|completions?|embeddings?|json|stream)["']""")
"""A test for the shape of the request, not for the model."""


@dataclass(slots=True)
class ByHand:
    """Finds hand-made guards."""

    calls: Calls

    def of_use(self, use: Use, guard: GuardName) -> Guard:
        """Returns the hand-made guard that the function around a call gives to it."""
        if guard == "retry":
            return self._retry(use)
        if guard == "cache":
            return look_up(use)
        if guard == "route":
            return self._route(use)
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
        names = {one.name for one in around}
        handlers = {id(handler) for handler in at.node.handlers}
        for use in function.uses:
            inside = use.context is not None and any(id(c.node) in handlers for c in use.context.chain())
            callees = self.calls.program.callees(use) if inside and last_name(use.call.func) in names else ()
            if any(isinstance(value, Func) and value.scope in around for value in callees):
                return True
        return False

    # --- route ---

    def _route(self, use: Use) -> Guard:
        context = use.context
        for at in context.chain() if context is not None else ():
            if at.kind in {"then", "else"} and isinstance(at.node, f.If) and self._branches(at.node, use):
                return _manual(use.scope, at.node.line, "if/elif by model")
            if at.kind == "for" and isinstance(at.node, f.For) and _tries_next(at, use):
                return _manual(use.scope, at.node.line, "the next model is tried")
            if at.kind in {"try", "except"} and isinstance(at.node, f.Try) and self._falls_back(at.node, use):
                return _manual(use.scope, at.node.line, "another model is tried in except")
        early = self._early(use)
        if early is not None:
            return _manual(use.scope, early.line, "if by model, with an early return")
        return NO_GUARD

    def _branches(self, node: f.If, use: Use) -> bool:
        """Tells whether an if decides by model or provider between different model calls."""
        if not _by_model(node.test):
            return False
        sides: dict[str, set[int]] = {"then": set(), "else": set()}
        for other in use.scope.uses:
            side = next((c.kind for c in other.context.chain() if c.node is node), None) if other.context else None
            named = last_name(other.call.func) in self.calls.program.callables.attributes
            if side in sides and (named or self.calls.leads(other)):
                sides[side].add(id(other.call))
        return bool(sides["then"] and sides["else"])

    def _early(self, use: Use) -> f.If | None:
        """Returns the if that answers for one model and leaves, where the rest of the function asks another."""
        chain = set(map(id, use.context.chain())) if use.context is not None else set[int]()
        for at in _early_exits(use.scope):
            assert isinstance(at.node, f.If)
            inside = [o for o in use.scope.uses if _within(o, at)]
            after = [o for o in use.scope.uses if o.order > at.order and not _within(o, at)]
            mine = use in inside or (use in after and id(at) not in chain)
            if mine and any(map(self.calls.leads, inside)) and any(map(self.calls.leads, after)):
                return at.node
        return None

    def _falls_back(self, node: f.Try, use: Use) -> bool:
        """Tells whether a try and one of its handlers ask different models."""
        handlers = {id(handler) for handler in node.handlers}
        tried: list[Use] = []
        caught: list[Use] = []
        for other in use.scope.uses:
            if self.calls.site(other) is None:
                continue
            chain = list(other.context.chain()) if other.context is not None else []
            if any(id(c.node) in handlers for c in chain):
                caught.append(other)
            elif any(c.kind == "try" and c.node is node for c in chain):
                tried.append(other)
        if not (use in tried or use in caught):
            return False
        return any(_differs(one, two, handlers) for one in tried for two in caught)


def _by_model(test: f.Expr) -> bool:
    """Tells whether a test decides by model or provider: by its names, not by the words it compares with."""
    if _SHAPE.search(unparse(test, 400)):
        return False
    parts = list(f.walk(test))
    words = [p.id for p in parts if isinstance(p, f.Name)] + [p.name for p in parts if isinstance(p, f.Attr)]
    words += [p.index.value for p in parts if isinstance(p, f.Subscript) and isinstance(p.index, f.Str)]
    return any(_ROUTE.search(word) for word in words)


def _early_exits(scope: Scope) -> list[Context]:
    """Returns the bodies of ifs by model that leave the function and have no else."""
    found: dict[int, Context] = {}
    for use in scope.uses:
        for at in use.context.chain() if use.context is not None else ():
            if at.kind != "then" or not isinstance(at.node, f.If) or at.node.orelse or id(at) in found:
                continue
            if _by_model(at.node.test) and _leaves(at.node.body):
                found[id(at)] = at
    return list(found.values())


def _within(use: Use, at: Context) -> bool:
    return use.context is not None and any(c is at for c in use.context.chain())


def _differs(one: Use, two: Use, handlers: set[int]) -> bool:
    """Tells whether two calls ask different models: by another callee, receiver or model argument."""
    if unparse(one.call.func, 300) != unparse(two.call.func, 300):
        return True
    root = one.call.func
    while isinstance(root, f.Attr | f.Call):
        root = root.value if isinstance(root, f.Attr) else root.func
    for name in _names(root):
        for binding in two.scope.bindings.get(name, ()):
            if binding.context is not None and any(id(c.node) in handlers for c in binding.context.chain()):
                return True
    return _models(one) != _models(two)


def _models(use: Use) -> list[str]:
    return [unparse(arg.value, 200) for arg in use.call.args if arg.keyword in _MODEL_KEYS]


def _manual(scope: Scope, line: int, by: str) -> Guard:
    return Guard(State.MANUAL, Reach.FUNCTION, by, scope.place(line))


def _line(at: Context) -> int:
    return getattr(at.node, "line", 0)


# --- loops ------------------------------------------------------------------------------------------------------------


def goes_on(at: Context) -> bool:
    """Tells whether a try has a handler after which the loop around it can go on."""
    assert isinstance(at.node, f.Try)
    return any(not _leaves(handler.body) for handler in at.node.handlers)


def _leaves(body: tuple[f.Stmt, ...]) -> bool:
    """Tells whether a block always ends the loop or the function."""
    for statement in body:
        if isinstance(statement, f.Return | f.Raise) or (isinstance(statement, f.Flow) and statement.word == "break"):
            return True
        if isinstance(statement, f.If) and statement.orelse and _leaves(statement.body) and _leaves(statement.orelse):
            return True
        if isinstance(statement, f.Do) and _quits(statement.value):
            return True
    return False


def _quits(expr: f.Expr) -> bool:
    return isinstance(expr, f.Call) and unparse(expr.func) in {"sys.exit", "exit", "quit", "os._exit"}


def retries(loop: Context, use: Use, tried: bool) -> bool:
    """Tells whether a loop around a call can send the same input again."""
    scope = use.scope
    varying = _varying(loop, scope)
    fed = _fed(use, scope, loop)
    if fed & varying:
        return False
    node = loop.node
    if isinstance(node, f.For):
        if not _counts(node.iter):
            return False
        return _exits(loop, scope)
    assert isinstance(node, f.While)
    if _asks(loop, scope):
        return False
    test = _names(node.test)
    if test & _results(use, scope):
        return True
    return tried and (_exits(loop, scope) or bool(test & _flags(loop, scope)))


def _results(use: Use, scope: Scope) -> set[str]:
    """Returns the names that hold a call's answer, or what is made of it."""
    found: set[str] = set()
    for _ in range(2):
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                value = binding.value
                if value is None or binding.kind not in {"value", "unpack"}:
                    continue
                if any(part is use.call for part in f.walk(value)) or (found & _names(value) and name not in found):
                    found.add(name)
    return found


def _flags(loop: Context, scope: Scope) -> set[str]:
    """Returns the names that a loop sets to True or False."""
    return {
        name
        for name, bindings in scope.bindings.items()
        if any(
            _under(b.context, loop) and isinstance(b.value, f.Const) and isinstance(b.value.value, bool)
            for b in bindings
        )
    }


def _counts(iterable: f.Expr) -> bool:
    """Tells whether a for loop counts instead of going through data."""
    if isinstance(iterable, f.Call):
        name = last_name(iterable.func)
        if name == "range":
            return not any(_has_len(arg.value) for arg in iterable.args)
        if name in {"count", "repeat"}:
            return True
        if name in {"trange", "tqdm"} and iterable.args:
            return name == "trange" or _counts(iterable.args[0].value)
    return False


def _has_len(expr: f.Expr) -> bool:
    return any(isinstance(e, f.Call) and last_name(e.func) == "len" for e in f.walk(expr))


def _asks(loop: Context, scope: Scope) -> bool:
    """Tells whether a loop is a conversation: it reads input from a person."""
    return any(
        last_name(use.call.func) in {"input", "chat_input", "prompt", "readline", "receive_text", "get_message"}
        for use in scope.uses
        if use.context is not None and any(c is loop for c in use.context.chain())
    )


def _exits(loop: Context, scope: Scope) -> bool:
    """Tells whether a loop is left after success: by return or break outside of a handler."""
    for statement, context in scope.flows:
        if context is None or not any(c is loop or c.node is loop.node for c in context.chain()):
            continue
        kinds: list[str] = []
        for c in context.chain():
            if c.node is loop.node:
                break
            kinds.append(c.kind)
        if "handler" in kinds or "for" in kinds or "while" in kinds:
            if isinstance(statement, f.Return) and "handler" not in kinds:
                return True
            continue
        if isinstance(statement, f.Return) or (isinstance(statement, f.Flow) and statement.word == "break"):
            return True
    return False


def _under(context: Context | None, loop: Context) -> bool:
    return context is not None and any(c.node is loop.node for c in context.chain())


def _varying(loop: Context, scope: Scope) -> set[str]:
    """Returns the names whose value differs from one turn of a loop to the next."""
    found: set[str] = set()
    for name, bindings in scope.bindings.items():
        if any(_under(b.context, loop) and b.kind != "value" and b.kind != "with" for b in bindings):
            found.add(name)
        for binding in bindings:
            if _under(binding.context, loop) and binding.kind == "value" and _self_fed(name, binding):
                found.add(name)
    for change in scope.mutations:
        if _under(change.context, loop) and isinstance(change.target, f.Name) and _rewords(change):
            found.add(change.target.id)
    for attribute in scope.attrs:
        if _under(attribute.binding.context, loop) and isinstance(attribute.target, f.Name):
            found.add(f"{attribute.target.id}.{attribute.name}")
    return found


def _rewords(change: Mutation) -> bool:
    """Tells whether a change in a loop makes the next turn's input another one."""
    if change.verb in {"set", "update"}:
        return change.context is not None and any(c.kind == "handler" for c in change.context.chain())
    return True


def _self_fed(name: str, binding: Binding) -> bool:
    return binding.value is not None and name in _names(binding.value)


def _fed(use: Use, scope: Scope, loop: Context) -> set[str]:
    """Returns the names that a call's arguments depend on, through what the loop assigns."""
    waiting = {n for arg in use.call.args for n in _names(arg.value)} | _names(use.call.func)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for binding in scope.bindings.get(name, ()):
            if (
                _under(binding.context, loop)
                and binding.value is not None
                and binding.kind in {"value", "unpack", "with"}
            ):
                waiting |= _names(binding.value) - seen
    return seen


def _names(expr: f.Expr) -> set[str]:
    return {e.id for e in f.walk(expr) if isinstance(e, f.Name)} | {
        f"{e.value.id}.{e.name}" for e in f.walk(expr) if isinstance(e, f.Attr) and isinstance(e.value, f.Name)
    }


def decorator_retries(scope: Scope) -> bool:
    """Tells whether a decorator of the project calls what it decorates in a retry loop."""
    for at in scope.walk():
        if at.kind != "def":
            continue
        for use in at.uses:
            if not isinstance(use.call.func, f.Name) or use.context is None:
                continue
            if _is_outer_parameter(at, use.call.func.id):
                tried = False
                for c in use.context.chain():
                    if c.kind == "try":
                        tried = tried or goes_on(c)
                    if c.kind in {"for", "while"} and retries(c, use, tried):
                        return True
    return False


def _is_outer_parameter(scope: Scope, name: str) -> bool:
    at: Scope | None = scope
    while at is not None:
        if any(b.kind == "param" for b in at.bindings.get(name, ())) and at.kind == "def":
            return True
        at = at.parent
    return False


def _tries_next(at: Context, use: Use) -> bool:
    """Tells whether a loop goes through models or providers until one answers."""
    assert isinstance(at.node, f.For)
    text = unparse(at.node.iter, 200) + " " + unparse(at.node.target, 80)
    targets = _names(at.node.target)
    chosen = {n for a in use.call.args if a.keyword in _MODEL_KEYS for n in _names(a.value)}
    if not _ROUTE.search(text) and not chosen & targets:
        return False
    if not (_fed(use, use.scope, at) & targets):
        return False
    tried = any(c.kind == "try" and goes_on(c) for c in (use.context.chain() if use.context else ()) if _under(c, at))
    return tried and _exits(at, use.scope)


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
    names = _names(value) | _names(node.test)
    for name in names:
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
