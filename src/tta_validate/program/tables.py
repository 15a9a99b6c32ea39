"""The SDK tables, indexed for the linker."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tta_validate.sdk import Call, Endpoint, Giver, Sdk, Type, spellings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A row of a table with the table it stands in."""

    sdk: Sdk
    row: T


@dataclass(slots=True)
class Names(Generic[T]):
    """Rows by dotted name, with ``**`` for any modules in between."""

    exact: dict[str, Entry[T]] = field(default_factory=lambda: {})
    loose: dict[tuple[str, str], Entry[T]] = field(default_factory=lambda: {})
    _asked: dict[str, Entry[T] | None] = field(default_factory=lambda: {})

    def add(self, name: str, entry: Entry[T]) -> None:
        """Adds a row under each name that a short form stands for; the first one stays."""
        for spelling in spellings(name):
            head, loose, last = spelling.partition(".**.")
            if loose:
                self.loose.setdefault((head, last), entry)
            else:
                self.exact.setdefault(spelling, entry)
        self._asked.clear()

    def get(self, dotted: str) -> Entry[T] | None:
        """Returns the row of a dotted name, or None."""
        if dotted not in self._asked:
            self._asked[dotted] = self._find(dotted)
        return self._asked[dotted]

    def _find(self, dotted: str) -> Entry[T] | None:
        found = self.exact.get(dotted)
        if found is not None or not self.loose:
            return found
        parts = dotted.split(".")
        for tail in (1, 2):
            last = ".".join(parts[-tail:])
            for cut in range(len(parts) - tail, 0, -1):
                if found := self.loose.get((".".join(parts[:cut]), last)):
                    return found
        return None


@dataclass(frozen=True, slots=True)
class TypeIndex:
    """A type's rows by attribute path."""

    sdk: Sdk
    calls: Mapping[str, Call]


@dataclass(frozen=True, slots=True)
class Callables:
    """The last names of what a call site can call.

    ``attributes``: methods and functions. ``functions``: functions, and what calls later what it is handed.
    """

    attributes: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()


class Tables:
    """All tables together."""

    def __init__(self, sdks: Iterable[Sdk]) -> None:
        self.sdks = tuple(sdks)
        self.constructors: Names[Type] = Names()
        self.functions: Names[Call] = Names()
        self._givers: dict[str, list[Giver]] = {}
        self.defers: dict[str, str] = {}
        self.deferring: set[str] = set()
        """The last names of what `defers` holds."""
        self.endpoints: list[Endpoint] = []
        self.types: dict[str, Type] = {}
        self.enclosing: set[str] = set()
        self.unset: set[str] = set()
        self._of: dict[str, TypeIndex] = {}
        for sdk in self.sdks:
            self._add(sdk)
        self._tops = {name for name in self.imports() if "." not in name}

    def _add(self, sdk: Sdk) -> None:
        for kind in sdk.types:
            self.types[kind.name] = kind
            calls = {path: call for call in kind.calls for short in call.paths for path in spellings(short)}
            self._of[kind.name] = TypeIndex(sdk, calls)
            for name in kind.constructors:
                self.constructors.add(name, Entry(sdk, kind))
        for call in sdk.functions:
            for name in call.paths:
                self.functions.add(name, Entry(sdk, call))
        for giver in sdk.givers:
            for name in self.paths(giver):
                self._givers.setdefault(name.replace(".**", ""), []).append(giver)
        self.defers.update((name, key) for short, key in sdk.defers.items() for name in spellings(short))
        self.deferring.update(short.rpartition(".")[2] for short in sdk.defers)
        self.endpoints.extend(sdk.endpoints)
        self.unset.update(name for short in sdk.unset for name in spellings(short))
        self.enclosing.update(name for short in sdk.enclosing for name in spellings(short))

    def callables(self, words: Collection[str], attributes: Collection[str] | None = None) -> Callables:
        """Returns what call sites can call in code of these words: a library that no word names gives nothing.

        ``attributes``: the names of attributes in the code, where they are known: all that a method is reached by must
        be among them.
        """
        methods: set[str] = set()
        functions: set[str] = set()
        for sdk in self.sdks:
            if any(all(part in words for part in name.split(".")) for name in _packages(sdk)):
                methods.update(path for kind in sdk.types for path in self._of[kind.name].calls)
                functions.update(name for call in sdk.functions for path in call.paths for name in spellings(path))
        if attributes is not None:
            methods = {path for path in methods if all(_spelled(part, attributes) for part in path.split("."))}
        last = {name.rpartition(".")[2] for name in functions}
        return Callables(
            frozenset({path.rpartition(".")[2] for path in methods} | last) - {""}, frozenset(last | self.deferring)
        )

    @staticmethod
    def paths(giver: Giver) -> tuple[str, ...]:
        """Returns the dotted names of a guard library's row."""
        return tuple(name for short in giver.paths for name in spellings(short))

    def giver_rows(self, path: str) -> list[Giver]:
        """Returns the rows of guard libraries under a dotted name."""
        return self._givers.get(path, [])

    def index(self, kind: Type) -> TypeIndex:
        """Returns a type's rows by attribute path."""
        return self._of[kind.name]

    def encloses(self, dotted: str) -> bool:
        """Tells whether a class of this name is a base of primitives."""
        if dotted in self.enclosing:
            return True
        head, _, last = dotted.rpartition(".")
        return any(
            name.endswith(f".**.{last}") and f"{head}.".startswith(name.partition("**")[0])
            for name in self.enclosing
            if ".**." in name
        )

    def endpoints_of(self, url: str) -> Iterator[Endpoint]:
        """Yields the model endpoints that what is known of a URL names; unknown pieces stand in braces."""
        for row in self.endpoints:
            if (not row.host or re.search(row.host, url)) and (not row.path or re.search(row.path, url)):
                yield row

    def imported(self, name: str) -> bool:
        """Tells whether a name is the top-level module of some table (code that forgot, or hid, its import)."""
        return name in self._tops

    def imports(self) -> Iterator[str]:
        """Yields the module names whose import makes a file worth reading."""
        for sdk in self.sdks:
            yield from sdk.imports


def _spelled(part: str, attributes: Collection[str]) -> bool:
    return part in attributes or not part.isidentifier() or part.startswith("__")


def _packages(sdk: Sdk) -> set[str]:
    """Returns the packages whose names code must spell to come by a library's things."""
    paths = [path for call in sdk.functions for path in call.paths]
    paths += [path for kind in sdk.types for path in kind.constructors]
    tops = {name.partition(".")[0] for name in sdk.imports}
    return {*sdk.imports, *(top for path in paths if (top := path.partition(".")[0]) not in tops)}
