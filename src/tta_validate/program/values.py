"""What an expression can stand for, and what the linker's parts ask of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

from tta_validate import facts as f
from tta_validate.program.scopes import AttrSet, Context, ModuleScope, Mutation, Scope
from tta_validate.program.tables import Tables
from tta_validate.sdk import GuardName, Type


@dataclass(frozen=True, slots=True, eq=False)
class Env:
    """One activation of a scope: with the arguments of one call, or (``args`` None) of any caller.

    ``receiver`` is what ``self`` or ``cls`` stands for; ``outer`` the activation of the enclosing scope.
    """

    scope: Scope
    args: Args | None = None
    receiver: Value | None = None
    outer: Env | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Thunk:
    """An expression where it stands: not evaluated yet."""

    expr: f.Expr
    env: Env
    order: int
    context: Context | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Args:
    """The arguments of one call, in its place."""

    call: f.Call
    env: Env
    order: int
    context: Context | None
    positional: tuple[Thunk | Value, ...] = ()
    keywords: tuple[tuple[str, Thunk | Value], ...] = ()
    stars: tuple[Thunk, ...] = ()
    spreads: tuple[Thunk, ...] = ()

    @property
    def where(self) -> str:
        """``path:line`` of the call."""
        return self.env.scope.place(self.call.line)


@dataclass(frozen=True, slots=True)
class Lib:
    """Something that an import of another package gives, by its dotted name."""

    path: str


@dataclass(frozen=True, slots=True, eq=False)
class Ext:
    """An object of another package.

    ``type`` is what the tables know of it; ``tail`` the attributes taken from it; ``calls`` the constructor's call and
    those that only changed settings; ``adds`` guards added by methods; ``inner`` what it was built around; ``steps``,
    of what operators compose, what can stand in each place.
    """

    type: Type | None
    path: str
    tail: tuple[str, ...] = ()
    calls: tuple[Args, ...] = ()
    adds: tuple[tuple[GuardName, str, Args], ...] = ()
    inner: tuple[Value, ...] = ()
    steps: tuple[Values, ...] = ()
    project: Scope | None = None
    injected: str | None = None

    def at(self, *tail: str) -> Ext:
        """Returns the same object with other attributes taken."""
        return replace(self, tail=tail)


@dataclass(frozen=True, slots=True, eq=False)
class ClassVal:
    """A class of the project."""

    scope: Scope
    env: Env | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Inst:
    """An instance of a project class; without ``args``, any instance."""

    cls: Scope
    args: Args | None = None
    env: Env | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Func:
    """A function, method or lambda of the project; ``receiver`` when it is bound."""

    scope: Scope
    outer: Env | None = None
    receiver: Value | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Mod:
    """A module of the project."""

    module: ModuleScope


@dataclass(frozen=True, slots=True)
class Lit:
    """A constant."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Text:
    """A string or number of which only some is known; unknown pieces of a string stand in braces, as written."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A key set later: ``certain`` unless it happens on some paths only. Without a key, a whole dict merged in.

    ``completes``: together with an earlier change it happens on all paths (in both branches of an if).
    """

    key: f.Expr | str | None
    value: Thunk
    certain: bool
    completes: bool = False
    where: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DictVal:
    """A dict: its display or its arguments, then its changes in order."""

    items: tuple[tuple[Thunk | str | None, Thunk | Value], ...]
    changes: tuple[Change, ...] = ()
    open: str | None = None
    """Why there may be more in it than is seen."""


@dataclass(frozen=True, slots=True, eq=False)
class SeqVal:
    """A list, tuple or set."""

    items: tuple[Thunk | Value, ...]
    open: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """A callable with some arguments given."""

    func: Value
    args: Args


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """The result of calling a generator function of the project: what it yields."""

    func: Func
    env: Env


@dataclass(frozen=True, slots=True, eq=False)
class Super:
    """``super()`` in a method of ``owner``."""

    owner: Scope
    receiver: Value


class Outside(str):
    """A reason: nothing in the project passes it, so whoever uses the project chooses it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that reading cannot tell; ``reason`` completes "because ..."."""

    reason: str


def is_known(value: Value) -> bool:
    """Tells whether a value is an object of a type in the tables."""
    return isinstance(value, Ext) and value.type is not None


Value: TypeAlias = (
    Lib | Ext | ClassVal | Inst | Func | Mod | Lit | Text | DictVal | SeqVal | Partial | Opened | Super | Unknown
)
Values: TypeAlias = tuple[Value, ...]


@dataclass(slots=True)
class Merged:
    """Collects values without duplicates, up to a limit."""

    limit: int = 24
    found: list[Value] = field(default_factory=list["Value"])

    def add(self, values: Values) -> None:
        """Adds values."""
        found = self.found
        for value in values:
            if value not in found and len(found) < self.limit:
                found.append(value)

    def values(self) -> Values:
        """Returns what was collected, in order."""
        return tuple(self.found)


class Linker(Protocol):
    """What the parts of the linker ask of it."""

    def eval(self, thunk: Thunk) -> Values:
        """Returns what an expression can stand for."""
        ...

    def force(self, thing: Thunk | Value) -> Values:
        """Returns the values of an argument."""
        ...

    def name(self, name: str, env: Env, order: float, context: Context | None) -> Values:
        """Returns what a name can stand for at a place."""
        ...

    def attr(self, value: Value, name: str) -> Values:
        """Returns what an attribute can stand for."""
        ...

    def instance(self, path: str, reason: str) -> Value:
        """Returns an object of another package's class that comes from outside."""
        ...

    def lambda_scope(self, node: f.Lambda) -> Scope:
        """Returns the scope of a lambda."""
        ...

    def attribute_sets(self, cls: Scope, name: str) -> tuple[tuple[AttrSet, Scope], ...]:
        """Returns the assignments to ``self.name`` in a class's methods, with the method."""
        ...

    def holds(self, name: str) -> bool:
        """Tells whether some code assigns an attribute of that name."""
        ...

    @property
    def within(self) -> set[tuple[int, str]]:
        """The dicts and keys being looked up, against dicts that hold themselves."""
        ...

    @property
    def looked_up(self) -> dict[tuple[int, str], tuple[object, object]]:
        """What `containers.entry` has found since the outermost dict was asked: by dict and key, the dict and what is
        under the key."""
        ...

    @property
    def tables(self) -> Tables:
        """The SDK tables."""
        ...

    def invoke(self, value: Value, args: Args) -> Values:
        """Returns what calling a value can return."""
        ...

    def args(self, call: f.Call, env: Env, order: int, context: Context | None) -> Args:
        """Returns the arguments of a call in its place."""
        ...

    def named(self, scope: Scope, name: str) -> Args:
        """Returns the arguments of a call of a function with one string; the same ones each time."""
        ...

    def frame(self, scope: Scope, args: Args | None, receiver: Value | None, outer: Env | None, depth: int) -> Env:
        """Returns the activation of a function by one call; the same one each time."""
        ...

    def inst(self, cls: Scope, args: Args | None = None) -> Inst:
        """Returns an instance of a project class; the same one each time."""
        ...

    def func(self, scope: Scope, outer: Env | None = None, receiver: Value | None = None) -> Func:
        """Returns a function of the project; the same one each time."""
        ...

    def env(self, scope: Scope) -> Env:
        """Returns the activation of a scope by any caller."""
        ...

    def member(self, module: ModuleScope, name: str) -> Values:
        """Returns what a module's attribute can stand for."""
        ...

    def stored(self, module: ModuleScope, holder: str, key: str) -> Values:
        """Returns what the project keeps under a key of another package's object that has a last name."""
        ...

    def module(self, dotted: str, importer: str, level: int) -> Value | None:
        """Returns the project's module of a name, or None."""
        ...

    def variants(self, module: ModuleScope, name: str) -> Iterable[str]:
        """Returns the names in a module which are a name, or start with it and two underscores."""
        ...

    def callers(self, scope: Scope) -> tuple[Args, ...]:
        """Returns the project's calls of a function, or of a class's constructor."""
        ...

    def fillings(self, module: ModuleScope, name: str) -> tuple[tuple[Mutation, Scope], ...]:
        """Returns the changes that the project's functions make to a module's container, wherever they stand."""
        ...

    def loose_callers(self, scope: Scope) -> tuple[Args, ...]:
        """Returns the calls of a method's name on objects that reading cannot tell, of a function by variables."""
        ...

    def subclasses(self, scope: Scope) -> tuple[Scope, ...]:
        """Returns the project's classes that derive from a class, directly or not."""
        ...

    def mro(self, scope: Scope) -> tuple[Scope | Lib, ...]:
        """Returns a class and its bases, nearest first, other packages' as `Lib`."""
        ...


def positional_parameters(scope: Scope) -> Iterator[f.Param]:
    """Yields the parameters that take positional arguments, in order."""
    assert isinstance(scope.node, f.Def | f.Lambda)
    for param in scope.node.params:
        if param.kind in {"", "/"}:
            yield param
