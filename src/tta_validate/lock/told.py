"""How the verdict on a lock is told: exit status, JSON and text."""

from tta_validate.lock.reasons import Freshness, Profile, Verdict
from tta_validate.plain_text import clean

_KEYS = ("rule", "message", "path", "line", "package", "expected", "found", "kind")


def status(found: Freshness, *, strict: bool = False) -> int:
    """Returns the exit status: 0 fresh or undecided, 1 stale or missing (or undecided, if strict), 2 an error."""
    known = {Verdict.FRESH: 0, Verdict.UNDECIDED: int(strict), Verdict.ERROR: 2}
    return known.get(found.verdict, 1)


def data(found: Freshness) -> dict[str, object]:
    """Returns the verdict as the values of JSON."""
    return {
        "schema": 1,
        "verdict": found.verdict.value,
        "profile": found.profile.value,
        "other_profile": found.other.value if found.other else None,
        "packages": found.packages,
        "reasons": [{key: getattr(reason, key) for key in _KEYS} for reason in found.reasons],
        "notes": list(found.notes),
    }


def text(found: Freshness) -> str:
    """Returns the verdict for a terminal, ending in a newline."""
    said = {
        Verdict.FRESH: f"uv.lock is fresh ({found.packages} packages).",
        Verdict.STALE: "uv.lock is stale; run `uv lock`:",
        Verdict.MISSING: "uv.lock is missing:",
        Verdict.UNDECIDED: "uv.lock is fresh as far as the files tell; this cannot be decided without a build:",
        Verdict.ERROR: "uv.lock cannot be checked:",
    }
    lines = [said[found.verdict]]
    for reason in found.reasons:
        lines.append(clean(f"{reason.path}:{reason.line}: {reason.message}"))
    if found.other is not None:
        versions = {Profile.CURRENT: "uv 0.12.24 and later", Profile.CLASSIC: "uv up to 0.12.5"}
        other = next(one for one in Profile if one is not found.profile)
        lines.append(f"For {versions[other]} it is {found.other.value}; judged here for {versions[found.profile]}.")
    lines += [f"note: {clean(note)}" for note in found.notes]
    return "\n".join(lines) + "\n"
