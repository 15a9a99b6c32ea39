"""Per call site: timeout, retry, cache, route; what gives them and how far away it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tta_validate import facts as f
from tta_validate.program.around import Around
from tta_validate.program.assigned import on_client
from tta_validate.program.byhand import ByHand
from tta_validate.program.calls import Calls, Site, Target
from tta_validate.program.picked import Picks
from tta_validate.program.scopes import Scope
from tta_validate.program.settings import Settings, nearest, on_all, unknown
from tta_validate.program.values import Ext, Lib, Thunk
from tta_validate.sdk import Giver, GuardName
from tta_validate.sites import GUARDS, NO_GUARD, Guard, Reach, State


@dataclass(slots=True)
class Guards:
    """Decides the guards of call sites."""

    calls: Calls
    settings: Settings = field(init=False)
    around: Around = field(init=False)
    picks: Picks = field(init=False)
    _globals: dict[GuardName, list[tuple[Giver, str, str, Guard]]] = field(init=False)

    def __post_init__(self) -> None:
        self.settings = Settings(self.calls)
        self.around = Around(self.calls, self.settings, ByHand(self.calls))
        self.picks = Picks(self.calls, self.around)
        self._globals = {}

    def of(self, site: Site) -> dict[str, Guard]:
        """Returns the four guards of a call site."""
        return {guard: self._one(site, guard) for guard in GUARDS}

    def _one(self, site: Site, guard: GuardName) -> Guard:
        own = on_all([self._own(target, guard) for target in site.targets], "only some of the clients have it")
        found = nearest([own, *self.around.of(site, guard)])
        if guard == "route" and found.state == State.NONE:
            if _picked(site, self.calls):
                return unknown("the model's class is picked where it is built")
            if place := self.picks.over(site.use.scope):
                return unknown(f"the class around it is picked where it is built, at {place}", place)
        return found

    def _own(self, target: Target, guard: GuardName) -> Guard:
        found = [self.settings.of_call(target, guard)]
        if self.settings.turned_off(target.args, target.row.guards.get(guard, ())):
            return NO_GUARD
        found.append(on_client(self.settings, target, guard))
        found.append(self._global(target, guard))
        return nearest(found)

    # --- globals ---

    def _global(self, target: Target, guard: GuardName) -> Guard:
        if guard not in self._globals:
            self._globals[guard] = self._find_globals(guard)
        kind = target.receiver.type.name if target.receiver is not None and target.receiver.type is not None else ""
        for row, sdk, setter, given in self._globals[guard]:
            covered = (kind in row.covers) if row.covers else sdk == target.sdk.name
            if covered and self.calls.program.runs_with(target.args.env.scope.module.path, setter):
                return given
        return NO_GUARD

    def _find_globals(self, guard: GuardName) -> list[tuple[Giver, str, str, Guard]]:
        program = self.calls.program
        out: list[tuple[Giver, str, str, Guard]] = []
        for sdk in program.tables.sdks:
            for row in sdk.givers:
                if row.shape == "global" and row.guard == guard:
                    for path in program.tables.paths(row):
                        out += [(row, sdk.name, module, given) for module, given in self._setters(path, row)]
        return out

    def _setters(self, path: str, row: Giver) -> Iterator[tuple[str, Guard]]:
        """Yields the modules that call or assign a global guard."""
        program = self.calls.program
        owner, _, last = path.rpartition(".")
        for use in program.code.uses(last):
            if Lib(path) in program.callees(use):
                args = program.arguments(use)
                if self.settings.bounded(row, args) is None:
                    yield use.scope.module.path, Guard(State.EXPLICIT, Reach.CLIENT, path, args.where)
        for attribute in program.code.sets(last):
            binding, scope = attribute.binding, attribute.binding.scope
            off = isinstance(binding.value, f.Const) and not binding.value.value
            targets = program.eval(Thunk(attribute.target, program.env(scope), binding.order, binding.context))
            if binding.value is not None and not off and Lib(owner) in targets:
                yield scope.module.path, Guard(State.EXPLICIT, Reach.CLIENT, path, scope.place(binding.line))


def _picked(site: Site, calls: Calls) -> bool:
    """Tells whether a call can start from objects of several classes, or from one around such; see `_differ`."""
    receivers = [t.receiver for t in site.targets if t.receiver is not None]
    return _differ(receivers, calls) or any(_picked_inside(receiver, calls, 0) for receiver in receivers)


def _picked_inside(value: Ext, calls: Calls, depth: int) -> bool:
    steps = calls.steps(value) if depth < _MAX_NESTING else ()
    parts = [[part for part in step if isinstance(part, Ext)] for step in steps]
    return any(_differ(step, calls) or any(_picked_inside(part, calls, depth + 1) for part in step) for step in parts)


_MAX_NESTING = 4


def _differ(objects: list[Ext], calls: Calls) -> bool:
    """Tells whether objects of which a call uses one are of several classes; wrappers stand for what is in them."""
    made = [one for one in objects if one.calls]
    makers = {id(owner) for one in made if (owner := _maker(one)) is not None}
    apart = len(makers) == len(made)
    return not apart and len({known for one in made if (known := frozenset(calls.families(one)))}) > 1


def _maker(receiver: Ext) -> Scope | None:
    """Returns the class in whose method an object is made, or None; each class may have a client of its own."""
    at: Scope | None = receiver.calls[0].env.scope
    while at is not None and at.kind != "class":
        at = at.parent
    return at
