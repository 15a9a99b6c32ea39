"""What the project keeps in objects of other packages: ``state.client = ...``, ``state["client"] = ...``, ``set()``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from tta_validate import facts as f
from tta_validate.program.code import Code
from tta_validate.program.render import last_name
from tta_validate.program.scopes import Context, ModuleScope, Scope

Kept = tuple[f.Expr, Scope, int, Context | None]
"""What is kept, with where that is evaluated."""


def kept(code: Code, module: ModuleScope, holder: str, key: str) -> Iterator[Kept]:
    """Yields what is put under a key, or assigned to an attribute, of something with a last name.

    What a module's own top-level code puts under a key is told for that module only.
    """
    for attribute in code.sets(key) if code.reading.holds(key) else ():
        binding = attribute.binding
        if last_name(attribute.target) == holder and binding.kind == "value" and binding.value is not None:
            yield binding.value, binding.scope, binding.order, binding.context
    module.changes.settle(holder)
    for change in chain((change for change, _ in code.filled(holder)), module.changes.mutations):
        if change.verb == "set" and last_name(change.target) == holder and _is(change.key, key):
            yield change.value, change.scope, change.order, change.context
    for use in code.uses("set"):
        func, args = use.call.func, use.call.args
        if isinstance(func, f.Attr) and last_name(func.value) == holder and len(args) == 2 and _is(args[0].value, key):
            yield args[1].value, use.scope, use.order, use.context


def _is(expr: f.Expr | None, key: str) -> bool:
    return isinstance(expr, f.Str) and expr.value == key
