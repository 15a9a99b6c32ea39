"""The statements of the files that can matter, found by what their text shows and read when they are asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from tta_validate import hints
from tta_validate.facts import Facts
from tta_validate.modules import Modules
from tta_validate.names import Names, Triggers
from tta_validate.program.tables import Callables
from tta_validate.scan.scanner import Scanner, Unread
from tta_validate.source import Undecodable, decode
from tta_validate.statements import Statement, split

_SHORT = 300
"""Characters: what costs little to read."""

Place = tuple[str, int]
"""A statement: the path of its file, and its number in it, from 0."""


@dataclass(slots=True)
class _File:
    """A file's text and what is asked of it again and again."""

    path: str
    text: str
    screen: bool
    _statements: tuple[Statement, ...] | None = None
    _binders: dict[str, list[int]] | None = None
    _words: frozenset[str] | None = None
    _defined: frozenset[str] | None = None

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The top-level statements."""
        if self._statements is None:
            self._statements = split(self.text)
        return self._statements

    @property
    def binders(self) -> dict[str, list[int]]:
        """The statements that may bind a name, by name."""
        if self._binders is None:
            self._binders = defaultdict(list)
            for number, statement in enumerate(self.statements):
                for name in statement.binds:
                    self._binders[name].append(number)
        return self._binders

    def where(self, shows: Callable[[str], bool]) -> list[Place]:
        """Returns the statements whose text shows something."""
        numbers = range(len(self.statements))
        return [(self.path, at) for at in numbers if not self.screen or shows(self.statements[at].text)]

    @property
    def words(self) -> frozenset[str]:
        """Every word of the text."""
        if self._words is None:
            self._words = hints.words(self.text)
        return self._words

    @property
    def defined(self) -> frozenset[str]:
        """The names that are bound to functions, classes and modules only."""
        if self._defined is None:
            binders = self.binders.items()
            self._defined = frozenset(
                name for name, numbers in binders if all(self._defines(number, name) for number in numbers)
            )
        return self._defined

    def _defines(self, number: int, name: str) -> bool:
        text = self.statements[number].text
        if text.startswith("import "):
            return True
        if text.startswith("from "):
            return name[:1].isupper()
        return hints.defines(text, name)


class Sources:
    """The statements of some files; what is asked of them is answered from their text.

    ``searched`` are the files in which uses are looked for. ``screen``: without it, every statement counts as a
    possible answer.
    """

    def __init__(self, scanner: Scanner, names: Names, searched: Iterable[str], *, screen: bool = True) -> None:
        self.skipped: dict[str, str] = {}
        self._scanner = scanner
        self._names = names
        self._screen = screen
        self._files: dict[str, _File] = {}
        self._searched = tuple(sorted(searched))
        self._met: set[str] = set()

    def read_ahead(self, paths: Iterable[str], callables: Callables) -> None:
        """Has the statements read that are sure to be asked for: those that call what a call site can call."""
        self._scanner.read_ahead(
            [
                one.text
                for path in sorted(paths)
                for one in self._file(path).statements
                if not hints.called_attributes(one.text).isdisjoint(callables.attributes)
            ]
        )

    def imported(self, modules: Iterable[str]) -> set[str]:
        """Returns the words in the names of those modules that some file imports."""
        found = (name for name in modules if self._names.holding(Triggers((name,))))
        return {word for name in found for word in name.split(".")}

    # --- what the files say together ---

    @cached_property
    def _by_word(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._searched:
            for word in self._file(path).words:
                found[word].append(path)
        return found

    @property
    def words(self) -> Collection[str]:
        """Every word of the searched files."""
        return self._by_word.keys()

    def holds(self, name: str) -> bool:
        """Tells whether some code assigns an attribute of that name."""
        return name in self._holders

    @cached_property
    def _holders(self) -> frozenset[str]:
        return frozenset[str]().union(*(hints.holders(self._file(path).text) for path in self._searched))

    @cached_property
    def _by_base(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = defaultdict(list)
        for path in self._searched:
            file = self._file(path)
            if hints.base_names(file.text):
                for number, statement in enumerate(file.statements):
                    for word in hints.base_names(statement.text):
                        found[word].append((path, number))
        return found

    @cached_property
    def _renamed(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for path in self._searched:
            for one in self._names.imports(path):
                for name, asname in zip(one.names or (one.module,), one.asnames, strict=False):
                    if asname is not None:
                        found[name.rpartition(".")[2]].add(asname)
            for alias, name in hints.renamed(self._file(path).text):
                found[name].add(alias)
        return found

    # --- statements ---

    def binding(self, path: str, name: str) -> Sequence[Place]:
        """Returns the statements of a file that may bind a name in it."""
        if not self._screen:
            return self.every(path)
        return [(path, number) for number in self._file(path).binders.get(name, ())]

    def changing(self, path: str, name: str) -> Sequence[Place]:
        """Returns the statements of a file that may change what has that last name when the module runs."""
        return self._file(path).where(lambda text: hints.changes(text, name))

    def every(self, path: str) -> Sequence[Place]:
        """Returns all statements of a file."""
        return [(path, number) for number in range(len(self._file(path).statements))]

    def calling(self, name: str) -> Sequence[Place]:
        """Returns the statements that may call something with that last name."""
        return self._holding(name, hints.calls)

    def handing(self, name: str) -> Sequence[Place]:
        """Returns the statements that may hand something with that last name to a call."""
        return self._holding(name, hints.hands)

    def assigning(self, name: str) -> Sequence[Place]:
        """Returns the statements that may assign an attribute of that name."""
        return self._holding(name, hints.assigns)

    def importing(self, top: str) -> Sequence[Place]:
        """Returns the statements that may import from a package."""
        return self._holding(top, lambda text, word: word in text and "import" in text)

    def deriving(self, name: str) -> Sequence[Place]:
        """Returns the statements with classes whose bases may have a name."""
        return self._by_base.get(name, ()) if self._screen else self.all

    def decorating(self) -> Sequence[Place]:
        """Returns the statements with decorators that may do something to a call."""
        return [place for path in self._searched for place in self._file(path).where(hints.decorated)]

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
        file = self._file(path)
        functions = file.words & callables.functions
        return file.where(lambda text: self._may_call(text, callables, functions, file))

    def calling_variables(self) -> Sequence[Place]:
        """Returns the statements that may call a function that stands in a local variable."""
        return [place for path in self._searched for place in self._file(path).where(_calls_variables)]

    @property
    def modules(self) -> Modules:
        """The modules of the tree by name."""
        return self._names.modules

    def targets(self, path: str) -> frozenset[str]:
        """Returns the files that a file may import."""
        return self._names.targets(path)

    def facts(self, places: Sequence[Place]) -> list[tuple[Facts, int] | None]:
        """Returns the facts of statements with their first lines; None where the parser refuses one."""
        statements = [self._file(path).statements[number] for path, number in places]
        answers = self._scanner.facts([statement.text for statement in statements], self._likely(places))
        found: list[tuple[Facts, int] | None] = []
        for (path, _), statement, answer in zip(places, statements, answers, strict=True):
            if isinstance(answer, Unread):
                self.skipped.setdefault(path, f"line {statement.line + answer.line}: {answer.reason}")
                found.append(None)
            else:
                found.append((answer, statement.line))
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

    def _likely(self, places: Sequence[Place]) -> list[str]:
        """Returns the short statements of files that are met for the first time: imports, constants, clients."""
        new = dict.fromkeys(path for path, _ in places if path not in self._met)
        self._met.update(new)
        return [one.text for path in new for one in self._file(path).statements if len(one.text) < _SHORT]

    def _holding(self, name: str, shows: Callable[[str, str], bool]) -> list[Place]:
        if not self._screen:
            return self.all
        paths = self._by_word.get(name, ())
        return [place for path in paths for place in self._file(path).where(lambda text: shows(text, name))]

    def _file(self, path: str) -> _File:
        if path not in self._files:
            self._files[path] = _File(path, self._read(path), self._screen)
        return self._files[path]

    def _read(self, path: str) -> str:
        try:
            return decode(self._names.tree.read(path))
        except Undecodable as error:
            self.skipped[path] = str(error)
        except OSError as error:
            self.skipped[path] = error.strerror or "cannot be read"
        return ""


def _calls_variables(text: str) -> bool:
    return any(hints.binds_inside(text, name) for name in hints.called_names(text))
