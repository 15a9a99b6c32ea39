"""What changed between two locks, package by package."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from tta_validate.lock.moments import released
from tta_validate.lock.reach import NOWHERE, Route, routes
from tta_validate.lock.sizes import breaks, read, size
from tta_validate.lock_model import Artifact, Edge, Files, Package
from tta_validate.lockfile import Lockfile

YOUNG_DAYS = 7


class Side(NamedTuple):
    """A package in one of the two locks."""

    lockfile: Lockfile
    at: int

    @property
    def package(self) -> Package:
        """The package."""
        return self.lockfile.lock.packages[self.at]

    @property
    def files(self) -> Files:
        """Its files."""
        return self.lockfile.files_at(self.at)

    @property
    def shown(self) -> str:
        """The version; for git the short commit, for a dynamic version ``(dynamic)``."""
        package = self.package
        commit = package.source.git.partition("#")[2][:8] if package.source.git else ""
        return f"{package.version or '(dynamic)'}{f' @{commit}' if commit else ''}"


class Pair(NamedTuple):
    """The packages of one name that stand for each other; one side is empty for an added or removed package."""

    name: str
    base: tuple[Side, ...]
    head: tuple[Side, ...]

    @property
    def single(self) -> tuple[Side, Side] | None:
        """Both sides where each has one package."""
        return (self.base[0], self.head[0]) if len(self.base) == len(self.head) == 1 else None


class Change(Struct, frozen=True):
    """One changed package.

    Kinds: ``added``, ``removed``, ``upgraded``, ``downgraded``, ``moved`` (to another source), ``versions`` (of several
    forks, one came or went), ``files``, ``metadata``. ``size`` is that of the largest step; ``noise`` says that nothing
    installed changes. ``line`` is the package's place in the head lock, in the base lock for a removed one; ``age`` are
    the days from the release to the lock's commit; ``size_delta`` the bytes that the wheels of one platform grew by.
    """

    name: str
    kind: str
    from_: tuple[str, ...] = field(name="from", default=())
    to: tuple[str, ...] = ()
    size: str | None = None
    scope: str = "runtime"
    direct: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    noise: bool = False
    marker: str = ""
    age: int | None = None
    size_delta: int | None = None
    line: int = 1


def pairs(base: Lockfile, head: Lockfile) -> Iterator[Pair]:
    """Yields the packages that differ, in the order of their names.

    Several packages of one name are paired where they are the same release, then where their forks are the same;
    what is left on both sides is one pair.
    """
    for name in sorted({*base.by_name, *head.by_name}):
        left = [Side(base, at) for at in base.by_name.get(name, ())]
        right = [Side(head, at) for at in head.by_name.get(name, ())]
        list(_matched(left, right, _equal))
        if len(left) > 1 or len(right) > 1:
            for same in (_same_release, _same_forks):
                for one, other in _matched(left, right, same):
                    yield Pair(name, (one,), (other,))
        if (left and right) or not (name in base.by_name and name in head.by_name):
            if left or right:
                yield Pair(name, tuple(left), tuple(right))
        elif left or right:
            # A fork came or went: the name stays, so every version of it is told.
            both = [[Side(one, at) for at in one.by_name[name]] for one in (base, head)]
            yield Pair(name, tuple(both[0]), tuple(both[1]))


def _matched(left: list[Side], right: list[Side], same: Callable[[Side, Side], bool]) -> Iterator[tuple[Side, Side]]:
    """Yields the sides that match, and takes them out of both lists."""
    for one in list(left):
        other = next((side for side in right if same(one, side)), None)
        if other is not None:
            left.remove(one)
            right.remove(other)
            yield one, other


def _same_release(one: Side, other: Side) -> bool:
    return (one.package.version, one.package.source) == (other.package.version, other.package.source)


def _same_forks(one: Side, other: Side) -> bool:
    return one.package.resolution_markers == other.package.resolution_markers


def _equal(one: Side, other: Side) -> bool:
    texts = one.lockfile.blocks, other.lockfile.blocks
    if texts[0] and texts[1] and texts[0][one.at] == texts[1][other.at]:
        return True
    return one.package == other.package and _plain(one.files) == _plain(other.files)


def _plain(files: Files) -> list[tuple[object, ...]]:
    return [(file.url, file.path, file.filename, file.hash, file.size, file.upload_time) for file in files.every]


def compare(base: Lockfile, head: Lockfile, committed: datetime | None = None) -> list[tuple[Pair, Change]]:
    """Returns the changes from one lock to another; ``committed`` is when the head lock was."""
    found = list(pairs(base, head))
    ways = {"head": routes(head) if any(pair.head for pair in found) else {}}
    if any(not pair.head for pair in found):
        ways["base"] = routes(base)
    return [(pair, _change(pair, ways, committed)) for pair in found]


def _change(pair: Pair, ways: dict[str, dict[int, Route]], committed: datetime | None) -> Change:
    sides = pair.head or pair.base
    known = ways["head" if pair.head else "base"]
    route = next((known[side.at] for side in sides if side.at in known), NOWHERE)
    kind, step, noise = _kind(pair)
    first = sides[0]
    age = _age(first.files, committed) if pair.head else None
    return Change(
        pair.name,
        kind,
        tuple(side.shown for side in pair.base),
        tuple(side.shown for side in pair.head),
        step,
        route.scope,
        route.direct,
        route.path,
        tuple(_flags(pair, kind, age)),
        noise,
        route.marker,
        age,
        _growth(pair),
        first.lockfile.line("package", first.at),
    )


def _kind(pair: Pair) -> tuple[str, str | None, bool]:
    """Returns the kind of a change, its size, and whether it is only noise."""
    if not pair.base or not pair.head:
        return ("removed" if pair.base else "added"), None, False
    old, new = (max((v for side in sides if (v := read(side.package.version))), default=None) for sides in pair[1:])
    if len(pair.base) != len(pair.head):
        return "versions", None, False
    if pair.single and pair.single[0].package.source != pair.single[1].package.source:
        return "moved", size(old, new) if old and new and old != new else None, False
    if old is not None and new is not None and old != new:
        return ("upgraded" if old < new else "downgraded"), size(old, new), False
    if [side.package.version for side in pair.base] != [side.package.version for side in pair.head]:
        return "metadata", None, False
    before, after = (frozenset(_contents(side) for side in sides) for sides in pair[1:])
    if before != after:
        return "files", None, False
    packages = [[_followed(side, pair) for side in sides] for sides in pair[1:]]
    if packages[0] != packages[1]:
        return "metadata", None, False
    same = [side.package for side in pair.base] == [side.package for side in pair.head]
    return ("files" if same else "metadata"), None, True


def _followed(side: Side, pair: Pair) -> Package:
    """Returns a package without the versions of its edges to packages that changed themselves.

    An edge names the version where a lock has several of a package, so it changes whenever one of them does.
    """
    locks = (pair.base[0].lockfile, pair.head[0].lockfile)

    def plain(edges: tuple[Edge, ...]) -> tuple[Edge, ...]:
        return tuple(
            replace(edge, version=None, source=None) if _versions(locks[0], edge) != _versions(locks[1], edge) else edge
            for edge in edges
        )

    package = side.package
    return replace(
        package,
        dependencies=plain(package.dependencies),
        optional_dependencies={name: plain(edges) for name, edges in package.optional_dependencies.items()},
        dev_dependencies={name: plain(edges) for name, edges in package.dev_dependencies.items()},
    )


def _versions(lockfile: Lockfile, edge: Edge) -> list[tuple[str | None, object]]:
    return [(package.version, package.source) for package in lockfile.named(edge.name)]


def _contents(side: Side) -> frozenset[tuple[str, str | None]]:
    return frozenset((file.name, file.hash) for file in side.files.every)


def _age(files: Files, committed: datetime | None) -> int | None:
    moment = released(files)
    return None if committed is None or moment is None else max(0, (committed - moment).days)


def _flags(pair: Pair, kind: str, age: int | None) -> Iterator[str]:
    old, new = (max((v for side in sides if (v := read(side.package.version))), default=None) for sides in pair[1:])
    if kind == "upgraded" and old and new and breaks(old, new):
        yield "breaking"
    if new is not None and new.is_prerelease and kind in ("added", "upgraded", "downgraded"):
        yield "pre-release"
    if len(pair.base) > 1 or len(pair.head) > 1:
        yield "several-versions"
    if any(side.package.version is None for side in (*pair.base, *pair.head)):
        yield "dynamic"
    if pair.head and all(_only_sdist(side) for side in pair.head):
        yield "sdist-only"
    if pair.single and (lost := _lost(*pair.single)):
        yield f"platforms-lost: {', '.join(sorted(lost))}"
    if age is not None and age < YOUNG_DAYS and kind in ("added", "upgraded", "downgraded"):
        yield f"released {age} day{'' if age == 1 else 's'} before"
    if pair.single and pair.single[0].package.source.kind != pair.single[1].package.source.kind:
        yield f"source: {pair.single[0].package.source.kind} -> {pair.single[1].package.source.kind}"


def _only_sdist(side: Side) -> bool:
    return side.files.sdist is not None and not side.files.wheels


def family(wheel: Artifact) -> str:
    """Returns the platforms of a wheel without their versions: ``any``, ``win_amd64``, ``manylinux_x86_64`` ..."""
    return _family(wheel.name)


@cache
def _family(name: str) -> str:
    system = name.removesuffix(".whl").rpartition("-")[2].partition(".")[0]
    return re.sub(r"^(manylinux|musllinux|macosx)\d*_(?:\d+_)?(?:\d+_)?", r"\1_", system)


def _lost(base: Side, head: Side) -> set[str]:
    before = {family(wheel) for wheel in base.files.wheels}
    after = {family(wheel) for wheel in head.files.wheels}
    if "any" in after or not after:
        return set()
    return {one for one in before - after if not (one.startswith("macosx") and "macosx_universal2" in after)}


def _growth(pair: Pair) -> int | None:
    """Returns the change in bytes of the wheel for the first platform that both releases have one for."""
    if not pair.single:
        return None
    before, after = ({family(w): w.size for w in side.files.wheels if w.size is not None} for side in pair.single)
    common = [one for one in ("any", "manylinux_x86_64", *sorted(before)) if one in before and one in after]
    return after[common[0]] - before[common[0]] if common else None
