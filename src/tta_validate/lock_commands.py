"""What `lock check`, `lock diff`, `lock age` and `lock platforms` answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import msgspec
from pydantic import JsonValue

from tta_validate import analysis, lock_summary, run
from tta_validate.errors import InputError
from tta_validate.lock import told
from tta_validate.lock.age import LockAge, lock_age
from tta_validate.lock.bases import Found, find_lock
from tta_validate.lock.platforms import TARGETS, Served, chosen_targets, gaps, pythons_of
from tta_validate.lock.view import LockView
from tta_validate.plain_text import clean
from tta_validate.project import Project
from tta_validate.report import Report, View
from tta_validate.selection import Selection, available, load_rule

_FRESHNESS = ("lock-stale", "lock-missing", "lock-unreadable", "lock-undecided")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command says: its exit status, JSON, the text for a terminal, and a report for every other format."""

    status: int
    data: JsonValue
    text: str
    report: Callable[[], Report]
    diagnostics: tuple[str, ...] = ()
    data_kind: str = ""

    def render(self, name: str, view: View) -> str:
        """Returns the answer in a format."""
        import json

        if name == "terminal":
            return self.text
        if name == "json":
            return json.dumps(self.data, indent=2, ensure_ascii=False) + "\n"
        if name == "markdown" and self.data_kind == "diff":
            report = self.report()
            return lock_summary.markdown(report.lock_changes, report.findings, report.notes)
        return run.render(self.report(), name, view)


def check(project: Project, *, verify: bool = False, strict: bool = False) -> Answer:
    """Returns whether the lock is fresh; ``verify`` asks the real uv too, ``strict`` fails where that is undecided."""
    found = project.locked.freshness
    diagnostics: tuple[str, ...] = ()
    if verify:
        from tta_validate.lock.verify import disagreement

        diagnostics = (disagreement(project.root, found),)
    data = cast("JsonValue", told.data(found))
    return Answer(
        told.status(found, strict=strict), data, told.text(found), lambda: _report(project, _FRESHNESS), diagnostics
    )


def _report(project: Project, rules: tuple[str, ...]) -> Report:
    known = available()
    return analysis.analyse(project, Selection(tuple(load_rule(name) for name in rules if name in known), ()))


def lock_path(project: Project, paths: list[str]) -> str:
    """Returns the path, relative to the root, of the lock that the user named by itself or its folder."""
    if len(paths) > 1:
        raise InputError("lock diff: name one lock or folder")
    for path in paths:
        named = Path(path).resolve()
        lock = named / "uv.lock" if named.is_dir() else named
        if lock.is_relative_to(project.root):
            return lock.relative_to(project.root).as_posix()
    return "uv.lock"


def diff(project: Project, base: str | None, head: str | None, path: str = "uv.lock") -> Answer:
    """Returns what changed in the lock at ``path`` from ``base`` to ``head``, each a revision or file.

    The base is the configured one, else ``HEAD``; the head is the file as it is. Raises InputError for what is neither.
    """
    from tta_validate.lock.alarms import ALARMS, compared

    root = project.root
    before = find_lock(root, base or project.config.lock.base or "HEAD", path)
    after = find_lock(root, head, path) if head else _current(root, path)
    view = LockView(root, replace(project.locked.policy, base=before.label), (before, after))
    project.look_at(view)
    comparison = compared(view)
    changes = [] if isinstance(comparison, str) else comparison.changes
    data = [cast("dict[str, JsonValue]", msgspec.to_builtins(change)) for _, change in changes]
    notes = tuple(note for note in (before.note, after.note, *_format_notes(before, after)) if note)
    report = _report(project, tuple(ALARMS))
    ranked = sorted(report.findings, key=lambda one: (-one.severity.rank, [*ALARMS].index(one.rule), one.line))
    report = report.model_copy(update={"findings": tuple(ranked), "lock_changes": tuple(data), "notes": notes})
    status = run.FAILED if report.failures else run.CLEAN
    body: dict[str, JsonValue] = {
        "schema": 1,
        "base": before.label,
        "head": after.label,
        "notes": list(notes),
        "changes": cast("list[JsonValue]", data),
        "alarms": [finding.model_dump(mode="json", by_alias=True) for finding in ranked],
    }
    return Answer(status, body, lock_summary.terminal(data, ranked, notes), lambda: report, (), "diff")


def _current(root: Path, path: str) -> Found:
    if (root / path).is_file():
        return find_lock(root, path, path)._replace(label="the working tree")
    raise InputError(f"{path}:1: does not exist; run `uv lock`, or name a lock with --head")


def _format_notes(before: Found, after: Found) -> tuple[str, ...]:
    old, new = before.lockfile.lock.revision, after.lockfile.lock.revision
    if old == new or before.note:
        return ()
    return (f"the format of the lock went from revision {old} to {new}: another uv wrote it",)


def age(project: Project, *, online: bool = False, cache: Path | None = None) -> Answer:
    """Returns how old the lock and its releases are; ``online`` asks the index for what the lock does not say."""
    view = _readable(project)
    failures: list[str] = []
    latest = None
    if online:
        from tta_validate.lock.online import Index

        index = Index(cache)
        latest, failures = index.latest, index.failures
    found = lock_age(view, datetime.now(UTC), latest)
    data = cast("dict[str, JsonValue]", msgspec.to_builtins(found))
    lines = tuple(clean(failure) for failure in failures)
    return Answer(run.CLEAN, data, _age_text(found), lambda: _report(project, ("lock-old",)), lines)


def _age_text(found: LockAge) -> str:
    known = len(found.releases) - found.unknown
    lines = [
        f"committed: {found.committed or 'not known: git has no commit of this lock as it is'}",
        f"nothing in it is newer than: {found.nothing_newer_than or 'not known'}",
        f"age of {known} releases at {found.since}: {found.days_total} days in all, median {found.days_median or 0:g}",
        f"upload time unknown: {found.unknown} of {len(found.releases)} releases",
    ]
    if found.libyears is not None:
        lines.append(f"libyears: {found.libyears:g}")
        lines += [f"yanked: {one.name} {one.version}: {one.yanked}" for one in found.releases if one.yanked is not None]
    lines += [f"not checked: {what}" for what in found.not_checked]
    lines += ["", "oldest:"]
    for one in found.releases[:10]:
        if one.days is not None:
            newer = f", latest {one.latest}" if one.latest and one.latest != one.version else ""
            lines.append(f"  {one.name} {one.version}: {one.days} days{newer}")
    return "\n".join(clean(line) if line.strip() == line else line for line in lines) + "\n"


def platforms(project: Project, targets: tuple[str, ...] = ()) -> Answer:
    """Returns how each target is served: by wheels, by sdists that have to be built, or not at all."""
    view = _readable(project)
    names = targets or view.policy.targets
    for name in names:
        if name not in TARGETS:
            raise InputError(f"--target: there is no target {name!r}; there are {', '.join(TARGETS)}")
    lockfile = view.lockfile
    assert lockfile is not None
    chosen = chosen_targets(lockfile, names)
    found = list(gaps(lockfile, chosen))
    data: list[JsonValue] = []
    lines = [f"Python {', '.join(pythons_of(lockfile))}; {len(lockfile.lock.packages)} packages"]
    for target in chosen:
        own = [gap for gap in found if gap.target == target.name]
        for how, said in ((Served.SDIST, "built from sdist"), (Served.NONE, "not installable")):
            for gap in (one for one in own if one.served is how):
                lines.append(
                    f"{target.name}: {said}: {lockfile.lock.packages[gap.at].label} (Python {', '.join(gap.pythons)})"
                )
        if not own:
            lines.append(f"{target.name}: every package by wheel")
        data.append({"target": target.name, "gaps": [_gap(view, gap) for gap in own]})
    body: dict[str, JsonValue] = {"schema": 1, "pythons": [*pythons_of(lockfile)], "targets": data}
    missing = any(gap.served is Served.NONE for gap in found)
    status = run.FAILED if missing else run.CLEAN
    return Answer(status, body, "\n".join(lines) + "\n", lambda: _report(project, ("lock-platform-gap",)))


def _gap(view: LockView, gap: object) -> JsonValue:
    at, _, pythons, served = cast("tuple[int, str, tuple[str, ...], Served]", gap)
    assert view.lockfile is not None
    package = view.lockfile.lock.packages[at]
    line = view.lockfile.line("package", at)
    return {"package": package.name, "version": package.version, "pythons": [*pythons], "served": served, "line": line}


def _readable(project: Project) -> LockView:
    view = project.locked
    if isinstance(view.read, InputError):
        raise view.read
    return view
