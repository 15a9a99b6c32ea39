"""How each package of a lock is reached: directly by whom, for what, and by which shortest path."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from tta_validate.lock.graph import Section, roots, sections, targets
from tta_validate.lock_model import Edge, normalised
from tta_validate.lockfile import Lockfile


class Route(NamedTuple):
    """How a package is reached.

    ``scope`` is ``runtime``, ``extra:NAME`` or ``group:NAME``, the first that leads there in this order; ``direct``
    names who requires it (``member``, ``member[extra]``, ``member:group``); ``path`` leads to it from one of those.
    """

    scope: str
    direct: tuple[str, ...]
    path: tuple[str, ...]
    marker: str = ""


NOWHERE = Route("none", (), ())

State = tuple[int, str]
"""A package and the extra of it that is asked for, empty for none."""


def routes(lockfile: Lockfile) -> dict[int, Route]:
    """Returns the route to each reachable package, by its index; the project's own packages have the scope ``own``."""
    lock = lockfile.lock
    own = roots(lock)
    found: dict[int, Route] = {at: Route("own", (), ()) for at in own if lock.packages[at].source.mutable}
    starts = sorted(_starts(lockfile, own), key=lambda start: start[0])
    direct: dict[int, dict[str, str]] = {}
    for _, label, scope, edges in starts:
        for edge in edges:
            for at in targets(lockfile, edge):
                direct.setdefault(at, {}).setdefault(label, edge.marker or "")
                if at not in found:
                    _walk(lockfile, found, at, edge, (label, scope))
                for extra in edge.extra:
                    _walk_extra(lockfile, found, at, extra, (label, scope))
    return {
        at: route._replace(direct=tuple(direct.get(at, ())), marker=next(iter(direct.get(at, {}).values()), ""))
        if route.scope != "own"
        else route
        for at, route in found.items()
    }


Start = tuple[tuple[int, str], str, str, tuple[Edge, ...]]


def _starts(lockfile: Lockfile, own: set[int]) -> Iterator[Start]:
    """Yields the sections of the project's own packages: runtime first, then extras, then groups."""
    order = {"dependencies": 0, "extra": 1, "group": 2}
    for at in own:
        package = lockfile.lock.packages[at]
        if not package.source.mutable:
            yield (0, ""), "project", "runtime", (Edge(package.name),)
            continue
        for section in sections(package):
            label, scope = _named(package.name, section)
            yield (order[section.kind], label), label, scope, section.edges
    for name, needs in lockfile.lock.manifest.dependency_groups.items():
        edges = tuple(Edge(normalised(need.name), extra=need.extras, marker=need.marker) for need in needs)
        yield (2, name), f"project:{name}", f"group:{name}", edges


def _named(package: str, section: Section) -> tuple[str, str]:
    if section.kind == "dependencies":
        return package, "runtime"
    return (
        f"{package}[{section.name}]" if section.kind == "extra" else f"{package}:{section.name}",
        f"{section.kind}:{section.name}",
    )


def _walk(lockfile: Lockfile, found: dict[int, Route], first: int, edge: Edge, start: tuple[str, str]) -> None:
    """Adds the routes of everything that the first package leads to and that has none yet, nearest first."""
    label, scope = start
    packages = lockfile.lock.packages
    found[first] = Route(scope, (), (label, packages[first].name))
    waiting: deque[State] = deque([(first, ""), *((first, extra) for extra in edge.extra)])
    _spread(lockfile, found, waiting)


def _walk_extra(lockfile: Lockfile, found: dict[int, Route], at: int, extra: str, start: tuple[str, str]) -> None:
    if found[at].scope == "own":
        found.setdefault(at, Route(start[1], (), (start[0],)))
        return
    _spread(lockfile, found, deque([(at, extra)]))


def _spread(lockfile: Lockfile, found: dict[int, Route], waiting: deque[State]) -> None:
    packages = lockfile.lock.packages
    seen: set[State] = set(waiting)
    while waiting:
        at, extra = waiting.popleft()
        package = packages[at]
        edges = package.optional_dependencies.get(extra, ()) if extra else package.dependencies
        here = found[at]
        for edge in edges:
            for next_ in targets(lockfile, edge):
                new = next_ not in found
                if new:
                    step = f"{here.path[-1]}[{extra}]" if extra else here.path[-1]
                    found[next_] = Route(here.scope, (), (*here.path[:-1], step, packages[next_].name))
                states = [(next_, ""), *((next_, one) for one in edge.extra)]
                waiting.extend(state for state in states if state not in seen and (new or state[1]))
                seen.update(states)
