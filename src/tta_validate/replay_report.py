"""The report of a replay: its cases, and the findings that the replay rules make of them."""

from collections.abc import Sequence
from typing import cast

from pydantic import JsonValue

from tta_validate import analysis, run
from tta_validate.project import Project, Replayed
from tta_validate.replay.compare_model import Difference as Found
from tta_validate.replay.redact import redacted_text, redacted_value
from tta_validate.replay.result import Result, Unused
from tta_validate.report import SCHEMA, Case, Difference, MockUse, Report
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
    data = {"where": one.where, "class": one.kind, "expected": _json(expected), "actual": _json(actual)}
    return Difference.model_validate(data)


def _json(value: object) -> JsonValue:
    """Returns what JSON can hold: whole numbers as they are, anything that it has no form for as text."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, dict):
        return {str(key): _json(inner) for key, inner in cast("dict[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in cast("Sequence[object]", value)]
    return str(value)


def report_of(
    project: Project, cases: Sequence[Case], unused: Sequence[Unused] = (), notes: Sequence[str] = ()
) -> Report:
    """Returns the report of a replay alone, exit status included."""
    project.replayed = found_in(cases, unused)
    chosen = [rule for rule in select(project.loaded, everything=True).rules if rule.family == "replay"]
    report = analysis.analyse(project, Selection(tuple(chosen), ()))
    full = report.model_copy(update={"cases": tuple(cases), "notes": (*report.notes, *notes)})
    return analysis.redacted(full.model_copy(update={"exit_status": run.exit_status(full, strict=False)}))


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


def data_of(engine: str, cases: Sequence[Case], unused: Sequence[Unused], notes: Sequence[str]) -> JsonValue:
    """Returns what ``replay --output json`` prints."""
    shown: list[JsonValue] = [cast("JsonValue", case.model_dump(mode="json", by_alias=True)) for case in cases]
    idle: list[JsonValue] = [
        {
            "set": one.set_name,
            "name": one.name,
            "path": one.place.path,
            "line": one.place.line,
            "call": redacted_text(one.call),
        }
        for one in unused
    ]
    return {"schema": SCHEMA, "engine": engine, "cases": shown, "unused_mocks": idle, "notes": list(notes)}
