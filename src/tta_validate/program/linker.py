"""The linker: names to values across the whole program, on demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from tta_validate import facts as f
from tta_validate.program import attributes, invoke, lookup
from tta_validate.program.containers import entry, same, with_changes
from tta_validate.program.render import unparse
from tta_validate.program.scopes import AttrSet, Binding, Context, ModuleScope, Scope, Use
from tta_validate.program.tables import Tables
from tta_validate.program.values import (
    Args,
    ClassVal,
    DictVal,
    Env,
    Ext,
    Func,
    Inst,
    Lib,
    Lit,
    Merged,
    Mod,
    SeqVal,
    Text,
    Thunk,
    Unknown,
    Value,
    Values,
)  # fmt: skip

MAX_STEPS = 60


class Resolver(Protocol):
    """Finds modules of the project."""

    def resolve(self, dotted: str, importer: str, level: int) -> str | None:
        """Returns the path of a module, or None when the project has none of that name."""
        ...


class Program:
    """The parsed part of the project, and what its expressions stand for."""

    def __init__(self, tables: Tables, resolver: Resolver) -> None:
        self._tables = tables
        self.resolver = resolver
        self.modules: dict[str, ModuleScope] = {}
        self.uses_by_name: dict[str, list[Use]] = defaultdict(list)
        self.references: dict[str, list[tuple[f.Call, Use]]] = defaultdict(list)
        self._lambdas: dict[int, Scope] = {}
        self._attributes: dict[int, dict[str, list[tuple[AttrSet, Scope]]]] = {}
        self._memo: dict[tuple[int, Env], Values] = {}
        self._busy: set[tuple[int, Env]] = set()
        self._envs: dict[int, Env] = {}
        self._frames: dict[tuple[int, int, int, int], Env] = {}
        self._args: dict[tuple[int, int], Args] = {}
        self._mros: dict[int, tuple[Scope | Lib, ...]] = {}
        self._subclasses: dict[int, list[Scope]] | None = None
        self._callers: dict[int, tuple[Args, ...]] = {}
        self._decorations: dict[int, list[Args]] | None = None
        self._instances: dict[tuple[int, int], Inst] = {}
        self._functions: dict[tuple[int, int, int], Func] = {}
        self._closures: dict[str, frozenset[str]] = {}
        self._steps = 0
        self._within: set[tuple[int, str]] = set()
        self._keep: list[object] = []

    @property
    def tables(self) -> Tables:
        """The SDK tables."""
        return self._tables

    @property
    def within(self) -> set[tuple[int, str]]:
        """The dicts and keys being looked up, against dicts that hold themselves."""
        return self._within

    # --- building ---

    def add(self, path: str, dotted: str, pieces: Iterable[tuple[f.Facts, int]]) -> ModuleScope:
        """Adds a module's facts, each piece with the line on which it starts."""
        module = self.modules.setdefault(path, ModuleScope(path, dotted))
        for facts, base in pieces:
            part = module.add(facts, base)
            for scope in part.walk():
                self._index(scope)
        return module

    def _index(self, scope: Scope) -> None:
        if isinstance(scope.node, f.Lambda):
            self._lambdas[id(scope.node)] = scope
        for use in scope.uses:
            self.uses_by_name[last_name(use.call.func)].append(use)
            for arg in use.call.args:
                if name := last_name(arg.value):
                    self.references[name].append((use.call, use))
        owner = scope.owner()
        if owner is not None and isinstance(scope.node, f.Def) and scope.node.params:
            first = scope.node.params[0].name
            table = self._attributes.setdefault(id(owner), {})
            for at in scope.walk():
                if at.kind != "class":
                    for attribute in at.attrs:
                        if isinstance(attribute.target, f.Name) and attribute.target.id == first:
                            table.setdefault(attribute.name, []).append((attribute, at))

    # --- Linker ---

    def eval(self, thunk: Thunk) -> Values:
        """Returns what an expression can stand for."""
        key = (id(thunk.expr), thunk.env)
        found = self._memo.get(key)
        if found is not None:
            return found
        if key in self._busy or self._steps > MAX_STEPS:
            return ()
        self._busy.add(key)
        self._steps += 1
        try:
            values = _EVAL[type(thunk.expr)](self, thunk.expr, thunk)
        finally:
            self._busy.discard(key)
            self._steps -= 1
        if not self._busy or values:
            self._memo[key] = values
        return values

    def force(self, thing: Thunk | Value) -> Values:
        """Returns the values of an argument."""
        return self.eval(thing) if isinstance(thing, Thunk) else (thing,)

    def name(self, name: str, env: Env, order: float, context: Context | None) -> Values:
        """Returns what a name can stand for at a place."""
        return lookup.name(self, name, env, order, context)

    def attr(self, value: Value, name: str) -> Values:
        """Returns what an attribute can stand for."""
        return attributes.attr(self, value, name)

    def invoke(self, value: Value, args: Args) -> Values:
        """Returns what calling a value can return."""
        if self._steps > MAX_STEPS:
            return ()
        self._steps += 1
        try:
            return invoke.invoke(self, value, args)
        finally:
            self._steps -= 1

    def instance(self, path: str, reason: str) -> Value:
        """Returns an object of another package's class that comes from outside."""
        entry_ = self._tables.constructors.get(path)
        if entry_ is None:
            return Ext(None, path, injected=reason)
        return Ext(entry_.row, path, injected=reason)

    def lambda_scope(self, node: f.Lambda) -> Scope:
        """Returns the scope of a lambda."""
        return self._lambdas[id(node)]

    def args(self, call: f.Call, env: Env, order: int, context: Context | None) -> Args:
        """Returns the arguments of a call in its place."""
        key = (id(call), id(env))
        found = self._args.get(key)
        if found is None:
            self._keep.append((call, env))
            found = self._args[key] = _arguments(call, env, order, context)
        return found

    def frame(self, scope: Scope, args: Args | None, receiver: Value | None, outer: Env | None, depth: int) -> Env:
        """Returns the activation of a function by one call; the same one each time."""
        key = (id(scope), id(args), id(receiver), id(outer))
        found = self._frames.get(key)
        if found is None:
            self._keep.append((args, receiver, outer))
            found = self._frames[key] = Env(scope, args, receiver, outer, depth)
        return found

    def inst(self, cls: Scope, args: Args | None = None) -> Inst:
        """Returns an instance of a project class; the same one each time."""
        key = (id(cls), id(args))
        found = self._instances.get(key)
        if found is None:
            found = self._instances[key] = Inst(cls, args)
        return found

    def func(self, scope: Scope, outer: Env | None = None, receiver: Value | None = None) -> Func:
        """Returns a function of the project; the same one each time."""
        key = (id(scope), id(outer), id(receiver))
        found = self._functions.get(key)
        if found is None:
            found = self._functions[key] = Func(scope, outer, receiver)
        return found

    def env(self, scope: Scope) -> Env:
        """Returns the activation of a scope by any caller."""
        found = self._envs.get(id(scope))
        if found is None:
            outer = self.env(scope.parent) if scope.parent is not None else None
            found = self._envs[id(scope)] = Env(scope, None, None, outer)
        return found

    def member(self, module: ModuleScope, name: str) -> Values:
        """Returns what a module's attribute can stand for."""
        mark = (id(module), name)
        if mark in self._within:
            return ()
        self._within.add(mark)
        try:
            return self._member(module, name)
        finally:
            self._within.discard(mark)

    def _member(self, module: ModuleScope, name: str) -> Values:
        bindings = module.bindings.get(name)
        if bindings:
            env = self.env(bindings[-1].scope)
            return lookup.bound(self, lookup.reaching(bindings, float("inf"), None), env)
        below = self.module(f"{module.dotted}.{name}", module.path, 0) or self.module(name, module.path, 1)
        if below is not None and module.path.endswith("__init__.py"):
            return (below,)
        lazy = _lazy(self, module, name)
        if lazy:
            return lazy
        for binding in module.bindings.get("*", ()):
            target = self.module(binding.module, module.path, binding.level)
            if isinstance(target, Mod) and target.module is not module:
                found = self.member(target.module, name)
                if found and not all(isinstance(v, Unknown) for v in found):
                    return found
            elif target is None and not binding.level:
                dotted = f"{binding.module}.{name}"
                if self._tables.constructors.get(dotted) or self._tables.functions.get(dotted):
                    return (Lib(dotted),)
        return (Unknown(f"{module.dotted} has no {name} that reading finds"),)

    def module(self, dotted: str, importer: str, level: int) -> Value | None:
        """Returns the project's module of a name, or None."""
        path = self.resolver.resolve(dotted, importer, level)
        if path is None:
            return None
        return Mod(self.modules.setdefault(path, ModuleScope(path, dotted)))

    def runs_with(self, path: str, other: str) -> bool:
        """Tells whether what a module sets when it runs holds in another: one imports the other, however indirectly."""
        return path == other or other in self._imported(path) or path in self._imported(other)

    def _imported(self, path: str) -> frozenset[str]:
        found = self._closures.get(path)
        if found is None:
            reached: set[str] = set()
            waiting = [path]
            while waiting:
                at = waiting.pop()
                fresh = self._direct(at) - reached
                reached |= fresh
                waiting.extend(fresh)
            found = self._closures[path] = frozenset(reached)
        return found

    def _direct(self, path: str) -> set[str]:
        module = self.modules.get(path)
        found: set[str | None] = set()
        folder = path.rpartition("/")[0]
        for part in module.parts if module is not None else ():
            for scope in part.walk():
                for bindings in scope.bindings.values():
                    for binding in bindings:
                        if binding.kind in {"import", "from"}:
                            found.add(self.resolver.resolve(binding.module, path, binding.level))
                            dotted = f"{binding.module}.{binding.name}".strip(".")
                            found.add(self.resolver.resolve(dotted, path, binding.level))
        found.add(f"{folder}/__init__.py" if folder else "__init__.py")
        return {place for place in found if place is not None and place in self.modules}

    def attribute_sets(self, cls: Scope, name: str) -> tuple[tuple[AttrSet, Scope], ...]:
        """Returns the assignments to ``self.name`` in a class's methods, with the method."""
        return tuple(self._attributes.get(id(cls), {}).get(name, ()))

    def mro(self, scope: Scope) -> tuple[Scope | Lib, ...]:
        """Returns a class and its bases, nearest first, other packages' as `Lib`."""
        found = self._mros.get(id(scope))
        if found is None:
            self._mros[id(scope)] = (scope,)
            out: list[Scope | Lib] = [scope]
            assert isinstance(scope.node, f.Class)
            env = self.env(scope.parent) if scope.parent is not None else self.env(scope)
            for base in scope.node.bases:
                if base.keyword is None and not base.star:
                    for value in self.eval(Thunk(base.value, env, scope.order or 1 << 60, scope.context)):
                        out += [b for b in _bases(self, value) if b not in out]
            found = self._mros[id(scope)] = tuple(out)
        return found

    def subclasses(self, scope: Scope) -> tuple[Scope, ...]:
        """Returns the project's classes that derive from a class, directly or not."""
        if self._subclasses is None:
            self._subclasses = defaultdict(list)
            every = [
                s for m in list(self.modules.values()) for part in m.parts for s in part.walk() if s.kind == "class"
            ]
            for cls in every:
                for base in self.mro(cls)[1:]:
                    if isinstance(base, Scope):
                        self._subclasses[id(base)].append(cls)
        return tuple(self._subclasses.get(id(scope), ()))

    def decorations(self) -> dict[int, list[Args]]:
        """Returns the decorators of the project as calls, by the function that they call."""
        if self._decorations is None:
            self._decorations = {}
            every = [s for m in list(self.modules.values()) for part in m.parts for s in part.walk()]
            for scope in every:
                if isinstance(scope.node, f.Def) and scope.parent is not None:
                    for decorator in scope.node.decorators:
                        self._decorate(scope, scope.parent, decorator)
        return self._decorations

    def _decorate(self, scope: Scope, parent: Scope, decorator: f.Expr) -> None:
        assert self._decorations is not None
        env = self.env(parent)
        for value in self.eval(Thunk(decorator, env, scope.order, scope.context)):
            if isinstance(value, Func):
                call = f.Call(decorator, (), scope.node.line if isinstance(scope.node, f.Def) else 0, 0, 0, 0)
                args = Args(call, env, scope.order, scope.context, (self.func(scope, env),))
                self._keep.append(call)
                self._decorations.setdefault(id(value.scope), []).append(args)

    def callers(self, scope: Scope) -> tuple[Args, ...]:
        """Returns the project's calls of a function, or of a class's constructor."""
        found = self._callers.get(id(scope))
        if found is None:
            self._callers[id(scope)] = ()
            found = self._callers[id(scope)] = tuple(_find_callers(self, scope))
        return found


def _bases(program: Program, value: Value) -> list[Scope | Lib]:
    if isinstance(value, ClassVal):
        return list(program.mro(value.scope))
    return [value] if isinstance(value, Lib) else []


def last_name(expr: f.Expr) -> str:
    """Returns the last name of a name or attribute path, or ``""``."""
    return expr.id if isinstance(expr, f.Name) else expr.name if isinstance(expr, f.Attr) else ""


def _find_callers(program: Program, scope: Scope) -> Iterable[Args]:
    owner = scope.owner()
    names = {scope.name}
    target = scope
    if owner is not None and scope.name == "__init__":
        names = {owner.name, "__init__", "cls", *(s.name for s in program.subclasses(owner))}
        target = owner
    elif scope.kind == "class":
        names = {scope.name, "cls"}
    elif owner is not None and scope.name in {"__call__", "__post_init__"}:
        return
    yield from program.decorations().get(id(scope), ())
    yield from _deferred(program, scope)
    for name in names:
        for use in program.uses_by_name.get(name, ()):
            env = program.env(use.scope)
            callees = program.eval(Thunk(use.call.func, env, use.order, use.context))
            if any(calls(program, value, scope, target) for value in callees):
                yield program.args(use.call, env, use.order, use.context)


def _deferred(program: Program, scope: Scope) -> Iterable[Args]:
    """Yields the calls that hand a function to something that calls it later, as calls of the function."""
    for call, use in program.references.get(scope.name, ()):
        env = program.env(use.scope)
        key = _defer_key(program, use, env)
        args = program.args(call, env, use.order, use.context)
        if key is None:
            continue
        held = dict(args.keywords).get(key)
        index = int(key) if key.isdigit() else -1
        if held is None and 0 <= index < len(args.positional):
            held = args.positional[index]
        if held is not None and any(isinstance(v, Func) and v.scope is scope for v in program.force(held)):
            yield replace(args, positional=args.positional[index + 1 :] if index >= 0 else ())


def _defer_key(program: Program, use: Use, env: Env) -> str | None:
    func = use.call.func
    for value in program.eval(Thunk(func, env, use.order, use.context)):
        if isinstance(value, Lib | Ext) and (key := program.tables.defers.get(value.path.replace("()", ""))):
            return key
        if isinstance(value, Func | ClassVal):
            return None
    return program.tables.defers.get(f".{func.name}") if isinstance(func, f.Attr) else None


def calls(program: Program, value: Value, scope: Scope, target: Scope) -> bool:
    """Tells whether calling a value runs a function, or the constructor ``scope`` of class ``target``."""
    if isinstance(value, Func):
        return value.scope is scope
    if isinstance(value, ClassVal):
        if value.scope is target:
            return True
        if scope.name != "__init__":
            return False
        chain = [b for b in program.mro(value.scope) if isinstance(b, Scope) and "__init__" in b.bindings]
        return bool(chain) and chain[0] is target
    return False


def _lazy(program: Program, module: ModuleScope, name: str) -> Values:
    """Returns what a module's ``__getattr__`` gives for a name: by an import in it, or by a table of modules."""
    hooks = [b.child for b in module.bindings.get("__getattr__", ()) if b.child is not None]
    for hook in hooks:
        for binding in hook.bindings.get(name, ()):
            if binding.kind in {"import", "from"}:
                return lookup.imported(program, binding)
    if not hooks:
        return ()
    for bindings in module.bindings.values():
        for binding in bindings:
            if binding.kind == "value" and isinstance(binding.value, f.Dict):
                found = _from_table(program, module, binding, name)
                if found:
                    return found
    return ()


def _from_table(program: Program, module: ModuleScope, binding: Binding, name: str) -> Values:
    assert isinstance(binding.value, f.Dict)
    for item in binding.value.items:
        if isinstance(item.key, f.Str) and item.key.value == name:
            parts = item.value.items if isinstance(item.value, f.Seq) else (item.value,)
            words = [part.value for part in parts if isinstance(part, f.Str)]
            if words:
                level = len(words[0]) - len(words[0].lstrip("."))
                target = program.module(words[0].lstrip("."), module.path, level)
                target = target or program.module(words[0], module.path, 1)
                if isinstance(target, Mod) and target.module is not module:
                    return program.member(target.module, words[1] if len(words) > 1 else name)
    return ()


def _arguments(call: f.Call, env: Env, order: int, context: Context | None) -> Args:
    positional: list[Thunk | Value] = []
    keywords: list[tuple[str, Thunk | Value]] = []
    stars: list[Thunk] = []
    spreads: list[Thunk] = []
    for arg in call.args:
        thunk = Thunk(arg.value, env, order, context)
        if arg.star == "*":
            stars.append(thunk)
        elif arg.star == "**":
            spreads.append(thunk)
        elif arg.keyword is not None:
            keywords.append((arg.keyword, thunk))
        elif not stars:
            positional.append(thunk)
    return Args(call, env, order, context, tuple(positional), tuple(keywords), tuple(stars), tuple(spreads))


# --- expressions ------------------------------------------------------------------------------------------------------


def _sub(t: Thunk, expr: f.Expr) -> Thunk:
    return Thunk(expr, t.env, t.order, t.context)


def _name(p: Program, e: f.Name, t: Thunk) -> Values:
    return with_changes(p.name(e.id, t.env, t.order, t.context), e, t.env, t.order, t.context)


def _attribute(p: Program, e: f.Attr, t: Thunk) -> Values:
    here = _set_before(p, e, t)
    if here:
        return with_changes(here, e, t.env, t.order, t.context)
    merged = Merged()
    for value in p.eval(_sub(t, e.value)):
        if value != Lit(None):
            merged.add(p.attr(value, e.name))
    values = merged.values()
    if not any(_followed(value) for value in values):
        values = (*_set_elsewhere(p, e, t), *values)
    return with_changes(values, e, t.env, t.order, t.context)


def _followed(value: Value) -> bool:
    return not isinstance(value, Unknown) and not (isinstance(value, Ext) and value.type is None)


def _set_before(p: Program, e: f.Attr, t: Thunk) -> Values:
    """Returns what an earlier statement of the same function surely set an attribute to."""
    sets = [a.binding for a in t.env.scope.attrs if a.name == e.name and same(a.target, e.value)]
    before = [b for b in sets if b.order < t.order]
    if not any(lookup.dominates(b.context, t.context) for b in before):
        return ()
    return lookup.bound(p, lookup.reaching(before, t.order, t.context), t.env)


def _set_elsewhere(p: Program, e: f.Attr, t: Thunk) -> Values:
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


def _call(p: Program, e: f.Call, t: Thunk) -> Values:
    merged = Merged()
    args = p.args(e, t.env, t.order, t.context)
    if isinstance(e.func, f.Attr):
        receivers = p.eval(_sub(t, e.func.value))
        for value in receivers:
            if isinstance(value, DictVal | SeqVal):
                merged.add(_container_method(p, value, e.func.name, args))
            elif isinstance(value, Text | Lit) and e.func.name in _STRING:
                merged.add((_formatted(value) if e.func.name == "format" else value,))
    for value in p.eval(_sub(t, e.func)):
        if value != Lit(None):
            merged.add(p.invoke(value, args))
    return merged.values()


def _formatted(value: Text | Lit) -> Value:
    return Text(value.text if isinstance(value, Text) else str(value.value))


def _container_method(p: Program, value: DictVal | SeqVal, method: str, args: Args) -> Values:
    if isinstance(value, SeqVal) or method in {"copy"}:
        return (value,) if method == "copy" else lookup.elements(p, value) if method == "pop" else ()
    if method in {"get", "pop", "setdefault"} and args.positional:
        merged = Merged()
        merged.add(_at(p, value, p.force(args.positional[0])))
        for default in args.positional[1:2]:
            merged.add(p.force(default))
        return merged.values()
    if method == "values":
        return (SeqVal(tuple(thing for _, thing in value.items), bool(value.changes or value.open)),)
    if method == "items":
        pairs = tuple(SeqVal((_key(key), thing)) for key, thing in value.items)
        return (SeqVal(pairs, bool(value.changes or value.open)),)
    return ()


def _key(key: Thunk | str | None) -> Thunk | Value:
    return Lit(key) if isinstance(key, str) else Unknown("keys are merged in") if key is None else key


def _at(p: Program, value: DictVal, keys: Values) -> Values:
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


def _constant(_p: Program, e: f.Const, _t: Thunk) -> Values:
    if e.value is None and e.text not in {"None"}:
        return (Unknown("a number out of range"),) if e.text != "..." else (Lit(None),)
    return (Lit(e.value),)


def _string(_p: Program, e: f.Str, _t: Thunk) -> Values:
    return (Lit(e.value),)


def _fstring(p: Program, e: f.FStr, t: Thunk) -> Values:
    return (Text("".join(_text(p.eval(_sub(t, part)), part) for part in e.parts)),)


def _text(values: Values, expr: f.Expr) -> str:
    """Returns what is known of the string that one of several values becomes."""
    texts = {
        str(v.value) if isinstance(v, Lit) else v.text for v in values if isinstance(v, Lit | Text) and v != Lit(None)
    }
    return texts.pop() if len(texts) == 1 and len(values) <= 2 else f"{{{unparse(expr)}}}"


def _dict(_p: Program, e: f.Dict, t: Thunk) -> Values:
    return (DictVal(tuple((_sub(t, i.key) if i.key is not None else None, _sub(t, i.value)) for i in e.items)),)


def _seq(p: Program, e: f.Seq, t: Thunk) -> Values:
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


def _binary(p: Program, e: f.Binary, t: Thunk) -> Values:
    left, right = p.eval(_sub(t, e.left)), p.eval(_sub(t, e.right))
    if e.op in {"|", ">>"}:
        composed = _composed(p, left, right, e.op)
        if composed is not None:
            return (composed,)
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


def _composed(p: Program, left: Values, right: Values, op: str) -> Value | None:
    sides = [v for v in (*left, *right) if isinstance(v, Ext) and v.type is not None and v.type.composes and not v.tail]
    if not sides:
        sides = [known for v in (*left, *right) if (known := project_primitive(p, v)) is not None]
    if not sides or sides[0].type is None:
        return None
    return Ext(p.tables.types[sides[0].type.composes], f"composed {op}", inner=(*left[:4], *right[:4]))


def project_primitive(p: Program, value: Value) -> Ext | None:
    """Returns an instance of a project class that derives from a table's class as that class's object."""
    if isinstance(value, Inst):
        for base in p.mro(value.cls)[1:]:
            path = base.path if isinstance(base, Lib) else base.dotted
            known = p.tables.constructors.get(path)
            if known is not None and known.row.composes:
                return Ext(known.row, path, calls=(value.args,) if value.args else (), project=value.cls)
    return None


def _boolean(p: Program, e: f.Bool, t: Thunk) -> Values:
    merged = Merged()
    last = len(e.values) - 1
    for index, part in enumerate(e.values):
        values = p.eval(_sub(t, part))
        if e.op == "or":
            merged.add(
                values if index == last else tuple(v for v in values if not (isinstance(v, Lit) and not v.value))
            )
        elif index == last:
            merged.add(values)
    return merged.values()


def _unary(p: Program, e: f.Unary, t: Thunk) -> Values:
    values = p.eval(_sub(t, e.value))
    if e.op == "-":
        return tuple(
            Lit(-v.value) if isinstance(v, Lit) and isinstance(v.value, int | float) else Text("{number}")
            for v in values
        )
    return (Unknown("a truth value"),)


def _conditional(p: Program, e: f.IfExp, t: Thunk) -> Values:
    merged = Merged()
    merged.add(p.eval(_sub(t, e.body)))
    merged.add(p.eval(_sub(t, e.orelse)))
    return merged.values()


def _subscript(p: Program, e: f.Subscript, t: Thunk) -> Values:
    merged = Merged()
    for value in p.eval(_sub(t, e.value)):
        if isinstance(value, DictVal):
            merged.add(_at(p, value, p.eval(_sub(t, e.index))))
        elif isinstance(value, SeqVal):
            index = p.eval(_sub(t, e.index))
            at = index[0].value if len(index) == 1 and isinstance(index[0], Lit) else None
            known = isinstance(at, int) and -len(value.items) <= at < len(value.items)
            merged.add(p.force(value.items[at]) if known and isinstance(at, int) else lookup.elements(p, value))
        elif isinstance(value, ClassVal | Lib | Func):
            merged.add((value,))
        elif isinstance(value, Ext) and value.type is None:
            merged.add((Ext(None, f"{value.path}[]"),))
    return merged.values() or (Unknown("it is an element of something built elsewhere"),)


def _inner(p: Program, e: Any, t: Thunk) -> Values:
    return p.eval(_sub(t, e.value))


def _lambda(p: Program, e: f.Lambda, t: Thunk) -> Values:
    return (p.func(p.lambda_scope(e), t.env),)


def _comprehension(_p: Program, e: f.Comp, t: Thunk) -> Values:
    order = t.order
    inner = Context("comp", e, t.context, order)
    thunk = Thunk(e.element, t.env, order + 1, inner)
    if e.kind == "dict" and e.key is not None:
        return (DictVal(((Thunk(e.key, t.env, order + 1, inner), thunk),), open="it is built by a comprehension"),)
    return (SeqVal((thunk,), True),)


def _opaque(_p: Program, _e: f.Expr, _t: Thunk) -> Values:
    return (Unknown("the result of a computation"),)


_EVAL: Mapping[type[f.Node], Callable[[Program, Any, Thunk], Values]] = {
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
