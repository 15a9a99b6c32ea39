"""Classes of the project of which one is picked where it is built, and what runs on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tta_validate import facts as f
from tta_validate.program.around import MAX_HOPS, Around
from tta_validate.program.calls import Calls
from tta_validate.program.routes import by_model
from tta_validate.program.scopes import Context, Scope
from tta_validate.program.values import ClassVal, Func, Inst, Thunk


@dataclass(slots=True)
class Picks:
    """Finds the classes that a function picks one of: in the branches of an if, or by a table of classes."""

    calls: Calls
    around: Around
    _classes: dict[int, str] | None = None
    _paths: dict[int, str | None] = field(default_factory=dict[int, "str | None"])

    def over(self, scope: Scope) -> str | None:
        """Returns the place where the class is picked whose methods run a function, or None."""
        return self._over(scope, 0)

    def _over(self, scope: Scope, hops: int) -> str | None:
        if id(scope) in self._paths:
            return self._paths[id(scope)]
        self._paths[id(scope)] = None
        found = self._class(scope) or self._picked().get(id(scope))
        if found is None and hops < MAX_HOPS:
            function = scope.function()
            ways = [edge.use.scope for edge in self.around.edges(function)] if function is not None else []
            found = next((place for way in ways if (place := self._over(way, hops + 1)) is not None), None)
        self._paths[id(scope)] = found
        return found

    def _class(self, scope: Scope) -> str | None:
        at: Scope | None = scope
        while at is not None and at.kind != "class":
            at = at.parent
        if at is None:
            return None
        picked = self._picked()
        below = (at, *self.calls.program.subclasses(at))
        return next((picked[id(cls)] for cls in below if id(cls) in picked), None)

    def _picked(self) -> dict[int, str]:
        if self._classes is None:
            self._classes = {}
            for scope in list(self.calls.program.code.picking()):
                self._look(scope)
        return self._classes

    def _look(self, scope: Scope) -> None:
        assert self._classes is not None
        made = list(self._made(scope))
        for context, value, line in made:
            rivals = [other for other in made if other[1].scope is not value.scope and _apart(context, other[0])]
            if rivals and self.calls.makes_calls(value):
                self._classes.setdefault(id(value.scope), scope.place(line))

    def _made(self, scope: Scope) -> Iterator[tuple[Context | None, ClassVal | Func, int]]:
        """Yields what a function returns in a branch by model: classes of the project, objects of them, functions."""
        program = self.calls.program
        for expr, order, context in scope.returns:
            table = isinstance(expr, f.Call) and isinstance(expr.func, f.Subscript)
            if not table and not _by_model_here(context):
                continue
            thing = expr.func if isinstance(expr, f.Call) else expr
            if isinstance(thing, f.Name | f.Attr | f.Subscript):
                wanted = ClassVal if isinstance(expr, f.Call) else Func | ClassVal
                line = (
                    expr.line if isinstance(expr, f.Call) else scope.node.line if isinstance(scope.node, f.Def) else 0
                )
                for value in program.eval(Thunk(thing, program.env(scope), order, context)):
                    if isinstance(value, wanted):
                        yield (None if table else context), value, line
                    elif isinstance(value, Func):
                        for made in program.eval(Thunk(expr, program.env(scope), order, context)):
                            if isinstance(made, Inst):
                                yield (None if table else context), ClassVal(made.cls), line


def _by_model_here(context: Context | None) -> bool:
    branch = _branch(context)
    while branch is not None:
        node = branch.node
        test = node.test if isinstance(node, f.If) else node.subject if isinstance(node, f.Match) else None
        if test is not None and by_model(test):
            return True
        branch = _branch(branch.outer)
    return False


def _branch(context: Context | None) -> Context | None:
    """Returns the innermost branch that code stands in, or None."""
    chain = context.chain() if context is not None else ()
    return next((at for at in chain if at.kind in {"then", "else", "case"}), None)


def _apart(one: Context | None, other: Context | None) -> bool:
    """Tells whether two returns stand in different branches, neither around the other, or both in one table."""
    if one is None and other is None:
        return True
    here, there = _branch(one), _branch(other)
    if here is None or there is None or here is there:
        return False
    return here not in there.chain() and there not in here.chain()
