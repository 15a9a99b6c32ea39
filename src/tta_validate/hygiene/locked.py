"""What the lock brings in, and through whom."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property

from tta_validate.lockfile import Lockfile


@dataclass(frozen=True)
class Reached:
    """The packages that a member's dependencies bring in, by the lock; none without a lock."""

    lockfile: Lockfile | None
    member: str
    left_out: frozenset[str] = frozenset()
    """Extras that are not for those who install the member."""

    @cached_property
    def _from(self) -> Mapping[str, str]:
        """Each package that the member's environment has -> the one that needs it, what is nearest first."""
        return {**self._brought(groups=True), **self._brought(groups=False)}

    @cached_property
    def installed(self) -> frozenset[str]:
        """The packages that installing the member with its extras brings, without its groups."""
        return frozenset(self._brought(groups=False))

    def _brought(self, *, groups: bool) -> dict[str, str]:
        if self.lockfile is None:
            return {}
        found: dict[str, str] = {self.member: ""}
        waiting = [self.member]
        for name in waiting:
            for package in self.lockfile.named(name):
                edges = list(package.dependencies)
                for extra, more in package.optional_dependencies.items():
                    if groups or name != self.member or extra not in self.left_out:
                        edges += more
                if name == self.member and groups:
                    edges += [edge for edges_ in package.dev_dependencies.values() for edge in edges_]
                for edge in edges:
                    if edge.name not in found:
                        found[edge.name] = name
                        waiting.append(edge.name)
        return found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The packages that come along, the member and its declared ones included."""
        return tuple(name for name in self._from if name != self.member)

    def by(self, name: str) -> tuple[str, ...]:
        """Returns the packages on the way to one, from what the member declares to what needs it."""
        way: list[str] = []
        while (name := self._from.get(name, "")) and name != self.member:
            way.append(name)
        return tuple(reversed(way))

    @cached_property
    def _needing(self) -> Mapping[str, tuple[str, ...]]:
        """Each locked package -> the packages besides the workspace's own that need it."""
        found: dict[str, dict[str, None]] = {}
        for package in self.lockfile.lock.packages if self.lockfile else ():
            if package.source.kind not in ("editable", "virtual"):
                more = (edge for edges in package.optional_dependencies.values() for edge in edges)
                for edge in (*package.dependencies, *more):
                    found.setdefault(edge.name, {})[package.name] = None
        return {name: tuple(names) for name, names in found.items()}

    def needed_by(self, name: str) -> tuple[str, ...]:
        """Returns the packages besides the member that need one, of those that an installation of the member has."""
        return tuple(one for one in self._needing.get(name, ()) if one in self.installed and one != self.member)

    def through(self, name: str, declared: Container[str]) -> tuple[str, ...]:
        """Returns those of the declared packages that bring a package along, the nearest first."""
        found: dict[str, None] = {}
        waiting = [name]
        seen = {name}
        for one in waiting:
            for other in self._needing.get(one, ()):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
                    if other in declared:
                        found[other] = None
        return tuple(found)
