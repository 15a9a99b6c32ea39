"""The statements of the files that can matter, found by what their text shows and read when they are asked for."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from functools import cached_property, partial

import msgspec

from tta_validate import apart, hints
from tta_validate.cache import Cache, own_code
from tta_validate.facts import Facts
from tta_validate.modules import Modules
from tta_validate.names import Names, Triggers
from tta_validate.program.tables import Callables
from tta_validate.scan.scanner import Scanner, Unread
from tta_validate.shapes import Shape, shape
from tta_validate.source import Undecodable, decode
from tta_validate.statements import blanked

_SHORT = 300
"""Characters: what costs little to read."""

_MANY = 50
"""Statements that are asked for together."""

Place = tuple[str, int]
"""A statement: the path of its file, and its number in it, from 0."""


class _Kept(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is kept of a file between runs: its shape, or why there is none."""

    shape: Shape
    reason: str = ""


_KEPT = msgspec.msgpack.Decoder(_Kept)

_WORTH_A_FORK = 20
"""Files: what takes longer to look through than a fork takes to start."""


class _File:
    """A file's shape and, when it is asked for, its text."""

    def __init__(self, shape: Shape, read: Callable[[], str]) -> None:
        self.shape = shape
        self._read = read

    @cached_property
    def whole(self) -> str:
        """The text."""
        return self._read()

    @cached_property
    def code(self) -> str:
        """The text without what stands in its comments and strings."""
        return blanked(self.whole)

    @cached_property
    def _starts(self) -> list[int]:
        return [start for _, start, _ in self.shape.places]

    def numbers(self, offsets: Iterable[int]) -> list[int]:
        """Returns the numbers of the statements that hold some offsets of the text."""
        return sorted({at for offset in offsets if (at := bisect_right(self._starts, offset) - 1) >= 0})

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the text."""
        return frozenset(self.shape.words.split())

    @cached_property
    def binders(self) -> Mapping[str, list[int]]:
        """The statements that may bind a name, by name."""
        return self.shape.binders

    @cached_property
    def bases(self) -> Mapping[str, list[int]]:
        """The statements with classes whose bases may have a name, by name."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, words in self.shape.bases:
            for word in words.split():
                found[word].append(number)
        return found

    @cached_property
    def defined(self) -> frozenset[str]:
        """The names that are bound to functions, classes and modules only."""
        return frozenset(self.shape.defined.split())

    def text(self, number: int) -> str:
        """Returns the text of a statement."""
        _, start, end = self.shape.places[number]
        return self.whole[start:end]

    def where(self, shows: Callable[[str], bool]) -> list[int]:
        """Returns the statements whose code shows something."""
        code = self.code
        return [number for number, (_, start, end) in enumerate(self.shape.places) if shows(code[start:end])]


class Sources:
    """The statements of some files; what is asked of them is answered from their text.

    ``searched`` are the files in which uses are looked for. Without ``screen``, every statement counts as a possible
    answer.
    """

    def __init__(
        self,
        scanner: Scanner,
        names: Names,
        cache: Cache,
        searched: Iterable[str],
        *,
        screen: bool = True,
        jobs: int = 1,
    ) -> None:
        self.skipped: dict[str, str] = {}
        self._screen = screen
        self._scanner = scanner
        self._names = names
        self._cache = cache
        self._searched = tuple(sorted(searched))
        self._among = frozenset(self._searched)
        self._files: dict[str, _File] = {}
        self._unsaved: list[tuple[bytes, bytes]] = []
        self._calling: dict[tuple[str, Callables], Sequence[Place]] = {}
        self._load(self._searched)

    def widen(self, callables: Callables) -> None:
        """Has those files searched, too, that a searched one imports and that can have to do with a call site.

        They call what a call site can call, or import such a file: they can get a client handed in without knowing
        its library, and hand it on.
        """
        near = {target for path in self._searched for target in self._names.targets(path)} - {*self._searched}
        wanted = callables.attributes
        calling = {path for path in near if not hints.called_attributes(self._text(path)).isdisjoint(wanted)}
        more = calling | {path for path in near - calling if not calling.isdisjoint(self._names.targets(path))}
        self._load(sorted(more))
        self._searched = tuple(sorted((*self._searched, *more)))
        self._among = frozenset(self._searched)

    def read_ahead(self, callables: Callables) -> None:
        """Has statements of the searched files read that are sure to be asked for, in order, without waiting for them.

        Those are what may call a callable, and the short ones: imports, constants, clients. Of a file that is mostly
        that the rest is read, too: asking for it later, piece by piece, would take longer.
        """
        waiting: list[str] = []
        for path in self._searched:
            file = self._file(path)
            called = {number for _, number in self.calling_callables(path, callables)}
            sizes = [end - start for _, start, end in file.shape.places]
            sure = [number for number, size in enumerate(sizes) if number in called or size < _SHORT]
            mostly = 2 * sum(sizes[number] for number in sure) >= sum(sizes)
            waiting += [file.text(number) for number in (range(len(sizes)) if mostly else sure)]
            if len(waiting) > _MANY:
                self._scanner.read_ahead(waiting)
                waiting = []
        self._scanner.read_ahead(waiting)

    def imported(self, modules: Iterable[str]) -> set[str]:
        """Returns the words in the names of those modules that some file imports."""
        found = (name for name in modules if self._names.holding(Triggers((name,))))
        return {word for name in found for word in name.split(".")}

    # --- what the files say together ---

    @cached_property
    def _by_word(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._searched:
            for word in self._file(path).shape.words.split():
                found[word].append(path)
        return found

    @property
    def words(self) -> Collection[str]:
        """Every word of the searched files."""
        return self._by_word.keys()

    @property
    def attributes(self) -> frozenset[str]:
        """The names of all attributes in the searched files; others may be among them."""
        return self._attributes

    @cached_property
    def _attributes(self) -> frozenset[str]:
        return frozenset[str]().union(*(self._file(path).shape.attributes.split() for path in self._searched))

    @property
    def searched(self) -> frozenset[str]:
        """The files in which uses are looked for."""
        return self._among

    def holds(self, name: str) -> bool:
        """Tells whether some code assigns an attribute of that name."""
        return name in self._holders

    @cached_property
    def _holders(self) -> frozenset[str]:
        return frozenset[str]().union(*(self._file(path).shape.holders.split() for path in self._searched))

    @cached_property
    def _by_base(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = defaultdict(list)
        for path in self._searched:
            for word, numbers in self._file(path).bases.items():
                found[word] += self._places(path, numbers)
        return found

    @cached_property
    def _renamed(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for path in self._searched:
            for one in self._names.imports(path):
                for name, asname in zip(one.names or (one.module,), one.asnames, strict=False):
                    if asname is not None:
                        found[name.rpartition(".")[2]].add(asname)
            for alias, name in self._file(path).shape.renamed:
                found[name].add(alias)
        return found

    # --- statements ---

    def binding(self, path: str, name: str) -> Sequence[Place]:
        """Returns the statements of a file that may bind a name in it."""
        return (
            [(path, number) for number in self._file(path).binders.get(name, ())] if self._screen else self.every(path)
        )

    def changing(self, path: str, name: str) -> Sequence[Place]:
        """Returns the statements of a file that may change what has that last name when the module runs."""
        return self._where(path, lambda text: hints.changes(text, name))

    def every(self, path: str) -> Sequence[Place]:
        """Returns all statements of a file."""
        return [(path, number) for number in range(len(self._file(path).shape.places))]

    def calling(self, name: str, homes: Set[str] = frozenset()) -> Sequence[Place]:
        """Returns the statements that may call something with that last name."""
        return self._holding(name, hints.calls, homes)

    def handing(self, name: str, homes: Set[str] = frozenset()) -> Sequence[Place]:
        """Returns the statements that may hand something with that last name to a call."""
        return self._holding(name, hints.hands, homes)

    def assigning(self, name: str, homes: Set[str] = frozenset()) -> Sequence[Place]:
        """Returns the statements that may assign an attribute of that name."""
        return self._holding(name, hints.assigns, homes)

    def filling(self, name: str, homes: Set[str] = frozenset()) -> Sequence[Place]:
        """Returns the statements that may change, as a container, what has that last name."""
        return self._holding(name, hints.fills, homes)

    def importing(self, top: str) -> Sequence[Place]:
        """Returns the statements that may import from a package."""
        return self._holding(top, hints.mentions)

    def deriving(self, name: str, homes: Set[str] = frozenset()) -> Sequence[Place]:
        """Returns the statements with classes whose bases may have a name."""
        own = [(path, self._file(path).bases.get(name, ())) for path in self._apart(homes)]
        found = self._by_base.get(name, ()) if self._screen else self.all
        return [*found, *(place for path, numbers in own for place in self._places(path, numbers))]

    def decorating(self) -> Sequence[Place]:
        """Returns the statements with decorators that may do something to a call."""
        return self._numbered(lambda shape: shape.decorated)

    def spellings(self, name: str) -> frozenset[str]:
        """Returns a name with those under which it is imported or assigned elsewhere."""
        found: set[str] = set()
        waiting = {name}
        while waiting:
            found |= waiting
            waiting = {alias for known in waiting for alias in self._renamed.get(known, ())} - found
        return frozenset(found)

    def calling_callables(self, path: str, callables: Callables) -> Sequence[Place]:
        """Returns the statements of a file that may call one of some callables, or hand it to a call."""
        found = self._calling.get((path, callables))
        if found is None:
            file = self._file(path)
            functions = file.words & callables.functions
            found = self._calling[path, callables] = (
                self._where(path, lambda text: self._may_call(text, callables, functions, file))
                if file.shape.closed
                else self.every(path)
            )
        return found

    def calling_variables(self) -> Sequence[Place]:
        """Returns the statements that may call a function that stands in a local variable or in a table."""
        return self._numbered(lambda shape: shape.variables)

    @property
    def modules(self) -> Modules:
        """The modules of the tree by name."""
        return self._names.modules

    def picking(self) -> Sequence[Place]:
        """Returns the statements that may return one of several things, picked by model."""
        return self._numbered(lambda shape: shape.picks)

    def variants(self, path: str, name: str) -> Sequence[str]:
        """Returns the names that a file may bind which are a name, or start with it and two underscores."""
        return sorted(known for known in self._file(path).binders if known.partition("__")[0] == name)

    def packages(self, path: str) -> frozenset[str]:
        """Returns the top-level names of the modules that a file may import."""
        return frozenset(one.module.partition(".")[0] for one in self._names.imports(path) if not one.level)

    def targets(self, path: str) -> frozenset[str]:
        """Returns the files that a file may import."""
        return self._names.targets(path)

    def facts(self, places: Sequence[Place]) -> list[tuple[Facts, int] | None]:
        """Returns the facts of statements with their first lines; None where the parser refuses one."""
        texts = [self._file(path).text(number) for path, number in places]
        found: list[tuple[Facts, int] | None] = []
        for (path, number), answer in zip(places, self._scanner.facts(texts), strict=True):
            line = self._file(path).shape.places[number][0]
            if isinstance(answer, Unread):
                self.skipped.setdefault(path, f"line {line + answer.line}: {answer.reason}")
                found.append(None)
            else:
                found.append((answer, line))
        return found

    @cached_property
    def all(self) -> list[Place]:
        """Every statement of the searched files."""
        return [place for path in self._searched for place in self.every(path)]

    def _may_call(self, text: str, callables: Callables, functions: Collection[str], file: _File) -> bool:
        called = hints.called_attributes(text)
        if not (called.isdisjoint(callables.attributes) and called.isdisjoint(self._holders)):
            return True
        if any(hints.mentions(text, name) for name in functions) or hints.calls_results(text):
            return True
        if not hints.handed_attributes(text).isdisjoint(callables.attributes):
            return True
        names = hints.called_names(text)
        inside = frozenset(hints.defined(text)) if not names <= file.binders.keys() else frozenset[str]()
        for name in names:
            here = file.defined if name in file.binders or "*" in file.binders else inside
            if name not in here or hints.binds_inside(text, name):
                return True
        return False

    def _holding(
        self, name: str, find: Callable[[str, str], list[int]], homes: Set[str] = frozenset()
    ) -> Sequence[Place]:
        own = self._apart(homes)
        if not self._screen:
            return [*self.all, *(place for path in own for place in self.every(path))]
        files = ((path, self._file(path)) for path in (*self._by_word.get(name, ()), *own))
        return [place for path, file in files for place in self._places(path, file.numbers(find(file.code, name)))]

    def _apart(self, homes: Set[str]) -> list[str]:
        return sorted(homes - self._among)

    def _places(self, path: str, numbers: Iterable[int]) -> Sequence[Place]:
        return [(path, number) for number in numbers] if self._screen else self.every(path)

    def _where(self, path: str, shows: Callable[[str], bool]) -> Sequence[Place]:
        return [(path, number) for number in self._file(path).where(shows)] if self._screen else self.every(path)

    def _numbered(self, numbers: Callable[[Shape], Iterable[int]]) -> list[Place]:
        if not self._screen:
            return self.all
        return [(path, number) for path in self._searched for number in numbers(self._file(path).shape)]

    # --- files ---

    def _file(self, path: str) -> _File:
        if path not in self._files:
            self._load([path])
        return self._files[path]

    def _load(self, paths: Sequence[str]) -> None:
        """Has the shapes of some files, from the cache or from their texts."""
        keys = {path: self._key(digest) for path in paths if (digest := self._names.digest(path))}
        saved = self._cache.get_many(list(keys.values()))
        known = {path: kept for path, key in keys.items() if (kept := _restored(saved.get(key))) is not None}
        missing = [path for path in keys if path not in known]
        made = apart.results(self._shape, missing, self._scanner.jobs if len(missing) > _WORTH_A_FORK else 1)
        self._unsaved += [(keys[path], data) for path, data in zip(missing, made, strict=True)]
        known |= {path: _KEPT.decode(data) for path, data in zip(missing, made, strict=True)}
        for path in paths:
            # `Names` has told why a file without a digest is not read.
            kept = known.get(path, _Kept(Shape()))
            if kept.reason:
                self.skipped[path] = kept.reason
            self._files[path] = _File(kept.shape, partial(self._text, path))

    def save(self) -> None:
        """Has the cache keep what was found out of the texts."""
        unsaved, self._unsaved = self._unsaved, []
        self._cache.put_many(unsaved)

    @staticmethod
    def _key(digest: bytes) -> bytes:
        return hashlib.blake2b(b"\0".join((b"shape", own_code(), digest)), digest_size=20).digest()

    def _shape(self, path: str) -> bytes:
        """Returns what is kept of a file."""
        try:
            kept = _Kept(shape(decode(self._names.tree.read(path))))
        except Undecodable as error:
            kept = _Kept(Shape(), str(error))
        except OSError:
            kept = _Kept(Shape())
        return msgspec.msgpack.encode(kept)

    def _text(self, path: str) -> str:
        try:
            return decode(self._names.tree.read(path))
        except (Undecodable, OSError):
            return ""


def _restored(data: bytes | None) -> _Kept | None:
    try:
        return None if data is None else _KEPT.decode(data)
    except (ValueError, RecursionError):
        return None
