"""How old a lock and its releases are, as far as the lock, git and (on request) the index tell."""

from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from msgspec import Struct

from tta_validate.lock.dates import newest
from tta_validate.lock.moments import released
from tta_validate.lock.view import LockView

_DAY = 86400


class ReleaseAge(Struct, frozen=True):
    """A locked release. Days count from its first upload to the lock's commit, or to now for one that has none.

    ``behind`` are the days between this release and the newest stable one; None where nobody asked the index.
    """

    name: str
    version: str
    uploaded: str | None
    days: int | None
    latest: str | None = None
    behind: int | None = None
    yanked: str | None = None


class LockAge(Struct, frozen=True):
    """The age of a lock. ``since`` says what the days count to; ``unknown`` counts the releases without upload times.

    ``revision`` is that of the lock's format. ``libyears`` and what is yanked are None where nobody asked the index.
    Vulnerabilities are not looked at: ``uv audit`` does that.
    """

    schema: int
    committed: str | None
    nothing_newer_than: str | None
    since: str
    days_total: int
    days_median: float | None
    unknown: int
    releases: tuple[ReleaseAge, ...]
    libyears: float | None = None
    not_checked: tuple[str, ...] = ("vulnerabilities: run `uv audit`",)
    revision: int = 0


WRITERS = ("0.5 and before", "0.6", "0.6.15 to 0.7", "0.8 to 0.11", "0.12 previews", "0.12 and later")
"""The versions of uv that write each revision of the format."""

Latest = Callable[[str, str, str], tuple[str | None, datetime | None, str | None]]
"""Asks the index of a package, by its URL, name and locked version: latest version, its date, why yanked."""


def lock_age(view: LockView, now: datetime, latest: Latest | None = None) -> LockAge:
    """Returns the age of the view's lock, which must be readable."""
    lockfile = view.lockfile
    end = view.committed or now
    ages: list[ReleaseAge] = []
    for package, files in zip(lockfile.lock.packages, lockfile.files, strict=True) if lockfile else ():
        if package.source.registry is None:
            continue
        moment = released(files)
        days = None if moment is None else max(0, int((end - moment).total_seconds() // _DAY))
        age = ReleaseAge(package.name, package.version or "", moment and _shown(moment), days)
        if latest is not None and "://" in package.source.registry:
            age = _against(age, moment, latest(package.source.registry, package.name, package.version or ""))
        ages.append(age)
    known = [age.days for age in ages if age.days is not None]
    first = newest(view)
    offline = ("libyears and yanked releases: add --online",) if latest is None else ()
    return LockAge(
        1,
        view.committed and _shown(view.committed),
        first and _shown(first),
        "the lock's commit" if view.committed else "now, as git has no commit of this lock",
        sum(known),
        median(known) if known else None,
        len(ages) - len(known),
        tuple(sorted(ages, key=lambda age: (-(age.days or 0), age.name))),
        _libyears(ages) if latest is not None else None,
        (*offline, "vulnerabilities: run `uv audit`"),
        lockfile.lock.revision if lockfile else 0,
    )


def _against(
    age: ReleaseAge, moment: datetime | None, found: tuple[str | None, datetime | None, str | None]
) -> ReleaseAge:
    version, date, yanked = found
    behind = None if date is None or moment is None else max(0, int((date - moment).total_seconds() // _DAY))
    return ReleaseAge(age.name, age.version, age.uploaded, age.days, version, behind, yanked)


def _libyears(ages: list[ReleaseAge]) -> float:
    return round(sum(age.behind or 0 for age in ages) / 365.25, 2)


def _shown(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
