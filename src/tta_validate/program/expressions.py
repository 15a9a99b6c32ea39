"""Expressions: what each kind of syntax stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tta_validate import facts as f
from tta_validate.program import lookup
from tta_validate.program.containers import entry, same, with_changes
from tta_validate.program.render import last_name, unparse
from tta_validate.program.scopes import Context, Scope
from tta_validate.program.values import (
    Args,
    Change,
    ClassVal,
    DictVal,
    Ext,
    Func,
    Inst,
    Lib,
    Linker,
    Lit,
    Merged,
    SeqVal,
    Text,
    Thunk,
    Unknown,
    Value,
    Values,
    is_known,
)  # fmt: skip


def _sub(t: Thunk, expr: f.Expr) -> Thunk:
    return Thunk(expr, t.env, t.order, t.context)


def _name(p: Linker, e: f.Name, t: Thunk) -> Values:
    values = p.name(e.id, t.env, t.order, t.context)
    if values and all(isinstance(v, Unknown) or v == Lit(None) for v in values):
        values = _tested(p, e, t) or values
    return with_changes(p, values, e, t.env, t.order, t.context)


def _tested(p: Linker, e: f.Expr, t: Thunk) -> Values:
    """Returns what an earlier test in the function says that a value from outside is: ``isinstance(x, Model)``."""
    uses = [use for use in t.env.scope.tests() if same(use.call.args[0].value, e)]
    if not uses:
        return ()
    around = {id(c.node): c.kind for c in t.context.chain()} if t.context is not None else {}
    merged = Merged()
    for use in uses:
        args = use.call.args
        tests = [c for c in (t.context.chain() if t.context is not None else ()) if isinstance(c.node, f.If)]
        negative = any(
            around[id(c.node)] == "else" and isinstance(c.node, f.If) and c.node.test is use.call for c in tests
        )
        if use.order <= t.order and not negative:
            kinds = args[1].value.items if isinstance(args[1].value, f.Seq) else (args[1].value,)
            for kind in (k for one in kinds for k in p.eval(Thunk(one, t.env, use.order))):
                if isinstance(kind, Lib) and p.tables.constructors.get(kind.path):
                    merged.add((p.instance(kind.path, "it is passed in from outside"),))
    return merged.values()


def _attribute(p: Linker, e: f.Attr, t: Thunk) -> Values:
    here = _set_before(p, e, t)
    if here:
        return with_changes(p, here, e, t.env, t.order, t.context)
    merged = Merged()
    for value in p.eval(_sub(t, e.value)):
        if value != Lit(None):
            found = _kept(p, value, e.value, e.name, t) if p.holds(e.name) else ()
            merged.add(found or p.attr(value, e.name))
    values = merged.values()
    if not any(_followed(value) for value in values):
        values = (*_set_elsewhere(p, e, t), *_tested(p, e, t), *values)
    return with_changes(p, values, e, t.env, t.order, t.context)


def _kept(p: Linker, value: Value, holder: f.Expr, key: str, t: Thunk) -> Values:
    """Returns what the project keeps under a key of an object of another package, which the tables do not know."""
    foreign = isinstance(value, Lib) or (isinstance(value, Ext) and value.type is None)
    name = last_name(holder)
    return p.stored(t.env.scope.module, name, key) if foreign and name else ()


def _followed(value: Value) -> bool:
    return not isinstance(value, Unknown) and not (isinstance(value, Ext) and value.type is None)


def _set_before(p: Linker, e: f.Attr, t: Thunk) -> Values:
    """Returns what an earlier statement of the same function surely set an attribute to."""
    if t.env.scope.kind == "module":
        t.env.scope.module.changes.settle(e.name)
    sets = [a.binding for a in t.env.scope.attrs if a.name == e.name and same(a.target, e.value)]
    before = [b for b in sets if b.order < t.order and b.kind != "declared"]
    if not any(lookup.dominates(b.context, t.context) for b in before):
        return ()
    return lookup.bound(p, lookup.reaching(before, t.order, t.context), t.env)


def _set_elsewhere(p: Linker, e: f.Attr, t: Thunk) -> Values:
    """Returns what the class or module around sets the same attribute path to (``self._local.client``)."""
    top: Scope = t.env.scope
    while top.parent is not None and top.kind != "class":
        top = top.parent
    merged = Merged()
    for scope in top.walk():
        for attribute in scope.attrs:
            if attribute.name == e.name and same(attribute.target, e.value):
                merged.add(lookup.bound(p, [attribute.binding], p.env(scope)))
    return tuple(value for value in merged.found if value != Lit(None))


_STRING = {
    "rstrip",
    "strip",
    "lstrip",
    "lower",
    "removesuffix",
    "removeprefix",
    "encode",
    "decode",
    "replace",
    "format",
}


def _call(p: Linker, e: f.Call, t: Thunk) -> Values:
    merged = Merged()
    args = p.args(e, t.env, t.order, t.context)
    if isinstance(e.func, f.Attr):
        receivers = p.eval(_sub(t, e.func.value))
        for value in receivers:
            if isinstance(value, DictVal | SeqVal):
                merged.add(_container_method(p, value, e.func.name, args))
            elif isinstance(value, Lib) and e.func.name == "get" and e.args and isinstance(e.args[0].value, f.Str):
                merged.add(_kept(p, value, e.func.value, e.args[0].value.value, t))
            elif isinstance(value, Text | Lit) and e.func.name in _STRING:
                merged.add((_formatted(value) if e.func.name == "format" else value,))
    for value in p.eval(_sub(t, e.func)):
        if value != Lit(None):
            merged.add(p.invoke(value, args))
    return merged.values()


def _formatted(value: Text | Lit) -> Value:
    return Text(value.text if isinstance(value, Text) else str(value.value))


def _container_method(p: Linker, value: DictVal | SeqVal, method: str, args: Args) -> Values:
    if isinstance(value, SeqVal) or method in {"copy"}:
        return (value,) if method == "copy" else lookup.elements(p, value) if method == "pop" else ()
    if method in {"get", "pop", "setdefault"} and args.positional:
        merged = Merged()
        merged.add(_at(p, value, p.force(args.positional[0])))
        for default in args.positional[1:2]:
            merged.add(p.force(default))
        return merged.values()
    later = [(_changed_key(change), change.value) for change in value.changes if change.key is not None]
    if method == "values":
        things = (*(thing for _, thing in value.items), *(thing for _, thing in later))
        return (SeqVal(things, bool(value.changes or value.open)),)
    if method == "items":
        pairs = tuple(SeqVal((_key(key), thing)) for key, thing in (*value.items, *later))
        return (SeqVal(pairs, bool(value.changes or value.open)),)
    return ()


def _changed_key(change: Change) -> Thunk | str | None:
    if isinstance(change.key, f.Node):
        return Thunk(change.key, change.value.env, change.value.order, change.value.context)
    return change.key


def _key(key: Thunk | str | None) -> Thunk | Value:
    return Lit(key) if isinstance(key, str) else Unknown("keys are merged in") if key is None else key


def _at(p: Linker, value: DictVal, keys: Values) -> Values:
    merged = Merged()
    for key in keys:
        if isinstance(key, Lit) and isinstance(key.value, str):
            held = entry(p, value, key.value)
            merged.add(held.values)
            if held.open:
                merged.add((Unknown(held.open),))
        else:
            for at, thing in value.items:
                if at is not None:
                    merged.add(p.force(thing))
            for change in value.changes:
                if change.key is not None:
                    merged.add(p.eval(change.value))
    return merged.values()


def _constant(_p: Linker, e: f.Const, _t: Thunk) -> Values:
    if e.value is None and e.text not in {"None"}:
        return (Unknown("a number out of range"),) if e.text != "..." else (Lit(None),)
    return (Lit(e.value),)


def _string(_p: Linker, e: f.Str, _t: Thunk) -> Values:
    return (Lit(e.value),)


def _fstring(p: Linker, e: f.FStr, t: Thunk) -> Values:
    return (Text("".join(_text(p.eval(_sub(t, part)), part) for part in e.parts)),)


def _text(values: Values, expr: f.Expr) -> str:
    """Returns what is known of the string that one of several values becomes."""
    texts = {
        str(v.value) if isinstance(v, Lit) else v.text for v in values if isinstance(v, Lit | Text) and v != Lit(None)
    }
    return texts.pop() if len(texts) == 1 and len(values) <= 2 else f"{{{unparse(expr)}}}"


def _dict(_p: Linker, e: f.Dict, t: Thunk) -> Values:
    return (DictVal(tuple((_sub(t, i.key) if i.key is not None else None, _sub(t, i.value)) for i in e.items)),)


def _seq(p: Linker, e: f.Seq, t: Thunk) -> Values:
    items: list[Thunk | Value] = []
    opened = False
    for item in e.items:
        if isinstance(item, f.Star):
            for value in p.eval(_sub(t, item.value)):
                items += value.items if isinstance(value, SeqVal) else ()
            opened = True
        else:
            items.append(_sub(t, item))
    return (SeqVal(tuple(items), opened),)


def _binary(p: Linker, e: f.Binary, t: Thunk) -> Values:
    left, right = p.eval(_sub(t, e.left)), p.eval(_sub(t, e.right))
    if e.op in {"|", ">>"}:
        composed = _composed(p, left, right, e.op)
        if composed is not None:
            return (composed,)
    if e.op in _JOINS and left and right and all(isinstance(v, Ext) and v.type is None for v in (*left, *right)):
        return (Ext(None, f"joined {e.op}", steps=(left, right)),)
    if e.op == "|" and any(isinstance(v, DictVal) for v in (*left, *right)):
        return (DictVal(((None, _sub(t, e.left)), (None, _sub(t, e.right)))),)
    if e.op == "+" and any(
        isinstance(v, Text) or (isinstance(v, Lit) and isinstance(v.value, str)) for v in (*left, *right)
    ):
        return (Text(_text(left, e.left) + _text(right, e.right)),)
    if e.op == "+" and any(isinstance(v, SeqVal) for v in left):
        both = [v for v in (*left, *right) if isinstance(v, SeqVal)]
        return (SeqVal(tuple(i for v in both for i in v.items), True),)
    if e.op == "%" and left and isinstance(left[0], Lit) and isinstance(left[0].value, str):
        return (Text(left[0].value),)
    return (Text("{number}"),)


_JOINS = {"|", "&"}
"""What joins two objects of a library to one that does what either says, or what both say."""


def _composed(p: Linker, left: Values, right: Values, op: str) -> Value | None:
    sides = [v for v in (*left, *right) if isinstance(v, Ext) and v.type is not None and v.type.composes and not v.tail]
    if not sides:
        sides = [known for v in (*left, *right) if (known := project_primitive(p, v)) is not None]
    if not sides or sides[0].type is None:
        return None
    steps = (left[:4], right[:4])
    return Ext(p.tables.types[sides[0].type.composes], f"composed {op}", inner=(*steps[0], *steps[1]), steps=steps)


def project_primitive(p: Linker, value: Value) -> Ext | None:
    """Returns an instance of a project class that derives from a table's class as that class's object."""
    if isinstance(value, Inst):
        for base in p.mro(value.cls)[1:]:
            path = base.path if isinstance(base, Lib) else base.dotted
            known = p.tables.constructors.get(path)
            if known is not None and known.row.composes:
                return Ext(known.row, path, calls=(value.args,) if value.args else (), project=value.cls)
    return None


def _boolean(p: Linker, e: f.Bool, t: Thunk) -> Values:
    merged = Merged()
    last = len(e.values) - 1
    outside: str | None = None
    whole = True
    for index, part in enumerate(e.values):
        values = p.eval(_sub(t, part))
        if e.op == "or" and index < last and all(_from_outside(value) for value in values):
            outside = next((v.reason for v in values if isinstance(v, Unknown)), outside)
            continue
        if e.op == "or" and index == last and merged.found and whole and all(_is_off(value) for value in values):
            continue
        whole = whole and all(isinstance(value, SeqVal | DictVal | Text) for value in values)
        if outside is not None and index == last:
            values = tuple(replace(v, open=v.open or outside) if isinstance(v, DictVal) else v for v in values)
        if e.op == "or":
            merged.add(
                values if index == last else tuple(v for v in values if not (isinstance(v, Lit) and not v.value))
            )
        elif index == last:
            merged.add(values)
    return merged.values()


def _is_off(value: Value) -> bool:
    """Tells whether a value stands for nothing, as the end of ``something or None`` does where nothing can be left."""
    return isinstance(value, Lit) and not value.value


def _from_outside(value: Value) -> bool:
    """Tells whether a value is None or comes from outside the project, so that the other side of ``or`` counts."""
    return isinstance(value, Unknown) or value == Lit(None) or (isinstance(value, Ext) and value.injected is not None)


def _unary(p: Linker, e: f.Unary, t: Thunk) -> Values:
    values = p.eval(_sub(t, e.value))
    if e.op == "-":
        return tuple(
            Lit(-v.value) if isinstance(v, Lit) and isinstance(v.value, int | float) else Text("{number}")
            for v in values
        )
    return (Unknown("a truth value"),)


def _conditional(p: Linker, e: f.IfExp, t: Thunk) -> Values:
    merged = Merged()
    told = _truth(p, e.test, t)
    if told is not False:
        merged.add(p.eval(_sub(t, e.body)))
    if told is not True:
        merged.add(p.eval(_sub(t, e.orelse)))
    return merged.values()


_TOLD = Lit | Inst | Func | ClassVal | Text | SeqVal | DictVal
"""Values of which reading can tell whether they are None."""


def _truth(p: Linker, test: f.Expr, t: Thunk) -> bool | None:
    """Returns how a test of one name or attribute turns out, or None when reading cannot tell."""
    match test:
        case f.Unary(op="not", value=value):
            told = _truth(p, value, t)
            return None if told is None else not told
        case f.Compare(left=left, ops=("is" | "is not" as word,), rights=(f.Const(value=None),)):
            values = p.eval(_sub(t, left))
            if not values or not all(isinstance(v, _TOLD) for v in values):
                return None
            kinds = {(v == Lit(None)) == (word == "is") for v in values}
        case f.Name() | f.Attr():
            values = p.eval(_sub(t, test))
            if not values or not all(isinstance(v, Lit) for v in values):
                return None
            kinds = {bool(v.value) for v in values if isinstance(v, Lit)}
        case _:
            return None
    return kinds.pop() if len(kinds) == 1 else None


def _subscript(p: Linker, e: f.Subscript, t: Thunk) -> Values:
    merged = Merged()
    for value in p.eval(_sub(t, e.value)):
        if isinstance(value, DictVal):
            merged.add(_at(p, value, p.eval(_sub(t, e.index))))
        elif isinstance(value, SeqVal) and isinstance(e.index, f.Group):
            merged.add((SeqVal(value.items, True),))
        elif isinstance(value, SeqVal):
            index = p.eval(_sub(t, e.index))
            at = index[0].value if len(index) == 1 and isinstance(index[0], Lit) else None
            known = isinstance(at, int) and -len(value.items) <= at < len(value.items)
            merged.add(p.force(value.items[at]) if known and isinstance(at, int) else lookup.elements(p, value))
        elif isinstance(value, Lib | Ext) and isinstance(e.index, f.Str):
            merged.add(_kept(p, value, e.value, e.index.value, t) or _element(value))
        elif isinstance(value, ClassVal | Lib | Func | Ext):
            merged.add(_annotated(p, e, t) if value in _ANNOTATED else _element(value))
    return merged.values() or (Unknown("it is an element of something built elsewhere"),)


def _element(value: Value) -> Values:
    if isinstance(value, Ext):
        return (Ext(None, f"{value.path}[]"),) if value.type is None else ()
    return (value,)


_ANNOTATED = (Lib("typing.Annotated"), Lib("typing_extensions.Annotated"))


def _annotated(p: Linker, e: f.Subscript, t: Thunk) -> Values:
    """Returns what the metadata of an annotation give, else its type."""
    items = e.index.items if isinstance(e.index, f.Seq) else (e.index,)
    merged = Merged()
    for item in items[1:]:
        if isinstance(item, f.Call):
            merged.add(tuple(v for v in p.eval(_sub(t, item)) if isinstance(v, Inst) or is_known(v)))
    return merged.values() or p.eval(_sub(t, items[0]))


def _inner(p: Linker, e: Any, t: Thunk) -> Values:
    return p.eval(_sub(t, e.value))


def _lambda(p: Linker, e: f.Lambda, t: Thunk) -> Values:
    return (p.func(p.lambda_scope(e), t.env),)


def _comprehension(_p: Linker, e: f.Comp, t: Thunk) -> Values:
    order = t.order
    inner = Context("comp", e, t.context, order)
    thunk = Thunk(e.element, t.env, order + 1, inner)
    if e.kind == "dict" and e.key is not None:
        return (DictVal(((Thunk(e.key, t.env, order + 1, inner), thunk),), open="it is built by a comprehension"),)
    return (SeqVal((thunk,), True),)


def _opaque(_p: Linker, _e: f.Expr, _t: Thunk) -> Values:
    return (Unknown("the result of a computation"),)


EVAL: Mapping[type[f.Node], Callable[[Linker, Any, Thunk], Values]] = {
    f.Name: _name,
    f.Attr: _attribute,
    f.Call: _call,
    f.Const: _constant,
    f.Str: _string,
    f.FStr: _fstring,
    f.Dict: _dict,
    f.Seq: _seq,
    f.Star: _inner,
    f.Binary: _binary,
    f.Bool: _boolean,
    f.Unary: _unary,
    f.Compare: _opaque,
    f.IfExp: _conditional,
    f.Subscript: _subscript,
    f.Await: _inner,
    f.Lambda: _lambda,
    f.Comp: _comprehension,
    f.Yield: _opaque,
    f.Walrus: _inner,
    f.Group: _opaque,
}
