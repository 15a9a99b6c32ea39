"""Calls: what calling a value returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tta_validate import facts as f
from tta_validate.program.annotations import annotated
from tta_validate.program.attributes import external
from tta_validate.program.lookup import decorated, elements, entered
from tta_validate.program.scopes import Scope
from tta_validate.program.values import (
    Args,
    ClassVal,
    DictVal,
    Ext,
    Func,
    Inst,
    Lib,
    Linker,
    Lit,
    Merged,
    Opened,
    Partial,
    SeqVal,
    Super,
    Text,
    Thunk,
    Unknown,
    Value,
    Values,
)  # fmt: skip

MAX_DEPTH = 3


def invoke(ln: Linker, value: Value, args: Args) -> Values:
    """Returns what calling a value can return."""
    match value:
        case Lib(path=path):
            return _library(ln, path, args)
        case Ext():
            return (_method(ln, value, args),)
        case ClassVal(scope=scope):
            return (external(ln, scope.dotted, (args,), scope) or ln.inst(scope, args),)
        case Inst():
            return _callable(ln, value, args)
        case Func():
            return _function(ln, value, args)
        case Partial(func=func, args=given):
            return ln.invoke(func, joined(given, args))
        case Unknown():
            return (value,)
        case _:
            return (Unknown("what is called is not followed"),)


def joined(given: Args, args: Args) -> Args:
    """Returns the arguments of a call after those that a partial was given."""
    taken = {key for key, _ in args.keywords}
    return replace(
        args,
        positional=given.positional + args.positional,
        keywords=tuple((k, v) for k, v in given.keywords if k not in taken) + args.keywords,
        stars=given.stars + args.stars,
        spreads=given.spreads + args.spreads,
    )


# --- other packages ---------------------------------------------------------------------------------------------------


def _library(ln: Linker, path: str, args: Args) -> Values:
    special = _SPECIAL.get(path)
    if special is not None:
        return special(ln, args)
    known = external(ln, path, (args,))
    if known is not None:
        return (known,)
    if path.startswith("builtins."):
        return (Unknown(f"{path.removeprefix('builtins.')}() is not followed"),)
    if _decorates(args):
        return tuple(v for v in ln.force(args.positional[0]) if isinstance(v, Func)) or (
            Ext(None, f"{path}()", calls=(args,)),
        )
    return (Ext(None, f"{path}()", calls=(args,)),)


def _decorates(args: Args) -> bool:
    """Tells whether a call has a function as its only argument."""
    if len(args.positional) != 1 or args.keywords or args.spreads:
        return False
    thing = args.positional[0]
    if not isinstance(thing, Thunk):
        return isinstance(thing, Func)
    if isinstance(thing.expr, f.Lambda):
        return True
    if not isinstance(thing.expr, f.Name):
        return False
    at: Scope | None = thing.env.scope
    while at is not None:
        bindings = at.bindings.get(thing.expr.id)
        if bindings:
            return all(b.kind in {"def", "from"} for b in bindings)
        at = at.parent
    return False


def _method(ln: Linker, value: Ext, args: Args) -> Value:
    kind = value.type
    if kind is None:
        made = replace(value, path=f"{value.path}()")
        return _decorated_by(ln, value, args) or replace(made, inner=_wrapped(ln, value, args))
    path = ".".join(value.tail)
    if path in kind.methods:
        below = ln.tables.types[kind.methods[path]]
        return Ext(below, f"{value.path}.{path}", calls=(args,), inner=(value.at(),), project=value.project)
    if path in kind.same:
        return replace(value, tail=(), calls=(*value.calls, args))
    if path in kind.adds:
        return replace(value, tail=(), adds=(*value.adds, (kind.adds[path], path, args)))
    return Ext(None, f"{kind.name}.{path}()", calls=(args,))


def _wrapped(ln: Linker, value: Ext, args: Args) -> Values:
    """Returns the library's methods that a guard library's decorator is applied to (``retry(...)(client.create)``)."""
    if len(args.positional) != 1 or args.keywords or not value.path.endswith("()"):
        return ()
    if not any(row.shape == "decorator" for row in ln.tables.giver_rows(value.path.removesuffix("()"))):
        return ()
    return tuple(v for v in ln.force(args.positional[0]) if isinstance(v, Ext) and v.type is not None and v.tail)


def _decorated_by(ln: Linker, value: Ext, args: Args) -> Value | None:
    """Returns the function that a decorator of another package was applied to."""
    if not value.path.endswith("()") or not _decorates(args):
        return None
    return next((v for v in ln.force(args.positional[0]) if isinstance(v, Func)), None)


# --- the project's own ------------------------------------------------------------------------------------------------


def _callable(ln: Linker, value: Inst, args: Args) -> Values:
    merged = Merged()
    for found in ln.attr(value, "__call__"):
        if isinstance(found, Func):
            merged.add(ln.invoke(found, args))
    return merged.values() or (Unknown(f"calling {value.cls.name} is not followed"),)


def _function(ln: Linker, value: Func, args: Args) -> Values:
    scope = value.scope
    known = external(ln, scope.dotted, (args,), scope)
    if known is not None:
        return (known,)
    deep = args.env.depth >= MAX_DEPTH
    env = ln.frame(scope, None if deep else args, value.receiver, value.outer, args.env.depth + 1)
    if scope.yields or decorated(scope, "contextmanager", "asynccontextmanager"):
        return (Opened(value, env),)
    merged = Merged()
    for expr, order, context in scope.returns:
        merged.add(ln.eval(Thunk(expr, env, order, context)))
    values = merged.values()
    returns = scope.node.returns if isinstance(scope.node, f.Def) else None
    if returns is not None and all(isinstance(v, Unknown) or v == Lit(None) for v in values):
        return values + annotated(ln, returns, ln.env(scope), "a function returns it whose body is not followed")
    return values or (Lit(None),)


# --- functions that are followed --------------------------------------------------------------------------------------


def _partial(ln: Linker, args: Args) -> Values:
    if not args.positional:
        return (Unknown("partial() of nothing"),)
    rest = replace(args, positional=args.positional[1:])
    return tuple(Partial(func, rest) for func in ln.force(args.positional[0]))


def _first(ln: Linker, args: Args) -> Values:
    return ln.force(args.positional[0]) if args.positional else (Unknown("nothing is passed"),)


def _second(ln: Linker, args: Args) -> Values:
    return ln.force(args.positional[1]) if len(args.positional) > 1 else (Unknown("nothing is passed"),)


def _getattr(ln: Linker, args: Args) -> Values:
    if len(args.positional) < 2:
        return (Unknown("getattr() without a name"),)
    merged = Merged()
    for name in ln.force(args.positional[1]):
        for value in ln.force(args.positional[0]):
            if isinstance(name, Lit) and isinstance(name.value, str):
                merged.add(ln.attr(value, name.value))
            else:
                merged.add((Unknown("getattr() with a computed name"),))
    for default in args.positional[2:3]:
        merged.add(ln.force(default))
    return merged.values()


def _import_module(ln: Linker, args: Args) -> Values:
    merged = Merged()
    for name in _first(ln, args):
        if isinstance(name, Lit) and isinstance(name.value, str):
            level = len(name.value) - len(name.value.lstrip("."))
            found = ln.module(name.value.lstrip("."), args.env.scope.module.path, level)
            merged.add((found or Lib(name.value),))
        else:
            merged.add((Unknown("a module is imported by a computed name"),))
    return merged.values()


def _dict(ln: Linker, args: Args) -> Values:
    items: list[tuple[Thunk | str | None, Thunk | Value]] = [(None, thing) for thing in args.positional[:1]]
    items += [(None, thunk) for thunk in args.spreads]
    items += list(args.keywords)
    return (DictVal(tuple(items)),)


def _sequence(ln: Linker, args: Args) -> Values:
    merged = Merged()
    for value in _first(ln, args) if args.positional else ():
        merged.add((value,) if isinstance(value, SeqVal) else (SeqVal(elements(ln, value), True),))
    return merged.values() or (SeqVal(()),)


def _next(ln: Linker, args: Args) -> Values:
    merged = Merged()
    for value in _first(ln, args):
        merged.add(elements(ln, value))
    return merged.values() or (Unknown("next() of something built elsewhere"),)


def _picked(ln: Linker, args: Args) -> Values:
    """Returns what ``min(things, key=...)`` can give, or a number."""
    merged = Merged()
    for value in _first(ln, args) if len(args.positional) == 1 else ():
        merged.add(elements(ln, value))
    return merged.values() or _number(ln, args)


def _dependency(ln: Linker, args: Args) -> Values:
    """Returns what a framework passes for a parameter: what a function returns or yields to it."""
    given = [thing for key, thing in args.keywords if key == "dependency"]
    bare = replace(args, positional=(), keywords=(), stars=(), spreads=())
    merged = Merged()
    for thing in (*args.positional[:1], *given):
        for value in ln.force(thing):
            made = ln.invoke(value, bare)
            merged.add(entered(ln, made))
    return merged.values() or (Unknown("a framework passes it"),)


def _super(ln: Linker, args: Args) -> Values:
    scope: Scope | None = args.env.scope
    while scope is not None and scope.owner() is None:
        scope = scope.parent
    owner = scope.owner() if scope is not None else None
    if owner is None:
        return (Unknown("super() outside of a class"),)
    receiver = args.env.receiver if args.env.scope is scope else None
    return (Super(owner, receiver or ln.inst(owner)),)


def _type(ln: Linker, args: Args) -> Values:
    return tuple(
        ClassVal(v.cls) if isinstance(v, Inst) else Unknown("type() is not followed") for v in _first(ln, args)
    )


def _namespace(ln: Linker, args: Args) -> Values:
    del ln
    return (DictVal(tuple(args.keywords)),)


def _environment(ln: Linker, args: Args) -> Values:
    """Returns the default of an environment variable where there is one, else a text with the variable's name."""
    if len(args.positional) > 1:
        return ln.force(args.positional[1])
    names = [v.value for v in _first(ln, args) if isinstance(v, Lit)] if args.positional else []
    return (Text(f"{{{names[0] if names else 'environment'}}}"),)


def _float(ln: Linker, args: Args) -> Values:
    given = _first(ln, args) if args.positional else ()
    endless = given and all(isinstance(v, Lit) and str(v.value).strip("+ ").lower() in _ENDLESS for v in given)
    return (Lit(float("inf")),) if endless else _number(ln, args)


_ENDLESS = {"inf", "infinity"}
"""What ``float()`` reads as no limit."""


def _number(_ln: Linker, args: Args) -> Values:
    del args
    return (Text("{number}"),)


_SPECIAL: dict[str, Callable[[Linker, Args], Values]] = {
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "builtins.getattr": _getattr,
    "importlib.import_module": _import_module,
    "builtins.__import__": _import_module,
    "builtins.dict": _dict,
    "builtins.list": _sequence,
    "builtins.tuple": _sequence,
    "builtins.set": _sequence,
    "builtins.sorted": _sequence,
    "builtins.next": _next,
    "random.choice": _next,
    "secrets.choice": _next,
    "random.choices": _sequence,
    "random.sample": _sequence,
    "itertools.cycle": _sequence,
    "collections.deque": _sequence,
    "fastapi.Depends": _dependency,
    "fastapi.Security": _dependency,
    "builtins.super": _super,
    "builtins.type": _type,
    "typing.cast": _second,
    "typing_extensions.cast": _second,
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "contextlib.nullcontext": _first,
    "contextlib.closing": _first,
    "asyncio.create_task": _first,
    "asyncio.ensure_future": _first,
    "asyncio.shield": _first,
    "tqdm.tqdm": _first,
    "tqdm.auto.tqdm": _first,
    "tqdm.std.tqdm": _first,
    "rich.progress.track": _first,
    "builtins.iter": _first,
    "builtins.reversed": _first,
    "inspect.unwrap": _first,
    "types.SimpleNamespace": _namespace,
    "os.getenv": _environment,
    "os.environ.get": _environment,
    "builtins.int": _number,
    "builtins.float": _float,
    "builtins.min": _picked,
    "builtins.max": _picked,
    "builtins.round": _number,
    "builtins.str": lambda ln, args: tuple(
        v if isinstance(v, Lit | Text) else Text("{text}") for v in _first(ln, args)
    ),
}
