"""Attributes: of modules, of the project's classes and their instances, of other packages' objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tta_validate import facts as f
from tta_validate.program.annotations import annotated
from tta_validate.program.containers import class_changes
from tta_validate.program.lookup import bound, decorated, reaching
from tta_validate.program.scopes import AttrSet, Binding, Scope
from tta_validate.program.values import (
    Args,
    ClassVal,
    DictVal,
    Env,
    Ext,
    Func,
    Inst,
    Lib,
    Linker,
    Lit,
    Merged,
    Mod,
    Outside,
    Super,
    Thunk,
    Unknown,
    Value,
    Values,
)  # fmt: skip
from tta_validate.sdk import Type

_END = float("inf")


def attr(ln: Linker, value: Value, name: str) -> Values:
    """Returns what ``value.name`` can stand for."""
    match value:
        case Lib(path=path):
            return (ln.module(f"{path}.{name}", "", 0) or Lib(f"{path}.{name}"),)
        case Mod(module=module):
            return ln.member(module, name)
        case Ext():
            return (_taken(ln, value, name),)
        case ClassVal(scope=scope):
            return _of_class(ln, scope, name)
        case Inst():
            return _of_instance(ln, value, name)
        case Super():
            return _of_super(ln, value, name)
        case DictVal():
            return ()
        case Unknown():
            return (value,)
        case _:
            return (Unknown(f"attribute {name} is not followed"),)


def external(ln: Linker, path: str, calls: tuple[Args, ...] = (), project: Scope | None = None) -> Ext | None:
    """Returns the object that a constructor of another package makes, when the tables know it."""
    entry = ln.tables.constructors.get(path)
    if entry is None or (project is not None and path == project.dotted and not entry.sdk.project):
        return None
    return Ext(entry.row, path, calls=calls, project=project)


def _taken(ln: Linker, value: Ext, name: str) -> Value:
    if value.type is None:
        return replace(value, path=f"{value.path}.{name}")
    if name in value.type.through:
        return value
    tail = (*value.tail, name)
    other = value.type.attributes.get(".".join(tail))
    if other is not None:
        return replace(value, type=ln.tables.types[other], tail=())
    return value.at(*tail)


# --- classes ----------------------------------------------------------------------------------------------------------


def _of_class(ln: Linker, scope: Scope, name: str) -> Values:
    for base in ln.mro(scope):
        if isinstance(base, Lib):
            known = external(ln, base.path)
            if known is not None or not base.path.startswith("builtins."):
                return (Lib(f"{base.path}.{name}"),)
            continue
        bindings = base.bindings.get(name)
        if bindings:
            values = bound(ln, reaching(bindings, _END, None), ln.env(base))
            values = tuple(_bound_to_class(value, scope) for value in values)
            around = [(ln.env(at), at) for at in base.changing()]
            sets = [bound(ln, [a.binding], ln.env(m)) for a, m in ln.attribute_sets(base, name)]
            return class_changes((*values, *(v for found in sets for v in found)), name, around)
    return (Unknown(f"class {scope.name} has no {name} that reading finds"),)


def _bound_to_class(value: Value, scope: Scope) -> Value:
    if isinstance(value, Func) and decorated(value.scope, "classmethod"):
        return replace(value, receiver=ClassVal(scope))
    return value


# --- instances --------------------------------------------------------------------------------------------------------


def _of_instance(ln: Linker, value: Inst, name: str) -> Values:
    merged = Merged()
    found = _along(ln, value, ln.mro(value.cls), name)
    merged.add(found or ())
    if value.args is None:
        for scope in ln.subclasses(value.cls):
            if name in scope.bindings or ln.attribute_sets(scope, name):
                merged.add(_own(ln, ln.inst(scope), scope, name) or ())
            elif found is None:
                merged.add(_along(ln, ln.inst(scope), ln.mro(scope), name) or ())
    if found is None and not merged.found:
        merged.add(_computed(ln, value, name))
        return merged.values() or (Unknown(f"{value.cls.name}.{name} is set outside of what is read"),)
    return merged.values()


def _computed(ln: Linker, value: Inst, name: str) -> Values:
    """Returns what a class's ``__getattr__`` gives for a name: of the module that it stands in for."""
    mark = (id(value.cls), f"__getattr__({name})")
    if mark in ln.within or name.startswith("__"):
        return ()
    ln.within.add(mark)
    try:
        hooks = _along(ln, value, tuple(b for b in ln.mro(value.cls) if isinstance(b, Scope)), "__getattr__")
        merged = Merged()
        for hook in hooks or ():
            if isinstance(hook, Func):
                merged.add(ln.invoke(hook, ln.named(hook.scope, name)))
        return tuple(found for found in merged.found if not isinstance(found, Unknown | Super))
    finally:
        ln.within.discard(mark)


def _along(ln: Linker, value: Inst, bases: tuple[Scope | Lib, ...], name: str) -> Values | None:
    empty: Values | None = None
    for base in bases:
        if isinstance(base, Lib):
            known = _inherited(ln, value, base, name)
            if known is not None:
                return (known,)
            continue
        found = _own(ln, value, base, name)
        if found is not None and any(item != Lit(None) for item in found):
            return tuple(item for item in found if item != Lit(None))
        empty = empty or found
    return empty


def _inherited(ln: Linker, value: Inst, base: Lib, name: str) -> Value | None:
    known = external(ln, base.path, base_calls(ln, value, base), value.cls)
    if known is not None and _offers(ln, known.type, name):
        return _taken(ln, known, name)
    return None


def base_calls(ln: Linker, value: Inst, base: Lib) -> tuple[Args, ...]:
    """Returns what the constructor of another package's class receives from an instance of a class derived from it."""
    between = [b for b in ln.mro(value.cls) if isinstance(b, Scope) and "__init__" in b.bindings]
    if not between:
        return () if value.args is None else (value.args,)
    passed = _init_args(ln, value, base)
    return () if passed is None else (passed,)


def _offers(ln: Linker, kind: Type | None, name: str) -> bool:
    if kind is None:
        return False
    paths = (*ln.tables.index(kind).calls, *kind.methods, *kind.attributes, *kind.adds, *kind.same)
    return name in {path.partition(".")[0] for path in paths} or name in kind.through


def _of_super(ln: Linker, value: Super, name: str) -> Values:
    receiver = value.receiver
    if isinstance(receiver, ClassVal):
        receiver = ln.inst(receiver.scope)
    if not isinstance(receiver, Inst):
        return (Unknown("super() of something built elsewhere"),)
    bases = ln.mro(receiver.cls)
    after = bases[bases.index(value.owner) + 1 :] if value.owner in bases else ln.mro(value.owner)[1:]
    found = _along(ln, receiver, after, name)
    if found is None and (lib := next((base for base in after if isinstance(base, Lib)), None)):
        return (Lib(f"{lib.path}.{name}"),)
    return found or (Unknown(f"no base class with {name} is found"),)


def _own(ln: Linker, value: Inst, base: Scope, name: str) -> Values | None:
    """Returns what one class says of an attribute of an instance, or None when it says nothing."""
    merged = Merged()
    sets = _last_sets(ln.attribute_sets(base, name))
    envs: list[tuple[Env, Scope]] = []
    for attribute, method in sorted(sets, key=lambda one: one[0].binding.kind == "declared"):
        env = method_env(ln, value, base, method)
        envs.append((env, method))
        values = _assigned(ln, attribute.binding, env)
        merged.add(_news(values, merged.found) if attribute.binding.kind == "declared" else values)
    bindings = base.bindings.get(name)
    if bindings and all(item == Lit(None) or isinstance(item, Unknown) for item in merged.found):
        merged.add(_from_body(ln, value, base, name, bindings))
    if not sets and not bindings:
        return None
    values = merged.values()
    some = tuple(item for item in values if item != Lit(None))
    if name not in base.changed():
        return some or values
    around = [(ln.env(at), at) for at in base.changing()]
    return class_changes(
        some or values, name, [*envs, *[pair for pair in around if pair[1] not in [e[1] for e in envs]]]
    )


def _last_sets(sets: tuple[tuple[AttrSet, Scope], ...]) -> list[tuple[AttrSet, Scope]]:
    """Returns the assignments that can be in force after each method has run."""
    out: list[tuple[AttrSet, Scope]] = []
    for method in dict.fromkeys(method for _, method in sets):
        mine = [a for a, m in sets if m is method]
        live = {id(b) for b in reaching([a.binding for a in mine], _END, None)}
        out += [(a, method) for a in mine if id(a.binding) in live]
    return out


def _news(values: Values, known: list[Value]) -> Values:
    """Returns what annotations say of objects, where no assignment makes one of that class."""
    kinds = [value.type for value in known if isinstance(value, Ext) and value.calls and value.type is not None]
    return tuple(v for v in values if not (isinstance(v, Ext) and v.injected and not v.calls and v.type in kinds))


def _assigned(ln: Linker, binding: Binding, env: Env) -> Values:
    if binding.kind == "declared":
        return annotated(ln, binding.annotation, env, "it is only declared")
    values = bound(ln, [binding], env)
    if binding.annotation is not None and all(isinstance(v, Unknown) or v == Lit(None) for v in values):
        return (*values, *annotated(ln, binding.annotation, env, "it is passed in from outside"))
    return values


def _from_body(ln: Linker, value: Inst, base: Scope, name: str, bindings: list[Binding]) -> Values:
    functions = [b for b in bindings if b.kind == "def" and b.child is not None]
    if functions:
        child = functions[-1].child
        assert child is not None
        if decorated(child, "property", "cached_property"):
            return ln.invoke(ln.func(child, ln.env(base), value), no_arguments(ln, child))
        if decorated(child, "staticmethod"):
            return (ln.func(child, ln.env(base)),)
        receiver: Value = ClassVal(value.cls) if decorated(child, "classmethod") else value
        return (ln.func(child, ln.env(base), receiver),)
    if any(b.annotation is not None for b in bindings) and not _has_constructor(ln, value.cls):
        passed, missing = _field(ln, value, name)
        if passed and not missing:
            return passed
        free = "" if passed or missing else Outside(f"{base.name}.{name} is filled from outside")
        return (*passed, *_opened(_defaults(ln, base, bindings), free))
    return _defaults(ln, base, bindings)


def _opened(values: Values, why: str) -> Values:
    """Returns the same values, in dicts of which there may be more than their default when nothing tells."""
    return tuple(replace(v, open=v.open or why) if why and isinstance(v, DictVal) else v for v in values)


def no_arguments(ln: Linker, scope: Scope) -> Args:
    """Returns the arguments of a call without any."""
    return ln.args(_EMPTY, ln.env(scope), 0, None)


_EMPTY = f.Call(f.Name("_"), (), 0, 0, 0, 0)


def _has_constructor(ln: Linker, cls: Scope) -> bool:
    return any(isinstance(base, Scope) and "__init__" in base.bindings for base in ln.mro(cls))


def _field(ln: Linker, value: Inst, name: str) -> tuple[Values, bool]:
    """Returns what constructors pass for a field of a dataclass or model, and whether some pass nothing."""
    merged = Merged()
    calls = (value.args,) if value.args is not None else ln.callers(value.cls)
    order: list[str] | None = None
    missing = False
    for args in calls:
        keyword = next((thing for key, thing in args.keywords if key == name), None)
        if keyword is not None:
            merged.add(ln.force(keyword))
            continue
        order = list(_fields(ln, value.cls)) if order is None else order
        index = order.index(name) if name in order else len(order)
        if index < len(args.positional):
            merged.add(ln.force(args.positional[index]))
        else:
            missing = True
    return merged.values(), missing


def _fields(ln: Linker, cls: Scope) -> Iterator[str]:
    for base in reversed([b for b in ln.mro(cls) if isinstance(b, Scope)]):
        for name, bindings in base.bindings.items():
            if any(b.annotation is not None for b in bindings):
                yield name


def _defaults(ln: Linker, base: Scope, bindings: list[Binding]) -> Values:
    merged = Merged()
    env = ln.env(base)
    for binding in bindings:
        if binding.kind == "value" and isinstance(binding.value, f.Call) and _is_field(binding.value):
            merged.add(_field_default(ln, binding, env))
        elif binding.kind != "declared":
            merged.add(bound(ln, [binding], env))
        if binding.annotation is not None and all(v == Lit(None) for v in merged.found):
            merged.add(annotated(ln, binding.annotation, env, "the field is filled from outside"))
    return merged.values()


def _is_field(call: f.Call) -> bool:
    func = call.func
    word = func.id if isinstance(func, f.Name) else func.name if isinstance(func, f.Attr) else ""
    return word in {"field", "Field", "attrib", "ib", "PrivateAttr"}


def _field_default(ln: Linker, binding: Binding, env: Env) -> Values:
    assert isinstance(binding.value, f.Call)
    merged = Merged()
    for arg in binding.value.args:
        if arg.keyword in {"default_factory", "factory"}:
            for factory in ln.eval(Thunk(arg.value, env, binding.order)):
                merged.add(ln.invoke(factory, ln.args(_EMPTY, env, binding.order, None)))
        elif arg.keyword == "default" or (arg.keyword is None and not arg.star):
            merged.add(ln.eval(Thunk(arg.value, env, binding.order)))
    return merged.values()


# --- activations of methods -------------------------------------------------------------------------------------------


def method_env(ln: Linker, value: Inst, base: Scope, method: Scope) -> Env:
    """Returns the activation in which a method of an instance sets attributes."""
    outer = ln.env(base)
    if method.name not in {"__init__", "__post_init__", "__new__"} or value.args is None:
        return ln.frame(method, None, value, outer, 0)
    return ln.frame(method, _init_args(ln, value, base), value, outer, 1)


def _init_args(ln: Linker, value: Inst, base: Scope | Lib) -> Args | None:
    """Returns what the constructor of one of its bases receives when an instance is made."""
    args = value.args
    for at in ln.mro(value.cls):
        if at is base:
            return args
        if isinstance(at, Scope) and "__init__" in at.bindings:
            init = at.bindings["__init__"][-1].child
            if init is None:
                return None
            args = _super_call(ln, init, ln.frame(init, args, value, ln.env(at), 1))
            if args is None:
                return None
    return None


def _super_call(ln: Linker, init: Scope, env: Env) -> Args | None:
    for use in init.uses:
        func = use.call.func
        if isinstance(func, f.Attr) and func.name == "__init__":
            return ln.args(use.call, env, use.order, use.context)
    return None
