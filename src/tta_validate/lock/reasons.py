"""Why a lock is stale, and what could not be decided."""

from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct

from tta_validate.findings import redact


class Profile(StrEnum):
    """Whose rules are followed: uv 0.12.24 and later, or uv up to 0.12.5."""

    CURRENT = "current"
    CLASSIC = "classic"


BOTH = frozenset(Profile)
CURRENT = frozenset({Profile.CURRENT})
CLASSIC = frozenset({Profile.CLASSIC})


class Verdict(StrEnum):
    """What is said of a lock as a whole."""

    FRESH = "fresh"
    STALE = "stale"
    MISSING = "missing"
    UNDECIDED = "undecided"
    ERROR = "error"
    NOT_APPLICABLE = "not applicable"


class Reason(Struct, frozen=True):
    """One reason for a verdict, at the line of the declaration that caused it.

    ``kind`` is uv's own word for the difference, ``expected`` what the project declares, ``found`` what the lock has.
    """

    rule: str
    kind: str
    message: str
    path: str
    line: int = 1
    package: str = ""
    expected: str = ""
    found: str = ""
    profiles: frozenset[Profile] = BOTH


def stale(
    kind: str, message: str, at: tuple[str, int], *, package: str = "", expected: str = "", found: str = ""
) -> Reason:
    """Returns a reason for both profiles."""
    return Reason("lock-stale", kind, redact(message), *at, package, redact(expected), redact(found))


def undecided(kind: str, message: str, at: tuple[str, int], *, package: str = "") -> Reason:
    """Returns a reason that says what could not be decided."""
    return Reason("lock-undecided", kind, redact(message), *at, package)


@dataclass(frozen=True, slots=True)
class Freshness:
    """The verdict on one lock.

    ``other`` is the verdict under the profile that was not chosen, where it differs; ``reasons`` are in uv's order, so
    the first is the one that uv names. ``path`` is that of the lock, ``fix`` the command that writes it.
    """

    verdict: Verdict
    profile: Profile
    reasons: tuple[Reason, ...] = ()
    other: Verdict | None = None
    notes: tuple[str, ...] = ()
    packages: int = 0
    path: str = "uv.lock"
    fix: str = "uv lock"
