"""What the names around a call are bound to, as far as it tells whether a library is called through them."""

from __future__ import annotations

from tta_validate import facts as f
from tta_validate.hints import BUILTINS
from tta_validate.program.render import last_name
from tta_validate.program.scopes import Scope
from tta_validate.program.tables import Callables, Tables
from tta_validate.program.values import Func
from tta_validate.sdk import Type


def in_wrapper(tables: Tables, scope: Scope, kind: Type) -> bool:
    """Tells whether a call stands in the class that defines a wrapper: the wrapper's own step, not a use of it."""
    return kind.primitive and of_wrapper(tables, scope)


def of_wrapper(tables: Tables, scope: Scope) -> bool:
    """Tells whether code stands in the class that defines a wrapper of a table."""
    at: Scope | None = scope
    while at is not None:
        entry = tables.constructors.get(at.dotted) if at.kind == "class" else None
        if entry is not None and entry.row.needs_inner:
            return True
        at = at.parent
    return False


def is_parameter(scope: Scope, name: str) -> bool:
    """Tells whether a name is bound as a parameter and in no other way."""
    at: Scope | None = scope
    while at is not None:
        bindings = at.bindings.get(name)
        if bindings and at.kind != "class":
            return all(b.kind == "param" for b in bindings)
        at = at.parent
    return False


def handy(expr: f.Expr, callables: Callables) -> bool:
    """Tells whether an argument can be a library's method or function: by its name, or as a partial of one."""
    if isinstance(expr, f.Call):
        return last_name(expr.func) == "partial" and any(handy(arg.value, callables) for arg in expr.args[:1])
    known = callables.attributes if isinstance(expr, f.Attr) else callables.functions
    return last_name(expr) in known


def is_defined(scope: Scope, name: str) -> bool:
    """Tells whether a name is a function, a class, an import or a builtin: nothing that holds an object."""
    if name in BUILTINS:
        return True
    at: Scope | None = scope
    while at is not None:
        bindings = at.bindings.get(name)
        if bindings and at.kind != "class":
            known = {"def", "class", "import"}
            return all(b.kind in known or (b.kind == "from" and name[:1].isupper()) for b in bindings)
        at = at.parent
    return False


def calls_parameter(helpers: tuple[Func, ...], key: int | str) -> bool:
    """Tells whether a helper of the project calls the parameter that an argument lands in."""
    for helper in helpers:
        node = helper.scope.node
        assert isinstance(node, f.Def | f.Lambda)
        names = [p.name for p in node.params if p.kind in {"", "/"}]
        if isinstance(key, int):
            index = key + (1 if helper.scope.owner() is not None and helper.receiver is not None else 0)
            name = names[index] if index < len(names) else None
        else:
            name = key
        for scope in helper.scope.walk():
            if any(isinstance(u.call.func, f.Name) and u.call.func.id == name for u in scope.uses):
                return True
    return False
