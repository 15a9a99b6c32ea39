"""What the rules about guards of call sites have in common: which sites they speak of, and in which words."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from tta_validate import remedies
from tta_validate.findings import Finding, FixRequest, Location, Related
from tta_validate.project import Project
from tta_validate.rule import Rule
from tta_validate.sites import CallSite, Guard, State

_CALLEE_WIDTH = 60

_PRIMITIVES = {
    "timeout": "TimeoutPrimitive",
    "retry": "RetryPrimitive",
    "cache": "CachePrimitive",
    "route": "FallbackPrimitive",
}
_INSTEAD = {
    "timeout": "a timeout that ends the request itself does not leave it running",
    "retry": "a library bounds the tries and spaces them out",
    "cache": "a library bounds what it keeps and lets it expire, as cachetools.TTLCache does",
    "route": "keep the choice of model in one place, as litellm.Router does",
}


def no_call_site(project: Project) -> str | None:
    """Returns why the rules about call sites have nothing to look at, or None when there is a call site."""
    if project.inventory.sites:
        return None
    return f"no LLM call site in {project.inventory.files.seen} Python files"


def no_primitives(project: Project) -> str | None:
    """Returns why the rules about primitives have nothing to look at, or None when the project uses primitives."""
    if project.uses_primitives:
        return no_call_site(project)
    return "no member depends on a package of primitives (`primitives-packages`)"


def called(site: CallSite) -> str:
    """Returns the call as ``name()``, the front of a long name left out, with its library where the name hides it."""
    callee, library = site.callee, site.notes.get("library")
    name = f"{callee if len(callee) <= _CALLEE_WIDTH else '...' + callee[3 - _CALLEE_WIDTH :]}()"
    return f"{name} ({library})" if library else name


def place(site: CallSite) -> Location:
    """Returns the range of the call."""
    return Location(site.path, site.line, site.column, site.end_line, site.end_column)


def either(phrases: Iterable[str]) -> str:
    """Returns at most two phrases, joined by "or"."""
    return " or ".join(list(phrases)[:2])


class GuardRule(Rule):
    """A rule about one guard of every call site."""

    guard: ClassVar[str]

    def not_applicable(self, project: Project) -> str | None:
        """Returns why there is nothing to look at: no call site."""
        return no_call_site(project)

    def with_primitive(self, message: str, project: Project) -> str:
        """Returns the message, with the primitive that gives the guard where the project uses primitives."""
        return f"{message}; {self.primitive} gives one" if project.uses_primitives else message

    @property
    def primitive(self) -> str:
        """The name of the primitive that gives the guard."""
        return _PRIMITIVES[self.guard]


class MissingGuard(GuardRule):
    """A rule that reports the call sites that lack a guard which makes sense for them."""

    lack: ClassVar[str]

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each call site of which reading shows that nothing gives it the guard."""
        for site in project.inventory.sites:
            if self.guard in site.applies and site.guards[self.guard].state is State.NONE:
                advice = either(site.offers.get(self.guard, ()))
                message = f"{called(site)} {self.lack}" + (f": {advice}" if advice else "")
                fix = remedies.missing(project, site, self.guard)
                yield self.finding(self.with_primitive(message, project), place(site), fix=fix)


class HandMadeGuard(GuardRule):
    """A rule that reports the call sites whose guard is made by hand."""

    @property
    def primitive(self) -> str:
        """The name of the primitive that does what is made by hand."""
        return "RouterPrimitive" if self.guard == "route" else super().primitive

    def check(self, project: Project) -> Iterator[Finding]:
        """Yields a finding for each call site that only a hand-made guard covers."""
        for site in project.inventory.sites:
            guard = site.guards[self.guard]
            if guard.state is State.MANUAL and (site.in_primitive is None or self.guard == "timeout"):
                message = f"{called(site)} has a {self.guard} made by hand ({guard.by}): {_INSTEAD[self.guard]}"
                told = self.with_primitive(message, project)
                yield self.finding(told, place(site), related=_made(guard, site), fix=self.fix(project, site))

    def fix(self, project: Project, site: CallSite) -> FixRequest | None:
        """Returns what takes the place of what is made by hand, if that is known."""
        if self.guard == "retry":
            return remedies.looped(project, site)
        return remedies.keyword(project, site, self.guard)


def _made(guard: Guard, site: CallSite) -> tuple[Related, ...]:
    path, _, line = (guard.where or "").rpartition(":")
    if not line.isdigit() or (path == site.path and int(line) == site.line):
        return ()
    return (Related(Location(path, int(line), 1, int(line), 1), f"{guard.by} stands here"),)
