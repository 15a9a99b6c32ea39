"""The report of a replay: its cases, and the findings that the replay rules make of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from tta_validate import analysis, run
from tta_validate.project import Project, Replayed
from tta_validate.replay.compare_model import Difference as Found
from tta_validate.replay.redact import redacted_text, redacted_value
from tta_validate.replay.result import Result, Unused
from tta_validate.report import Case, Difference, MockUse, Report, UnusedMock
from tta_validate.selection import Selection, select

FAILED, UNUSED = "replay-case-failed", "replay-unused-mock"


def case_of(result: Result) -> Case:
    """Returns a result as a part of a report, secrets masked."""
    calls = result.calls
    mocks = MockUse(
        used=calls.used,
        missed=tuple(redacted_text(str(miss)) for miss in calls.missed),
        changed=tuple(redacted_text(call.call) for call in calls.changed),
        extra=tuple(redacted_text(call.call) for call in calls.extra),
        dropped=tuple(redacted_text(label) for label in calls.dropped),
    )
    return Case(
        set=result.set_name,
        name=result.name,
        verdict=result.verdict,
        reason=redacted_text(result.reason),
        seconds=round(result.seconds, 4),
        differences=tuple(map(_difference, result.differences)),
        mocks=mocks,
        path=result.place.path,
        line=result.place.line,
        text=redacted_text(result.text),
        before=result.before,
    )


def _difference(one: Found) -> Difference:
    expected, actual = (cast("JsonValue", redacted_value(one.where, each)) for each in (one.expected, one.actual))
    data = {"where": one.where, "class": one.kind, "change": one.change}
    return Difference.model_validate({**data, "expected": _json(expected), "actual": _json(actual)})


def _json(value: object) -> JsonValue:
    """Returns what JSON can hold: whole numbers as they are, anything that it has no form for as text."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, dict):
        return {str(key): _json(inner) for key, inner in cast("dict[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in cast("Sequence[object]", value)]
    return str(value)


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay has brought: its cases, the recorded calls that none of them made, notes, and what replayed."""

    cases: Sequence[Case]
    unused: Sequence[Unused] = ()
    notes: Sequence[str] = ()
    engine: str = "native"


def report_of(project: Project, replay: Replay) -> Report:
    """Returns the report of a replay alone, exit status included."""
    cases, unused = replay.cases, replay.unused
    project.replayed = found_in(cases, unused)
    chosen = [rule for rule in select(project.loaded, everything=True).rules if rule.family == "replay"]
    report = analysis.analyse(project, Selection(tuple(chosen), ()))
    full = report.model_copy(
        update={
            "engine": replay.engine,
            "cases": tuple(cases),
            "unused_mocks": tuple(map(_unused, unused)),
            "notes": (*report.notes, *replay.notes),
        }
    )
    return analysis.redacted(full.model_copy(update={"exit_status": run.exit_status(full, strict=False)}))


def joined(report: Report, replayed: Report) -> Report:
    """Returns the report of a check with what a replay found; the exit status stays that of the check."""
    known = {rule.id for rule in replayed.rules}
    every = (*report.findings, *replayed.findings)
    return report.model_copy(
        update={
            "rules": (*(rule for rule in report.rules if rule.id not in known), *replayed.rules),
            "findings": tuple(sorted(every, key=lambda one: (one.path, one.line, one.column, one.rule))),
            "suppressed": (*report.suppressed, *replayed.suppressed),
            "engine": replayed.engine,
            "cases": replayed.cases,
            "unused_mocks": replayed.unused_mocks,
            "notes": tuple(dict.fromkeys((*report.notes, *replayed.notes))),
        }
    )


def _unused(one: Unused) -> UnusedMock:
    call = redacted_text(one.call)
    return UnusedMock(set=one.set_name, name=one.name, path=one.place.path, line=one.place.line, call=call)


def found_in(cases: Sequence[Case], unused: Sequence[Unused]) -> tuple[Replayed, ...]:
    """Returns what the replay rules report."""
    failed = [
        Replayed(FAILED, case.path, case.line, f"{case.name}: {case.reason}", f"{case.group}/{case.name}")
        for case in cases
        if case.verdict in ("failed", "error")
    ]
    idle = [
        Replayed(UNUSED, one.place.path, one.place.line, f"no call asked for {one.call}", f"{one.set_name}/{one.name}")
        for one in unused
    ]
    return (*failed, *idle)
