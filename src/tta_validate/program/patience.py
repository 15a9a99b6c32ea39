"""Timeouts and retries that undo each other, where the numbers are written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tta_validate import facts as f
from tta_validate.findings import Related
from tta_validate.observations import Observation
from tta_validate.program.calls import Calls
from tta_validate.program.decorations import Decoration, number, related, sites_in
from tta_validate.program.observation import location
from tta_validate.program.scopes import Scope, Use
from tta_validate.program.settings import Settings
from tta_validate.program.values import Args, Ext, Lib, SeqVal, Thunk, Value

FACTOR = 10
"""How many times its timeout a retried call may take, with all tries and waits, before the timeout means nothing."""

_TIMEOUTS = {
    "asyncio.timeout": ("delay", "0"),
    "async_timeout.timeout": ("delay", "0"),
    "anyio.fail_after": ("delay", "0"),
    "asyncio.wait_for": ("timeout", "1"),
}
_ENDLESS = float("inf")


@dataclass(frozen=True, slots=True)
class _Schedule:
    """How a retry goes on: ``tries`` in all, ``wait`` seconds between them at most, ``limit`` seconds in all."""

    tries: float
    wait: float
    limit: float


def once(calls: Calls, at: Decoration) -> Iterator[Observation]:
    """Yields an observation where a retry decorator makes one try only."""
    settings = Settings(calls)
    if any(row.guard == at.guard and settings.once(row, at.args) for row in settings.rows(at.by)):
        what = f"{at.shown} ends after the first try of {at.node.name}(): nothing is tried again"
        yield Observation(what, at.location, related(calls, at.scope))


def outlived(calls: Calls, at: Decoration) -> Iterator[Observation]:
    """Yields an observation where a retry outside of a timeout goes on for many times as long, or for ever."""
    if at.guard != "retry" or not at.by.startswith("tenacity."):
        return
    schedule = _schedule(calls, at)
    uses = sites_in(calls, at.scope)
    bounds = [_seconds(calls, use) for use in uses]
    seconds = max((bound for bound in bounds if bound), default=0.0)
    if schedule is None or not seconds or not all(bounds):
        return
    total = min(schedule.tries * seconds + schedule.wait, schedule.limit + seconds)
    if total >= FACTOR * seconds:
        lasts = "for ever" if total == _ENDLESS else f"for {total:.0f} s"
        goes_on = f"{at.shown} outside of it can keep {at.node.name}() going {lasts}"
        what = f"the timeout of {seconds:g} s bounds one try: {goes_on}"
        yield Observation(what, at.location, related(calls, at.scope))


def _seconds(calls: Calls, use: Use) -> float | None:
    """Returns the seconds of the nearest timeout that stands around a call in its function, or None."""
    env = calls.program.env(use.scope)
    for at in use.context.chain() if use.context is not None else ():
        exprs: list[f.Expr] = []
        if at.kind == "with" and isinstance(at.node, f.With):
            exprs = [item.value for item in at.node.items]
        elif at.kind == "arg" and isinstance(at.node, f.Call):
            exprs = [at.node]
        for expr in exprs:
            if isinstance(expr, f.Call):
                for value in calls.program.eval(Thunk(expr.func, env, at.order, at.outer)):
                    keys = _TIMEOUTS.get(value.path) if isinstance(value, Lib) else None
                    if keys:
                        return number(calls, calls.program.args(expr, env, at.order, at.outer), *keys)
    return None


def _schedule(calls: Calls, at: Decoration) -> _Schedule | None:
    """Returns how a tenacity decorator goes on, or None where that is not written down."""
    if not isinstance(at.expr, f.Call):
        return _Schedule(_ENDLESS, 0.0, _ENDLESS)
    keywords = {arg.keyword: arg.value for arg in at.expr.args}
    if not set(keywords) <= {"stop", "wait", "reraise", "before", "after", "before_sleep"}:
        return None
    env = calls.program.env(at.scope.parent or at.scope)
    tries, limit = _ENDLESS, _ENDLESS
    for part in _parts(keywords["stop"], "|") if "stop" in keywords else ():
        name, args = _call(calls, part, env.scope, at)
        amount = number(calls, args, "max_attempt_number", "max_delay", "0")
        if amount is None:
            return None
        if name == "stop_after_attempt":
            tries = min(tries, amount)
        elif name in {"stop_after_delay", "stop_before_delay"}:
            limit = min(limit, amount)
        else:
            return None
    if tries == _ENDLESS:
        return _Schedule(tries, 0.0, limit)
    wait = 0.0
    for part in _parts(keywords["wait"], "+") if "wait" in keywords else ():
        name, args = _call(calls, part, env.scope, at)
        waited = _waits(calls, name, args, int(min(tries, 1000)) - 1)
        if waited is None:
            return None
        wait += waited
    return _Schedule(tries, wait, limit)


def _parts(expr: f.Expr, op: str) -> Iterator[f.Expr]:
    if isinstance(expr, f.Binary) and expr.op == op:
        yield from _parts(expr.left, op)
        yield from _parts(expr.right, op)
    else:
        yield expr


def _call(calls: Calls, expr: f.Expr, scope: Scope, at: Decoration) -> tuple[str, Args | None]:
    if not isinstance(expr, f.Call):
        return "", None
    env = calls.program.env(scope)
    for value in calls.program.eval(Thunk(expr.func, env, at.scope.order, at.scope.context)):
        if isinstance(value, Lib) and value.path.startswith("tenacity."):
            return value.path.rpartition(".")[2], calls.program.args(expr, env, at.scope.order, at.scope.context)
    return "", None


def _waits(calls: Calls, name: str, args: Args | None, times: int) -> float | None:
    """Returns the most seconds that a tenacity wait takes over so many pauses, or None where that is not known."""

    def given(key: str, default: float) -> float:
        found = number(calls, args, key)
        return default if found is None else found

    if name == "wait_none":
        return 0.0
    if name == "wait_fixed":
        fixed = number(calls, args, "wait", "0")
        return None if fixed is None else fixed * times
    if name == "wait_random":
        most = number(calls, args, "max", "1")
        return (1.0 if most is None else most) * times
    if name in {"wait_exponential", "wait_random_exponential", "wait_exponential_jitter"}:
        factor, most = given("multiplier", given("initial", 1.0)), given("max", 1e9)
        return sum(max(given("min", 0.0), min(factor * 2.0 ** min(at, 60), most)) for at in range(times))
    return None


# --- primitives -------------------------------------------------------------------------------------------------------


def cut_short(calls: Calls) -> Iterator[Observation]:
    """Yields observations of timeout primitives around a retry that end before the second try can begin."""
    for use in calls.program.code.uses_in_focus("TimeoutPrimitive"):
        program = calls.program
        made = program.eval(Thunk(use.call, program.env(use.scope), use.order, use.context))
        for outer in made:
            if isinstance(outer, Ext) and outer.calls and (seconds := _timeout_of(calls, outer)):
                for retry in _inside(calls, outer, "retry"):
                    for inner in _inside(calls, retry, "timeout"):
                        each = _timeout_of(calls, inner)
                        if each is not None and seconds <= each:
                            yield _cut(use, seconds, each, inner)


def _cut(use: Use, seconds: float, each: float, inner: Ext) -> Observation:
    what = (
        f"TimeoutPrimitive() ends after {seconds:g} s what may take {each:g} s for one try: "
        "the retry inside has no time for a second one"
    )
    args = inner.calls[0]
    near = Related(location(args.env.scope, args.call), "each try may take this long")
    return Observation(what, location(use.scope, use.call), (near,))


def _timeout_of(calls: Calls, value: Ext) -> float | None:
    return number(calls, value.calls[0], "timeout_seconds", "1") if value.calls else None


def _inside(calls: Calls, value: Ext, guard: str) -> Iterator[Ext]:
    """Yields the primitives straight inside another that give a guard."""
    inner: list[Value] = []
    for part in calls.inner(value):
        inner += [v for item in part.items for v in calls.program.force(item)] if isinstance(part, SeqVal) else [part]
    for part in inner:
        if isinstance(part, Ext) and part.type is not None and part.type.primitive and guard in part.type.gives:
            yield part
