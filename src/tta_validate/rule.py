"""What a rule is."""

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from tta_validate.findings import Finding, FixRequest, Location, Related, Severity, redact
from tta_validate.ignores import IgnoreComment

if TYPE_CHECKING:
    from tta_validate.hygiene.view import Trouble, View
    from tta_validate.lock.view import Flaw, LockView
    from tta_validate.project import Project

FAMILIES = (
    "adoption",
    "cost",
    "lock",
    "groups",
    "workspace",
    "migration",
    "secrets",
    "git",
    "quality",
    "replay",
    "ignore",
)
"""Every family of rules, in the order in which lists show them."""

OPTIONAL_FAMILIES = frozenset({"git", "quality", "replay"})
"""Families that `check` runs only when they are selected."""


@dataclass(frozen=True, slots=True)
class Example:
    """A small project (file name -> text) that shows a rule, for its page and its tests.

    ``findings`` are the lines, as ``path:line``, at which the rule must report, in order; none for a good example.
    """

    files: Mapping[str, str]
    findings: tuple[str, ...] = ()


class Rule:
    """A check with one name. Subclass it once in ``rules/<family>_<what_is_wrong>.py``.

    The class docstring is the rule's page: a first sentence, then what it does, why that is bad, and what to use.
    The id comes from the module's file name (``rules/lock_stale.py`` -> ``lock-stale``).
    """

    severity: ClassVar[Severity]
    bad: ClassVar[Example]
    good: ClassVar[Example]
    fixable: ClassVar[bool] = False

    id: str
    family: str

    def __init__(self, name: str) -> None:
        self.id = name
        self.family = name.partition("-")[0]

    @property
    def summary(self) -> str:
        """The first sentence of the page."""
        return " ".join((type(self).__doc__ or "").strip().partition("\n\n")[0].split())

    @property
    def page(self) -> str:
        """The whole page, as Markdown, without a heading and the examples."""
        return inspect.cleandoc(type(self).__doc__ or "")

    def not_applicable(self, project: "Project") -> str | None:
        """Returns why this rule has nothing to look at in the project, or None when it has."""
        del project
        return None

    def check(self, project: "Project") -> Iterable[Finding]:
        """Yields the findings of this rule in the project; never prints, writes or exits."""
        raise NotImplementedError

    def finding(
        self,
        message: str,
        location: Location,
        *,
        related: tuple[Related, ...] = (),
        fix: FixRequest | None = None,
        subject: str = "",
    ) -> Finding:
        """Returns a finding of this rule, at its severity."""
        return Finding(self.id, self.severity, message, location, related, fix, subject)


class LockRule(Rule):
    """A rule about uv.lock; it does not apply where there is none that can be read."""

    without_lock: ClassVar[bool] = False

    def not_applicable(self, project: "Project") -> str | None:
        """Returns why there is no lock to look at, or None where there is one."""
        found = [view for view in project.locks if view.exists]
        if not found:
            return "there is no uv.lock"
        return None if any(view.lockfile for view in found) else "uv.lock cannot be read"

    def check(self, project: "Project") -> Iterable[Finding]:
        """Yields a finding for each flaw of each lock."""
        views = [view for view in project.locks if view.exists or self.without_lock]
        for flaw in (flaw for view in views for flaw in self.flaws(view)):
            place = Location(flaw.path, flaw.line)
            message = redact(flaw.message)
            yield Finding(
                self.id, flaw.severity or self.severity, message, place, subject=redact(flaw.subject), fix=flaw.fix
            )

    def flaws(self, view: "LockView") -> Iterable["Flaw"]:
        """Yields what is wrong with the lock."""
        raise NotImplementedError


class LockChangeRule(LockRule):
    """A rule about what changed in uv.lock; it does not apply without another lock to compare with."""

    def not_applicable(self, project: "Project") -> str | None:
        """Returns why there is nothing to compare, or None."""
        from tta_validate.lock.alarms import compared

        found = [compared(view) for view in project.locks if view.lockfile]
        reasons = [one for one in found if isinstance(one, str)]
        return super().not_applicable(project) or (reasons[0] if len(reasons) == len(found) else None)

    def flaws(self, view: "LockView") -> "Iterable[Flaw]":
        """Yields what is wrong with the change."""
        from tta_validate.lock.alarms import ALARMS, compared

        comparison = compared(view)
        return () if isinstance(comparison, str) else ALARMS[self.id](comparison)


class UpkeepRule(Rule):
    """A rule about what a project declares, imports and runs; it does not apply where nothing is declared."""

    needs_uv: ClassVar[bool] = False
    eased_in_examples: ClassVar[bool] = False
    """Whether a finding in a member below a folder of examples is an info: nobody installs that member."""

    def not_applicable(self, project: "Project") -> str | None:
        """Returns what is missing, or None."""
        if not project.upkeep.manifests:
            return "there is no pyproject.toml that can be read"
        return "the project does not use uv" if self.needs_uv and not project.upkeep.uses_uv else None

    def check(self, project: "Project") -> Iterable[Finding]:
        """Yields a finding for each trouble."""
        for one in self.troubles(project.upkeep):
            severity = one.severity or self.severity
            if self.eased_in_examples and project.upkeep.is_example(one.path):
                severity = Severity.INFO
            place = Location(one.path, one.line)
            yield Finding(self.id, severity, redact(one.message), place, one.related, one.fix, redact(one.subject))

    def troubles(self, view: "View") -> Iterable["Trouble"]:
        """Yields what is wrong."""
        raise NotImplementedError


class LeftoverRule(Rule):
    """A rule about commands that an earlier tool left behind; it does not apply where uv is not used."""

    def not_applicable(self, project: "Project") -> str | None:
        """Returns that nothing is left behind of what is still in use, or None."""
        migrated = "<!-- Made by tta-validate migrate. -->" in (project.text("MIGRATION.md") or "")
        return None if project.upkeep.uses_uv or migrated else "the project does not use uv"

    def check(self, project: "Project") -> Iterable[Finding]:
        """Yields a finding for each command; what only people read is info.

        A fix replaces all commands of the file, and is unsafe: only its tests tell whether the project then runs.
        """
        from tta_validate.fixes import ranges
        from tta_validate.leftovers.found import repair

        fixes: dict[str, FixRequest | None] = {}
        for one in project.leftovers:
            change = one.change
            if one.path not in fixes:
                found = repair(one.path, project.text(one.path) or "", project.leftovers)
                at = Location(one.path, found.first, 1, found.last, found.end) if found else None
                fixes[one.path] = ranges([(at, found.text)], safe=False) if at and found else None
            if change.rule == self.id:
                new = " / ".join(line.strip() for line in change.new or () if line.strip())
                instead = f" Instead: {new}" if new else " Nothing takes its place." if change.new == () else ""
                place = Location(one.path, change.line, 1, max(change.end, change.line))
                message = redact(f"`{change.found}` is left behind: {change.advice}{instead}")
                decided = change.decided and change.new is not None and not one.prose
                fix = fixes[one.path] if decided and not self._still_there(project, change.found) else None
                yield Finding(self.id, Severity.INFO if one.prose else self.severity, message, place, (), fix)

    @staticmethod
    def _still_there(project: "Project", command: str) -> bool:
        """Whether a command names a list of packages that is there: what is in it may not be in pyproject.toml."""
        names = re.findall(r"[\w./-]+\.(?:txt|in|ya?ml)\b", command)
        paths = {path.rpartition("/")[2] for path in project.scanned if path.endswith((".txt", ".in", ".yml", ".yaml"))}
        return any(project.exists(name.removeprefix("./")) or name.rpartition("/")[2] in paths for name in names)


@dataclass(frozen=True, slots=True)
class JudgedComment:
    """An ignore comment, and the names in it that silenced a finding or, once it has expired, would have."""

    comment: IgnoreComment
    used: frozenset[str]


class ReplayRule(Rule):
    """A rule about what came out of a replay; it does not apply where nothing was replayed."""

    def not_applicable(self, project: "Project") -> str | None:
        """Returns what replays, or None after a replay."""
        return "`tta-validate replay` and pytest replay recorded cases" if project.replayed is None else None

    def check(self, project: "Project") -> Iterable[Finding]:
        """Yields a finding for each thing that the replay noted under this rule."""
        for one in project.replayed or ():
            if one.rule == self.id:
                yield self.finding(redact(one.message), Location(one.path, one.line), subject=redact(one.subject))


@dataclass(frozen=True, slots=True)
class IdleName:
    """A name that the configuration ignores in a member, and that silenced nothing, with its place."""

    member: str
    name: str
    place: Location


class IgnoreRule(Rule):
    """A rule about ignore comments; it judges them after every other rule has run."""

    def check(self, project: "Project") -> Iterable[Finding]:
        """Yields nothing: what the comments silenced is known only after the other rules."""
        del project
        return ()

    def judge(self, comments: Iterable[JudgedComment], ran: frozenset[str], today: date) -> Iterable[Finding]:
        """Yields the findings about the comments; ``ran`` holds the ids of the rules that looked, and their families
        where the whole family did."""
        raise NotImplementedError

    def judge_settings(self, idle: Iterable[IdleName]) -> Iterable[Finding]:
        """Yields the findings about names that silenced nothing in the configuration."""
        del idle
        return ()

    def at(self, comment: IgnoreComment, message: str, fix: FixRequest | None = None) -> Finding:
        """Returns a finding of this rule at an ignore comment."""
        place = Location(comment.path, comment.line, comment.column, comment.line, comment.end_column)
        return self.finding(message, place, fix=fix)
