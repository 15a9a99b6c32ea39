"""Imports of packages that must be there when their module runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tta_validate import facts as f
from tta_validate.observations import Imported
from tta_validate.program.context import Context
from tta_validate.program.linker import Program

_OPTIONAL = re.compile(r"^(?:ImportError|ModuleNotFoundError|Exception|BaseException)$")


def imported(program: Program, packages: Iterable[str]) -> Iterator[Imported]:
    """Yields the imports of packages by their top-level names.

    Left out are imports inside a ``try`` that expects them to fail, and those for type checkers only.
    """
    for top in packages:
        for binding in program.code.imports(top):
            module, name = (binding.name, "") if binding.kind == "import" else (binding.module, binding.name)
            if top == module.partition(".")[0] and not binding.level and not _optional(binding.context):
                path = binding.scope.module.path
                where = program.resolver.resolve(top, path, 0)
                yield Imported(path, binding.scope.line(binding.line), module, name, where)


def _optional(context: Context | None) -> bool:
    """Tells whether an import may fail without harm, or is for type checkers only."""
    for at in context.chain() if context is not None else ():
        if at.kind in {"handler", "except"}:
            return True
        if at.kind == "try" and isinstance(at.node, f.Try):
            if any(_expects(handler.caught) for handler in at.node.handlers):
                return True
        elif at.kind in {"then", "else"} or at.kind == "with":
            return True
    return False


def _expects(caught: f.Expr | None) -> bool:
    if caught is None:
        return True
    return any(isinstance(node, f.Name) and _OPTIONAL.match(node.id) for node in f.walk(caught))
