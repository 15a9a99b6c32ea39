"""Gauges for a Prometheus textfile: valid as OpenMetrics 1.0 and as the text format 0.0.4 of node_exporter."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tta_validate.cost_figures import figures
from tta_validate.findings import printable
from tta_validate.problems import Counts, active
from tta_validate.report import Report, View

_PREFIX = "tta_validate_"


@dataclass(frozen=True, slots=True)
class _Sample:
    """A number with its labels."""

    labels: dict[str, str]
    value: float


def render(report: Report, view: View) -> str:
    """Returns the numbers of a report as gauges, every one with the label ``project``."""
    del view
    lines: list[str] = []
    for name, text, samples in _families(report):
        body = [f"{_PREFIX}{name}{_labels(report, one.labels)} {_number(one.value)}" for one in samples]
        if body:
            lines += [f"# HELP {_PREFIX}{name} {text}", f"# TYPE {_PREFIX}{name} gauge", *body]
    return "".join(f"{line}\n" for line in (*lines, "# EOF"))


def _families(report: Report) -> Iterator[tuple[str, str, Iterable[_Sample]]]:
    counts = Counts.of(report)
    yield "findings", "Active findings by rule and severity.", _findings(report)
    silenced = Counter((finding.rule, finding.by) for finding in report.suppressed)
    yield (
        "suppressed_findings",
        "Suppressed findings by rule and what silenced them.",
        [_Sample({"rule": rule, "by": by}, number) for (rule, by), number in sorted(silenced.items())],
    )
    yield "targets_missed", "Metrics below their target.", [_Sample({}, counts.missed)]
    yield "skipped_files", "Files that could not be looked at.", [_Sample({}, counts.skipped)]
    yield from _metrics(report)
    verdicts = Counter(case.verdict for case in report.cases)
    cases = [_Sample({"verdict": verdict}, number) for verdict, number in sorted(verdicts.items())]
    yield "replay_cases", "Recorded cases by verdict.", cases
    seconds = [_Sample({}, sum(case.seconds for case in report.cases))] if cases else []
    yield "replay_seconds", "Seconds that the answers of all cases took.", seconds
    kinds = Counter(str(change.get("kind", "")) for change in report.lock_changes)
    changes = [_Sample({"kind": kind}, number) for kind, number in sorted(kinds.items())]
    yield "lock_changes", "Changes of the lock by kind.", changes
    for name, text, samples in figures(report.cost) if report.cost else ():
        yield name, text, [_Sample(labels, value) for labels, value in samples]
    yield "exit_status", "Exit status of the run.", [_Sample({}, report.exit_status)]
    yield "started_timestamp_seconds", "When the run started, in seconds since 1970.", _started(report)


def _findings(report: Report) -> Iterator[_Sample]:
    """Yields a number for each rule that ran, zero included, so that a rule that found nothing is no gap."""
    numbers = Counter({(run.id, str(run.severity)): 0 for run in report.rules if run.not_applicable is None})
    numbers.update((finding.rule, str(finding.severity)) for finding in active(report))
    for (rule, severity), number in sorted(numbers.items()):
        yield _Sample({"rule": rule, "severity": severity}, number)


def _metrics(report: Report) -> Iterator[tuple[str, str, Iterable[_Sample]]]:
    named = [({"metric": one.name, "member": one.member or ""}, one) for one in report.metrics]
    values = [_Sample(labels, (one.value or 0) / 100) for labels, one in named if one.value is not None]
    targets = [_Sample(labels, one.target / 100) for labels, one in named if one.target is not None]
    states = [
        _Sample({**labels, "state": state}, number) for labels, one in named for state, number in one.counts.items()
    ]
    yield "adoption_ratio", "Share of call sites with the guard, from 0 to 1.", values
    yield "adoption_target_ratio", "Target of the share, from 0 to 1.", targets
    yield "call_sites", "Call sites by the state of their guard.", states


def _started(report: Report) -> list[_Sample]:
    try:
        return [_Sample({}, datetime.fromisoformat(report.started).timestamp())]
    except ValueError:
        return []


def _labels(report: Report, labels: dict[str, str]) -> str:
    named = {"project": report.project.name, **labels}
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in named.items()) + "}"


def _escaped(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(round(value, 6))
