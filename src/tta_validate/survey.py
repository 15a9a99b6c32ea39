"""One survey of a tree: discover, screen, read, link; asks for more facts until linking needs none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tta_validate.cache import Cache, default_folder
from tta_validate.config import Config
from tta_validate.discover import Tree, discover
from tta_validate.facts import Facts, encode
from tta_validate.facts import decode as decode_facts
from tta_validate.modules import Modules
from tta_validate.names import Names, Triggers
from tta_validate.program.calls import Calls, Site
from tta_validate.program.describe import Describer
from tta_validate.program.guards import Guards
from tta_validate.program.linker import Program
from tta_validate.program.tables import Tables
from tta_validate.scan.scanner import Scanner, Unread
from tta_validate.sdk import Sdk
from tta_validate.sites import CallSite, FileCounts, Inventory
from tta_validate.source import Undecodable, decode
from tta_validate.statements import Statement, split

MemberOf = Callable[[str], str | None]


@dataclass(slots=True)
class Survey:
    """The linked program of a tree with its call sites."""

    program: Program
    calls: Calls
    guards: Guards
    inventory: Inventory
    linked: tuple[Site, ...]


@dataclass(slots=True)
class _Reader:
    """Reads files of the tree as facts, each statement once."""

    tree: Tree
    scanner: Scanner
    skipped: dict[str, str] = field(default_factory=dict[str, str])
    _facts: dict[str, list[tuple[Facts, int]]] = field(default_factory=dict[str, "list[tuple[Facts, int]]"])

    def read(self, paths: Sequence[str]) -> None:
        """Reads the files that have not been read yet."""
        split_up: dict[str, tuple[Statement, ...]] = {}
        for path in paths:
            if path not in self._facts:
                self._facts[path] = []
                split_up[path] = self._statements(path)
        texts = [statement.text for statements in split_up.values() for statement in statements]
        answers = iter(_apart(self.scanner.facts(texts)))
        for path, statements in split_up.items():
            for statement, answer in zip(statements, answers, strict=False):
                if isinstance(answer, Unread):
                    self.skipped.setdefault(path, f"line {statement.line + answer.line}: {answer.reason}")
                else:
                    self._facts[path].append((answer, statement.line))

    def facts(self, path: str) -> list[tuple[Facts, int]]:
        """Returns the facts of a file's statements with their first lines."""
        return self._facts[path]

    def _statements(self, path: str) -> tuple[Statement, ...]:
        try:
            return split(decode(self.tree.read(path)))
        except Undecodable as error:
            self.skipped[path] = str(error)
        except OSError as error:
            self.skipped[path] = error.strerror or "cannot be read"
        return ()


def survey(root: Path, config: Config, sdks: Sequence[Sdk], member_of: MemberOf = lambda _: None) -> Survey:
    """Returns the linked program under a root; ``member_of`` tells the workspace member that a path belongs to."""
    with deep_recursion():
        return _survey(root, config, sdks, member_of)


@contextmanager
def deep_recursion() -> Generator[None, None, None]:
    """Raises the recursion limit for a while: expressions nest, and so do the calls that follow them."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 20_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _survey(root: Path, config: Config, sdks: Sequence[Sdk], member_of: MemberOf) -> Survey:
    folder = Path(config.cache_dir) if config.cache_dir else default_folder()
    cache = Cache(folder if config.cache else None)
    with Scanner(cache, config.jobs) as scanner:
        tree = discover(root, exclude=config.exclude, tests=config.include_tests)
        tables = Tables(sdks)
        modules = Modules(tree, frozenset(name.partition(".")[0] for name in tables.imports()))
        names = Names(tree, modules, store=cache)
        screening = names.screen(Triggers(tuple(tables.imports())))
        reader = _Reader(tree, scanner)
        linked = _link(tables, names, reader, screening.reach, member_of)
        counts = FileCounts(len(tree.files), len(screening.reach), scanner.read, scanner.known)
    cache.close()
    guards, sites = linked
    skipped = {skip.path: skip.reason for skip in (*tree.skipped, *screening.skipped)} | reader.skipped
    inventory = Inventory(
        sites=_ordered(sites.values()),
        skipped=tuple(sorted(skipped.items())),
        files=counts,
        looked_for=tuple(sdk.title or sdk.name for sdk in sdks),
    )
    return Survey(guards.calls.program, guards.calls, guards, inventory, tuple(sites))


def _link(
    tables: Tables, names: Names, reader: _Reader, reach: Iterable[str], member_of: MemberOf
) -> tuple[Guards, dict[Site, CallSite]]:
    """Returns the guards of the linked program and its call sites; reads what either asks for until all is read."""
    modules = names.modules
    wanted = sorted(reach)
    while True:
        reader.read(wanted)
        program = Program(tables, modules)
        for path in wanted:
            program.add(path, modules.dotted(path), reader.facts(path))
        guards = Guards(Calls(program))
        found = guards.calls.find()
        if not (more := set(program.modules) - set(wanted)):
            describer = Describer(guards.calls, guards)
            sites = {site: describer.describe(site, member_of(site.use.scope.module.path)) for site in found}
            if not (more := set(program.modules) - set(wanted)):
                return guards, sites
        wanted = sorted({*wanted, *_with_imports(names, more)})


def _with_imports(names: Names, paths: set[str]) -> set[str]:
    """Returns some files and those that they import, however indirectly."""
    found: set[str] = set()
    waiting = set(paths)
    while waiting:
        found |= waiting
        waiting = {target for path in waiting for target in names.targets(path)} - found
    return found


def _apart(answers: Sequence[Facts | Unread]) -> Iterator[Facts | Unread]:
    """Yields answers such that statements of the same text have trees of their own: linking tells calls by identity."""
    seen: set[int] = set()
    for answer in answers:
        yield decode_facts(encode(answer)) if id(answer) in seen and isinstance(answer, Facts) else answer
        seen.add(id(answer))


def _ordered(sites: Iterable[CallSite]) -> tuple[CallSite, ...]:
    return tuple(sorted(sites, key=lambda s: (s.path, s.line, s.column, s.end_line, s.end_column)))
