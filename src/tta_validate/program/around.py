"""Guards that stand around a call: contexts, loops, decorators, helpers, callers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tta_validate import facts as f
from tta_validate.program.bound import of_wrapper
from tta_validate.program.byhand import ByHand
from tta_validate.program.calls import Calls, Site
from tta_validate.program.composed import composed, keeps
from tta_validate.program.futures import collected, waited_for
from tta_validate.program.loops import decorator_retries
from tta_validate.program.render import last_name
from tta_validate.program.scopes import Context, Scope, Use
from tta_validate.program.settings import Settings, moved, nearest, on_all
from tta_validate.program.values import Args, Ext, Func, Lib, Opened, Partial, Thunk, Value, Values
from tta_validate.sdk import GuardName
from tta_validate.sites import NO_GUARD, Guard, Reach, State

MAX_HOPS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """A way into a function: a call of it, or a call that it is handed to, as ``handed``."""

    use: Use
    handed: tuple[f.Expr, ...] = ()


@dataclass(slots=True)
class Around:
    """Finds what stands around call sites."""

    calls: Calls
    settings: Settings
    hand: ByHand
    _edges: dict[int, tuple[Edge, ...]] = field(default_factory=dict[int, tuple[Edge, ...]])
    _memo: dict[tuple[int, str, int], Guard] = field(default_factory=dict[tuple[int, str, int], Guard])
    _busy: set[tuple[int, str, int]] = field(default_factory=set[tuple[int, str, int]])
    _local: dict[int, list[Use]] | None = None
    _alarms: dict[int, list[tuple[int, Guard]]] = field(default_factory=dict[int, list[tuple[int, Guard]]])

    def of(self, site: Site, guard: GuardName) -> list[Guard]:
        """Returns the guards that stand around a call site, in its function and in its callers."""
        use = site.use
        found = [self._handed(site, guard), self.hand.of_use(use, guard)]
        found.append(self._called_through(site, guard))
        found.append(self._enclosing(use.call, use.scope, use.context, guard, use.order))
        if guard == "timeout":
            found.append(waited_for(self.settings, use))
        return found

    def _handed(self, site: Site, guard: GuardName) -> Guard:
        """Returns what the helper gives that a library's method is handed to."""
        helpers = [v for v in site.handed if isinstance(v, Func)]
        found = [self._helper(helper.scope, guard) for helper in helpers]
        return nearest(found)

    def _called_through(self, site: Site, guard: GuardName) -> Guard:
        """Returns what a guard library's object gives that the library's method is handed to."""
        program = self.calls.program
        args = program.arguments(site.use)
        callees = program.callees(site.use)
        wrapped = [v for v in callees if isinstance(v, Ext) and v.type is None and v.inner]
        found = [self._around(v, args, guard) for v in callees]
        found += [self._standing(v, args.where, guard, "decorator") for v in wrapped]
        return moved(nearest(found), Reach.FUNCTION)

    def _helper(self, scope: Scope, guard: GuardName) -> Guard:
        """Returns what a project function gives to the callable that it is handed."""
        node = scope.node
        if not isinstance(node, f.Def):
            return NO_GUARD
        names = {p.name for p in node.params}
        found: list[Guard] = []
        for at in scope.walk():
            for use in at.uses:
                called = use.call.func
                later = last_name(called) in self.calls.program.tables.deferring
                if (isinstance(called, f.Name) and called.id in names) or (later and _handed_on(use, names)):
                    found.append(self.hand.of_use(use, guard))
                    found.append(self._in_function(use.call, at, use.context, guard, use.order))
                    if later and guard == "timeout":
                        found.append(waited_for(self.settings, use))
        return moved(nearest(found), Reach.FUNCTION)

    # --- inside one function ---

    def _enclosing(self, node: f.Expr, scope: Scope, context: Context | None, guard: GuardName, order: int) -> Guard:
        """Returns the guard that a function's code, its decorators, or all of its callers give to a place in it."""
        here = self._in_function(node, scope, context, guard, order)
        if here.state in {State.EXPLICIT, State.MANUAL} or scope.kind == "module":
            return here
        return nearest([here, self.entry(scope, guard, 0)])

    def _in_function(self, node: f.Expr, scope: Scope, context: Context | None, guard: GuardName, order: int) -> Guard:
        found = [self._inline(node, scope, context, guard)]
        if context is not None:
            for at in context.chain():
                found.append(self._context(at, scope, guard))
        if guard == "timeout":
            found += [self._later(use, guard) for use in collected(node, scope, context, order)]
        found.append(self._before(scope, order, guard))
        found.append(self.decorators(scope, guard))
        if isinstance(scope.node, f.Lambda) and scope.parent is not None:
            holder = self._handing(scope)
            if holder is not None:
                found.append(composed(self.calls, holder, guard))
            if holder is None or not keeps(self.calls, holder):
                found.append(self._in_function(scope.node, scope.parent, scope.context, guard, scope.order))
        return nearest(found)

    def _handing(self, scope: Scope) -> Use | None:
        """Returns the call that a lambda is handed to, or None."""
        at, parent = scope.context, scope.parent
        if at is None or at.kind != "arg" or parent is None:
            return None
        return next((use for use in parent.uses if use.call is at.node), None)

    def _later(self, use: Use, guard: GuardName) -> Guard:
        """Returns what a call gives that gets a coroutine made before, and what stands around that call."""
        program = self.calls.program
        args = program.arguments(use)
        found = [self._around(value, args, guard) for value in program.callees(use)]
        found.append(self._inline(use.call, use.scope, use.context, guard))
        found += [self._context(at, use.scope, guard) for at in (use.context.chain() if use.context else ())]
        return moved(nearest(found), Reach.FUNCTION)

    def _inline(self, node: f.Expr, scope: Scope, context: Context | None, guard: GuardName) -> Guard:
        """Returns what the calls give that this expression is an argument of."""
        if context is None:
            return NO_GUARD
        program = self.calls.program
        found: list[Guard] = []
        for depth, at in enumerate(context.chain()):
            if guard == "timeout" and isinstance(at.node, f.Comp) and at.node.element is node:
                continue
            if at.kind != "arg" or not isinstance(at.node, f.Call):
                break
            env = program.env(scope)
            args = program.args(at.node, env, at.order, at.outer)
            for value in program.eval(Thunk(at.node.func, env, at.order, at.outer)):
                found.append(self._around(value, args, guard))
                if isinstance(value, Func) and scope.kind != "lambda" and depth == 0:
                    found.append(self._lambda_helper(value, node, guard))
        return nearest(found)

    def _lambda_helper(self, value: Func, node: f.Expr, guard: GuardName) -> Guard:
        return self._helper(value.scope, guard) if isinstance(node, f.Lambda) else NO_GUARD

    def _around(self, value: Value, args: Args, guard: GuardName) -> Guard:
        known = self.settings.giver(value, guard, "around")
        if known is None:
            return NO_GUARD
        row, name, made = known
        instead = self.settings.bounded(row, args if isinstance(value, Lib) else made or args)
        if instead is not None:
            return instead
        state = State.MANUAL if row.manual else State.EXPLICIT
        return Guard(state, Reach.CALL, name, args.where, primitive=row.primitive)

    def _context(self, at: Context, scope: Scope, guard: GuardName) -> Guard:
        if isinstance(at.node, f.With) and at.kind == "with":
            things = [(item.value, "context") for item in at.node.items]
            line = at.node.line
        elif isinstance(at.node, f.For) and at.kind == "for":
            things = [(at.node.iter, "iterator")]
            line = at.node.line
        else:
            return NO_GUARD
        env = self.calls.program.env(scope)
        found: list[Guard] = []
        for expr, shape in things:
            for value in self.calls.program.eval(Thunk(expr, env, at.order, at.outer)):
                found.append(self._standing(value, scope.place(line), guard, shape))
                if isinstance(value, Opened) and shape == "context":
                    found.append(self._yielding(value.func.scope, guard))
        return nearest(found)

    def _yielding(self, scope: Scope, guard: GuardName) -> Guard:
        """Returns what a context manager of the project has around each of its yields."""
        key = (id(scope), guard, 0)
        if key in self._busy:
            return NO_GUARD
        self._busy.add(key)
        try:
            chains = [context.chain() if context is not None else () for _, _, context in scope.yields]
            ways = [nearest([self._context(at, scope, guard) for at in chain]) for chain in chains]
        finally:
            self._busy.discard(key)
        return on_all(ways, "only some of the yields have it") if ways else NO_GUARD

    def _standing(self, value: Value, where: str, guard: GuardName, *shapes: str) -> Guard:
        known = self.settings.giver(value, guard, *shapes)
        if known is None:
            return NO_GUARD
        row, name, made = known
        instead = self.settings.bounded(row, made)
        if instead is not None:
            return instead
        state = State.MANUAL if row.manual else State.EXPLICIT
        return Guard(state, Reach.FUNCTION, name, where, primitive=row.primitive)

    def _before(self, scope: Scope, order: int, guard: GuardName) -> Guard:
        """Returns what an earlier statement of the same function gives (``signal.alarm``)."""
        if guard != "timeout" or scope.kind == "module":
            return NO_GUARD
        if id(scope) not in self._alarms:
            self._alarms[id(scope)] = list(self._set_before(scope))
        return next((given for at, given in self._alarms[id(scope)] if at < order), NO_GUARD)

    def _set_before(self, scope: Scope) -> Iterator[tuple[int, Guard]]:
        program = self.calls.program
        for use in scope.uses:
            for value in program.callees(use) if isinstance(use.call.func, f.Attr) else ():
                known = self.settings.giver(value, "timeout", "before")
                args = program.arguments(use)
                if known is not None and self.settings.bounded(known[0], args) is None:
                    yield use.order, Guard(State.MANUAL, Reach.FUNCTION, known[1], args.where)

    def decorators(self, scope: Scope, guard: GuardName) -> Guard:
        """Returns what the decorators of a function give."""
        if not isinstance(scope.node, f.Def):
            return NO_GUARD
        program = self.calls.program
        place = scope.parent or scope
        found: list[Guard] = []
        for decorator, line in decorator_lines(scope.node):
            where = scope.place(line)
            made = program.eval(Thunk(decorator, program.env(place), scope.order, scope.context))
            found += [self._standing(value, where, guard, "decorator") for value in made]
            if guard == "retry":
                makers = decorator.func if isinstance(decorator, f.Call) else decorator
                called = program.eval(Thunk(makers, program.env(place), scope.order, scope.context))
                found += [_own_decorator(value, where) for value in (*made, *called)]
        return nearest(found)

    # --- callers ---

    def entry(self, scope: Scope, guard: GuardName, hops: int, cls: Scope | None = None) -> Guard:
        """Returns what all ways into a function give, on an object of class ``cls`` if that is known."""
        cls = cls or scope.owner()
        key = (id(scope), guard, id(cls))
        if key in self._memo:
            return self._memo[key]
        if key in self._busy:
            return _LOOP
        if hops >= MAX_HOPS:
            return NO_GUARD
        self._busy.add(key)
        try:
            found = self._entry(scope, guard, hops, cls)
        finally:
            self._busy.discard(key)
        if hops == 0:
            self._memo[key] = found
        return found

    def _entry(self, scope: Scope, guard: GuardName, hops: int, cls: Scope | None) -> Guard:
        edges = [edge for edge in self.edges(scope) if cls is None or self._can_run(edge, scope, cls)]
        if not edges:
            holder = self._handing(scope) if scope.kind == "lambda" else None
            if holder is not None and keeps(self.calls, holder):
                return NO_GUARD
            if scope.parent is not None and scope.kind in {"lambda", "def"} and scope.parent.kind in {"lambda", "def"}:
                parent = scope.parent
                here = moved(self.decorators(parent, guard), Reach.FUNCTION)
                return nearest([here, self.entry(parent, guard, hops)])
            return NO_GUARD
        found = [self._edge(edge, guard, hops, cls) for edge in edges if not _inside(edge.use.scope, scope)]
        ways = [one for one in found if one is not _LOOP]
        return on_all(ways, "only some of the callers have it")

    def _can_run(self, edge: Edge, scope: Scope, cls: Scope) -> bool:
        """Tells whether a call through ``self`` can reach a method on an object of a class.

        It cannot where the calling method belongs to another branch of the hierarchy, or where the class overrides it.
        """
        caller = _method(edge.use.scope)
        if caller is None or not _through_self(edge, caller):
            return True
        program = self.calls.program
        owner = caller.owner()
        bases = program.mro(cls)
        if owner is None or owner is cls:
            return True
        if owner not in bases:
            related = cls in program.mro(owner) or scope.owner() not in bases
            return related or any(cls in program.mro(both) for both in program.subclasses(owner))
        for base in bases:
            if isinstance(base, Scope) and caller.name in base.bindings:
                return base is owner or self._calls_super(base, caller.name)
        return True

    def _calls_super(self, cls: Scope, name: str) -> bool:
        methods = [b.child for b in cls.bindings[name] if b.child is not None]
        return any(
            isinstance(use.call.func, f.Attr)
            and use.call.func.name == name
            and isinstance(use.call.func.value, f.Call)
            and last_name(use.call.func.value.func) == "super"
            for method in methods
            for use in method.uses
        )

    def _edge(self, edge: Edge, guard: GuardName, hops: int, cls: Scope | None) -> Guard:
        use = edge.use
        found = [self.hand.of_use(use, guard)]
        if guard == "route":
            found.append(self._dispatched(use))
        if edge.handed:
            found.append(self._through(use, guard))
            found.append(composed(self.calls, use, guard))
            if keeps(self.calls, use):
                return moved(nearest(found), Reach.CALLER)
            if guard == "timeout":
                found.append(waited_for(self.settings, use))
        found.append(self._in_function(use.call, use.scope, use.context, guard, use.order))
        near = nearest(found)
        reach = Reach.FUNCTION if edge.handed and near.reach == Reach.CALL else Reach.CALLER
        near = moved(near, reach)
        if near.state in {State.EXPLICIT, State.MANUAL} or use.scope.kind == "module":
            return near
        function = use.scope.function()
        if function is None:
            return near
        caller = _method(use.scope)
        same = cls if caller is not None and _through_self(edge, caller) else None
        beyond = self.entry(function, guard, hops + 1, same)
        if beyond is _LOOP and near.state == State.NONE:
            return _LOOP
        return nearest([near, moved(beyond, Reach.CALLER)])

    def _dispatched(self, use: Use) -> Guard:
        """Returns the route of a call that picks one of several functions, each of which asks a model, from a table."""
        func = use.call.func
        held = use.scope.bindings.get(func.id, ()) if isinstance(func, f.Name) else ()
        if not _is_entry(func) and not any(b.value is not None and _is_entry(b.value) for b in held):
            return NO_GUARD
        picked = {id(v.scope): v.scope for v in self.calls.program.callees(use) if isinstance(v, Func)}
        if len(picked) < 2 or not all(self.calls.reaches(scope) for scope in picked.values()):
            return NO_GUARD
        return Guard(State.MANUAL, Reach.CALLER, "table of functions", use.scope.place(use.call.line))

    def _through(self, use: Use, guard: GuardName) -> Guard:
        """Returns what the call gives that a function is handed to."""
        program = self.calls.program
        args = program.arguments(use)
        found: list[Guard] = []
        for value in program.callees(use):
            found.append(self._around(value, args, guard))
            found.append(self._standing(value, args.where, guard, "decorator"))
            if isinstance(value, Func):
                found.append(self._helper(value.scope, guard))
            if isinstance(value, Ext) and value.type is not None and guard in value.type.gives:
                found.append(
                    Guard(State.EXPLICIT, Reach.CALLER, value.type.name, args.where, primitive=value.type.primitive)
                )
            if isinstance(value, Lib):
                entry = program.tables.constructors.get(value.path)
                if entry is not None and guard in entry.row.gives and entry.row.inner:
                    name = value.path.rpartition(".")[2]
                    found.append(Guard(State.EXPLICIT, Reach.CALLER, name, args.where, primitive=entry.row.primitive))
        return nearest(found)

    def edges(self, scope: Scope) -> tuple[Edge, ...]:
        """Returns the ways into a function that the project has."""
        found = self._edges.get(id(scope))
        if found is None:
            found = self._edges[id(scope)] = tuple(self._find_edges(scope))
        return found

    def _find_edges(self, scope: Scope) -> Iterator[Edge]:
        if not isinstance(scope.node, f.Def):
            return
        owner = scope.owner()
        if owner is not None and scope.name in {"__call__", "__init__", "forward", "__aenter__", "__enter__"}:
            return
        yield from self._named(scope)
        for use in self._dynamic().get(id(scope), ()):
            yield Edge(use)

    def _dynamic(self) -> dict[int, list[Use]]:
        """Returns the calls of local names, by the functions that those can stand for."""
        if self._local is None:
            self._local = {}
            program = self.calls.program
            for use in list(program.code.calling_variables()):
                if _holds(use.call.func, use.scope):
                    for value in program.callees(use):
                        while isinstance(value, Partial):
                            value = value.func
                        if isinstance(value, Func):
                            self._local.setdefault(id(value.scope), []).append(use)
        return self._local

    def _named(self, scope: Scope) -> Iterator[Edge]:
        program = self.calls.program
        for use in program.code.uses(scope.name, program.homes(scope)):
            if not of_wrapper(program.tables, use.scope) and _has(program.callees(use), scope):
                yield Edge(use)
        for use in program.code.handed(scope.name, program.homes(scope)):
            env = program.env(use.scope)
            handed = tuple(arg.value for arg in use.call.args if last_name(arg.value) == scope.name)
            if last_name(use.call.func) == "partial" and id(scope) in self._dynamic():
                continue
            if any(_has(program.eval(Thunk(expr, env, use.order, use.context)), scope) for expr in handed):
                yield Edge(use, handed)


def decorator_lines(node: f.Def | f.Class) -> list[tuple[f.Expr, int]]:
    """Returns decorators with their lines; one that is not called is taken to stand right above what follows it."""
    found: list[tuple[f.Expr, int]] = []
    below = node.line
    for decorator in reversed(node.decorators):
        below = decorator.line if isinstance(decorator, f.Call) else below - 1
        found.append((decorator, below))
    return found[::-1]


def _is_entry(expr: f.Expr) -> bool:
    """Tells whether an expression takes something out of a table: ``table[key]``, ``table.get(key)``."""
    return isinstance(expr, f.Subscript) or (
        isinstance(expr, f.Call) and isinstance(expr.func, f.Attr) and expr.func.name == "get" and bool(expr.args)
    )


def _holds(func: f.Expr, scope: Scope) -> bool:
    """Tells whether what is called is a local name that holds a function, or an entry of a table of functions."""
    if isinstance(func, f.Subscript | f.Call):
        return True
    at: Scope | None = scope
    while isinstance(func, f.Name) and at is not None and at.kind != "module":
        bindings = at.bindings.get(func.id)
        if bindings and at.kind != "class":
            return any(b.kind in {"unpack", "item", "item-unpack", "value"} for b in bindings)
        at = at.parent
    return False


def _handed_on(use: Use, names: set[str]) -> bool:
    return any(isinstance(arg.value, f.Name) and arg.value.id in names for arg in use.call.args)


def _own_decorator(value: Value, where: str) -> Guard:
    """Returns what a decorator of the project gives: the retry loop in it."""
    func = value.func if isinstance(value, Partial) else value
    if isinstance(func, Func) and decorator_retries(func.scope):
        return Guard(State.MANUAL, Reach.FUNCTION, func.scope.name, where)
    return NO_GUARD


_LOOP = Guard(State.NONE, why="the callers call each other")
"""What a way into a function gives that leads back to itself: no way in of its own."""


def _inside(scope: Scope, function: Scope) -> bool:
    at: Scope | None = scope
    while at is not None and at is not function:
        at = at.parent
    return at is not None


def _method(scope: Scope) -> Scope | None:
    """Returns the method that a scope is or lies in, or None."""
    at: Scope | None = scope
    while at is not None and at.owner() is None:
        at = at.parent
    return at


def _through_self(edge: Edge, method: Scope) -> bool:
    """Tells whether a way into a function goes through the receiver of a method (``self``, ``cls``, ``super()``)."""
    first = next(iter(method.node.params), None) if isinstance(method.node, f.Def) else None
    for way in edge.handed or (edge.use.call.func,):
        root = way.value if isinstance(way, f.Attr) else way
        if isinstance(root, f.Call) and last_name(root.func) == "super":
            return True
        if isinstance(root, f.Name) and first is not None and root.id == first.name:
            return True
    return False


def _has(values: Values, scope: Scope) -> bool:
    return any(isinstance(value, Func) and value.scope is scope for value in values)
