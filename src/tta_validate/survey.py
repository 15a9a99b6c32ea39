"""One survey of a tree: discover, screen, link; what linking asks for is read then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tta_validate.cache import Cache, default_folder
from tta_validate.config import Config
from tta_validate.discover import discover
from tta_validate.modules import Modules
from tta_validate.names import Names, Triggers
from tta_validate.program.calls import Calls, Site
from tta_validate.program.describe import Describer
from tta_validate.program.guards import Guards
from tta_validate.program.linker import Program
from tta_validate.program.tables import Tables
from tta_validate.scan.scanner import Scanner
from tta_validate.sdk import Sdk
from tta_validate.sites import CallSite, FileCounts, Inventory
from tta_validate.sources import Sources

MemberOf = Callable[[str], str | None]


@dataclass(slots=True)
class Survey:
    """The linked program of a tree with its call sites."""

    program: Program
    guards: Guards
    inventory: Inventory


def survey(
    root: Path, config: Config, sdks: Sequence[Sdk], member_of: MemberOf = lambda _: None, *, screen: bool = True
) -> Survey:
    """Returns the linked program under a root; ``member_of`` tells the workspace member that a path belongs to.

    Without ``screen`` every statement of the files that can matter is read, which changes nothing but the time.
    """
    with deep_recursion():
        return _survey(root, config, sdks, member_of, screen)


@contextmanager
def deep_recursion() -> Generator[None, None, None]:
    """Raises the recursion limit for a while: expressions nest, and so do the calls that follow them."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 20_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _survey(root: Path, config: Config, sdks: Sequence[Sdk], member_of: MemberOf, screen: bool) -> Survey:
    folder = Path(config.cache_dir) if config.cache_dir else default_folder()
    cache = Cache(folder if config.cache else None)
    with Scanner(cache, config.jobs) as scanner:
        tree = discover(root, exclude=config.exclude, tests=config.include_tests)
        tables = Tables(sdks)
        modules = Modules(tree, frozenset(name.partition(".")[0] for name in tables.imports()))
        names = Names(tree, modules, store=cache)
        screening = names.screen(Triggers(tuple(tables.imports())))
        sources = Sources(scanner, names, _with_imports(names, screening.reach), screen=screen)
        guards = Guards(Calls(Program(tables, modules, sources)))
        sites = _link(guards, screening.reach, member_of)
        counts = FileCounts(len(tree.files), len(screening.reach), scanner.read, scanner.known)
    cache.close()
    skipped = {skip.path: skip.reason for skip in (*tree.skipped, *screening.skipped)} | sources.skipped
    inventory = Inventory(
        sites=_ordered(sites),
        skipped=tuple(sorted(skipped.items())),
        files=counts,
        looked_for=tuple(sdk.title or sdk.name for sdk in sdks),
    )
    return Survey(guards.calls.program, guards, inventory)


def _link(guards: Guards, reach: Iterable[str], member_of: MemberOf) -> list[CallSite]:
    """Returns the call sites of some files and of those that linking comes to."""
    describer = Describer(guards.calls, guards)
    described: dict[Site, CallSite] = {}
    waiting = set(reach)
    looked: set[str] = set()
    while waiting:
        looked |= waiting
        for site in guards.calls.find(waiting):
            if site not in described:
                described[site] = describer.describe(site, member_of(site.use.scope.module.path))
        waiting = set(guards.calls.program.code.modules) - looked
    return list(described.values())


def _with_imports(names: Names, paths: Iterable[str]) -> set[str]:
    """Returns some files and those that they import, however indirectly."""
    found: set[str] = set()
    waiting = set(paths)
    while waiting:
        found |= waiting
        waiting = {target for path in waiting for target in names.targets(path)} - found
    return found


def _ordered(sites: Iterable[CallSite]) -> tuple[CallSite, ...]:
    return tuple(sorted(sites, key=lambda s: (s.path, s.line, s.column, s.end_line, s.end_column)))
