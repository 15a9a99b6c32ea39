"""Finds noise by replaying twice: what differs between two answers to the same request says nothing of the app."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tta_validate.recordings.model import Case, Place
from tta_validate.recordings.writing import update_noise
from tta_validate.replay.compare import compare_case
from tta_validate.replay.compare_model import Rules
from tta_validate.replay.result import Result
from tta_validate.replay.runner import SetRun


@dataclass(frozen=True, slots=True)
class NoiseFound:
    """Noise entries that a case needs, such as ``body.id``."""

    case: str
    place: Place
    entries: tuple[str, ...]


def learn(run: SetRun, first: Sequence[Result]) -> list[NoiseFound]:
    """Replays a set once more, and returns what differs from the results of before although nothing else did."""
    before = {(result.place, result.name): result for result in first}
    cases = {(case.place, case.name): case for case in run.recorded.cases}
    rules = run.settings.rules_for(run.recorded.name)
    found: list[NoiseFound] = []
    for result in replace(run, notes=[], unused=[]).results():
        key = (result.place, result.name)
        entries = _entries(cases[key], before[key], result, rules) if key in cases and key in before else ()
        if entries:
            found.append(NoiseFound(result.name, result.place, entries))
    return found


def _entries(case: Case, one: Result, other: Result, rules: Rules) -> tuple[str, ...]:
    if one.answer is None or other.answer is None:
        return ()
    recorded = replace(case, response=one.answer, checks=())
    differing = compare_case(recorded, other.answer, replace(rules, replayed_at=other.answer.at)).differences
    entries = dict.fromkeys(each.noise for each in differing if each.kind == "behaviour" and each.noise)
    if any(entry.startswith("body") for entry in entries):
        # It follows from the body, and counts no more once that is noise.
        entries = {entry: None for entry in entries if entry.lower() != "header.content-length"}
    return tuple(entries)


def write_noise(found: Sequence[NoiseFound], root: Path) -> None:
    """Adds the entries to the files of the cases; raises InputError for one that cannot be written."""
    for one in found:
        update_noise(root / one.place.path, one.case, dict.fromkeys(one.entries, ()))
