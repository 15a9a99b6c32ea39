"""Objects that the project makes, with what their constructors are told: caches, models with a budget, requests."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from tta_validate import facts as f
from tta_validate.observations import Made, Scalar
from tta_validate.program.calls import Calls
from tta_validate.program.observation import location
from tta_validate.program.scopes import Scope, Use
from tta_validate.program.values import Args, ClassVal, Ext, Inst, Lib, Lit, SeqVal, Thunk, Value, Values

NAMES = ("AdaptiveCachePrimitive", "CachePrimitive", "LLMRequest", "UVCachePrimitive", "UniversalLLMPrimitive")
"""The constructors that are looked for, by their last names."""

_CACHE = ("primitive", "cache_key_fn", "ttl_seconds", "max_size")
_POSITIONS = {"AdaptiveCachePrimitive": _CACHE, "CachePrimitive": _CACHE, "UVCachePrimitive": _CACHE[:3]}
_WHY = ("reason", "free_alternatives_tried", "expected_quality_delta")
"""What the first arguments are called where the class itself is not at hand."""

_ARITHMETIC = {"*": operator.mul, "+": operator.add, "-": operator.sub}

_KEPT = frozenset((
    "budget_profile", "complexity", "free_models", "justification", "max_entries", "max_size", "model", "monthly_limit",
    "paid_models", "profile", "provider", "require_justification_for_paid", "ttl", "ttl_seconds",
))  # fmt: skip
"""The arguments whose values are kept; of the others, which may be secrets, only the names are."""


def made(calls: Calls, packages: Iterable[str]) -> Iterator[Made]:
    """Yields what is made by `NAMES`, be they classes of the project or of a package that gives primitives."""
    tops = frozenset(packages)
    for name in NAMES:
        for use in calls.program.code.uses_in_focus(name):
            callee = next((one for one in calls.program.callees(use) if _is(one, name, tops)), None)
            if callee is not None:
                yield _made(calls, name, use, callee)


def _is(value: Value, name: str, packages: frozenset[str]) -> bool:
    if isinstance(value, Lib):
        return value.path.rpartition(".")[2] == name and value.path.partition(".")[0] in packages
    return isinstance(value, ClassVal) and value.scope.name == name


def _made(calls: Calls, name: str, use: Use, callee: Value) -> Made:
    args = calls.program.arguments(use)
    signature = _signature(calls, callee.scope) if isinstance(callee, ClassVal) else {}
    given = _given(args, tuple(signature) or _POSITIONS.get(name, ()))
    passed = dict.fromkeys(given)
    values: dict[str, Scalar | tuple[str, ...]] = {}
    for key, thing in given.items():
        found = _values(calls, thing)
        passed |= dict.fromkeys(f"{key}.{inner}" for inner in _inside(calls, found))
        values |= _read(key, found, calls)
    for key, default in signature.items():
        if key not in given and default is not None:
            values |= _read(key, _values(calls, default), calls)
    return Made(name, location(use.scope, use.call), tuple(passed), values, bool(args.stars or args.spreads))


def _values(calls: Calls, thing: Thunk | Value) -> Values:
    """Returns what an argument can stand for; arithmetic on known numbers is done, as in ``60 * 60``."""
    if isinstance(thing, Thunk) and isinstance(thing.expr, f.Binary) and thing.expr.op in _ARITHMETIC:
        sides = [_values(calls, replace(thing, expr=side)) for side in (thing.expr.left, thing.expr.right)]
        numbers = [side[0].value for side in sides if len(side) == 1 and isinstance(side[0], Lit)]
        left, right = numbers if len(numbers) == 2 else (None, None)
        if isinstance(left, int | float) and isinstance(right, int | float):
            return (Lit(_ARITHMETIC[thing.expr.op](left, right)),)
    return calls.program.force(thing)


def _given(args: Args, names: tuple[str, ...]) -> dict[str, Thunk | Value]:
    found: dict[str, Thunk | Value] = {}
    for at, thing in enumerate(args.positional):
        found[names[at] if at < len(names) else str(at)] = thing
    return found | dict(args.keywords)


def _inside(calls: Calls, values: Values) -> tuple[str, ...]:
    """Returns the names of what an argument that is an object was itself made with."""
    if len(values) != 1:
        return ()
    value = values[0]
    args = (
        value.args if isinstance(value, Inst) else value.calls[-1] if isinstance(value, Ext) and value.calls else None
    )
    if args is None:
        return ()
    names = tuple(_signature(calls, value.cls)) if isinstance(value, Inst) else ()
    if isinstance(value, Ext) and value.path.endswith(".CostJustification()"):
        names = _WHY
    return tuple(key for key, thing in _given(args, names).items() if calls.program.force(thing) != (Lit(None),))


def _read(key: str, values: Values, calls: Calls) -> Mapping[str, Scalar | tuple[str, ...]]:
    """Returns the value of an argument by its key, or nothing where reading cannot tell it."""
    if len(values) != 1 or key not in _KEPT:
        return {}
    match values[0]:
        case Lit(value=value):
            return {key: value}
        case Lib(path=path) if not path.startswith("builtins."):
            return {key: path.rpartition(".")[2]}
        case SeqVal(items=items, open=False):
            inner = [calls.program.force(item) for item in items]
            texts = [one[0].value for one in inner if len(one) == 1 and isinstance(one[0], Lit)]
            return {key: tuple(map(str, texts))} if len(texts) == len(items) else {}
        case _:
            return {}


def _signature(calls: Calls, cls: Scope) -> dict[str, Thunk | None]:
    """Returns what the constructor of a class takes, with the defaults: of ``__init__``, else of a dataclass."""
    bases = [base for base in calls.program.mro(cls) if isinstance(base, Scope)]
    for base in bases:
        for scope in base.children:
            if scope.kind == "def" and isinstance(scope.node, f.Def) and scope.name == "__init__":
                return {
                    param.name: _default(calls, param.default, base)
                    for param in scope.node.params[1:]
                    if param.kind in ("", "/", "k")
                }
    found: dict[str, Thunk | None] = {}
    for base in reversed(bases):
        for statement in base.node.body if isinstance(base.node, f.Class) else ():
            if isinstance(statement, f.Assign) and statement.annotation is not None:
                for target in statement.targets:
                    if isinstance(target, f.Name):
                        found[target.id] = _default(calls, statement.value, base)
    return found


def _default(calls: Calls, value: f.Expr | None, cls: Scope) -> Thunk | None:
    return None if value is None else Thunk(value, calls.program.env(cls), cls.order, cls.context)
