"""The project's code as far as it was asked for: statements become scopes when an answer can depend on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from typing import Generic, Protocol, TypeVar

from tta_validate import facts as f
from tta_validate.hints import BUILTINS
from tta_validate.program.build import add_statement
from tta_validate.program.render import last_name
from tta_validate.program.scopes import AttrSet, Binding, Bindings, Changes, ModuleScope, Mutation, Scope, Use
from tta_validate.program.tables import Callables

Place = tuple[str, int]
"""A top-level statement: the path of its file, and its number in it."""


class Reading(Protocol):
    """Finds the statements that an answer can depend on: too many perhaps, never too few.

    Uses are looked for in the searched files, and in ``homes``, the files of the thing that is used.
    """

    @property
    def words(self) -> Collection[str]:
        """Every word of the code in which uses are looked for."""
        ...

    @property
    def attributes(self) -> Collection[str]:
        """The names of all attributes in the code in which uses are looked for; others may be among them."""
        ...

    @property
    def searched(self) -> frozenset[str]:
        """The files in which uses are looked for."""
        ...

    def holds(self, name: str) -> bool:
        """Tells whether some code assigns an attribute of that name."""
        ...

    def binding(self, path: str, name: str) -> Sequence[Place]:
        """Returns the statements of a file that may bind a name in it."""
        ...

    def changing(self, path: str, name: str) -> Sequence[Place]:
        """Returns the statements of a file that may change what has that last name when the module runs."""
        ...

    def every(self, path: str) -> Sequence[Place]:
        """Returns all statements of a file."""
        ...

    def calling(self, name: str, homes: Set[str] = frozenset()) -> Sequence[Place]:
        """Returns the statements that may call something with that last name."""
        ...

    def handing(self, name: str, homes: Set[str] = frozenset()) -> Sequence[Place]:
        """Returns the statements that may hand something with that last name to a call."""
        ...

    def assigning(self, name: str, homes: Set[str] = frozenset()) -> Sequence[Place]:
        """Returns the statements that may assign an attribute of that name."""
        ...

    def filling(self, name: str, homes: Set[str] = frozenset()) -> Sequence[Place]:
        """Returns the statements that may change, as a container, what has that last name."""
        ...

    def importing(self, top: str) -> Sequence[Place]:
        """Returns the statements that may import from a package."""
        ...

    def deriving(self, name: str, homes: Set[str] = frozenset()) -> Sequence[Place]:
        """Returns the statements with classes whose bases may have a name."""
        ...

    def decorating(self) -> Sequence[Place]:
        """Returns the statements with decorators that may do something to a call."""
        ...

    def spellings(self, name: str) -> Collection[str]:
        """Returns a name with those under which it is imported or assigned elsewhere."""
        ...

    def calling_callables(self, path: str, callables: Callables) -> Sequence[Place]:
        """Returns the statements of a file that may call one of some callables, or hand it to a call."""
        ...

    def calling_variables(self) -> Sequence[Place]:
        """Returns the statements that may call a function that stands in a local variable or in a table."""
        ...

    def picking(self) -> Sequence[Place]:
        """Returns the statements that may return one of several things, picked by model."""
        ...

    def variants(self, path: str, name: str) -> Sequence[str]:
        """Returns the names that a file may bind which are a name, or start with it and two underscores."""
        ...

    def packages(self, path: str) -> Set[str]:
        """Returns the top-level names of the modules that a file may import."""
        ...

    def targets(self, path: str) -> Collection[str]:
        """Returns the files that a file may import."""
        ...

    def facts(self, places: Sequence[Place]) -> Sequence[tuple[f.Facts, int] | None]:
        """Returns the facts of statements with their first lines; None where one cannot be read."""
        ...


_T = TypeVar("_T")


class _Found(Generic[_T]):
    """Things by name, as an answer to a question: whatever else happens to be read is no part of it."""

    def __init__(
        self, code: Code, reading: Callable[[str, Set[str]], Sequence[Place]], scope_of: Callable[[_T], Scope]
    ) -> None:
        self._code = code
        self._reading = reading
        self._scope_of = scope_of
        self._answers: dict[tuple[str, Set[str]], list[_T]] = {}
        self.known: dict[str, list[_T]] = defaultdict(list)

    def of(self, name: str, homes: Set[str] = frozenset()) -> Sequence[_T]:
        """Returns what is there of a name in the searched files and in ``homes``, in order."""
        searched = self._code.reading.searched
        key = (name, frozenset(homes - searched))
        if key not in self._answers:
            self._code.load(self._reading(name, key[1]))
            places = [(position(self._scope_of(one)), one) for one in self.known.get(name, ())]
            found = [(place, one) for place, one in places if place[0] in searched or place[0] in key[1]]
            self._answers[key] = [one for _, one in sorted(found, key=lambda each: each[0])]
        return self._answers[key]


class Code:
    """The scopes of what has been read, and where each name is used."""

    def __init__(self, dotted: Callable[[str], str], reading: Reading, focus: Collection[str] | None = None) -> None:
        self._dotted = dotted
        self.reading = reading
        self.focus = focus
        """The files that are asked about; None for all."""
        self.modules: dict[str, ModuleScope] = {}
        """The modules that something was asked of."""
        self.lambdas: dict[int, Scope] = {}
        self.attributes: dict[int, dict[str, list[tuple[AttrSet, Scope]]]] = {}
        """The assignments to attributes of the first parameter, by class and name."""
        self._loaded: set[Place] = set()
        self._called: _Found[Use] = _Found(self, reading.calling, lambda use: use.scope)
        self._handed: _Found[Use] = _Found(self, reading.handing, lambda use: use.scope)
        self._sets: _Found[AttrSet] = _Found(
            self, lambda name, _: reading.assigning(name), lambda one: one.binding.scope
        )
        self._filled: _Found[tuple[Mutation, Scope]] = _Found(self, reading.filling, lambda pair: pair[1])
        self._derived: _Found[Scope] = _Found(self, reading.deriving, lambda cls: cls)

    def load(self, places: Sequence[Place]) -> list[Scope]:
        """Reads statements that have not been read yet; returns the scopes of all of them, in order."""
        fresh = [place for place in dict.fromkeys(places) if place not in self._loaded]
        self._loaded.update(fresh)
        for (path, number), read in zip(fresh, self.reading.facts(fresh) if fresh else (), strict=True):
            if read is not None:
                for scope in add_statement(self.at(path), *read, number).walk():
                    self._index(scope)
        parts = ((self.modules.get(path), number) for path, number in sorted(set(places)))
        return [module.parts[number] for module, number in parts if module is not None and number in module.parts]

    def at(self, path: str) -> ModuleScope:
        """Returns the module of a file."""
        found = self.modules.get(path)
        if found is None:
            reading = self.reading
            bindings = Bindings(lambda name: self._bring(reading.binding(path, name)))
            changes = Changes(lambda name: self._bring(reading.changing(path, name)))
            found = self.modules[path] = ModuleScope(path, self._dotted(path), bindings, changes)
        return found

    def met(self) -> set[str]:
        """Returns the searched files of which something was asked."""
        return set(self.reading.searched.intersection(self.modules))

    def _bring(self, places: Sequence[Place]) -> None:
        self.load(places)

    def _index(self, scope: Scope) -> None:
        if isinstance(scope.node, f.Lambda):
            self.lambdas[id(scope.node)] = scope
        for use in scope.uses:
            self._called.known[last_name(use.call.func)].append(use)
            for name in dict.fromkeys(last_name(arg.value) for arg in use.call.args):
                self._handed.known[name].append(use)
        if isinstance(scope.node, f.Class):
            for name in _names(scope.node.bases):
                self._derived.known[name].append(scope)
        for attribute in scope.attrs:
            if attribute.binding.scope is scope:
                self._sets.known[attribute.name].append(attribute)
        for change in scope.mutations:
            if scope.kind != "module":
                self._filled.known[last_name(change.target)].append((change, scope))
        self._index_methods(scope)

    def _index_methods(self, scope: Scope) -> None:
        owner = scope.owner()
        if owner is not None and isinstance(scope.node, f.Def) and scope.node.params:
            first = scope.node.params[0].name
            table = self.attributes.setdefault(id(owner), {})
            for at in scope.walk():
                if at.kind != "class":
                    for attribute in at.attrs:
                        if isinstance(attribute.target, f.Name) and attribute.target.id == first:
                            table.setdefault(attribute.name, []).append((attribute, at))

    def uses(self, name: str, homes: Set[str] = frozenset()) -> Sequence[Use]:
        """Returns the calls of everything that has that last name, in order."""
        return self._called.of(name, homes)

    def uses_in_focus(self, name: str) -> list[Use]:
        """Returns the calls of everything that has that last name in the files that are asked about, in order."""
        if self.focus is None:
            return list(self.uses(name))
        self.load(self._in_focus(self.reading.calling(name)))
        found = [use for use in self._called.known.get(name, ()) if use.scope.module.path in self.focus]
        return sorted(found, key=lambda use: position(use.scope))

    def _in_focus(self, places: Sequence[Place]) -> list[Place]:
        return [place for place in places if self.focus is None or place[0] in self.focus]

    def handed(self, name: str, homes: Set[str] = frozenset()) -> Sequence[Use]:
        """Returns the calls that something with that last name is handed to, in order."""
        return self._handed.of(name, homes)

    def sets(self, name: str) -> Sequence[AttrSet]:
        """Returns the assignments to attributes of that name, in order."""
        return self._sets.of(name)

    def filled(self, name: str, homes: Set[str] = frozenset()) -> Sequence[tuple[Mutation, Scope]]:
        """Returns the changes that functions make to containers of that last name, in order."""
        return self._filled.of(name, homes)

    def imports(self, top: str) -> Iterator[Binding]:
        """Yields what imports from a package bind in the files that are asked about, in order."""
        for part in self.load(self._in_focus(self.reading.importing(top))):
            for scope in part.walk():
                tables = scope.module.bindings if scope is part else scope.bindings
                for bindings in list(tables.values()):
                    for binding in bindings:
                        if binding.scope is scope and binding.kind in {"import", "from"}:
                            yield binding

    def decorated_in_focus(self) -> Iterator[tuple[Scope, Scope, f.Def]]:
        """Yields the functions of the files that are asked about which a decorator may guard."""
        for scope, parent, node in self._decorated(self._in_focus(self.reading.decorating())):
            if isinstance(node, f.Def):
                yield scope, parent, node

    def decorated(self) -> Iterator[tuple[Scope, Scope, f.Def | f.Class]]:
        """Yields what a decorator may guard or call, with the scopes that it stands in, in order."""
        yield from self._decorated(self.reading.decorating())

    def _decorated(self, places: Sequence[Place]) -> Iterator[tuple[Scope, Scope, f.Def | f.Class]]:
        for part in self.load(places):
            for scope in part.walk():
                if isinstance(scope.node, f.Def | f.Class) and scope.node.decorators and scope.parent is not None:
                    yield scope, scope.parent, scope.node

    def picking(self) -> Iterator[Scope]:
        """Yields functions, among them those that return one of several things, picked by model, in order."""
        for part in self.load(self.reading.picking()):
            yield from (scope for scope in part.walk() if scope.kind == "def")

    def calling_variables(self) -> Iterator[Use]:
        """Yields the calls of local variables, and of entries of tables, in order."""
        for part in self.load(self.reading.calling_variables()):
            for scope in part.walk():
                for use in scope.uses if scope is not part else ():
                    func = use.call.func
                    if (
                        isinstance(func, f.Subscript)
                        or _got(func)
                        or (isinstance(func, f.Name) and func.id not in BUILTINS)
                    ):
                        yield use

    def candidates(self, path: str, callables: Callables) -> Iterator[Use]:
        """Yields the calls in a file that may call what a call site can call, in order; others among them."""
        for part in self.load(self.reading.calling_callables(path, callables)):
            for scope in part.walk():
                yield from scope.uses

    def deriving(self, name: str, homes: Set[str]) -> list[Scope]:
        """Returns the classes with a base that may be the class of a name."""
        words = sorted(self.reading.spellings(name))
        return list(dict.fromkeys(cls for word in words for cls in self._derived.of(word, homes)))


def _got(func: f.Expr) -> bool:
    return isinstance(func, f.Call) and last_name(func.func) == "get"


def position(scope: Scope) -> tuple[str, int]:
    """Returns where the top-level statement of a scope stands: the path of its module, and its number in it."""
    while scope.parent is not None:
        scope = scope.parent
    return scope.module.path, scope.order


def _names(bases: tuple[f.Arg, ...]) -> set[str]:
    nodes = [node for base in bases for node in f.walk(base)]
    return {last_name(node) for node in nodes if isinstance(node, f.Name | f.Attr)}
