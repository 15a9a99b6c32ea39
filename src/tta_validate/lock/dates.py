"""Integrity: when the files of a lock were uploaded, against when it was committed and what cutoff it promises."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from tta_validate.lock.cutoffs import Cutoff, locked_cutoff, read_cutoff
from tta_validate.lock.hosts import artifacts
from tta_validate.lock.moments import released, uploaded
from tta_validate.lock.view import Flaw, LockView
from tta_validate.lock_model import Lock, normalised

_SLACK = timedelta(hours=24)
"""Clocks differ, and a commit can carry a date from before its content was made."""


def newest(view: LockView) -> datetime | None:
    """Returns when the newest release in the lock appeared, None where it does not say: the lock is no older."""
    files = view.lockfile.files if view.lockfile else ()
    return max((moment for one in files if (moment := released(one))), default=None)


def after_commit(view: LockView) -> Iterator[Flaw]:
    """Yields the files that were uploaded after the lock that holds them was committed, or in the future."""
    committed = view.committed or datetime.now(UTC)
    if view.lockfile is None:
        return
    what = "committed" if view.committed else "read"
    for package, artifact in artifacts(view.lockfile):
        moment = uploaded(artifact)
        if moment and moment > committed + _SLACK:
            when = f"uploaded {_shown(moment, committed)}, after the lock was {what}, {_shown(committed, moment)}"
            message = f"{artifact.name} of {package.label} was {when}"
            yield Flaw(message, view.path, artifact.line, artifact.name)


def _shown(moment: datetime, beside: datetime) -> str:
    """Returns the day of a moment, with the time of day where another moment is of that day too."""
    one, other = moment.astimezone(UTC), beside.astimezone(UTC)
    return f"{one:%Y-%m-%d}" if one.date() != other.date() else f"{one:%Y-%m-%dT%H:%M:%SZ}"


def cutoff_of(lock: Lock, name: str) -> Cutoff | None:
    """Returns the cutoff that a lock promises for a package, None without one."""
    for key, value in lock.options.exclude_newer_package.items():
        if normalised(key) == name:
            return read_cutoff(value)
    return locked_cutoff(lock.options)


def too_new(view: LockView) -> Iterator[Flaw]:
    """Yields the files that were uploaded after the lock's own cutoff.

    A cutoff that is a span counts back from the lock's commit; without one nothing can be said.
    """
    lockfile = view.lockfile
    options = lockfile.lock.options if lockfile else None
    if lockfile is None or options is None or not (locked_cutoff(options) or options.exclude_newer_package):
        return
    for package, artifact in artifacts(lockfile):
        limit = _moment(cutoff_of(lockfile.lock, package.name), view.committed)
        moment = uploaded(artifact)
        if limit and moment and moment > limit:
            message = (
                f"{artifact.name} of {package.label} was uploaded {_shown(moment, limit)}, "
                f"after the lock's cutoff, {_shown(limit, moment)}"
            )
            yield Flaw(message, view.path, artifact.line, artifact.name)


def _moment(cutoff: Cutoff | None, committed: datetime | None) -> datetime | None:
    if isinstance(cutoff, datetime):
        return cutoff
    if isinstance(cutoff, date):
        return datetime(cutoff.year, cutoff.month, cutoff.day, tzinfo=UTC) + timedelta(days=2)
    if isinstance(cutoff, timedelta) and committed:
        return committed - cutoff + _SLACK
    return None


def old(view: LockView) -> Iterator[Flaw]:
    """Yields the lock itself where it is older than the policy lets it be."""
    limit = view.policy.max_age
    moment = view.committed or newest(view)
    if limit is None or moment is None:
        return
    days = (datetime.now(UTC) - moment).days
    if days > limit:
        what = "last changed" if view.committed else "holds no release after"
        yield Flaw(f"the lock {what} {moment:%Y-%m-%d}, {days} days ago", view.path, 1)
