"""The linker: names to values across the whole program, on demand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from tta_validate import facts as f
from tta_validate.hints import PLAIN_DECORATORS
from tta_validate.program import attributes, invoke, lookup
from tta_validate.program.code import Code, Reading, position
from tta_validate.program.expressions import EVAL
from tta_validate.program.fillings import Filling, changes_it, filled
from tta_validate.program.lazy import lazy
from tta_validate.program.render import last_name
from tta_validate.program.scopes import AttrSet, Context, ModuleScope, Scope, Use
from tta_validate.program.stores import Kept, kept
from tta_validate.program.tables import Tables
from tta_validate.program.values import (
    Args,
    ClassVal,
    Env,
    Ext,
    Func,
    Inst,
    Lib,
    Lit,
    Merged,
    Mod,
    Thunk,
    Unknown,
    Value,
    Values,
    is_known,
)  # fmt: skip

MAX_STEPS = 60


class Resolver(Protocol):
    """Finds modules of the project."""

    def resolve(self, dotted: str, importer: str, level: int) -> str | None:
        """Returns the path of a module, or None when the project has none of that name."""
        ...

    def dotted(self, path: str) -> str:
        """Returns the name that an importer would use for a module."""
        ...


class Program:
    """The project's code as far as it was asked for, and what its expressions stand for."""

    def __init__(
        self, tables: Tables, resolver: Resolver, reading: Reading, focus: Collection[str] | None = None
    ) -> None:
        self._tables = tables
        self.resolver = resolver
        self.code = Code(resolver.dotted, reading, focus)
        self.callables = tables.callables(reading.words, reading.attributes)
        """The names of what call sites can call in this code."""
        self._memo: dict[tuple[int, Env], tuple[f.Expr, Values]] = {}
        self._busy: dict[tuple[int, Env], int] = {}
        self._cut = 0
        self._envs: dict[int, Env] = {}
        self._frames: dict[tuple[int, int, int, int], Env] = {}
        self._args: dict[tuple[int, int], Args] = {}
        self._named: dict[tuple[int, str], Args] = {}
        self._mros: dict[int, tuple[Scope | Lib, ...]] = {}
        self._subclasses: dict[int, tuple[Scope, ...]] = {}
        self._callers: dict[int, tuple[Args, ...]] = {}
        self._decorations: dict[int, list[Args]] | None = None
        self._instances: dict[tuple[int, int], Inst] = {}
        self._functions: dict[tuple[int, int, int], Func] = {}
        self._picked: list[Use] | None = None
        self._variables: list[Use] | None = None
        self._fillings: dict[tuple[str, str], tuple[Filling, ...]] = {}
        self._closures: dict[str, frozenset[str]] = {}
        self._steps = 0
        self._kept: dict[tuple[int, str, str], list[Kept]] = {}
        self._within: set[tuple[int, str]] = set()
        self._looked_up: dict[tuple[int, str], tuple[object, object]] = {}
        self._keep: list[object] = []

    @property
    def tables(self) -> Tables:
        """The SDK tables."""
        return self._tables

    @property
    def evaluating(self) -> bool:
        """Whether something is being evaluated, which may cut short what else is asked meanwhile."""
        return bool(self._busy)

    @property
    def within(self) -> set[tuple[int, str]]:
        """The dicts and keys being looked up, against dicts that hold themselves."""
        return self._within

    @property
    def looked_up(self) -> dict[tuple[int, str], tuple[object, object]]:
        """What `containers.entry` has found since the outermost dict was asked."""
        return self._looked_up

    # --- Linker ---

    def eval(self, thunk: Thunk) -> Values:
        """Returns what an expression can stand for."""
        key = (id(thunk.expr), thunk.env)
        found = self._memo.get(key)
        if found is not None:
            return found[1]
        if (depth := self._busy.get(key)) is not None or self._steps > MAX_STEPS:
            self._cut = min(self._cut, depth if depth is not None else 0)
            return ()
        depth = self._busy[key] = len(self._busy)
        outside, self._cut = self._cut, depth
        self._steps += 1
        try:
            values = EVAL[type(thunk.expr)](self, thunk.expr, thunk)
        finally:
            del self._busy[key]
            self._steps -= 1
        if values or self._cut >= depth:
            # Kept with its values: some expressions are made while linking, and an id lives only as long as its object.
            self._memo[key] = (thunk.expr, values)
        self._cut = min(outside, self._cut)
        return values

    def callees(self, use: Use) -> Values:
        """Returns what a call can call."""
        found = self._memo.get((id(use.call.func), self.env(use.scope)))
        if found is not None:
            return found[1]
        return self.eval(Thunk(use.call.func, self.env(use.scope), use.order, use.context))

    def arguments(self, use: Use) -> Args:
        """Returns the arguments of a call."""
        return self.args(use.call, self.env(use.scope), use.order, use.context)

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
        return self.code.lambdas[id(node)]

    def args(self, call: f.Call, env: Env, order: int, context: Context | None) -> Args:
        """Returns the arguments of a call in its place."""
        key = (id(call), id(env))
        found = self._args.get(key)
        if found is None:
            self._keep.append((call, env))
            found = self._args[key] = _arguments(call, env, order, context)
        return found

    def named(self, scope: Scope, name: str) -> Args:
        """Returns the arguments of a call of a function with one string; the same ones each time."""
        found = self._named.get((id(scope), name))
        if found is None:
            call = f.Call(f.Name(scope.name), (), 0, 0, 0, 0)
            found = self._named[id(scope), name] = Args(call, self.env(scope), 0, None, (Lit(name),))
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
            env = self.env(next(iter(module.parts.values())))
            values = lookup.bound(self, lookup.reaching(bindings, float("inf"), None), env)
            return filled(self, values, module, name, running=False)
        below = self.module(f"{module.dotted}.{name}", module.path, 0) or self.module(name, module.path, 1)
        if below is not None and module.path.endswith("__init__.py"):
            return (below,)
        found = lazy(self, module, name, lambda: self.code.load(self.code.reading.every(module.path)))
        if found:
            return found
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
        return Mod(self.code.at(path))

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
        folder = path.rpartition("/")[0]
        return {*self.code.reading.targets(path), f"{folder}/__init__.py" if folder else "__init__.py"}

    def attribute_sets(self, cls: Scope, name: str) -> tuple[tuple[AttrSet, Scope], ...]:
        """Returns the assignments to ``self.name`` in a class's methods, with the method."""
        return tuple(self.code.attributes.get(id(cls), {}).get(name, ()))

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

    def homes(self, scope: Scope) -> frozenset[str]:
        """Returns the files in which a function or class is known: its own, and those of its class's bases."""
        owner = scope.owner()
        known = [scope] if owner is None else [cls for cls in self.mro(owner) if isinstance(cls, Scope)]
        return frozenset(one.module.path for one in known)

    def subclasses(self, scope: Scope) -> tuple[Scope, ...]:
        """Returns the project's classes that derive from a class, directly or not."""
        found = self._subclasses.get(id(scope))
        if found is None:
            self._subclasses[id(scope)] = ()
            direct = [cls for cls in self.code.deriving(scope.name, {scope.module.path}) if scope in self.mro(cls)[1:]]
            below = [further for cls in direct for further in (cls, *self.subclasses(cls))]
            found = self._subclasses[id(scope)] = tuple(sorted(dict.fromkeys(below), key=position))
        return found

    def decorations(self) -> dict[int, list[Args]]:
        """Returns the decorators of the project as calls, by the function that they call."""
        if self._decorations is None:
            self._decorations = {}
            for scope, parent, node in list(self.code.decorated()):
                for decorator in node.decorators:
                    if last_name(decorator) not in PLAIN_DECORATORS:
                        self._decorate(scope, parent, decorator)
        return self._decorations

    def _decorate(self, scope: Scope, parent: Scope, decorator: f.Expr) -> None:
        assert self._decorations is not None
        env = self.env(parent)
        for value in self.eval(Thunk(decorator, env, scope.order, scope.context)):
            if isinstance(value, Func):
                line = scope.node.line if isinstance(scope.node, f.Def | f.Class) else 0
                call = f.Call(decorator, (), line, 0, 0, 0)
                given = ClassVal(scope, env) if scope.kind == "class" else self.func(scope, env)
                args = Args(call, env, scope.order, scope.context, (given,))
                self._keep.append(call)
                self._decorations.setdefault(id(value.scope), []).append(args)

    def picked(self) -> list[Use]:
        """Returns the calls of entries of tables: by a subscript, or by a local name of one."""
        if self._picked is None:
            self._picked = [use for use in self.code.calling_variables() if _is_entry(use.call.func, use.scope)]
        return self._picked

    def variants(self, module: ModuleScope, name: str) -> Sequence[str]:
        """Returns the names in a module which are a name, or start with it and two underscores."""
        return self.code.reading.variants(module.path, name)

    def fillings(self, module: ModuleScope, name: str) -> tuple[Filling, ...]:
        """Returns the changes that the project's functions make to a module's container, wherever they stand."""
        key = (module.path, name)
        found = self._fillings.get(key)
        if found is None:
            self._fillings[key] = ()
            every = self.code.filled(name, frozenset((module.path,)))
            found = self._fillings[key] = tuple(one for one in every if changes_it(self, one, module, name))
        return found

    def holds(self, name: str) -> bool:
        """Tells whether some code assigns an attribute of that name."""
        return self.code.reading.holds(name)

    def stored(self, module: ModuleScope, holder: str, key: str) -> Values:
        """Returns what the project keeps under a key of another package's object that has a last name."""
        merged = Merged()
        mark = (id(module), holder, key)
        if (every := self._kept.get(mark)) is None:
            every = self._kept[mark] = list(kept(self.code, module, holder, key))
        for expr, scope, order, context in every:
            merged.add(self.eval(Thunk(expr, self.env(scope), order, context)))
        return tuple(value for value in merged.found if isinstance(value, Inst | Func) or is_known(value))

    def loose_callers(self, scope: Scope) -> tuple[Args, ...]:
        """Returns the calls of a method's name on objects that reading cannot tell, of a function by variables."""
        if scope.name.startswith("__"):
            return ()
        if scope.owner() is None:
            if self._variables is None:
                self._variables = list(self.code.calling_variables())
            uses = self._variables
            return tuple(self.arguments(use) for use in uses if any(_is(v, scope) for v in self.callees(use)))
        uses = [use for use in self.code.uses(scope.name) if isinstance(use.call.func, f.Attr)]
        return tuple(self.arguments(u) for u in uses if all(isinstance(v, Unknown) for v in self.callees(u)))

    def callers(self, scope: Scope) -> tuple[Args, ...]:
        """Returns the project's calls of a function, or of a class's constructor."""
        found = self._callers.get(id(scope))
        if found is None:
            self._callers[id(scope)] = ()
            found = self._callers[id(scope)] = tuple(_find_callers(self, scope))
        return found


def _is(value: Value, scope: Scope) -> bool:
    return isinstance(value, Func) and value.scope is scope


def _is_entry(func: f.Expr, scope: Scope) -> bool:
    if isinstance(func, f.Name) and scope.kind != "module" and func.id != "cls":
        return any(isinstance(b.value, f.Subscript) for b in scope.bindings.get(func.id, ()) if b.kind == "value")
    return isinstance(func, f.Subscript)


def _bases(program: Program, value: Value) -> list[Scope | Lib]:
    if isinstance(value, ClassVal):
        return list(program.mro(value.scope))
    return [value] if isinstance(value, Lib) else []


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
    for name in sorted(names):
        for use in program.code.uses(name, program.homes(scope)):
            if any(calls(program, value, scope, target) for value in program.callees(use)):
                yield program.arguments(use)
    if target.kind == "class":
        for use in program.picked():
            if any(calls(program, value, scope, target) for value in program.callees(use)):
                yield program.arguments(use)


def _deferred(program: Program, scope: Scope) -> Iterable[Args]:
    """Yields the calls that hand a function to something that calls it later, as calls of the function."""
    for use in program.code.handed(scope.name, program.homes(scope)):
        key = _defer_key(program, use)
        if key is None:
            continue
        args = program.arguments(use)
        held = dict(args.keywords).get(key)
        index = int(key) if key.isdigit() else -1
        if held is None and 0 <= index < len(args.positional):
            held = args.positional[index]
        if held is not None and any(isinstance(v, Func) and v.scope is scope for v in program.force(held)):
            yield replace(args, positional=args.positional[index + 1 :] if index >= 0 else ())


def _defer_key(program: Program, use: Use) -> str | None:
    func = use.call.func
    for value in program.callees(use):
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
