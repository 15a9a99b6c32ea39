"""What `lock diff` answers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, cast

import msgspec
from pydantic import JsonValue

from tta_validate import git, lock_summary, run
from tta_validate.answer import Answer
from tta_validate.errors import InputError
from tta_validate.lock.alarms import ALARMS, compared
from tta_validate.lock.bases import ENDS, Found, empty, find_lock
from tta_validate.lock.places import place_at
from tta_validate.lock.view import LockView
from tta_validate.lock_commands import is_bare, report_of
from tta_validate.plain_text import clean
from tta_validate.project import Project
from tta_validate.report import ReportedFinding, View

_NOW = "the working tree"


class _Compared(NamedTuple):
    """One lock with what changed in it, as the values of JSON."""

    path: str
    before: Found
    after: Found
    changes: list[dict[str, JsonValue]]
    alarms: list[ReportedFinding]

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(note for note in (self.before.note, self.after.note, *_format_notes(self)) if note)


def diff(
    project: Project, base: str | None, head: str | None, paths: Sequence[str] = (), *, every: bool = False
) -> Answer:
    """Returns what changed in locks from ``base`` to ``head``, each a revision or file.

    The base is the configured one, else ``HEAD``; the head is the file as it is. Locks are named as for `lock check`.
    Raises InputError for what is neither revision nor file.
    """
    root = project.root
    named = base or project.config.lock.base or "HEAD"
    names = _names(project, named, head, paths, every=every)
    sides = [_sides(root, named, head, name) for name in names]
    moved = {before.lockfile.path for before, after in sides if before.lockfile.path != after.lockfile.path}
    kept = [
        (name, *pair) for name, pair in zip(names, sides, strict=True) if name not in moved or not _is_gone(pair[1])
    ]
    policy = replace(project.locked.policy, base=named)
    views = [LockView(root, policy, (before, after)) for _, before, after in kept]
    report = report_of(project, ALARMS, views)
    order = [*ALARMS]
    ranked = sorted(report.findings, key=lambda one: (-one.severity.rank, order.index(one.rule), one.line))
    found = [
        _Compared(name, before, after, _changes(view), [one for one in ranked if one.path == after.lockfile.path])
        for (name, before, after), view in zip(kept, views, strict=True)
    ]
    several = len(found) > 1
    data = [{**change, "lock": one.path} if several else change for one in found for change in one.changes]
    notes = tuple(note for one in found for note in one.notes)
    report = report.model_copy(update={"findings": tuple(ranked), "lock_changes": tuple(data), "notes": notes})
    body: dict[str, JsonValue] = {
        "schema": 1,
        "base": found[0].before.label,
        "head": found[0].after.label,
        "notes": list(notes),
        "changes": cast("list[JsonValue]", data),
        "alarms": [finding.model_dump(mode="json", by_alias=True) for finding in ranked],
        "locks": [{"path": one.path, "from": one.before.lockfile.path, "changes": len(one.changes)} for one in found],
    }
    status = run.FAILED if report.failures else run.CLEAN
    return Answer(status, body, lambda view: _terminal(found, view), lambda: report, (), lambda: _markdown(found))


def _names(project: Project, base: str, head: str | None, paths: Sequence[str], *, every: bool) -> list[str]:
    """Returns the paths, relative to the root, of the locks to compare."""
    root = project.root
    if len(paths) == 2 and all(Path(path).is_file() and not path.endswith(ENDS) for path in paths):
        raise InputError(f"lock diff: to compare two files, say --base {paths[0]} --head {paths[1]}")
    if paths:
        return list(dict.fromkeys(_named(root, Path(path)) for path in paths))
    files = [name for name in (base, head) if name and (root / name).is_file()]
    if not every and (files or not is_bare(project)):
        return ["uv.lock"]
    if files:
        raise InputError(f"--all compares revisions, but {files[0]} is a file")
    now = {view.path for view in project.locks if view.exists} if head is None else set(_at(project, head))
    return sorted(now | set(_at(project, base))) or ["uv.lock"]


def _named(root: Path, path: Path) -> str:
    lock = place_at(path.resolve()).lock
    return lock.relative_to(root).as_posix() if lock.is_relative_to(root) else "uv.lock"


def _at(project: Project, revision: str) -> Iterator[str]:
    commit = git.commit_of(project.root, revision)
    for path in git.paths_at(project.root, commit, ENDS) if commit else ():
        if not path.startswith("../") and not project.leaves_out(path):
            yield path


def _sides(root: Path, base: str, head: str | None, path: str) -> tuple[Found, Found]:
    after = find_lock(root, head, path) if head else _current(root, base, path)
    before = find_lock(root, base, path, after)
    if after.note and _is_gone(after) and not _is_gone(before):
        after = after._replace(note=f"{path} was deleted: it is not in {after.label}")
    return before, after


def _current(root: Path, base: str, path: str) -> Found:
    if (root / path).is_file():
        return find_lock(root, path, path)._replace(label=_NOW)
    commit = git.commit_of(root, base)
    if commit is not None and git.file_at(root, commit, path) is not None:
        return Found(empty(path), None, _NOW, f"{path} is not in {_NOW}")
    raise InputError(f"{path}:1: does not exist; run `uv lock`, or compare two files: --base OLD --head NEW")


def _is_gone(found: Found) -> bool:
    return not found.lockfile.lock.packages


def _changes(view: LockView) -> list[dict[str, JsonValue]]:
    comparison = compared(view)
    changes = [] if isinstance(comparison, str) else comparison.changes
    return [cast("dict[str, JsonValue]", msgspec.to_builtins(change)) for _, change in changes]


def _format_notes(one: _Compared) -> tuple[str, ...]:
    old, new = one.before.lockfile.lock.revision, one.after.lockfile.lock.revision
    if old == new or _is_gone(one.before) or _is_gone(one.after):
        return ()
    return (f"the format of the lock went from revision {old} to {new}: another uv wrote it",)


def _terminal(found: Sequence[_Compared], view: View) -> str:
    """Returns what changed lock by lock; of several, those without a change are only counted."""
    told = [one for one in found if one.changes or one.alarms or one.before.note or one.after.note]
    if len(found) == 1 or not told:
        text = lock_summary.terminal(found[0].changes, found[0].alarms, found[0].notes, view.width)
        return text if len(found) == 1 else f"No change in {len(found)} locks.\n"
    parts = [
        f"{clean(one.path)}: {lock_summary.terminal(one.changes, one.alarms, one.notes, view.width)}" for one in told
    ]
    left = len(found) - len(told)
    return "\n".join([*parts, f"No change in {left} other lock{'' if left == 1 else 's'}.\n"] if left else parts)


def _markdown(found: Sequence[_Compared]) -> str:
    told = [one for one in found if one.changes or one.alarms or one.notes] or found[:1]
    budget = lock_summary.MAX_MARKDOWN // len(told)
    return "\n".join(lock_summary.markdown(one.changes, one.alarms, one.notes, budget, one.path) for one in told)
