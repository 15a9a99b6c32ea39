"""What is wrong according to a report, and how much of it: the same list and the same numbers for every format."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tta_validate.findings import Severity
from tta_validate.plain_text import clean
from tta_validate.report import Case, Difference, Metric, Report, ReportedFinding, Skip

CASE_RULE = "replay-case-failed"
"""The rule whose findings tell of failed cases."""

SKIPPED = "skipped"
"""What stands for a rule's id where a file was skipped."""

_TARGETS = "pyproject.toml"
_LINE = re.compile(r"line (\d{1,9})\b")


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers that every format shows: active findings by severity, and the rest."""

    error: int
    warning: int
    info: int
    missed: int
    failed_cases: int
    passed_cases: int
    suppressed: int
    skipped: int
    rules: int

    @classmethod
    def of(cls, report: Report) -> "Counts":
        """Returns the numbers of a report."""
        found = Counter(finding.severity for finding in active(report))
        verdicts = Counter(case.verdict for case in report.cases)
        return cls(
            error=found[Severity.ERROR],
            warning=found[Severity.WARNING],
            info=found[Severity.INFO],
            missed=len(report.missed),
            failed_cases=verdicts["failed"] + verdicts["error"],
            passed_cases=verdicts["passed"],
            suppressed=len(report.suppressed),
            skipped=len(report.skipped),
            rules=sum(run.not_applicable is None for run in report.rules),
        )

    @property
    def findings(self) -> int:
        """All active findings but those that tell of a failed case."""
        return self.error + self.warning + self.info

    def sentence(self) -> str:
        """Returns the numbers that are not zero, as one phrase without an end."""
        found = [(self.error, "error"), (self.warning, "warning"), (self.info, "info finding")]
        parts = [", ".join(count(n, noun) for n, noun in found if n) or "no findings"]
        rest = [
            (self.missed, "target", " missed"),
            (self.failed_cases, "case", " failed"),
            (self.passed_cases, "case", " passed"),
        ]
        parts += [f"{count(n, noun)}{end}" for n, noun, end in rest if n]
        parts += [f"{self.suppressed} suppressed"] if self.suppressed else []
        parts += [f"{count(self.skipped, 'file')} skipped"] if self.skipped else []
        text = "; ".join(parts)
        return text[0].upper() + text[1:]


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Returns a number with its noun in the right form."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def failed_cases(report: Report) -> tuple[Case, ...]:
    """Returns the cases that did not pass."""
    return tuple(case for case in report.cases if case.verdict in ("failed", "error"))


def _parted(report: Report) -> tuple[list[ReportedFinding], list[ReportedFinding]]:
    """Returns the findings that tell of no failed case, and for each failed case the one that does, or a stand-in."""
    failed = failed_cases(report)
    told: dict[tuple[str, int], list[ReportedFinding]] = {(case.path, case.line): [] for case in failed}
    room = Counter((case.path, case.line) for case in failed)
    rest: list[ReportedFinding] = []
    for finding in report.findings:
        place = (finding.path, finding.line)
        if finding.rule == CASE_RULE and len(told.get(place, ())) < room[place]:
            told[place].append(finding)
        else:
            rest.append(finding)
    return rest, [_told(told[case.path, case.line], case) for case in failed]


def _told(found: list[ReportedFinding], case: Case) -> ReportedFinding:
    return found.pop(0) if found else of_case(case)


def active(report: Report) -> tuple[ReportedFinding, ...]:
    """Returns the active findings but those that tell of a failed case, which counts as a case."""
    return tuple(_parted(report)[0])


def problems(report: Report) -> tuple[ReportedFinding, ...]:
    """Returns the active findings, then one for each missed target and for each failed case."""
    rest, cases = _parted(report)
    return (*rest, *map(of_metric, report.missed), *cases)


def skips(report: Report) -> tuple[ReportedFinding, ...]:
    """Returns each skipped file as a finding of no rule, at the line that the reason names."""
    return tuple(map(of_skip, report.skipped))


def of_skip(skip: Skip) -> ReportedFinding:
    """Returns a skipped file as a finding that counts nowhere."""
    found = _LINE.match(skip.reason)
    line = max(int(found[1]), 1) if found else 1
    return _stand_in(SKIPPED, skip.reason, skip.path, line, "").model_copy(update={"severity": Severity.INFO})


def ranked(found: Iterable[ReportedFinding]) -> list[ReportedFinding]:
    """Returns findings, the worst first, otherwise in the order of their places."""
    return sorted(found, key=lambda one: (-one.severity.rank, one.path, one.line, one.column, one.rule))


def by_rule(found: Iterable[ReportedFinding]) -> list[list[ReportedFinding]]:
    """Returns findings grouped by rule: the worst groups first, then the most numerous ones."""
    groups: dict[str, list[ReportedFinding]] = {}
    for finding in found:
        groups.setdefault(finding.rule, []).append(finding)
    return sorted(groups.values(), key=lambda group: (-_worst(group), -len(group), group[0].rule))


def by_number(report: Report) -> list[tuple[str, int, int]]:
    """Returns each rule that found something with how many active and suppressed findings it has, most active first."""
    found, silenced = (Counter(one.rule for one in each) for each in (active(report), report.suppressed))
    rules = sorted(found | silenced, key=lambda rule: (-found[rule], -silenced[rule], rule))
    return [(rule, found[rule], silenced[rule]) for rule in rules]


def _worst(group: Sequence[ReportedFinding]) -> int:
    return max(finding.severity.rank for finding in group)


def target_text(metric: Metric) -> str:
    """Returns what a missed target is, in words."""
    member = f" of {metric.member}" if metric.member else ""
    target, best = metric.target or 0, metric.best or 0
    below = f"the target of {target:g} %"
    if 100 * (metric.numerator + metric.excused) >= target * metric.denominator or (best and best >= target):
        below = f"its best value of {best:g} %, which the baseline keeps"
    return f"{metric.value or 0:g} %{member} is below {below}"


def of_metric(metric: Metric) -> ReportedFinding:
    """Returns a missed target as a finding; it stands where the target is set."""
    path, _, line = metric.where.rpartition(":")
    at = int(line) if path and line.isdecimal() and int(line) else 1
    return _stand_in(metric.name, target_text(metric), path or _TARGETS, at, metric.member or "")


def scope(report: Report) -> str:
    """Returns what part of the project a report is about, empty for the whole."""
    if report.shard is not None:
        return f"shard {report.shard.number}/{report.shard.of}"
    if report.project.paths:
        named = report.project.paths
        return named[0] if len(named) == 1 else f"{len(named)} paths"
    return ""


def unjudged(report: Report) -> str:
    """Returns the sentence that says why targets are not judged, empty where they are or where there is none."""
    if not scope(report) or not any(one.target is not None and one.denominator for one in report.metrics):
        return ""
    if report.shard is not None:
        return "Targets are judged on the whole project: `tta-validate report merge` does, with all shards."
    return "Targets are judged on the whole project only, and these are parts of it."


def of_case(case: Case) -> ReportedFinding:
    """Returns a failed case as a finding at its place."""
    text = clean(f"{case.name}: {case.reason}")
    return _stand_in(CASE_RULE, text, case.path or case.group, case.line, f"{case.group}/{case.name}")


def _stand_in(rule: str, message: str, path: str, line: int, subject: str) -> ReportedFinding:
    digest = hashlib.sha256("\0".join((rule, path, subject)).encode()).hexdigest()[:16]
    return ReportedFinding(
        rule=rule,
        severity=Severity.ERROR,
        message=message,
        path=path,
        line=line,
        column=1,
        end_line=line,
        end_column=1,
        fingerprint=digest,
        text=digest,
    )


def sides(one: Difference) -> tuple[str, str]:
    """Returns what was recorded and what there is now: text as it is, unless it reads as another type would."""
    quoted = one.change == "type"
    expected = "(not recorded)" if one.change == "added" else _as_json(one.expected, quoted=quoted)
    actual = "(missing)" if one.change == "missing" else _as_json(one.actual, quoted=quoted)
    return expected, actual


def _as_json(value: object, *, quoted: bool) -> str:
    return value if isinstance(value, str) and not quoted else json.dumps(value, ensure_ascii=False)


def in_repository(report: Report, path: str) -> str:
    """Returns the path of a file from the top of the repository, which is where services look for it."""
    return f"{report.project.below}/{path}" if report.project.below else path
