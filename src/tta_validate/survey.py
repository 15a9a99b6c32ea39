"""One survey of a tree: discover, screen, read, link; asks for more facts until linking needs none."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tta_validate.config import Config
from tta_validate.discover import Tree, discover
from tta_validate.extract import Unreadable, extract
from tta_validate.facts import Facts
from tta_validate.modules import Modules
from tta_validate.names import Names, Triggers
from tta_validate.program.calls import Calls, Site
from tta_validate.program.describe import Describer
from tta_validate.program.guards import Guards
from tta_validate.program.linker import Program
from tta_validate.program.tables import Tables
from tta_validate.sdk import Sdk
from tta_validate.sites import CallSite, FileCounts, Inventory
from tta_validate.source import Undecodable, decode
from tta_validate.statements import split

MAX_ROUNDS = 8


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
    """Reads files of the tree as facts."""

    tree: Tree
    skipped: dict[str, str] = field(default_factory=dict[str, str])
    read: set[str] = field(default_factory=set[str])

    def facts(self, path: str) -> list[tuple[Facts, int]]:
        """Returns the facts of a file's statements with their first lines; none for one that is skipped."""
        self.read.add(path)
        try:
            text = decode(self.tree.read(path))
            return [(extract(statement.text), statement.line) for statement in split(text)]
        except Undecodable as error:
            self.skipped[path] = str(error)
        except Unreadable as error:
            self.skipped[path] = error.reason
        except RecursionError:
            self.skipped[path] = "nested too deeply"
        except OSError as error:
            self.skipped[path] = error.strerror or "cannot be read"
        return []


def survey(root: Path, config: Config, sdks: Sequence[Sdk], members: Mapping[str, str]) -> Survey:
    """Returns the linked program under a root; ``members`` maps the name of a workspace member to its folder."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))
    tree = discover(root, exclude=config.exclude, tests=config.include_tests)
    tables = Tables(sdks)
    modules = Modules(tree, frozenset(name.partition(".")[0] for name in tables.imports()))
    names = Names(tree, modules)
    screening = names.screen(Triggers(tuple(tables.imports())))
    reader = _Reader(tree)
    wanted = sorted(screening.reach)
    while True:
        program = Program(tables, modules)
        for path in wanted:
            program.add(path, modules.dotted(path), reader.facts(path))
        calls = Calls(program)
        linked = calls.find()
        guards = Guards(calls)
        describer = Describer(calls, guards)
        sites = tuple(describer.describe(site, member_of(site.use.scope.module.path, members)) for site in linked)
        more = sorted(set(program.modules) - set(wanted))
        if not more:
            break
        wanted = sorted({*wanted, *more})
    skipped = {skip.path: skip.reason for skip in (*tree.skipped, *screening.skipped)} | reader.skipped
    inventory = Inventory(
        sites=_ordered(sites),
        skipped=tuple(sorted(skipped.items())),
        files=FileCounts(len(tree.files), len(screening.reach), len(reader.read), 0),
        looked_for=tuple(sdk.title or sdk.name for sdk in sdks),
    )
    return Survey(program, calls, guards, inventory, tuple(linked))


def _ordered(sites: Sequence[CallSite]) -> tuple[CallSite, ...]:
    return tuple(sorted(sites, key=lambda s: (s.path, s.line, s.column, s.end_line, s.end_column)))


def member_of(path: str, members: Mapping[str, str]) -> str | None:
    """Returns the member whose folder is the longest around a file, or None."""
    around = [(len(folder), name) for name, folder in members.items() if folder == "." or path.startswith(f"{folder}/")]
    return max(around)[1] if around else None
