"""Linking of a tree's code into its inventory and what else it shows."""

from __future__ import annotations

import sys
from collections.abc import Collection, Generator, Sequence
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


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the code: ``reach`` are the files that can hold call sites, ``packages`` give primitives.

    ``focus``: the files to look at for answers, whatever they hang on; None for all.
    """

    reach: Collection[str]
    packages: Sequence[str] = ()
    focus: Collection[str] | None = None


def link(sdks: Sequence[Sdk], sources: Sources, question: Question) -> Linked:
    """Returns what the code shows."""
    tables = Tables(sdks)
    with _deep_recursion():
        callables = tables.callables(sources.imported(tables.imports()))
        sources.widen(callables)
        focus = None if question.focus is None else sources.searched.intersection(question.focus)
        program = Program(tables, sources.modules, sources, focus)
        if focus is None:
            sources.read_ahead(program.callables)
        guards = Guards(Calls(program))
        sites = _sites(guards, sources.searched, focus)
        observed = observe(guards, question.packages)
    ordered = sorted(sites.values(), key=lambda s: (s.path, s.line, s.column, s.end_line, s.end_column))
    return Linked(tuple(ordered), observed, tuple(sorted(sources.skipped.items())))


def _sites(guards: Guards, searched: Collection[str], focus: Collection[str] | None) -> dict[Site, CallSite]:
    """Returns the call sites of the files in question and, without a focus, of those that linking comes to."""
    describer = Describer(guards.calls, guards)
    described: dict[Site, CallSite] = {}
    waiting = set(searched if focus is None else focus)
    looked: set[str] = set()
    while waiting:
        looked |= waiting
        for site in guards.calls.find(waiting, follow=focus is None):
            if site not in described and (focus is None or site.use.scope.module.path in focus):
                described[site] = describer.describe(site)
        waiting = guards.calls.program.code.met() - looked if focus is None else set[str]()
    return described


@contextmanager
def _deep_recursion() -> Generator[None, None, None]:
    """Raises the recursion limit for a while: expressions nest, and so do the calls that follow them."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 20_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
