"""Which items a project has, found out without reading code or a lockfile."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, NoReturn

from tta_validate.metrics import BY_PRIMITIVE, PREFIX
from tta_validate.project import Project
from tta_validate.pytest_plugin.items import Listed
from tta_validate.rule import Rule
from tta_validate.selection import Selection

if TYPE_CHECKING:
    from tta_validate.lock.view import LockView
    from tta_validate.lockfile import Lockfile

SKIPPED_FILES = "strict-skipped-files"
"""The item that fails for skipped files where the configuration is strict."""


def listed(project: Project, selection: Selection) -> tuple[Listed, ...]:
    """Returns an item for each rule, then one for each metric with a target, of the project and of its members.

    A family of which no rule can apply, as is known without an analysis, is one item. Recorded cases are items of
    their own, under their files.
    """
    rules = [Listed(name) for name in _rules(project, [one for one in selection.rules if one.family != "replay"])]
    metrics = [name for name in selection.metrics if project.uses_primitives or not name.endswith(BY_PRIMITIVE)]
    targets = [_target(project, name, member) for member in _members(project) for name in metrics]
    strict = [Listed(SKIPPED_FILES, _line(project, "strict"))] if project.config.strict else []
    return (*rules, *(found for found in targets if found is not None), *strict)


class _Unread(Exception):
    """Takes reading code or a lockfile to know."""


class _Glance(Project):
    """The project as far as it is known without reading code or a lockfile; asking for more raises `_Unread`."""

    @cached_property
    def survey(self) -> NoReturn:
        """Is not known at a glance."""
        raise _Unread

    @cached_property
    def lock(self) -> "Lockfile | None":
        """The root's uv.lock where there is none."""
        return self.locked.lockfile

    @cached_property
    def locked(self) -> "LockView":
        """The view of a uv.lock that is not there."""
        if self.exists("uv.lock"):
            raise _Unread
        return super().locked

    @cached_property
    def locks(self) -> "tuple[LockView, ...]":
        """The view of a uv.lock that is not there, where there are no others."""
        if len(found := (self.locked, *super().locks[1:])) > 1:
            raise _Unread
        return found


def _rules(project: Project, rules: Sequence[Rule]) -> Iterator[str]:
    """Yields the ids of the rules; instead of all of a family of several, its name where none of them can apply."""
    glance = _Glance(project.root, project.loaded, project.paths)
    for family, group in groupby(rules, key=lambda rule: rule.family):
        members = list(group)
        if len(members) > 1 and all(_cannot_apply(rule, glance) for rule in members):
            yield family
        else:
            yield from (rule.id for rule in members)


def _cannot_apply(rule: Rule, glance: Project) -> bool:
    try:
        return rule.not_applicable(glance) is not None
    except Exception:
        # Not known, or a bug of the rule, which the analysis will meet again and tell.
        return False


def _members(project: Project) -> list[str | None]:
    """Returns None for the project, and the members, but for one that is all of the project and has no own targets."""
    names = {member.name for member in project.members}
    if [member.path for member in project.members] == ["."]:
        names &= project.config.members.keys()
    return [None, *sorted(names)]


def _target(project: Project, metric: str, member: str | None) -> Listed | None:
    key = metric.removeprefix(PREFIX)
    if project.config.target(key, member) is None:
        return None
    own = f"members.{member}.targets.{key}"
    place = own if own in project.loaded.origins else f"targets.{key}"
    return Listed(item_name(metric, member), _line(project, place))


def item_name(metric: str, member: str | None) -> str:
    """Returns the name of a metric's item; ``::`` would end a node id."""
    return metric if member is None else f"{metric}[{member.replace('::', ':')}]"


def _line(project: Project, key: str) -> int:
    line = project.loaded.origins.get(key, "").rpartition(":")[2]
    return int(line) if line.isdecimal() else 1
