"""Classes of the project of which one is picked where it is built, and what runs on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tta_validate import facts as f
from tta_validate.program.around import MAX_HOPS, Around
from tta_validate.program.calls import Calls
from tta_validate.program.scopes import Context, Scope, Use
from tta_validate.program.values import ClassVal


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
        found = self._class(scope)
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
            for scope in list(self.calls.program.scopes()):
                if scope.kind == "def":
                    self._look(scope)
        return self._classes

    def _look(self, scope: Scope) -> None:
        assert self._classes is not None
        made = list(self._made(scope))
        for use, cls in made:
            rivals = [other for other in made if other[1] is not cls and _apart(use, other[0])]
            if rivals and self.calls.makes_calls(ClassVal(cls)):
                self._classes.setdefault(id(cls), scope.place(use.call.line))

    def _made(self, scope: Scope) -> Iterator[tuple[Use, Scope]]:
        """Yields the objects that a function makes in a branch and returns."""
        returned = {id(expr) for expr, _, _ in scope.returns}
        for use in scope.uses:
            if id(use.call) in returned and (isinstance(use.call.func, f.Subscript) or _branch(use) is not None):
                classes = [v for v in self.calls.program.callees(use) if isinstance(v, ClassVal)]
                if len(classes) > 1 or _branch(use) is not None:
                    for value in classes:
                        yield use, value.scope


def _branch(use: Use) -> Context | None:
    """Returns the innermost branch that a call stands in, or None."""
    chain = use.context.chain() if use.context is not None else ()
    return next((at for at in chain if at.kind in {"then", "else", "case"}), None)


def _apart(one: Use, other: Use) -> bool:
    """Tells whether two calls stand in different branches, neither around the other, or are one call."""
    here, there = _branch(one), _branch(other)
    if one is other:
        return True
    if here is None or there is None or here is there:
        return False
    return here not in there.chain() and there not in here.chain()
