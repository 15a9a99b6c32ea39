"""What functions, and a module's own top-level code, put into the containers of modules."""

from __future__ import annotations

from tta_validate import facts as f
from tta_validate.program.scopes import ModuleScope, Mutation, Scope
from tta_validate.program.values import Change, DictVal, Env, Linker, Mod, SeqVal, Thunk, Value, Values

Filling = tuple[Mutation, Scope]
"""A change of a container, and the function that makes it."""


def filled(ln: Linker, values: Values, module: ModuleScope, name: str, *, running: bool) -> Values:
    """Returns values of a module's name with what may have been put into them; ``running``: while the module runs."""
    if not any(isinstance(value, DictVal | SeqVal) for value in values):
        return values
    changes = [(mutation, ln.env(scope), False) for mutation, scope in ln.fillings(module, name)]
    if not running and module.parts:
        module.changes.settle(name)
        here = [m for m in module.changes.mutations if isinstance(m.target, f.Name) and m.target.id == name]
        changes = [*((mutation, ln.env(mutation.scope), mutation.context is None) for mutation in here), *changes]
    return tuple(_grown(value, changes) for value in values) if changes else values


def _grown(value: Value, changes: list[tuple[Mutation, Env, bool]]) -> Value:
    if isinstance(value, DictVal):
        made = tuple(
            Change(m.key, Thunk(m.value, env, m.order, m.context), certain, where=m.where)
            for m, env, certain in changes
            if m.verb in {"set", "update"}
        )
        return DictVal(value.items, value.changes + made, value.open)
    if isinstance(value, SeqVal):
        more = (
            Thunk(m.value, env, m.order, m.context) for m, env, _ in changes if m.verb in {"append", "add", "insert"}
        )
        return SeqVal((*value.items, *more), value.open)
    return value


def changes_it(ln: Linker, change: Filling, module: ModuleScope, name: str) -> bool:
    """Tells whether what a function changes is a module's thing: by its name there, by an import, on the module."""
    mutation, scope = change
    target = mutation.target
    if isinstance(target, f.Attr):
        owners = ln.eval(Thunk(target.value, ln.env(scope), mutation.order, mutation.context))
        return any(isinstance(owner, Mod) and owner.module is module for owner in owners)
    at: Scope | None = scope
    while at is not None and at.kind != "module":
        if at.kind != "class" and name in at.bindings and name not in at.outside:
            return False
        at = at.parent
    return scope.module is module or any(
        binding.kind == "from" and binding.name == name and _is_module(ln, scope, binding.module, binding.level, module)
        for binding in scope.module.bindings.get(name, ())
    )


def _is_module(ln: Linker, scope: Scope, dotted: str, level: int, module: ModuleScope) -> bool:
    found = ln.module(dotted, scope.module.path, level)
    return isinstance(found, Mod) and found.module is module
