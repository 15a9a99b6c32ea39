"""Caches that never hit: they hold coroutines or nothing, are made anew each time, or have a key that changes."""

from __future__ import annotations

from collections.abc import Iterator

from tta_validate import facts as f
from tta_validate.observations import Observation
from tta_validate.program.calls import Calls
from tta_validate.program.decorations import Decoration, number, related
from tta_validate.program.observation import location
from tta_validate.program.scopes import Scope
from tta_validate.program.values import Args, ClassVal, Ext, Func, Lib, Thunk

_IN_MEMORY = {"functools", "cachetools"}
_CHANGING = {
    "time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "uuid.uuid1", "uuid.uuid4",
    "random.random", "random.randint", "random.uniform", "random.choice", "secrets.token_hex", "secrets.token_urlsafe",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "os.urandom",
}  # fmt: skip
"""Functions that answer differently each time."""

_LOOPS = {"for", "while", "comp"}


def of_coroutine(calls: Calls, at: Decoration) -> Iterator[Observation]:
    """Yields an observation where a cache for plain functions is put on an asynchronous one."""
    if at.guard == "cache" and at.node.is_async and not at.scope.yields and at.innermost and at.library in _IN_MEMORY:
        what = (
            f"{at.shown} remembers the coroutine of {at.node.name}() and not its answer: "
            "awaiting it a second time is an error"
        )
        yield Observation(what, at.location, related(calls, at.scope))


def remade(calls: Calls, at: Decoration) -> Iterator[Observation]:
    """Yields an observation where a cached function is made anew by each call of the one around it, and used once."""
    outer = at.scope.parent
    if at.guard != "cache" or at.library not in _IN_MEMORY or outer is None or outer.kind != "def":
        return
    if at.library == "cachetools" and at.args is not None and not _fresh(at.args):
        return
    name = at.node.name
    uses = [use for use in outer.uses if _is(use.call.func, name)]
    inner = [scope for child in outer.children for scope in child.walk()]
    elsewhere = any(_mentions(scope, name) for scope in inner) or _escapes(outer, name)
    looped = any(c.kind in _LOOPS for use in uses if use.context is not None for c in use.context.chain())
    if len(uses) == 1 and not looped and not elsewhere:
        what = f"{at.shown} never remembers anything: each call of {outer.name}() makes {name}() and its cache anew"
        yield Observation(what, at.location, related(calls, at.scope))


def empty(calls: Calls, at: Decoration) -> Iterator[Observation]:
    """Yields an observation where a cache may hold nothing, or for no time."""
    if at.guard != "cache" or at.args is None:
        return
    last = at.by.rpartition(".")[2]
    sizes = ("maxsize", "0") if last.endswith("_cache") else ()
    times = ("ttl", "1") if last == "ttl_cache" else ("expire", "0") if at.library == "diskcache" else ()
    what = ""
    if sizes and number(calls, at.args, *sizes) == 0:
        what = f"{at.shown} never remembers anything: its size is 0"
    elif times and number(calls, at.args, *times) == 0:
        what = f"{at.shown} never remembers anything: what it keeps expires at once"
    if what:
        yield Observation(what, at.location, related(calls, at.scope))


def changing(calls: Calls, at: Decoration) -> Iterator[Observation]:
    """Yields an observation where every call of a cached function passes something that is different each time."""
    if at.guard != "cache":
        return
    every = calls.program.callers(at.scope)
    found = [_changes(calls, args) for args in every]
    if every and all(found):
        what = f"{at.shown} never hits: {at.node.name}() is called with {found[0]}(), which is different each time"
        call = every[0].call
        yield Observation(what, location(every[0].env.scope, call), related(calls, at.scope))


def primitives(calls: Calls) -> Iterator[Observation]:
    """Yields observations of cache primitives that hold nothing, or whose key is different each time."""
    for name in ("CachePrimitive", "AdaptiveCachePrimitive", "UVCachePrimitive"):
        for use in calls.program.code.uses_in_focus(name):
            program = calls.program
            args = program.arguments(use)
            made = program.eval(Thunk(use.call, program.env(use.scope), use.order, use.context))
            if not any(isinstance(value, Ext) and value.type is not None for value in made):
                continue
            if number(calls, args, "ttl_seconds", "2") == 0 or number(calls, args, "max_size", "max_entries") == 0:
                what = f"{name}() never remembers anything: it holds nothing, or for no time"
                yield Observation(what, location(use.scope, use.call))
            elif key := _changing_key(calls, args):
                what = f"{name}() never hits: its key has {key}() in it, which is different each time"
                yield Observation(what, location(use.scope, use.call))


def _changing_key(calls: Calls, args: Args) -> str:
    for name, thing in args.keywords:
        if name in {"cache_key_fn", "key_fn"}:
            for value in calls.program.force(thing):
                if isinstance(value, Func):
                    for expr, _, _ in value.scope.returns:
                        if found := _found(calls, expr, value.scope):
                            return found
    return ""


def _changes(calls: Calls, args: Args) -> str:
    """Returns the function that answers differently each time whose answer a call passes, or ``""``."""
    for arg in args.call.args:
        if found := _found(calls, arg.value, args.env.scope):
            return found
    return ""


def _found(calls: Calls, expr: f.Expr, scope: Scope) -> str:
    inside = {id(node) for node in f.walk(expr)}
    for use in scope.uses:
        if id(use.call) in inside:
            for value in calls.program.callees(use):
                if isinstance(value, Lib | Ext) and value.path in _CHANGING:
                    return value.path
    return ""


def _fresh(args: Args) -> bool:
    """Tells whether ``cachetools.cached`` is given a cache that is made in its arguments."""
    first = args.call.args[0].value if args.call.args else None
    return isinstance(first, f.Call | f.Dict)


def _is(expr: f.Expr, name: str) -> bool:
    return isinstance(expr, f.Name) and expr.id == name


def _mentions(scope: Scope, name: str) -> bool:
    """Tells whether a function inside the same one uses a name, itself included."""
    exprs: list[f.Node] = [use.call for use in scope.uses]
    exprs += [expr for expr, _, _ in scope.returns]
    return any(isinstance(node, f.Name) and node.id == name for expr in exprs for node in f.walk(expr))


def _escapes(outer: Scope, name: str) -> bool:
    """Tells whether a function leaves the one that it is made in: returned, stored or handed on."""
    exprs: list[f.Expr] = [expr for expr, _, _ in outer.returns]
    exprs += [expr for expr, _, _ in outer.yields]
    exprs += [
        binding.value for bindings in outer.bindings.values() for binding in bindings if binding.value is not None
    ]
    exprs += [attribute.binding.value for attribute in outer.attrs if attribute.binding.value is not None]
    exprs += [change.value for change in outer.mutations]
    exprs += [arg.value for use in outer.uses for arg in use.call.args]
    return any(_loose(expr, name) for expr in exprs)


def _loose(expr: f.Node, name: str) -> bool:
    """Tells whether an expression has a name in it other than as what is called."""
    if isinstance(expr, f.Name):
        return expr.id == name
    functions = {id(node.func) for node in f.walk(expr) if isinstance(node, f.Call)}
    return any(isinstance(n, f.Name) and n.id == name and id(n) not in functions for n in f.walk(expr))


def of_passing_object(calls: Calls, at: Decoration) -> Iterator[Observation]:
    """Yields an observation where a cached method is only called on objects that are made for one call of it."""
    owner = at.scope.owner()
    if at.guard != "cache" or at.library != "functools" or owner is None or _comparable(owner):
        return
    every = calls.program.callers(at.scope)
    if every and all(_passing(calls, args, owner) for args in every):
        name = f"{owner.name}.{at.node.name}()"
        what = f"{at.shown} never hits: {name} is called on a new {owner.name} each time, and that is part of the key"
        yield Observation(what, at.location, related(calls, at.scope))


def _comparable(owner: Scope) -> bool:
    """Tells whether two objects of a class may be equal."""
    decorated = isinstance(owner.node, f.Class) and (owner.node.decorators or owner.node.bases)
    return bool(decorated or {"__eq__", "__hash__"} & set(owner.bindings))


def _passing(calls: Calls, args: Args, owner: Scope) -> bool:
    func = args.call.func
    looped = any(c.kind in _LOOPS for c in args.context.chain()) if args.context is not None else False
    scope = args.env.scope
    if not isinstance(func, f.Attr) or looped or scope.kind != "def":
        return False
    if isinstance(func.value, f.Call):
        return _makes(calls, func.value, args, owner)
    bindings = scope.bindings.get(func.value.id, ()) if isinstance(func.value, f.Name) else ()
    made = [b.value for b in bindings if b.kind == "value" and isinstance(b.value, f.Call)]
    once = sum(isinstance(use.call.func, f.Attr) and use.call.func == func for use in scope.uses) == 1
    return bool(bindings) and len(made) == len(bindings) and once and all(_makes(calls, m, args, owner) for m in made)


def _makes(calls: Calls, call: f.Call, args: Args, owner: Scope) -> bool:
    values = calls.program.eval(Thunk(call.func, args.env, args.order, args.context))
    return any(isinstance(value, ClassVal) and value.scope is owner for value in values)
