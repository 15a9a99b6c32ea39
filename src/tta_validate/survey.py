"""One survey of a tree: discover, screen, link; what was linked before is not linked again."""

from __future__ import annotations

import gc
import hashlib
import sys
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tta_validate.apart import processors
from tta_validate.cache import Cache, default_folder, own_code
from tta_validate.config import Config
from tta_validate.discover import Tree, discover
from tta_validate.modules import Modules
from tta_validate.names import Names, Screening, Triggers
from tta_validate.observations import Observed
from tta_validate.sdk import Sdk, spellings
from tta_validate.sites import CallSite, FileCounts, Inventory

if TYPE_CHECKING:
    from tta_validate.linking import Linked


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of a linked tree; ``statements``: how many were read; ``named``: files that can matter."""

    sites: tuple[CallSite, ...]
    observed: Observed
    skipped: tuple[tuple[str, str], ...]
    statements: int
    named: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What a tree's code shows."""

    inventory: Inventory
    observed: Observed


@dataclass(frozen=True, slots=True)
class Task:
    """What is surveyed: the code under ``root``.

    ``packages``: the import names of the packages that give primitives. ``member_of`` tells the workspace member that
    a path belongs to. ``transient``: the root will be gone soon. ``focus``: the files that are asked about, None for
    all; what is known of others may be in the answer, too. ``given``: the content of files, whatever is on disk.
    """

    root: Path
    config: Config
    sdks: Sequence[Sdk]
    packages: Collection[str] = ()
    member_of: Callable[[str], str | None] = lambda _: None
    transient: bool = False
    focus: Collection[str] | None = None
    given: Mapping[str, bytes] | None = None


def survey(task: Task, *, screen: bool = True) -> Survey:
    """Returns what the code shows.

    Without ``screen`` every statement of the files that can matter is read, which changes nothing but the time.
    """
    config, sdks = task.config, task.sdks
    folder = Path(config.cache_dir) if config.cache_dir else default_folder()
    with _no_collection(), Cache(folder if config.cache else None) as cache:
        tree = discover(task.root, exclude=config.exclude, tests=config.include_tests, given=task.given)
        if task.focus is not None and {file.path for file in tree.files}.isdisjoint(task.focus):
            return _nothing(task, tree)
        triggers = _triggers(sdks)
        modules = Modules(tree, frozenset(name.partition(".")[0] for sdk in sdks for name in sdk.imports))
        names = Names(tree, modules, triggers.looked_for, None if task.transient else cache, jobs=_jobs(config))
        key = _key(task, tree, names)
        kept = _restored(cache.get(key)) if screen else None
        read = 0
        if kept is None:
            screening = names.screen(triggers)
            linked, read, known = _link(task, names, screening, cache, screen)
            kept = _Kept(linked.sites, linked.observed, linked.skipped, read + known, len(screening.reach))
            if task.focus is None:
                cache.put(key, msgspec.msgpack.encode(kept))
    skipped = {skip.path: skip.reason for skip in (*tree.skipped, *names.skipped)} | dict(kept.skipped)
    inventory = Inventory(
        sites=tuple(replace(site, member=task.member_of(site.path)) for site in kept.sites),
        skipped=tuple(sorted(skipped.items())),
        files=FileCounts(len(tree.files), kept.named, read, kept.statements - read),
        looked_for=tuple(sdk.title or sdk.name for sdk in sdks),
    )
    return Survey(inventory, kept.observed)


@contextmanager
def _no_collection() -> Generator[None, None, None]:
    """Keeps the collector from looking through what linking builds, again and again: nearly all of it is in use."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _nothing(task: Task, tree: Tree) -> Survey:
    """Returns what a survey says of files that are none of the tree's Python."""
    skipped = tuple(sorted((skip.path, skip.reason) for skip in tree.skipped))
    titles = tuple(sdk.title or sdk.name for sdk in task.sdks)
    return Survey(Inventory((), skipped, FileCounts(len(tree.files), 0, 0, 0), titles), Observed())


def _link(task: Task, names: Names, screening: Screening, cache: Cache, screen: bool) -> tuple[Linked, int, int]:
    """Returns what is linked, and how many statements were read for it and known from before."""
    from tta_validate.linking import Question, link
    from tta_validate.scan.scanner import Scanner
    from tta_validate.sources import Sources

    with Scanner(cache, task.config.jobs) as scanner:
        if screening.read > screening.known:
            scanner.warm_up()
        sources = Sources(scanner, names, cache, screening.reach, screen=screen)
        linked = link(task.sdks, sources, Question(screening.reach, sorted(task.packages), task.focus))
        sources.save()
    return linked, scanner.read, scanner.known


def _jobs(config: Config) -> int:
    return config.jobs or processors()


def _triggers(sdks: Sequence[Sdk]) -> Triggers:
    always = tuple(name for sdk in sdks if not sdk.near for name in sdk.imports)
    near = ((sdk.imports, tuple(text.encode() for text in sdk.near)) for sdk in sdks if sdk.near)
    return Triggers(always, _distinct(sdks), tuple(near))


def _distinct(sdks: Sequence[Sdk]) -> tuple[bytes, ...]:
    """Returns texts that show a call on a client, which a file can be handed without an import."""
    paths = (path for sdk in sdks for kind in sdk.types for call in kind.calls for path in call.paths)
    longest = {name.rpartition(".")[0] for path in paths for name in spellings(path) if name.count(".") > 1}
    return tuple(f".{path}.".encode() for path in sorted(longest))


def _key(task: Task, tree: Tree, names: Names) -> bytes:
    """Returns what the linked result hangs on: the tables, every file's content, and where each file stands."""
    python = ".".join(str(part) for part in sys.version_info[:2])
    parts = [b"linked", own_code(), version("libcst").encode(), python.encode()]
    parts += [msgspec.json.encode(task.sdks), *(name.encode() for name in sorted(task.packages))]
    places = [sorted(tree.links.items()), sorted(tree.packages), sorted(tree.projects), names.digests()]
    digest = hashlib.blake2b(digest_size=20)
    for part in (*parts, msgspec.msgpack.encode(places)):
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.digest()


def _restored(data: bytes | None) -> _Kept | None:
    try:
        return None if data is None else msgspec.msgpack.decode(data, type=_Kept)
    except (ValueError, RecursionError):
        return None
