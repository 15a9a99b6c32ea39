"""How the verdict on a lock is told: exit status, JSON and text."""

from collections.abc import Sequence
from typing import cast

from tta_validate.lock.reasons import Freshness, Profile, Verdict
from tta_validate.plain_text import clean

_KEYS = ("rule", "message", "path", "line", "package", "expected", "found", "kind")


_ORDER = (Verdict.NOT_APPLICABLE, Verdict.FRESH, Verdict.UNDECIDED, Verdict.STALE, Verdict.MISSING, Verdict.ERROR)


def status(found: Freshness, *, strict: bool = False) -> int:
    """Returns the exit status: 0, 1 for stale or missing, 2 for an error; ``strict`` makes undecided 1."""
    known = {Verdict.FRESH: 0, Verdict.NOT_APPLICABLE: 0, Verdict.UNDECIDED: int(strict), Verdict.ERROR: 2}
    return known.get(found.verdict, 1)


def data(found: Freshness) -> dict[str, object]:
    """Returns the verdict as the values of JSON."""
    return {
        "schema": 1,
        "path": found.path,
        "verdict": found.verdict.value,
        "profile": found.profile.value,
        "other_profile": found.other.value if found.other else None,
        "packages": found.packages,
        "reasons": [{key: getattr(reason, key) for key in _KEYS} for reason in found.reasons],
        "notes": list(found.notes),
    }


def data_of_several(found: Sequence[Freshness]) -> dict[str, object]:
    """Returns the verdicts on several locks as the values of JSON: the worst one, every reason, and each lock."""
    worst = max(found, key=lambda one: _ORDER.index(one.verdict))
    every = [data(one) for one in found]
    return {
        "schema": 1,
        "verdict": worst.verdict.value,
        "profile": worst.profile.value,
        "reasons": [reason for one in every for reason in cast("list[object]", one["reasons"])],
        "locks": every,
    }


def text(found: Freshness) -> str:
    """Returns the verdict for a terminal, ending in a newline."""
    path = clean(found.path)
    said = {
        Verdict.FRESH: f"{path} is fresh ({found.packages} package{'' if found.packages == 1 else 's'}).",
        Verdict.STALE: f"{path} is stale; run `{clean(found.fix)}`:",
        Verdict.MISSING: f"{path} is missing:",
        Verdict.UNDECIDED: f"{path} is fresh as far as the files tell; this cannot be decided without a build:",
        Verdict.NOT_APPLICABLE: f"{path} is not applicable: the project does not use uv.",
        Verdict.ERROR: f"{path} cannot be checked:",
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
