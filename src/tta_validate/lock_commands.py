"""What `lock check`, `lock age` and `lock platforms` answer."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import msgspec
from pydantic import JsonValue

from tta_validate import analysis, lock_summary, run
from tta_validate.answer import Answer
from tta_validate.errors import InputError
from tta_validate.lock import told
from tta_validate.lock.age import WRITERS, LockAge, lock_age
from tta_validate.lock.nested import view_of
from tta_validate.lock.places import SUFFIX, Place, place_at
from tta_validate.lock.platforms import TARGETS, Gap, Served, chosen_targets, gaps, pythons_of
from tta_validate.lock.reasons import Freshness, Verdict
from tta_validate.lock.scripts import is_script
from tta_validate.lock.view import LockView
from tta_validate.plain_text import clean
from tta_validate.project import Project
from tta_validate.report import Report
from tta_validate.selection import Selection, available, load_rule

_FRESHNESS = ("lock-stale", "lock-missing", "lock-unreadable", "lock-undecided")


def chosen_locks(project: Project, paths: Sequence[str], *, every: bool = False) -> tuple[LockView, ...]:
    """Returns the locks that the user named by themselves, their folder or their script, else the root's.

    A folder without a lock of its own stands for the root's. With ``every``, and for a repository whose root is no
    project, these are all the locks of the tree; for a folder that is no project, those of its scripts. Raises
    InputError for a script without metadata.
    """
    if paths:
        places = dict.fromkeys(_place(project, Path(path)) for path in paths)
        return tuple(view_of(place, project.locked) for place in places)
    if every or is_bare(project):
        found = tuple(view for view in project.locks if view.exists)
    elif not _has_own(project):
        scripts = sorted(project.root.glob(f"*.py{SUFFIX}"))
        found = tuple(view_of(place, project.locked) for place in map(place_at, scripts) if place.manifest.is_file())
    else:
        found = ()
    return found or (project.locked,)


def is_bare(project: Project) -> bool:
    """Whether the root is a repository without a project of its own."""
    return not _has_own(project) and (project.root / ".git").exists()


def _has_own(project: Project) -> bool:
    return project.locked.exists or (project.root / "pyproject.toml").exists()


def _place(project: Project, path: Path) -> Place:
    place = place_at(path.resolve())
    if place.script and not place.lock.exists() and not is_script(place.manifest):
        raise InputError(
            f"{path}:1: is a script without a metadata block, `# /// script`, so there is no lock of it; "
            "name the project's folder for the project's lock"
        )
    own = place.script or place.lock.exists()
    return place if own and place.folder.is_relative_to(project.root) else project.locked.place


def check(views: Sequence[LockView], project: Project, *, verify: bool = False, strict: bool = False) -> Answer:
    """Returns whether locks are fresh; ``verify`` asks the real uv too, ``strict`` fails where that is undecided."""
    found = [_verdict(view) for view in views]
    diagnostics: tuple[str, ...] = ()
    if verify:
        from tta_validate.lock.verify import disagreement

        several = len(views) > 1
        diagnostics = tuple(
            f"{one.path}: {said}" if several else said
            for view, one in zip(views, found, strict=True)
            if one.verdict is not Verdict.NOT_APPLICABLE
            for said in (disagreement(view.place, one),)
        )
    data = cast("JsonValue", told.data(found[0]) if len(found) == 1 else told.data_of_several(found))
    text = "".join(told.text(one) for one in found)
    status = max(told.status(one, strict=strict) for one in found)
    return _answered("Freshness of the lock", status, data, text, (project, _FRESHNESS, views), diagnostics)


def _verdict(view: LockView) -> Freshness:
    """Returns the verdict on a lock; a project without anything of uv needs none."""
    found = view.freshness
    if found.verdict is Verdict.MISSING and not view.script and not view.uses_uv:
        return Freshness(Verdict.NOT_APPLICABLE, found.profile, path=found.path, fix=found.fix)
    return found


def _answered(
    title: str,
    status: int,
    data: JsonValue,
    text: str,
    asked: tuple[Project, Iterable[str], Sequence[LockView]],
    diagnostics: tuple[str, ...] = (),
) -> Answer:
    """Returns a text as an answer that every format shows."""
    return Answer(
        status,
        data,
        lambda _: text,
        lambda: report_of(*asked),
        diagnostics,
        lambda: lock_summary.fenced(title, text),
        lambda: text,
    )


def report_of(project: Project, rules: Iterable[str], views: Sequence[LockView]) -> Report:
    """Returns what the rules find in some locks."""
    project.look_at(*views)
    known = available()
    return analysis.analyse(project, Selection(tuple(load_rule(name) for name in rules if name in known), ()))


def _only(views: Sequence[LockView], command: str) -> LockView:
    if len(views) > 1:
        raise InputError(f"lock {command}: there are {len(views)} locks; name one of them")
    read = views[0].read
    if isinstance(read, InputError):
        raise read
    return views[0]


def age(views: Sequence[LockView], project: Project, *, online: bool = False, cache: Path | None = None) -> Answer:
    """Returns how old a lock and its releases are; ``online`` asks the index for what the lock does not say."""
    view = _only(views, "age")
    failures: list[str] = []
    latest = None
    if online:
        from tta_validate.lock.online import Index

        index = Index(cache)
        latest, failures = index.latest, index.failures
    found = lock_age(view, datetime.now(UTC), latest)
    data = cast("dict[str, JsonValue]", msgspec.to_builtins(found))
    lines = tuple(clean(failure) for failure in failures)
    text = _age_text(found)
    return _answered(f"Age of {view.path}", run.CLEAN, data, text, (project, ("lock-old",), views), lines)


def _age_text(found: LockAge) -> str:
    known = len(found.releases) - found.unknown
    lines = [
        f"committed: {found.committed or 'not known: git has no commit of this lock as it is'}",
        f"format: revision {found.revision}{_writers(found.revision)}",
        f"nothing in it is newer than: {found.nothing_newer_than or 'not known'}",
        f"age of {_counted(known, 'release')}: {found.days_total} days in all, "
        f"median {found.days_median or 0:g}, up to {found.since}",
        f"upload time unknown: {found.unknown} of {_counted(len(found.releases), 'release')}",
    ]
    if found.libyears is not None:
        lines.append(f"libyears: {found.libyears:g}")
        lines += [f"yanked: {one.name} {one.version}: {one.yanked}" for one in found.releases if one.yanked is not None]
    lines += [f"not checked: {what}" for what in found.not_checked]
    oldest = [one for one in found.releases[:10] if one.days is not None]
    lines += ["", "oldest:"] if oldest else []
    for one in oldest:
        newer = f", latest {one.latest}" if one.latest and one.latest != one.version else ""
        lines.append(f"  {clean(f'{one.name} {one.version}: {one.days} days{newer}')}")
    return "\n".join(line if line.startswith("  ") else clean(line) for line in lines) + "\n"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _writers(revision: int) -> str:
    return f", as uv {WRITERS[revision]} writes it" if 0 <= revision < len(WRITERS) else ""


def platforms(views: Sequence[LockView], project: Project, targets: tuple[str, ...] = ()) -> Answer:
    """Returns how each target is served: by wheels, by sdists that have to be built, or not at all."""
    view = _only(views, "platforms")
    names = targets or view.policy.targets
    for name in names:
        if name not in TARGETS:
            raise InputError(f"--target: there is no target {name!r}; there are {', '.join(TARGETS)}")
    lockfile = view.lockfile
    assert lockfile is not None
    chosen = chosen_targets(lockfile, names)
    found = list(gaps(lockfile, chosen))
    data: list[JsonValue] = []
    lines = [f"Python {', '.join(pythons_of(lockfile))}; {_counted(len(lockfile.lock.packages), 'package')}"]
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
    text = "".join(f"{clean(line)}\n" for line in lines)
    return _answered(f"Platforms of {view.path}", status, body, text, (project, ("lock-platform-gap",), views))


def _gap(view: LockView, gap: Gap) -> JsonValue:
    lockfile = view.lockfile
    assert lockfile is not None
    package = lockfile.lock.packages[gap.at]
    line = lockfile.line("package", gap.at)
    return {
        "package": package.name,
        "version": package.version,
        "pythons": [*gap.pythons],
        "served": gap.served,
        "line": line,
    }
