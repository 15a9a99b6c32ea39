"""Which calls leave the project for a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property

from tta_validate import facts as f
from tta_validate.program.attributes import base_calls
from tta_validate.program.bound import calls_parameter, handy, in_wrapper, is_defined, is_parameter
from tta_validate.program.containers import argument, item
from tta_validate.program.invoke import joined
from tta_validate.program.linker import Program
from tta_validate.program.render import last_name, unparse
from tta_validate.program.scopes import Scope, Use
from tta_validate.program.values import (
    Args,
    ClassVal,
    DictVal,
    Ext,
    Func,
    Inst,
    Lib,
    Lit,
    Merged,
    Outside,
    Partial,
    SeqVal,
    Text,
    Thunk,
    Unknown,
    Value,
    Values,
)  # fmt: skip
from tta_validate.sdk import Call, Endpoint, Sdk, Type

MAX_HOPS = 5
"""How many calls away from a function a model call may stand that counts as its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """One model call that a call expression can make.

    ``receiver`` is the object it starts from; ``args`` are the arguments that reach the library.
    """

    sdk: Sdk
    row: Call
    receiver: Ext | None
    args: Args
    path: str
    endpoint: Endpoint | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A call expression that sends a request to a model; ``handed``: the functions it hands the method to."""

    use: Use
    targets: tuple[Target, ...]
    handed: Values = ()


class Calls:
    """Finds the call sites of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.sites: dict[int, Site] = {}
        self._looked: set[int] = set()
        self._tried: set[int] = set()
        """Calls that were looked at in the midst of an evaluation, which may have cut theirs short."""
        self._reaches: dict[int, bool] = {}
        self._waiting: list[Use] = []
        self._open = False

    def find(self, paths: Iterable[str], *, follow: bool = True) -> list[Site]:
        """Returns the call sites of some files, in the order of paths and lines.

        With ``follow``, those of the searched files that linking comes to are among them.
        """
        code = self.program.code
        looked: set[str] = set()
        waiting = set(paths)
        while waiting:
            looked |= waiting
            for path in sorted(waiting):
                for use in list(code.candidates(path, self.program.callables)):
                    self.site(use)
            waiting = code.met() - looked if follow else set[str]()
        for _ in range(2):
            again, self._waiting = self._waiting, []
            self._reaches = {key: True for key, value in self._reaches.items() if value}
            for use in again:
                self._look(use)
        self._reaches = {key: True for key, value in self._reaches.items() if value}
        return sorted(self.sites.values(), key=lambda s: (s.use.scope.module.path, line_of(s.use), s.use.call.column))

    def site(self, use: Use) -> Site | None:
        """Returns a call as a call site, or None where it is none."""
        key = id(use.call)
        if key not in self._looked and (key not in self._tried or not self.program.evaluating):
            self._tried.add(key)
            self._look(use)
            if not self.program.evaluating:
                self._looked.add(key)
        return self.sites.get(key)

    def _look(self, use: Use) -> None:
        outside, self._open = self._open, False
        site = self._site(use)
        if site is not None:
            self.sites[id(use.call)] = site
        elif self._open:
            self._waiting.append(use)
        self._open = outside

    def _can_matter(self, use: Use) -> bool:
        """Tells by names alone whether a call can be a call site."""
        func = use.call.func
        callables = self.program.callables
        name = last_name(func)
        if not name or name in callables.functions:
            return True
        if any(handy(arg.value, callables) for arg in use.call.args):
            return True
        if isinstance(func, f.Name):
            return not is_defined(use.scope, name)
        return name in callables.attributes or self.program.code.reading.holds(name)

    def _site(self, use: Use) -> Site | None:
        if not self._can_matter(use):
            return None
        func = use.call.func
        args = self.program.arguments(use)
        callees = self.program.callees(use)
        if isinstance(func, f.Name) and is_parameter(use.scope, func.id):
            callees = tuple(v for v in callees if not isinstance(v, Lib | Ext | Partial))
        targets = [t for value in callees for t in self.targets(value, args)]
        handed: Values = ()
        if not targets and id(use.call) not in use.scope.called:
            targets, handed = self._handed(use, args, callees)
        if not targets and isinstance(func, f.Call):
            targets = self._wrapped(func, use, args)
        if not targets and isinstance(func, f.Attr) and callees and all(isinstance(v, Unknown) for v in callees):
            targets = self._by_shape(func, use, args, callees)
        return Site(use, tuple(targets), handed) if targets else None

    def _wrapped(self, func: f.Call, use: Use, args: Args) -> list[Target]:
        """Returns the model calls of ``wrapper(library.call)(...)``."""
        env = self.program.env(use.scope)
        inner = self.program.args(func, env, use.order, use.context)
        found: list[Target] = []
        for thing in inner.positional[:1]:
            for value in self.program.force(thing):
                if isinstance(value, Lib | Ext):
                    found += self.targets(value, args)
        return found

    def _by_shape(self, func: f.Attr, use: Use, args: Args, callees: Values) -> list[Target]:
        """Returns the model call on an object from outside of no known type, by its path in a library of the project.

        A library that the module itself imports comes first, then the one that most files import.
        """
        path, at = func.name, func.value
        while isinstance(at, f.Attr):
            path, at = f"{at.name}.{path}", at.value
        reasons = [str(v.reason) for v in callees if isinstance(v, Unknown) and isinstance(v.reason, Outside)]
        if isinstance(at, f.Name) and is_parameter(use.scope, at.id):
            reasons = [f"parameter {at.id} is passed in from outside"]
        if not reasons or not (args.spreads or any(key == "model" for key, _ in args.keywords)):
            return []
        types = self.program.tables.types.values()
        parts = path.split(".")
        for tail in (".".join(parts[at:]) for at in range(len(parts) - 2)):
            kinds = [kind for kind in types if kind.constructors and tail in self.program.tables.index(kind).calls]
            kind = max(kinds, key=lambda kind: self._named(kind, use), default=None)
            if kind is not None and any(self._named(kind, use)):
                return list(self.targets(Ext(kind, kind.name, tuple(tail.split(".")), injected=reasons[0]), args))
        return []

    @cached_property
    def _packages(self) -> Mapping[str, Set[str]]:
        reading = self.program.code.reading
        return {path: reading.packages(path) for path in reading.searched}

    def _named(self, kind: Type, use: Use) -> tuple[bool, int]:
        """Tells whether a module may import the library of a type, and how many files do."""
        tops = {name.partition(".")[0] for name in self.program.tables.index(kind).sdk.imports}
        here = use.scope.module.path
        return not self._packages[here].isdisjoint(tops), sum(
            not named.isdisjoint(tops) for named in self._packages.values()
        )

    # --- what calling a value does ---

    def targets(self, value: Value, args: Args) -> Iterator[Target]:
        """Yields the model calls that calling a value with some arguments makes."""
        tables = self.program.tables
        match value:
            case Lib(path=path):
                entry = tables.functions.get(path)
                if entry is not None:
                    yield from self._checked(Target(entry.sdk, entry.row, None, args, path))
            case Ext(type=kind, tail=tail) if kind is not None:
                index = tables.index(kind)
                row = index.calls.get(".".join(tail))
                if row is None or in_wrapper(tables, args.env.scope, kind):
                    return
                self._open = self._open or kind.needs_inner
                if not kind.needs_inner or self.models_inside(value):
                    yield from self._checked(Target(index.sdk, row, value, args, kind.name))
            case Ext(inner=wrapped):
                for method in wrapped:
                    yield from self.targets(method, args)
            case Func(scope=scope):
                entry = tables.functions.get(scope.dotted)
                if entry is not None and entry.sdk.project:
                    yield from self._checked(Target(entry.sdk, entry.row, None, args, scope.dotted))
            case Inst(cls=cls):
                for base in self.program.mro(cls):
                    known = tables.constructors.get(base.path) if isinstance(base, Lib) else None
                    if known is not None:
                        made = base_calls(self.program, value, base) if isinstance(base, Lib) else ()
                        ext = Ext(known.row, known.row.name, calls=made, project=cls)
                        yield from self.targets(ext, args)
                        return
            case Partial(func=func, args=given):
                yield from self.targets(func, joined(given, args))
            case _:
                return

    def _checked(self, target: Target) -> Iterator[Target]:
        if not target.row.url:
            yield target
            return
        for url in self._urls(target):
            for endpoint in self.program.tables.endpoints_of(url):
                if not endpoint.body or self._has(target, endpoint.body):
                    yield replace(target, endpoint=endpoint)
                    return

    def _has(self, target: Target, keys: tuple[str, ...]) -> bool:
        """Tells whether a request's body has some keys."""
        for place in target.row.prompt:
            held = argument(self.program, target.args, place)
            if any(all(not item(self.program, value, key).absent for key in keys) for value in held.values):
                return True
        return False

    def _urls(self, target: Target) -> Iterator[str]:
        bases = [""]
        receiver = target.receiver
        if receiver is not None and receiver.type is not None and receiver.calls:
            found = [t for key in receiver.type.url for t in self.texts(receiver.calls[0], key)]
            bases = found or bases
        for key in target.row.url:
            for text in self.texts(target.args, key):
                for base in bases:
                    plain = text.startswith(("http", "{")) or not base
                    yield text if plain else base.rstrip("/") + "/" + text.lstrip("/")

    def texts(self, args: Args, key: str) -> Iterator[str]:
        """Yields what is known of the strings under a key of a call's arguments."""
        held = argument(self.program, args, key)
        for value in held.values:
            if isinstance(value, Lit) and isinstance(value.value, str):
                yield value.value
            elif isinstance(value, Text):
                yield value.text
        if not any(isinstance(v, Lit | Text) for v in held.values):
            thunk = _thunk(args, key)
            if thunk is not None:
                yield f"{{{unparse(thunk.expr)}}}"

    # --- callables handed on ---

    def _handed(self, use: Use, args: Args, callees: Values) -> tuple[list[Target], Values]:
        """Returns the model calls that a call makes by handing a library's method to something that calls it."""
        keys = list(self._deferring(use, callees))
        helpers = tuple(v for v in callees if isinstance(v, Func))
        found: list[Target] = []
        for key in keys:
            found += self._at_key(args, key)
        if not keys and helpers:
            callables = self.program.callables
            for index, thing in enumerate(args.positional):
                if isinstance(thing, Thunk) and handy(thing.expr, callables) and calls_parameter(helpers, index):
                    found += self._at_key(args, str(index))
            for name, thing in args.keywords:
                if isinstance(thing, Thunk) and handy(thing.expr, callables) and calls_parameter(helpers, name):
                    found += self._at_key(args, name)
        return found, helpers if found else ()

    def _deferring(self, use: Use, callees: Values) -> Iterator[str]:
        defers = self.program.tables.defers
        for value in callees:
            path = value.path if isinstance(value, Lib | Ext) else ""
            if key := defers.get(path.replace("()", "")):
                yield key
                return
        for value in callees:
            for key in self._guarded(value):
                yield key
                return
        func = use.call.func
        own = any(isinstance(v, Func | ClassVal) for v in callees)
        if isinstance(func, f.Attr) and not own and (key := defers.get(f".{func.name}")):
            yield key

    def _guarded(self, value: Value) -> Iterator[str]:
        """Yields the key of the function that a guard library's object calls (``Retrying(...)(f)``)."""
        if isinstance(value, Lib | Ext) and (isinstance(value, Lib) or value.type is None):
            for row in self.program.tables.giver_rows(value.path.replace("()", "")):
                if row.shape == "around" and (isinstance(value, Ext) or row.guarded != ("0",)):
                    yield row.guarded[-1]

    def _at_key(self, args: Args, key: str) -> Iterator[Target]:
        rest = args
        if key.isdigit():
            rest = replace(args, positional=args.positional[int(key) + 1 :])
        for value in argument(self.program, args, key).values:
            if isinstance(value, Lib | Ext | Partial):
                yield from self.targets(value, rest)

    # --- whether a model is inside ---

    def models_inside(self, value: Ext, depth: int = 0) -> bool:
        """Tells whether an object that wraps others makes model calls."""
        return any(self.makes_calls(inner, depth + 1) for inner in self.inner(value))

    def inner(self, value: Ext) -> Values:
        """Returns what an object was built around."""
        merged = Merged()
        merged.add(value.inner)
        kind = value.type
        if kind is not None:
            for args in value.calls[:1]:
                for key in kind.inner:
                    merged.add(self._flat(self._held(args, key)))
            for method in kind.fills:
                merged.add(self._flat(self._filled(value, method)))
        return merged.values()

    def families(self, value: Ext, depth: int = 0) -> set[str]:
        """Returns the libraries and providers of an object's models; wrappers stand for what is in them, if known."""
        parts = [part for part in self.inner(value) if isinstance(part, Ext)] if depth < 8 else []
        found = {family for part in parts for family in self.families(part, depth + 1)}
        if found or value.type is None or (value.type.inner and not value.type.provider):
            return found
        return {f"{self.program.tables.index(value.type).sdk.name} {value.type.provider}"}

    def steps(self, value: Ext) -> Iterator[Values]:
        """Yields for each place inside an object what can stand there."""
        yield from value.steps
        for args in value.calls[:1] if value.type is not None else ():
            for key in value.type.inner if value.type is not None else ():
                if key != "*":
                    yield argument(self.program, args, key).values

    def _held(self, args: Args, key: str) -> Values:
        if key != "*":
            return argument(self.program, args, key).values
        merged = Merged()
        for thing in (*args.positional, *(thing for _, thing in args.keywords)):
            merged.add(self.program.force(thing))
        return merged.values()

    def _flat(self, values: Iterable[Value], depth: int = 0) -> Values:
        merged = Merged()
        for value in values:
            things = value.items if isinstance(value, SeqVal) else ()
            if isinstance(value, DictVal):
                things = (*(thing for _, thing in value.items), *(change.value for change in value.changes))
            if isinstance(value, SeqVal | DictVal) and depth < 3:
                for thing in things:
                    merged.add(self._flat(self.program.force(thing), depth + 1))
            else:
                merged.add((value,))
        return merged.values()

    def _filled(self, value: Ext, method: str) -> Values:
        merged = Merged()
        for args in self.on_same(value, method):
            for thing in (*args.positional, *(thing for _, thing in args.keywords)):
                merged.add(self.program.force(thing))
        return merged.values()

    def on_same(self, value: Ext, method: str) -> Iterator[Args]:
        """Yields the calls of a method on the very object."""
        if not value.calls:
            return
        program = self.program
        for use in program.code.uses(method):
            func = use.call.func
            if isinstance(func, f.Attr):
                for receiver in program.eval(Thunk(func.value, program.env(use.scope), use.order, use.context)):
                    if isinstance(receiver, Ext) and receiver.calls and receiver.calls[0].call is value.calls[0].call:
                        yield program.arguments(use)
                        break

    def makes_calls(self, value: Value, depth: int = 0) -> bool:
        """Tells whether running a value sends requests to a model."""
        if depth > 6:
            return False
        match value:
            case Ext(type=kind) if kind is not None:
                if kind.needs_inner:
                    return self.models_inside(value, depth)
                return bool(kind.methods) or any(not call.url for call in kind.calls)
            case Func(scope=scope):
                return self.reaches(scope)
            case Inst(cls=cls):
                methods = [c for base in self.program.mro(cls) if isinstance(base, Scope) for c in base.children]
                return any(self.reaches(c) for c in methods) or self._inherits_model(cls)
            case Lib(path=path):
                entry = self.program.tables.functions.get(path)
                return entry is not None and not entry.row.url
            case Partial(func=func):
                return self.makes_calls(func, depth + 1)
            case ClassVal(scope=scope):
                return any(self.reaches(child) for child in scope.children)
            case _:
                return False

    def _inherits_model(self, cls: Scope) -> bool:
        for base in self.program.mro(cls):
            entry = self.program.tables.constructors.get(base.path if isinstance(base, Lib) else base.dotted)
            if entry is not None and not entry.row.needs_inner and entry.row.calls:
                return True
        return False

    def reaches(self, scope: Scope) -> bool:
        """Tells whether running a function sends requests to a model, by itself or through functions that it calls.

        What is called over ``MAX_HOPS`` calls away does not count, whatever was asked before.
        """
        found = self._reaches.get(id(scope))
        if found is None:
            self._reaches[id(scope)] = False
            found = self._reaches[id(scope)] = self._reach(scope)
        return found

    def _reach(self, scope: Scope) -> bool:
        return any(self.site(use) for use in self._run(scope))

    def _run(self, scope: Scope) -> Iterator[Use]:
        """Yields the calls that running a function makes, by itself or through functions that it calls."""
        seen = {scope}
        ring = [scope]
        for hop in range(MAX_HOPS + 1):
            uses = [use for each in ring for at in each.walk() for use in at.uses]
            yield from uses
            further = [below for use in uses for below in self._functions(use)] if hop < MAX_HOPS else []
            ring = [below for below in dict.fromkeys(further) if below not in seen]
            seen.update(ring)

    def reached(self, use: Use) -> list[Site]:
        """Returns the call sites that a call is, or that the functions of the project have which it runs."""
        here = self.site(use)
        if here is not None:
            return [here]
        below = (other for scope in self._functions(use) for other in self._run(scope))
        return [site for other in below if (site := self.site(other)) is not None]

    def _functions(self, use: Use) -> list[Scope]:
        """Returns the functions that a call runs, of the files in which there can be call sites."""
        if not last_name(use.call.func):
            return []
        searched = self.program.code.reading.searched
        scopes = [value.scope for value in self.program.callees(use) if isinstance(value, Func)]
        return [scope for scope in scopes if scope.module.path in searched]

    def leads(self, use: Use) -> bool:
        """Tells whether a call is a call site, or runs a function of the project that sends requests to a model."""
        return self.site(use) is not None or any(self.reaches(scope) for scope in self._functions(use))


def line_of(use: Use) -> int:
    """Returns the line in the file on which a call's expression starts."""
    return use.scope.line(use.call.line)


def _thunk(args: Args, key: str) -> Thunk | None:
    things = dict(args.keywords)
    thing = things.get(key)
    if thing is None and key.isdigit() and int(key) < len(args.positional):
        thing = args.positional[int(key)]
    return thing if isinstance(thing, Thunk) else None
