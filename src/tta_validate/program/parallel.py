"""Model calls that are started side by side by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tta_validate import facts as f
from tta_validate.findings import Related
from tta_validate.observations import Observation
from tta_validate.program.calls import Calls
from tta_validate.program.describe import Describer
from tta_validate.program.observation import called, location, runs_model, values_of
from tta_validate.program.render import last_name
from tta_validate.program.scopes import Context, Scope, Use
from tta_validate.program.values import ClassVal, Func, Lib

_TOGETHER = ("gather", "as_completed")
_ONE = ("create_task", "ensure_future", "start_soon")
_DEFERRING = {"to_thread", "run_in_executor", "run_sync", "partial"}
_LOOPS = {"for", "while", "comp"}
_DEEP = 6


@dataclass(frozen=True, slots=True, eq=False)
class _Started:
    """A model call that something starts; ``many`` when it is started once for each item of something."""

    use: Use
    many: bool
    called: f.Expr


def parallel(calls: Calls, describer: Describer) -> Iterator[Observation]:
    """Yields the places where at least two model calls are started side by side, in order."""
    finder = _Finder(calls)
    found = [(at, finder.together(at)) for name in _TOGETHER for at in calls.program.code.uses_in_focus(name)]
    found = [(at, started) for at, started in found if started]
    covered = {id(at.scope) for at, _ in found}
    tasks: dict[int, list[tuple[Use, list[_Started]]]] = defaultdict(list)
    for name in _ONE:
        for at in calls.program.code.uses_in_focus(name):
            if id(at.scope) not in covered and (started := finder.one(at)):
                tasks[id(at.scope)].append((at, started))
    for group in tasks.values():
        several = sorted(group, key=lambda each: each[0].order)
        found.append((several[0][0], [one for _, started in several for one in started]))
    for at, started in found:
        if (len(started) > 1 or any(one.many for one in started)) and describer.primitive_around(at.scope) is None:
            yield _observation(at, started)


def _observation(at: Use, started: list[_Started]) -> Observation:
    many = next((one for one in started if one.many), None)
    if many is not None:
        what = f"{called(at.call.func)} starts {called(many.called)} for every item side by side"
    else:
        what = f"{called(at.call.func)} starts {len(started)} model calls side by side"
    related = tuple(
        Related(location(one.use.scope, one.use.call), "a model call is started here")
        for one in started
        if one.use is not at
    )
    return Observation(what, location(at.scope, at.call), related)


class _Finder:
    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self._uses: dict[int, dict[int, Use]] = {}

    def together(self, at: Use) -> list[_Started]:
        """Returns the model calls that a call of ``gather`` or its like starts."""
        values = values_of(self.calls, at.call.func, at)
        if not any(isinstance(v, Lib) and v.path.partition(".")[0] in {"asyncio", "tqdm"} for v in values):
            return []
        return self._unique([one for arg in at.call.args for one in self._started(arg.value, at.scope, False, 0)])

    def one(self, at: Use) -> list[_Started]:
        """Returns the model calls that a call of ``create_task`` or its like starts."""
        if any(isinstance(v, Func | ClassVal) for v in values_of(self.calls, at.call.func, at)):
            return []
        many = _looped(at.context)
        found = [one for arg in at.call.args for one in self._started(arg.value, at.scope, many, 0)]
        handed = at.call.args[0].value if at.call.args else None
        if not found and isinstance(handed, f.Name | f.Attr):
            runs = any(runs_model(self.calls, value) for value in values_of(self.calls, handed, at))
            found = [_Started(at, many, handed)] if runs else []
        return self._unique(found)

    def _unique(self, found: list[_Started]) -> list[_Started]:
        return list({id(one.use): one for one in found}.values())

    def _started(self, expr: f.Expr, scope: Scope, many: bool, depth: int) -> Iterator[_Started]:
        """Yields the model calls that stand in an expression, in what its names were bound to, in what was appended."""
        if depth > _DEEP:
            return
        below: list[tuple[f.Expr, bool]] = []
        match expr:
            case f.Star(value=value):
                below = [(value, many)]
            case f.Seq(items=items):
                below = [(item, many) for item in items]
            case f.Comp(element=element):
                below = [(element, True)]
            case f.Binary(left=left, right=right):
                below = [(left, many), (right, many)]
            case f.IfExp(body=body, orelse=orelse):
                below = [(body, many), (orelse, many)]
            case f.Name(id=name):
                below = [*self._bound(name, scope, many)]
            case f.Call():
                use = self._use(scope, expr)
                if use is not None and self._runs(use):
                    yield _Started(use, many, use.call.func)
                    return
                below = [(arg.value, many) for arg in expr.args]
            case _:
                return
        for part, repeated in below:
            yield from self._started(part, scope, repeated, depth + 1)

    def _bound(self, name: str, scope: Scope, many: bool) -> Iterator[tuple[f.Expr, bool]]:
        for binding in scope.bindings.get(name, ()):
            if binding.kind == "value" and binding.value is not None:
                yield binding.value, many
        for change in scope.mutations:
            if isinstance(change.target, f.Name) and change.target.id == name and change.verb in {"append", "add"}:
                yield change.value, many or _looped(change.context)

    def _runs(self, use: Use) -> bool:
        if self.calls.leads(use):
            return True
        if last_name(use.call.func) not in _DEFERRING:
            return False
        return any(
            runs_model(self.calls, value) for arg in use.call.args for value in values_of(self.calls, arg.value, use)
        )

    def _use(self, scope: Scope, call: f.Call) -> Use | None:
        if id(scope) not in self._uses:
            self._uses[id(scope)] = {id(use.call): use for use in scope.uses}
        return self._uses[id(scope)].get(id(call))


def _looped(context: Context | None) -> bool:
    return context is not None and any(at.kind in _LOOPS for at in context.chain())
