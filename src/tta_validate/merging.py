"""Joins the reports of shards, of several jobs or of several commands into the one that a single run would write."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from tta_validate import metrics, suppress
from tta_validate.baseline import Entry
from tta_validate.errors import InputError
from tta_validate.report import Files, KnownFindings, Metric, Model, Report, ReportedFinding, RuleRun, SuppressedFinding

_Part = TypeVar("_Part", bound=Model)


def merged(reports: Sequence[Report]) -> Report:
    """Returns one report of several about one project; its exit status is left at 0.

    Raises InputError where they are of different projects, or where a shard is missing.
    """
    first = reports[0]
    names = sorted({report.project.name for report in reports})
    if len(names) > 1:
        raise InputError(f"report merge: these are reports of different projects: {', '.join(names)}")
    _refuse_missing([report for report in reports if report.shard is not None])
    rules = _rules(reports)
    active, suppressed, notes = _findings(reports, rules)
    sites = sorted(_unique(each.call_sites for each in reports), key=lambda one: (one.path, one.line, one.column))
    paths = {path for each in reports for path in each.project.paths}
    return first.model_copy(
        update={
            "project": first.project.model_copy(
                update={"paths": tuple(sorted(paths)) if all(each.project.paths for each in reports) else ()}
            ),
            "started": min(each.started for each in reports),
            "rules": rules,
            "findings": tuple(active),
            "suppressed": tuple(suppressed),
            "metrics": metrics.measure(sites, suppressed, *_goals(reports), whole=_whole(reports)),
            "files": Files(**{name: max(getattr(one.files, name) for one in reports) for name in Files.model_fields}),
            "looked_for": tuple(dict.fromkeys(text for each in reports for text in each.looked_for)),
            "call_sites": tuple(sites),
            "cost": next((each.cost for each in reports if each.cost is not None), None),
            "lock_changes": next((each.lock_changes for each in reports if each.lock_changes), ()),
            "engine": next((each.engine for each in reports if each.engine is not None), None),
            "cases": tuple(_unique(each.cases for each in reports)),
            "unused_mocks": tuple(_unique(each.unused_mocks for each in reports)),
            "skipped": tuple(sorted(_unique(each.skipped for each in reports), key=lambda one: one.path)),
            "notes": tuple(dict.fromkeys([*notes, *(note for each in reports for note in each.notes)])),
            "history": max((each.history for each in reports), key=len),
            "shard": None,
            "exit_status": 0,
        }
    )


def _refuse_missing(shards: Sequence[Report]) -> None:
    numbers = {(report.shard.of, report.shard.number) for report in shards if report.shard is not None}
    if len({of for of, _ in numbers}) > 1:
        listed = ", ".join(f"{number}/{of}" for of, number in sorted(numbers))
        raise InputError(f"report merge: these are shards of different runs: {listed}")
    for of in {of for of, _ in numbers}:
        missing = [f"{number}/{of}" for number in range(1, of + 1) if (of, number) not in numbers]
        if missing:
            raise InputError(f"report merge: there is no report of shard {', '.join(missing)}")


def _unique(parts: Iterable[Sequence[_Part]]) -> list[_Part]:
    found: dict[str, _Part] = {}
    for each in parts:
        for one in each:
            found.setdefault(one.model_dump_json(), one)
    return list(found.values())


def _rules(reports: Sequence[Report]) -> tuple[RuleRun, ...]:
    """Returns the rules that ran somewhere, with their pages; one that found something to look at does apply."""
    found: dict[str, RuleRun] = {}
    for run in (run for report in reports for run in report.rules):
        old = found.get(run.id, run)
        applies = None if run.not_applicable is None else old.not_applicable
        found[run.id] = run.model_copy(update={"help": run.help or old.help, "not_applicable": applies})
    return tuple(found.values())


def _place(one: ReportedFinding) -> tuple[str, int, int, int, str, str]:
    return (one.path, one.line, one.column, -one.severity.rank, one.rule, one.message)


def _findings(
    reports: Sequence[Report], rules: Sequence[RuleRun]
) -> tuple[Sequence[ReportedFinding], list[SuppressedFinding], list[str]]:
    """Returns what is active, what is suppressed, and notes.

    What is known is taken out once more, of all shards together: each shard alone would spend the whole count of an
    entry whose file was renamed. What a shard took out goes first: it knew which of several in a file had been there.
    """
    paths = reports[0].project.paths
    known = _unique(report.shard.known for report in reports if report.shard is not None)
    again = {one.by: stage for stage, one in enumerate(known)}
    stages: dict[tuple[object, ...], int] = {}
    active = {(*_place(one), one.fingerprint): one for report in reports for one in report.findings}
    silenced: dict[tuple[object, ...], SuppressedFinding] = {}
    for one in (one for report in reports for one in report.suppressed):
        key = (*_place(one), one.fingerprint)
        if one.by in again:
            active[key] = ReportedFinding.model_validate(one.model_dump(exclude={"by", "reason", "where"}))
            stages[key] = again[one.by]
        elif key not in active:
            silenced[key] = one
    first = sorted(active, key=lambda key: (stages.get(key, len(known)), key))
    left: Sequence[ReportedFinding] = [active[key] for key in first]
    suppressed, notes = list(silenced.values()), list[str]()
    ran = frozenset(run.id for run in rules if run.not_applicable is None)
    for each in known:
        held = {path for path in each.existing if not suppress.within(path, paths)}
        outcome, gone = suppress.by_known(left, _entries(each), held, (each.by, each.shown))
        left, suppressed = outcome.active, [*suppressed, *outcome.suppressed]
        if each.by == "baseline":
            notes += suppress.gone_notes(gone, ran, paths, each.shown)
    return sorted(left, key=_place), sorted(suppressed, key=_place), notes


def _entries(known: KnownFindings) -> Counter[Entry]:
    return Counter({Entry(path, rule, text): count for path, rule, text, count in known.entries})


def _whole(reports: Sequence[Report]) -> bool:
    """Whether targets can be judged: the whole project was looked at by one report, or by all shards together."""
    return any(not report.project.paths for report in reports if report.metrics)


def _goals(reports: Sequence[Report]) -> tuple[list[str], metrics.Goals]:
    """Returns the names of the metrics, and the function that gives their goals."""
    found: dict[tuple[str | None, str], metrics.Goal] = {}
    for one in (metric for report in reports for metric in report.metrics):
        found[one.member, _key(one)] = metrics.Goal(one.target, one.best, one.where)
    for shard in (report.shard for report in reports if report.shard is not None):
        for name, targets in shard.targets.items():
            best, places = shard.best.get(name, {}), shard.places.get(name, {})
            for key, target in targets.items():
                found[name or None, key] = metrics.Goal(target, best.get(key), places.get(key, ""))
    names = {metric.name for report in reports for metric in report.metrics}
    return sorted(names), lambda key, member: found.get((member, key)) or found.get((None, key)) or metrics.Goal()


def _key(metric: Metric) -> str:
    return metric.name.removeprefix(metrics.PREFIX)
