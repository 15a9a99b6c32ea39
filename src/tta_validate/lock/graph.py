"""The graph of a lock: which package needs which, and from where each is reached."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from tta_validate.lock_model import Edge, Lock, Package, normalised
from tta_validate.lockfile import Lockfile


class Section(NamedTuple):
    """A list of edges of a package: its kind (dependencies, extra, group), its name, and the edges."""

    kind: str
    name: str
    edges: tuple[Edge, ...]

    @property
    def place(self) -> tuple[str, ...]:
        """The keys under the package's table."""
        tables = {"extra": "optional-dependencies", "group": "dev-dependencies"}
        return (tables[self.kind], self.name) if self.name else (self.kind,)


def sections(package: Package) -> Iterator[Section]:
    """Yields the lists of edges of a package."""
    yield Section("dependencies", "", package.dependencies)
    for name, edges in package.optional_dependencies.items():
        yield Section("extra", name, edges)
    for name, edges in package.dev_dependencies.items():
        yield Section("group", name, edges)


def targets(lockfile: Lockfile, edge: Edge) -> tuple[int, ...]:
    """Returns the indices of the packages that an edge can mean."""
    packages = lockfile.lock.packages
    return tuple(
        at
        for at in lockfile.by_name.get(edge.name, ())
        if edge.version in (None, packages[at].version) and edge.source in (None, packages[at].source)
    )


def roots(lock: Lock) -> set[int]:
    """Returns the indices of the packages that the project itself is made of, or requires directly."""
    names = {normalised(name) for name in lock.manifest.members}
    required = {normalised(need.name) for need in lock.manifest.requirements}
    for needs in lock.manifest.dependency_groups.values():
        required |= {normalised(need.name) for need in needs}
    found: set[int] = set()
    for at, package in enumerate(lock.packages):
        own = package.source.kind in ("virtual", "editable", "directory") and package.source.location in (".", "")
        if package.name in names or package.name in required or (not names and own):
            found.add(at)
    return found


def reached(lockfile: Lockfile) -> set[int]:
    """Returns the indices of the packages that the project reaches, extras that nobody asks for included."""
    seen = set(roots(lockfile.lock))
    waiting = deque(seen)
    while waiting:
        for section in sections(lockfile.lock.packages[waiting.popleft()]):
            for edge in section.edges:
                for at in targets(lockfile, edge):
                    if at not in seen:
                        seen.add(at)
                        waiting.append(at)
    return seen
