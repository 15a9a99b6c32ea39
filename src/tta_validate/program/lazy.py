"""What a module's ``__getattr__`` gives: names that are imported when they are asked for."""

from __future__ import annotations

from collections.abc import Callable

from tta_validate import facts as f
from tta_validate.program import lookup
from tta_validate.program.scopes import Binding, Context, ModuleScope, Scope
from tta_validate.program.values import Linker, Mod, Thunk, Values


def lazy(ln: Linker, module: ModuleScope, name: str, read: Callable[[], object]) -> Values:
    """Returns what a module's ``__getattr__`` gives for a name: by an import in it, or by a table of modules."""
    hooks = [b.child for b in module.bindings.get("__getattr__", ()) if b.child is not None]
    for hook in hooks:
        for binding in hook.bindings.get(name, ()):
            if binding.kind in {"import", "from"}:
                return lookup.imported(ln, binding)
    for hook in hooks:
        found = tuple(
            value
            for expr, order, context in hook.returns
            if _when_asked_for(hook, context, name)
            for value in ln.eval(Thunk(expr, ln.env(hook), order, context))
        )
        if found:
            return found
    if not hooks:
        return ()
    read()
    for bindings in list(module.bindings.values()):
        for binding in bindings:
            if binding.kind == "value" and isinstance(binding.value, f.Dict):
                found = _from_table(ln, module, binding, name)
                if found:
                    return found
    return ()


def _when_asked_for(hook: Scope, context: Context | None, name: str) -> bool:
    """Tells whether code of a ``__getattr__`` runs under ``if name == "..."`` for a name."""
    first = hook.node.params[0].name if isinstance(hook.node, f.Def) and hook.node.params else ""
    for at in context.chain() if context is not None else ():
        if at.kind == "then" and isinstance(at.node, f.If):
            match at.node.test:
                case f.Compare(left=f.Name(id=asked), ops=("==",), rights=(f.Str(value=wanted),)):
                    if asked == first and wanted == name:
                        return True
                case _:
                    pass
    return False


def _from_table(ln: Linker, module: ModuleScope, binding: Binding, name: str) -> Values:
    assert isinstance(binding.value, f.Dict)
    for item in binding.value.items:
        if isinstance(item.key, f.Str) and item.key.value == name:
            parts = item.value.items if isinstance(item.value, f.Seq) else (item.value,)
            words = [part.value for part in parts if isinstance(part, f.Str)]
            if words:
                level = len(words[0]) - len(words[0].lstrip("."))
                target = ln.module(words[0].lstrip("."), module.path, level)
                target = target or ln.module(words[0], module.path, 1)
                if isinstance(target, Mod) and target.module is not module:
                    return ln.member(target.module, words[1] if len(words) > 1 else name)
    return ()
