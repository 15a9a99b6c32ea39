"""Linking of a tree's code into its inventory and what else it shows."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tta_validate.observations import Observed
from tta_validate.program.calls import Calls, Site
from tta_validate.program.describe import Describer
from tta_validate.program.guards import Guards
from tta_validate.program.linker import Program
from tta_validate.program.observe import observe
from tta_validate.program.tables import Tables
from tta_validate.sdk import Sdk
from tta_validate.sites import CallSite
from tta_validate.sources import Sources


@dataclass(frozen=True, slots=True)
class Linked:
    """What linking finds: the call sites in order, without their members; observations; files that are skipped."""

    sites: tuple[CallSite, ...]
    observed: Observed
    skipped: tuple[tuple[str, str], ...]


def link(sdks: Sequence[Sdk], sources: Sources, reach: Iterable[str], packages: Iterable[str]) -> Linked:
    """Returns what the code shows; ``reach`` are the files that can hold call sites, ``packages`` give primitives."""
    tables = Tables(sdks)
    with _deep_recursion():
        sources.read_ahead(reach, tables.callables(sources.imported(tables.imports())))
        guards = Guards(Calls(Program(tables, sources.modules, sources)))
        sites = _sites(guards, reach)
        observed = observe(guards, packages)
    return Linked(sites, observed, tuple(sorted(sources.skipped.items())))


def _sites(guards: Guards, reach: Iterable[str]) -> tuple[CallSite, ...]:
    """Returns the call sites of some files and of those that linking comes to."""
    describer = Describer(guards.calls, guards)
    described: dict[Site, CallSite] = {}
    waiting = set(reach)
    looked: set[str] = set()
    while waiting:
        looked |= waiting
        for site in guards.calls.find(waiting):
            if site not in described:
                described[site] = describer.describe(site)
        waiting = set(guards.calls.program.code.modules) - looked
    return tuple(sorted(described.values(), key=lambda s: (s.path, s.line, s.column, s.end_line, s.end_column)))


@contextmanager
def _deep_recursion() -> Generator[None, None, None]:
    """Raises the recursion limit for a while: expressions nest, and so do the calls that follow them."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 20_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
