"""Facts of one module as scopes: what each binds, which calls it makes, and what stands around each call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tta_validate import facts as f
from tta_validate.program.context import Context


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """One way in which a name gets a value.

    ``kind``: ``value``, ``unpack`` (``index`` of the value), ``item`` (an element of the value), ``with``, ``import``,
    ``from``, ``def``, ``class``, ``param``, ``declared`` (annotation only), ``merged`` (by ``|=``; ``value``
    joins the two), ``more`` (augmented in another way), ``opaque``.
    """

    kind: str
    scope: Scope
    order: int
    context: Context | None
    line: int
    value: f.Expr | None = None
    index: int = 0
    module: str = ""
    level: int = 0
    name: str = ""
    child: Scope | None = None
    param: f.Param | None = None
    annotation: f.Expr | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AttrSet:
    """``target.name = value``."""

    target: f.Expr
    name: str
    binding: Binding


@dataclass(frozen=True, slots=True, eq=False)
class Mutation:
    """A change of a container: ``target[key] = value``, ``target.update(value)``, ``target.append(value)``."""

    target: f.Expr
    verb: str
    key: f.Expr | None
    value: f.Expr
    order: int
    context: Context | None
    scope: Scope
    line: int

    @property
    def where(self) -> str:
        """``path:line``."""
        return self.scope.place(self.line)


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A call in its place."""

    call: f.Call
    scope: Scope
    context: Context | None
    order: int


@dataclass(slots=True, eq=False)
class Scope:
    """A module's top-level statement, a function, a class or a lambda.

    ``base`` is the line of the module, from 1, on which line 0 of this scope's facts stands.
    """

    kind: str
    module: ModuleScope
    node: f.Def | f.Class | f.Lambda | None
    parent: Scope | None
    base: int
    order: int = 0
    context: Context | None = None
    bindings: dict[str, list[Binding]] = field(default_factory=dict[str, list[Binding]])
    uses: list[Use] = field(default_factory=list[Use])
    attrs: list[AttrSet] = field(default_factory=list[AttrSet])
    mutations: list[Mutation] = field(default_factory=list[Mutation])
    returns: list[tuple[f.Expr, int, Context | None]] = field(default_factory=list[tuple[f.Expr, int, Context | None]])
    yields: list[tuple[f.Expr, int, Context | None]] = field(default_factory=list[tuple[f.Expr, int, Context | None]])
    children: list[Scope] = field(default_factory=list["Scope"])
    outside: set[str] = field(default_factory=set[str])
    called: set[int] = field(default_factory=set[int])
    flows: list[tuple[f.Stmt, Context | None]] = field(default_factory=list[tuple[f.Stmt, Context | None]])
    _changing: list[Scope] | None = None
    _changed: frozenset[str] | None = None
    _tests: list[Use] | None = None

    @property
    def name(self) -> str:
        """The name that it was defined with."""
        return getattr(self.node, "name", "<lambda>" if self.kind == "lambda" else "<module>")

    @property
    def qualname(self) -> str:
        """Names from the module's top level down, joined by dots."""
        parts: list[str] = []
        at: Scope | None = self
        while at is not None and at.kind != "module":
            parts.append(at.name)
            at = at.parent
        return ".".join(reversed(parts))

    @property
    def dotted(self) -> str:
        """The name as an importer would write it."""
        return f"{self.module.dotted}.{self.qualname}"

    def line(self, relative: int) -> int:
        """Returns the line in the file of a line of this scope's facts."""
        return self.base + relative

    def place(self, relative: int) -> str:
        """Returns ``path:line``."""
        return f"{self.module.path}:{self.line(relative)}"

    def function(self) -> Scope | None:
        """Returns the nearest enclosing function or lambda, this scope included."""
        at: Scope | None = self
        while at is not None and at.kind not in {"def", "lambda"}:
            at = at.parent
        return at

    def owner(self) -> Scope | None:
        """Returns the class whose method this function is, or None."""
        return self.parent if self.kind == "def" and self.parent is not None and self.parent.kind == "class" else None

    def declarer(self, name: str) -> Scope:
        """Returns the scope of a name from outside: the nearest function around that binds it, else the module."""
        at = self
        while at.parent is not None and (at.kind == "class" or at is self or name not in at.bindings):
            at = at.parent
        return at

    def changing(self) -> list[Scope]:
        """Returns the scopes inside this one that change a container."""
        if self._changing is None:
            self._changing = [at for child in self.children for at in child.walk() if at.mutations]
        return self._changing

    def changed(self) -> frozenset[str]:
        """Returns the names of the attributes that scopes inside this one change as containers."""
        if self._changed is None:
            targets = [change.target for at in self.changing() for change in at.mutations]
            self._changed = frozenset(target.name for target in targets if isinstance(target, f.Attr))
        return self._changed

    def tests(self) -> list[Use]:
        """Returns the calls of ``isinstance`` in it."""
        if self._tests is None:
            named = [use for use in self.uses if isinstance(use.call.func, f.Name) and len(use.call.args) == 2]
            self._tests = [
                use for use in named if isinstance(use.call.func, f.Name) and use.call.func.id == "isinstance"
            ]
        return self._tests

    def walk(self) -> Iterator[Scope]:
        """Yields this scope and all inside it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True, eq=False)
class ModuleScope:
    """A module: its top-level statements as scopes, and what they bind together."""

    path: str
    dotted: str
    bindings: Bindings
    changes: Changes
    parts: dict[int, Scope] = field(default_factory=dict[int, "Scope"])


class Changes:
    """What a module's top-level code changes; the statements that change a thing are read when it is asked for."""

    def __init__(self, read: Callable[[str], None]) -> None:
        self.attrs: list[AttrSet] = []
        self.mutations: list[Mutation] = []
        self._read = read
        self._asked: set[str] = set()

    def settle(self, name: str) -> None:
        """Reads what changes anything with that last name."""
        if name not in self._asked:
            self._asked.add(name)
            self._read(name)
            self.mutations.sort(key=lambda change: change.order)
            self.attrs.sort(key=lambda change: change.binding.order)


class Bindings(dict[str, "list[Binding]"]):
    """What a module's statements bind, in their order; those that bind a name are read when it is asked for."""

    def __init__(self, read: Callable[[str], None]) -> None:
        super().__init__()
        self._read = read
        self._asked: set[str] = set()

    def get(self, name: str, default: object = ()) -> Any:
        """Returns the bindings of a name."""
        if name not in self._asked:
            self._asked.add(name)
            self._read(name)
            if name in self.keys():
                self[name].sort(key=_number)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.get(name))


def _number(binding: Binding) -> int:
    """Returns the number of the statement of its module in which a binding stands."""
    scope = binding.scope
    while scope.parent is not None:
        scope = scope.parent
    return scope.order
