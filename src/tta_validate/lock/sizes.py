"""How large the step between two versions is."""

from packaging.version import Version

from tta_validate.lock.versions import VersionError, parse_version

ORDER = ("same", "local", "dev", "post", "pre", "patch", "minor", "major", "epoch")
"""Sizes from small to large."""

_CALENDAR = 2000


def read(text: str | None) -> Version | None:
    """Returns the version, None for none or for text that is none."""
    try:
        return parse_version(text) if text else None
    except VersionError:
        return None


def size(one: Version, other: Version) -> str:
    """Returns the first part in which two versions differ: one of ORDER, or ``calendar`` for those that are dates."""
    if one.epoch != other.epoch:
        return "epoch"
    left, right = ((*version.release, 0, 0, 0) for version in (one, other))
    if left[0] != right[0] and max(left[0], right[0]) >= _CALENDAR:
        return "calendar"
    for name, at in (("major", 0), ("minor", 1)):
        if left[at] != right[at]:
            return "calendar" if left[0] >= _CALENDAR else name
    if tuple(left[2:]) != tuple(right[2:]) and one.release != other.release:
        return "calendar" if left[0] >= _CALENDAR else "patch"
    pairs = (("pre", one.pre, other.pre), ("post", one.post, other.post), ("dev", one.dev, other.dev))
    return next((name for name, a, b in pairs if a != b), "local" if one.local != other.local else "same")


def breaks(one: Version, other: Version) -> bool:
    """Whether a step may break its users by semantic versioning: another major, or another minor below 1.0."""
    step = size(one, other)
    return step in ("major", "epoch") or (step == "minor" and one.release[0] == 0)
