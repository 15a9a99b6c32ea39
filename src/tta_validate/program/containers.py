"""Dicts, sequences and arguments: what stands under a key."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tta_validate import facts as f
from tta_validate.program.lookup import dominates
from tta_validate.program.render import last_name
from tta_validate.program.scopes import Context, Mutation, Scope
from tta_validate.program.values import (
    Args,
    Change,
    DictVal,
    Env,
    Ext,
    Inst,
    Linker,
    Lit,
    Merged,
    Outside,
    SeqVal,
    Thunk,
    Unknown,
    Value,
    Values,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """What stands under a key: ``values`` when it is there; ``absent`` when it may be missing; ``open`` why it may come
    from somewhere that reading does not follow."""

    values: Values = ()
    absent: bool = True
    open: str | None = None
    where: str | None = None


MISSING = Held()


def argument(ln: Linker, args: Args, key: str) -> Held:
    """Returns what a call passes under a key: a keyword, a position, or a dotted path into a dict or constructor."""
    first, _, rest = key.partition(".")
    held = _argument(ln, args, first)
    if not rest or not held.values:
        return held
    return _inside(ln, held, rest)


def _inside(ln: Linker, held: Held, path: str) -> Held:
    merged, absent, opened = Merged(), held.absent, held.open
    for value in held.values:
        below = item(ln, value, path)
        merged.add(below.values)
        absent = absent or below.absent
        opened = _why(opened, below.open)
    return Held(merged.values(), absent, opened, held.where)


def item(ln: Linker, value: Value, path: str) -> Held:
    """Returns what stands under a dotted path in a dict, or in the arguments of the constructor that made an object."""
    first, _, rest = path.partition(".")
    if isinstance(value, DictVal):
        held = entry(ln, value, first)
    elif isinstance(value, Ext) and value.calls:
        held = argument(ln, value.calls[-1], first)
    elif isinstance(value, Inst) and value.args is not None:
        held = argument(ln, value.args, first)
    elif isinstance(value, Unknown):
        return Held((), True, value.reason)
    elif isinstance(value, Inst | Ext):
        return Held((), True, "it is built elsewhere")
    else:
        return MISSING
    return _inside(ln, held, rest) if rest and held.values else held


def _argument(ln: Linker, args: Args, key: str) -> Held:
    if key.isdigit():
        index = int(key)
        if index < len(args.positional):
            return Held(ln.force(args.positional[index]), False, where=args.where)
        return Held((), True, "arguments come by *unpacking" if args.stars else None)
    for name, thing in args.keywords:
        if name == key:
            where = thing.env.scope.place(args.call.line) if isinstance(thing, Thunk) else args.where
            return Held(ln.force(thing), False, where=where)
    held = MISSING
    for thunk in args.spreads:
        held = either(held, _spread(ln, thunk, key))
    return held


def _spread(ln: Linker, thunk: Thunk, key: str) -> Held:
    alternatives = [
        entry(ln, value, key)
        if isinstance(value, DictVal)
        else Held((), True, value.reason if isinstance(value, Unknown) else f"{key} may come by ** from another value")
        for value in ln.eval(thunk)
        if value != Lit(None)
    ]
    held = any_of(alternatives) if alternatives else Held((), True, "arguments come by ** from elsewhere")
    if held.open and isinstance(thunk.expr, f.Attr) and isinstance(thunk.expr.value, f.Name):
        return replace(held, open=Outside(f"in {thunk.expr.value.id}.{thunk.expr.name}: {held.open}"))
    return held


def _why(first: str | None, second: str | None) -> str | None:
    return second if isinstance(second, Outside) else first or second


def either(first: Held, second: Held) -> Held:
    """Returns what holds when a key is in one or the other of two dicts that are both merged."""
    if not second.absent:
        return second
    values = (*first.values, *second.values)
    return Held(values, first.absent, _why(first.open, second.open), second.where or first.where)


def any_of(alternatives: list[Held]) -> Held:
    """Returns what holds when one of several dicts is the one."""
    merged = Merged()
    for held in alternatives:
        merged.add(held.values)
    absent = any(held.absent for held in alternatives)
    opened: str | None = None
    for held in alternatives:
        opened = _why(opened, held.open)
    return Held(merged.values(), absent, opened, next((h.where for h in alternatives if h.where), None))


def entry(ln: Linker, value: DictVal, key: str) -> Held:
    """Returns what stands under a key of a dict.

    Dicts that are merged into each other are looked into once each, not once for every way that leads to them.
    """
    mark = (id(value), key)
    if mark in ln.within:
        return MISSING
    if isinstance(found := ln.looked_up.get(mark, (None, None))[1], Held):
        return found
    outermost = not ln.looked_up
    # The dict is kept beside: an id lives only as long as its object.
    ln.looked_up[mark] = (value, None)
    ln.within.add(mark)
    try:
        held = _entry(ln, value, key)
        ln.looked_up[mark] = (value, held)
        return held
    finally:
        ln.within.discard(mark)
        if outermost:
            ln.looked_up.clear()


def _entry(ln: Linker, value: DictVal, key: str) -> Held:
    held = Held((), True, value.open)
    for at, thing in value.items:
        if at is None:
            below = _merged_in(ln, thing, key)
            held = either(held, below)
        elif at == key or (isinstance(at, Thunk) and Lit(key) in ln.eval(at)):
            place = thing.env.scope.place(_line(thing.expr)) if isinstance(thing, Thunk) else None
            held = Held(ln.force(thing), False, where=place)
    for change in value.changes:
        held = _changed(ln, held, change, key)
    return held


def _line(expr: f.Expr) -> int:
    return expr.line if isinstance(expr, f.Call) else 0


def _merged_in(ln: Linker, thing: Thunk | Value, key: str) -> Held:
    if isinstance(thing, Thunk):
        return _spread(ln, thing, key)
    return entry(ln, thing, key) if isinstance(thing, DictVal) else MISSING


def _changed(ln: Linker, held: Held, change: Change, key: str) -> Held:
    if change.key is None:
        below = _spread(ln, change.value, key)
        if below.absent and not below.open and not below.values:
            return held
        if change.certain:
            return either(held, below)
        return Held((*held.values, *below.values), held.absent, _why(held.open, below.open), below.where or held.where)
    if not _is(ln, change, key):
        return held
    where = change.where
    values = ln.eval(change.value)
    if change.certain:
        return Held(values, False, where=where)
    if change.completes:
        return Held((*held.values, *values), False, None, where)
    return Held((*held.values, *values), held.absent, held.open, where)


def _is(ln: Linker, change: Change, key: str) -> bool:
    if isinstance(change.key, str):
        return change.key == key
    assert change.key is not None
    return Lit(key) in ln.eval(Thunk(change.key, change.value.env, change.value.order))


# --- changes after construction ---------------------------------------------------------------------------------------


def with_changes(ln: Linker, values: Values, target: f.Expr, env: Env, order: float, context: Context | None) -> Values:
    """Returns values of a name or attribute with the changes that its scope makes to them before a use."""
    if env.scope.kind == "module":
        env.scope.module.changes.settle(last_name(target))
    changes = [m for m in env.scope.mutations if m.order < order and same(m.target, target)]
    if not changes:
        return values
    made = [(change, ln.env(change.scope) if change.scope.kind == "module" else env) for change in changes]
    return tuple(_grown(value, made, context) for value in values)


def class_changes(values: Values, attribute: str, env_of: list[tuple[Env, Scope]]) -> Values:
    """Returns values of an attribute with the changes that the methods of its class make to them."""
    for env, scope in env_of:
        changes = [m for m in scope.mutations if isinstance(m.target, f.Attr) and m.target.name == attribute]
        if changes:
            values = tuple(_grown(value, [(change, env) for change in changes], None) for value in values)
    return values


def same(one: f.Expr, other: f.Expr) -> bool:
    """Tells whether two expressions are the same name or attribute path."""
    if isinstance(one, f.Name) and isinstance(other, f.Name):
        return one.id == other.id
    if isinstance(one, f.Attr) and isinstance(other, f.Attr):
        return one.name == other.name and same(one.value, other.value)
    return False


def _surely(change: Mutation, use: Context | None) -> bool:
    """Tells whether a change is made whenever its value is there: ``if x is not None: d["key"] = x`` is one."""
    at = change.context
    while at is not None and at.kind == "then" and isinstance(at.node, f.If) and _asks_for(at.node.test, change.value):
        at = at.outer
    return dominates(at, use)


def _completes(change: Mutation, every: list[Mutation], use: Context | None) -> bool:
    """Tells whether a key is surely there after a change: set in both branches of an if, or where it was missing."""
    at = change.context
    if at is None or change.key is None or not isinstance(at.node, f.If) or not dominates(at.outer, use):
        return False
    if at.kind == "then" and _asks_whether_missing(at.node.test, change.target, change.key):
        return True
    return at.kind == "else" and any(
        m.key == change.key and m.context is not None and m.context.kind == "then" and m.context.node is at.node
        for m in every
    )


def _asks_whether_missing(test: f.Expr, target: f.Expr, key: f.Expr) -> bool:
    """Tells whether a test asks for a key that a dict does not have: ``key not in d``, ``d.get(key) is None``."""
    match test:
        case f.Compare(left=left, ops=("not in",), rights=(right,)):
            return left == key and same(right, target)
        case f.Unary(op="not", value=f.Compare(left=left, ops=("in",), rights=(right,))):
            return left == key and same(right, target)
        case f.Unary(op="not", value=got) | f.Compare(left=got, ops=("is" | "==",), rights=(f.Const(value=None),)):
            return _gets(got, target, key)
        case _:
            return False


def _gets(expr: f.Expr, target: f.Expr, key: f.Expr) -> bool:
    match expr:
        case f.Call(func=f.Attr(value=value, name="get"), args=(f.Arg(value=wanted, keyword=None), *_)):
            return wanted == key and same(value, target)
        case _:
            return False


def _asks_for(test: f.Expr, value: f.Expr) -> bool:
    """Tells whether a test only asks whether a value is there."""
    match test:
        case f.Compare(left=left, ops=("is not" | "!=",), rights=(f.Const(value=None),)):
            return same(left, value)
        case f.Walrus(target=target):
            return same(target, value)
        case _:
            return same(test, value)


def _grown(value: Value, mutations: list[tuple[Mutation, Env]], use: Context | None) -> Value:
    every = [m for m, _ in mutations]
    if isinstance(value, DictVal):
        changes = tuple(
            Change(
                m.key,
                Thunk(m.value, env, m.order, m.context),
                _surely(m, use),
                _completes(m, every, use),
                m.where,
            )
            for m, env in mutations
            if m.verb in {"set", "update"}
        )
        return DictVal(value.items, value.changes + changes, value.open)
    if isinstance(value, SeqVal):
        added = tuple(
            Thunk(m.value, env, m.order, m.context) for m, env in mutations if m.verb in {"append", "add", "insert"}
        )
        return SeqVal(value.items + added, value.open)
    return value
