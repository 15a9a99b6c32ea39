"""What a reviewer has to know about a change of a lock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple, cast

from tta_validate.errors import InputError
from tta_validate.findings import Severity
from tta_validate.lock.bases import find_lock
from tta_validate.lock.changes import YOUNG_DAYS, Change, Pair, Side, compare
from tta_validate.lock.hosts import allowed_hosts, host_of
from tta_validate.lock.platforms import python_fits, pythons_of
from tta_validate.lock.sizes import ORDER
from tta_validate.lock.view import Flaw, LockView
from tta_validate.lock_model import Artifact, normalised
from tta_validate.lockfile import Lockfile


class Comparison(NamedTuple):
    """Two locks and what changed between them, seen from the head's project."""

    base: Lockfile
    head: Lockfile
    changes: list[tuple[Pair, Change]]
    view: LockView

    def singles(self) -> Iterator[tuple[Side, Side, Change]]:
        """Yields the changes of one package into one."""
        for pair, change in self.changes:
            if pair.single:
                yield *pair.single, change

    def flaw(self, change: Change, message: str, line: int | None = None, severity: Severity | None = None) -> Flaw:
        """Returns a flaw at a change's place in the head lock, of the rule's severity where none is given."""
        removed = change.kind == "removed"
        return Flaw(message, self.head.path, 1 if removed else line or change.line, change.name, severity)


def compared(view: LockView) -> Comparison | str:
    """Returns the lock against the base of the policy, or why there is no comparison."""
    if "compared" not in view.memo:
        view.memo["compared"] = _compare(view)
    return cast("Comparison | str", view.memo["compared"])


def _compare(view: LockView) -> Comparison | str:
    if view.policy.base is None:
        return "no other lock to compare with: set `base` in [tool.tta-validate.lock], or use `--since` or `lock diff`"
    if view.lockfile is None:
        return f"{view.path} cannot be read"
    try:
        base = (view.given or (find_lock(view.root, view.policy.base, view.place.lock.name),))[0].lockfile
    except InputError as error:
        return str(error)
    # A lock that is in git but not committed as it is will be: its releases are as old as they are now.
    committed = view.committed if view.given else view.committed or datetime.now(UTC)
    return Comparison(base, view.lockfile, compare(base, view.lockfile, committed), view)


def _same_release(base: Side, head: Side) -> bool:
    return base.package.version == head.package.version and base.package.source == head.package.source


def _files(side: Side) -> dict[str, Artifact]:
    return {file.name: file for file in side.files.every}


def changed_hashes(of: Comparison) -> Iterator[Flaw]:
    """Yields the files whose hash changed though name and version did not."""
    for base, head, change in of.singles():
        if base.package.version != head.package.version:
            continue
        before = _files(base)
        for name, file in _files(head).items():
            old = before.get(name)
            if old and old.hash and file.hash and old.hash != file.hash and _kind(old) == _kind(file):
                yield of.flaw(change, f"{name} has another hash than before, in the same version", file.line)
            elif old and old.hash and not file.hash:
                yield of.flaw(change, f"{name} has lost its hash", file.line)


def _kind(file: Artifact) -> str:
    return (file.hash or "").partition(":")[0]


def changed_sources(of: Comparison) -> Iterator[Flaw]:
    """Yields the packages that come from another kind of source; an error where a registry is left for a repository."""
    for base, head, change in of.singles():
        old, new = base.package.source, head.package.source
        if old.kind == new.kind:
            continue
        worse = old.kind == "registry" and new.kind in ("git", "url")
        message = f"{change.name} came from {old.kind} {old.location}, and comes from {new.kind} {new.location} now"
        yield of.flaw(change, _clean(message), None, Severity.ERROR if worse else None)


def _clean(message: str) -> str:
    import re

    return re.sub(r"//[^/@\s]*@", "//", message)


def changed_hosts(of: Comparison) -> Iterator[Flaw]:
    """Yields the packages whose registry changed, and those with files on a host that is new to them and foreign."""
    for base, head, change in of.singles():
        old, new = base.package.source.registry, head.package.source.registry
        if not old or not new:
            continue
        if host_of(old) != host_of(new):
            yield of.flaw(
                change, f"{change.name} came from {host_of(old) or old}, and comes from {host_of(new) or new} now"
            )
            continue
        known = {host_of(file.url) for file in base.files.every} | allowed_hosts(of.view, new)
        for host in sorted({host_of(file.url) for file in head.files.every if file.url} - known):
            yield of.flaw(
                change, f"files of {change.name} come from {host or 'nowhere'} now, which is no host of its index"
            )


def downgrades(of: Comparison) -> Iterator[Flaw]:
    """Yields the packages that went back to an older release."""
    for pair, change in of.changes:
        if change.kind == "downgraded" and not _own(pair):
            yield of.flaw(change, f"{change.name} went back from {', '.join(change.from_)} to {', '.join(change.to)}")


def _own(pair: Pair) -> bool:
    return any(side.package.source.kind in ("virtual", "editable", "directory") for side in (*pair.base, *pair.head))


def lost_wheels(of: Comparison) -> Iterator[Flaw]:
    """Yields the packages with half of their wheels or fewer, where they had four or more."""
    pythons = pythons_of(of.head)
    for base, head, change in of.singles():
        before, after = (
            sum(_still_wanted(wheel.name, pythons) for wheel in side.files.wheels) for side in (base, head)
        )
        if before >= 4 and 0 < after <= before / 2 and not any("-any.whl" in one.name for one in head.files.wheels):
            yield of.flaw(change, f"{change.name} had {before} wheels, and has {after} now; was it locked mid-upload?")


def sdist_only(of: Comparison) -> Iterator[Flaw]:
    """Yields the packages that are built on installation now, and were not before."""
    for pair, change in of.changes:
        now = [side for side in pair.head if side.files.sdist and not side.files.wheels]
        if now and not any(side.files.sdist and not side.files.wheels for side in pair.base):
            what = "has no wheel any more" if pair.base else "is new and has no wheel"
            yield of.flaw(change, f"{change.name} {', '.join(change.to)} {what}: installing it runs code of its own")


def removed_files(of: Comparison) -> Iterator[Flaw]:
    """Yields the packages that lost files though their version stayed."""
    for base, head, change in of.singles():
        pythons = pythons_of(of.head)
        gone = {name for name in _files(base).keys() - _files(head).keys() if _still_wanted(name, pythons)}
        if gone and _same_release(base, head):
            shown = ", ".join(sorted(gone)[:3]) + (f" and {len(gone) - 3} more" if len(gone) > 3 else "")
            yield of.flaw(change, f"{head.package.label} lost {shown}")


def _still_wanted(name: str, pythons: tuple[str, ...]) -> bool:
    """Whether a file fits a Python of the head lock: a narrower range drops the others with good reason."""
    if not name.endswith(".whl"):
        return True
    return any(python_fits(name, python) for python in pythons)


def young_releases(of: Comparison) -> Iterator[Flaw]:
    """Yields the releases that were young when they were locked; a warning where the project has a ``min-age``."""
    limit = of.view.policy.min_age
    for _, change in of.changes:
        if change.age is None or change.kind not in ("added", "upgraded", "downgraded"):
            continue
        if change.age < (YOUNG_DAYS if limit is None else limit):
            days = f"{change.age} day{'' if change.age == 1 else 's'}"
            message = f"{change.name} {', '.join(change.to)} was {days} old when it was locked"
            yield of.flaw(change, message, None, None if limit is None else Severity.WARNING)


def changed_python(of: Comparison) -> Iterator[Flaw]:
    """Yields a change of the lock's ``requires-python``."""
    if not of.base.lock.packages or not of.head.lock.packages:
        return
    old, new = of.base.lock.requires_python, of.head.lock.requires_python
    if old != new:
        message = f"the lock was made for Python {old or 'any'}, and is for {new or 'any'} now"
        yield Flaw(message, of.head.path, of.head.line("requires-python"), "requires-python")


def broken_policies(of: Comparison) -> Iterator[Flaw]:
    """Yields the changes that the project's policies forbid."""
    policy = of.view.policy
    deny = {normalised(name) for name in policy.deny}
    allow = {normalised(name) for name in policy.allow}
    for pair, change in of.changes:
        if not pair.head or _own(pair):
            continue
        if change.name in deny and change.kind in ("added", "upgraded", "moved"):
            yield of.flaw(change, f"{change.name} {', '.join(change.to)} is on the deny list")
        if change.kind == "added" and allow and change.name not in allow:
            yield of.flaw(change, f"{change.name} is new, and not on the allow list")
        if policy.max_jump and change.kind == "upgraded" and _exceeds(change.size or "same", policy.max_jump):
            message = (
                f"{change.name} jumps from {', '.join(change.from_)} to {', '.join(change.to)}, a {change.size} step"
            )
            yield of.flaw(change, f"{message}; at most {policy.max_jump} is allowed")


def _exceeds(step: str, limit: str) -> bool:
    return ORDER.index("major" if step == "calendar" else step) > ORDER.index(limit)


ALARMS = {
    "lock-hash-changed": changed_hashes,
    "lock-host-changed": changed_hosts,
    "lock-source-changed": changed_sources,
    "lock-policy-violated": broken_policies,
    "lock-downgraded": downgrades,
    "lock-wheels-lost": lost_wheels,
    "lock-became-sdist-only": sdist_only,
    "lock-files-removed": removed_files,
    "lock-requires-python-changed": changed_python,
    "lock-young-release": young_releases,
}
"""What each rule about changes looks for, worst first."""
