"""Guards that stand in arguments: of the call, of the client, of what wraps it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tta_validate.program.calls import Calls, Target
from tta_validate.program.containers import Held, argument
from tta_validate.program.render import unparse
from tta_validate.program.scopes import Scope
from tta_validate.program.values import (
    Args,
    DictVal,
    Ext,
    Func,
    Lib,
    Lit,
    Outside,
    SeqVal,
    Text,
    Thunk,
    Unknown,
    Value,
    Values,
)
from tta_validate.sdk import Giver, GuardName
from tta_validate.sites import NO_GUARD, Guard, Reach, State

_STATES = {State.EXPLICIT: 0, State.MANUAL: 1, State.UNKNOWN: 2, State.NONE: 3}
_ORDER = {Reach.CALL: 0, Reach.CLIENT: 1, Reach.FUNCTION: 2, Reach.CALLER: 3, None: 4}


_ENDLESS = float("inf")
_NO_END = {"math.inf", "numpy.inf"}
"""A bound that never ends what it bounds is none."""

_BOUNDS = re.compile("timeout|retr")
"""What callers do hand on through an object's free arguments: a cache or a route comes by a name of its own."""


def nearest(guards: Iterable[Guard]) -> Guard:
    """Returns the guard that counts when several stand around one call: explicit before manual, then the nearest; what
    is unknown only where nothing is known."""
    best = NO_GUARD
    for guard in guards:
        if _weight(guard) < _weight(best):
            best = guard
    return best


def _weight(guard: Guard) -> tuple[int, int]:
    return _STATES[guard.state], _ORDER[guard.reach]


def on_all(guards: Iterable[Guard], why: str) -> Guard:
    """Returns the guard of a call that runs in one of several ways: there when all have it, unknown when only some."""
    every = list(guards)
    if not every:
        return NO_GUARD
    states = {guard.state for guard in every}
    if states == {State.NONE}:
        return NO_GUARD
    if State.UNKNOWN in states:
        return next(guard for guard in every if guard.state == State.UNKNOWN)
    if State.NONE in states:
        there = next(guard for guard in every if guard.state != State.NONE)
        return unknown(f"{why}: {there.by or 'a guard'} at {there.where}", there.where)
    weakest = max(every, key=_weight)
    return weakest


def unknown(why: str, where: str | None = None) -> Guard:
    """Returns a guard that reading cannot decide."""
    return Guard(State.UNKNOWN, None, None, where, str(why))


@dataclass(frozen=True, slots=True)
class Settings:
    """Reads guards out of arguments."""

    calls: Calls

    def of_call(self, target: Target, guard: GuardName) -> Guard:
        """Returns what the arguments of a model call say of a guard."""
        if guard in target.row.gives:
            return Guard(State.EXPLICIT, Reach.CALL, target.path, target.args.where)
        return self.keyed(target.args, target.row.guards.get(guard, ()), Reach.CALL)

    def keyed(self, args: Args, keys: Iterable[str], reach: Reach) -> Guard:
        """Returns what some arguments say of a guard."""
        program = self.calls.program
        return nearest(self._held(argument(program, args, key), args, key, reach) for key in keys)

    def last_said(self, calls: Iterable[Args], keys: Iterable[str], reach: Reach) -> Guard:
        """Returns what the last of several calls says that says anything: a later setting replaces an earlier one."""
        said = NO_GUARD
        for args in calls:
            found = self.keyed(args, keys, reach)
            if found.state is not State.NONE or self.turned_off(args, keys):
                said = found
        return said

    def turned_off(self, args: Args, keys: Iterable[str]) -> bool:
        """Tells whether an argument says False or 0."""
        held = [argument(self.calls.program, args, key) for key in keys]
        return any(h.values and all(value == Lit(False) for value in h.values) for h in held)

    def _held(self, held: Held, args: Args, key: str, reach: Reach) -> Guard:
        if not held.values:
            outside = isinstance(held.open, Outside) and reach == Reach.CALL and _BOUNDS.search(key)
            return (
                unknown(f"{key} may come from outside: {held.open}", held.where or args.where) if outside else NO_GUARD
            )
        states = [self._value(value) for value in held.values]
        where = held.where or args.where
        if all(state is True for state in states) and not held.absent:
            return Guard(State.EXPLICIT, reach, self._shown(args, key), where)
        if all(state is False for state in states):
            return NO_GUARD
        reason = next((s for s in states if isinstance(s, str)), None)
        why = f"{key} {reason}" if reason else f"{key} is set on some paths only"
        return unknown(why, where)

    def _shown(self, args: Args, key: str) -> str:
        thing = dict(args.keywords).get(key)
        return f"{key}={unparse(thing.expr, 60)}" if isinstance(thing, Thunk) else key

    def _value(self, value: Value) -> bool | str:
        """Tells whether a value sets a guard; a text says why that is unknown."""
        program = self.calls.program
        match value:
            case Lit(value=inner):
                return bool(inner) and inner != _ENDLESS
            case Lib(path=path):
                if path in program.tables.unset or path in _NO_END:
                    return False
                return "comes from another package" if path.islower() and not path.startswith("builtins.") else True
            case Ext(calls=calls) if calls and value.type is None and not value.inner:
                args = calls[-1]
                things = (*args.positional, *(thing for _, thing in args.keywords))
                return not things or any(self._value(v) is not False for thing in things for v in program.force(thing))
            case DictVal(items=items, changes=changes, open=opened):
                return bool(items or changes or opened)
            case SeqVal(items=items, open=opened):
                return bool(items or opened)
            case Unknown(reason=reason):
                return f"cannot be read: {reason}"
            case Text():
                return True
            case _:
                return True

    # --- clients and wrappers ---

    def of_client(self, value: Ext, guard: GuardName, depth: int = 0) -> Guard:
        """Returns what the object says that a model call starts from: its constructor, settings and wrappers."""
        kind = value.type
        if kind is None or depth > 8:
            return NO_GUARD
        found: list[Guard] = [
            Guard(State.EXPLICIT, Reach.CLIENT, name, args.where) for given, name, args in value.adds if given == guard
        ]
        keys = kind.guards.get(guard, ())
        found.append(self.last_said(value.calls, keys, Reach.CLIENT))
        found.append(self._subclass(value, keys))
        if guard in kind.gives:
            found.append(self._given(value, guard))
        if guard in kind.ambient:
            found.append(unknown(f"the model is configured elsewhere and may have its own {guard}"))
        if value.injected and (keys or kind.adds or kind.needs_inner):
            found.append(unknown(value.injected))
        for method, settable in kind.sets.items():
            if guard in settable:
                for args in self.calls.on_same(value, method):
                    found.append(self.keyed(args, settable[guard], Reach.CLIENT))
        found.append(self._inside(value, guard, depth))
        own = nearest(found)
        arms = [self.of_client(arm, guard, depth + 1) for arm in self.arms(value)] if guard != "route" else []
        return on_all([own, *arms], "only some of the fallbacks have it") if arms else own

    def arms(self, value: Ext) -> list[Ext]:
        """Returns the models that are asked when an object fails."""
        program = self.calls.program
        things = [thing for given, _, args in value.adds if given == "route" for thing in args.positional[:1]]
        things += [t for given, _, a in value.adds if given == "route" for k, t in a.keywords if k == "fallbacks"]
        return [arm for thing in things for arm in self._objects(program.force(thing))]

    def _given(self, value: Ext, guard: GuardName) -> Guard:
        kind = value.type
        assert kind is not None
        args = value.calls[0] if value.calls else None
        name = value.path.rpartition(".")[2]
        if args is None:
            return Guard(State.EXPLICIT, Reach.CLIENT, name, None, primitive=kind.primitive)
        for key in kind.off.get(guard, ()):
            held = argument(self.calls.program, args, key)
            states = [self._value(v) for v in held.values]
            if states and all(state is False for state in states):
                return NO_GUARD
            if any(state is not True for state in states):
                return unknown(f"{key} may take {name}'s {guard} away", args.where)
        return Guard(State.EXPLICIT, Reach.CLIENT, name, args.where, primitive=kind.primitive)

    def _subclass(self, value: Ext, keys: tuple[str, ...]) -> Guard:
        """Returns what a project class that derives from the object's class fixes in its body."""
        if value.project is None or value.project.kind != "class":
            return NO_GUARD
        program = self.calls.program
        for scope in program.mro(value.project):
            if not isinstance(scope, Scope):
                break
            for key in keys:
                for binding in scope.bindings.get(key, ()):
                    if binding.kind == "value" and binding.value is not None:
                        values = program.eval(Thunk(binding.value, program.env(scope), binding.order))
                        if values and all(self._value(v) is True for v in values):
                            return Guard(
                                State.EXPLICIT, Reach.CLIENT, f"{key} of {scope.name}", scope.place(binding.line)
                            )
        return NO_GUARD

    def _inside(self, value: Ext, guard: GuardName, depth: int) -> Guard:
        kind = value.type
        assert kind is not None
        program = self.calls.program
        middle: list[Guard] = []
        for key in kind.middleware:
            for args in value.calls:
                for inner in self._objects(argument(program, args, key).values):
                    middle.append(self.of_client(inner, guard, depth + 1))
        if middle and (best := nearest(middle)).state == State.EXPLICIT:
            return best
        parts = [v for v in self.calls.inner(value) if self.calls.makes_calls(v)]
        if kind.opaque:
            within = nearest(self._within(v, guard, depth + 1) for v in parts)
            if within.state == State.NONE:
                return NO_GUARD
            name = value.path.rpartition(".")[2]
            return unknown(f"a model inside {name} has it: {within.by or within.why}", within.where)
        found = [self.of_client(v, guard, depth + 1) if isinstance(v, Ext) else NO_GUARD for v in parts]
        return on_all(found, "only some of the steps have it")

    def _within(self, value: Value, guard: GuardName, depth: int) -> Guard:
        """Returns a guard of the model calls that running a value makes."""
        if isinstance(value, Ext):
            return self.of_client(value, guard, depth)
        if not isinstance(value, Func):
            return NO_GUARD
        here = [site for at in value.scope.walk() for use in at.uses if (site := self.calls.site(use))]
        found: list[Guard] = []
        for target in (target for site in here for target in site.targets):
            found.append(self.of_call(target, guard))
            if target.receiver is not None:
                found.append(self.of_client(target.receiver, guard, depth + 1))
        return nearest(found)

    def _objects(self, values: Values) -> list[Ext]:
        out: list[Ext] = []
        for value in values:
            if isinstance(value, SeqVal):
                out += [v for item in value.items for v in self.calls.program.force(item) if isinstance(v, Ext)]
            elif isinstance(value, Ext):
                out.append(value)
        return out

    # --- givers ---

    def giver(self, value: Value, guard: GuardName, *shapes: str) -> tuple[Giver, str, Args | None] | None:
        """Returns the row of a guard library that a value is, with its name and its arguments, or None."""
        if not isinstance(value, Lib | Ext):
            return None
        path = value.path
        args = value.calls[-1] if isinstance(value, Ext) and value.calls else None
        if isinstance(value, Ext) and value.type is not None:
            path = ".".join((value.path, *value.tail))
        path = path.replace("()", "")
        for row in self.rows(path):
            if row.guard == guard and row.shape in shapes:
                return row, path, args
        return None

    def rows(self, path: str) -> list[Giver]:
        """Returns the rows of a dotted name."""
        return self.calls.program.tables.giver_rows(path)

    def once(self, row: Giver, args: Args | None) -> bool:
        """Tells whether a retry library's call makes one try only."""
        return args is not None and any(self._one(args, key, maker) for key, maker in row.tries.items())

    def _one(self, args: Args, key: str, maker: str) -> bool:
        values = argument(self.calls.program, args, key).values
        return self._ends(values, maker) if maker else self._at_most_once(values)

    def _ends(self, values: Values, maker: str) -> bool:
        """Tells whether each of some conditions ends the tries after the first."""
        return bool(values) and all(isinstance(v, Ext) and self._ends_at_once(v, maker) for v in values)

    def _ends_at_once(self, value: Ext, maker: str) -> bool:
        """Tells it of one; joined by ``|`` or ``stop_any``, any ends the tries; by ``&`` or ``stop_all``, all."""
        name = value.path.rpartition(".")[2].removesuffix("()")
        if value.calls and name == maker:
            return self._at_most_once(self._first(value.calls[-1]))
        parts: list[Values] = list(value.steps)
        if value.calls and name in {"stop_any", "stop_all"}:
            parts = [self.calls.program.force(thing) for thing in value.calls[-1].positional]
        found = [self._ends(part, maker) for part in parts]
        return any(found) if name in {"stop_any", "joined |"} else bool(found) and all(found)

    @staticmethod
    def _at_most_once(values: Values) -> bool:
        return bool(values) and all(value in {Lit(0), Lit(1)} for value in values)

    def _first(self, args: Args) -> Values:
        """Returns what a call passes first, by position or by whatever name."""
        things = [*args.positional, *(thing for _, thing in args.keywords)]
        return self.calls.program.force(things[0]) if things else ()

    def bounded(self, row: Giver, args: Args | None) -> Guard | None:
        """Returns None when a guard library's call really bounds, else the guard to report instead."""
        if row.undecided:
            return unknown(row.undecided)
        if self.once(row, args):
            return NO_GUARD
        if not row.bound:
            return None
        if args is None:
            return NO_GUARD
        found = self.keyed(args, row.bound, Reach.CALL)
        return None if found.state == State.EXPLICIT else found


def moved(guard: Guard, reach: Reach) -> Guard:
    """Returns the same guard, standing further away."""
    return guard if guard.state in {State.NONE, State.UNKNOWN} else replace(guard, reach=reach)
