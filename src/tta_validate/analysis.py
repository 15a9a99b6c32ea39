"""The static analysis: rules over the project, silencing, metrics, and the Report of it all."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Literal, cast

from tta_validate import __version__, baseline, ignores, metrics, suppress
from tta_validate.alike import Then, unchanged_first
from tta_validate.baseline import Entry
from tta_validate.findings import MASK, Finding, Location, redact
from tta_validate.project import Project
from tta_validate.report import (
    SCHEMA,
    CallSiteEntry,
    Files,
    Fix,
    KnownFindings,
    ProjectEntry,
    RelatedPlace,
    Report,
    ReportedFinding,
    RuleRun,
    Shard,
    Skip,
    SuppressedFinding,
    Tool,
)
from tta_validate.rule import IdleName, IgnoreRule, Rule
from tta_validate.selection import Selection, available

_SNIPPET_LINES = 12
_SNIPPET_WIDTH = 300


@dataclass(frozen=True, slots=True)
class Known:
    """Findings that do not count: those of a baseline, or of an earlier revision; its name as shown.

    ``best`` are values that metrics may not fall below; ``then`` are the files that they were in, as they were.
    """

    entries: Counter[Entry]
    shown: str
    by: Literal["baseline", "since"] = "baseline"
    best: baseline.Best = field(default_factory=dict[tuple[str, str | None], float])
    then: Mapping[str, Then] = field(default_factory=dict[str, Then])


Plan = Callable[[Finding, str], Fix | None]
"""What tells of a finding, with its fingerprint, how it can be repaired."""


def _only_told(finding: Finding, _: str) -> Fix | None:
    return Fix(safe=finding.fix.safe) if finding.fix else None


def analyse(
    project: Project,
    selection: Selection,
    known: Sequence[Known] = (),
    today: date | None = None,
    plan: Plan = _only_told,
) -> Report:
    """Returns the report of the selected rules and metrics; its exit status is left at 0.

    Without a ``plan``, a finding tells whether there is a safe repair, and not its edits.
    """
    started = datetime.now(UTC)
    runs, raw = _run_rules(project, selection.rules)
    applied = frozenset(run.id for run in runs if run.not_applicable is None)
    findings = [entry for entry in _reported(project, raw, plan) if project.reports_on(entry.path)]
    silenced = _silence(project, selection, findings, _Judge(applied, today or started.date(), plan))
    active, suppressed, notes = silenced.active, silenced.suppressed, ()
    then = {path: one for each in known for path, one in each.then.items()}
    for each in known:
        held = {path for path in _existing(project, each.entries) if not project.reports_on(path)}
        ordered = unchanged_first(active, each.entries, then, project.text)
        outcome, gone = suppress.by_known(ordered, each.entries, held, (each.by, each.shown))
        active, suppressed = tuple(sorted(outcome.active, key=_place)), (*suppressed, *outcome.suppressed)
        if each.by == "baseline":
            notes = () if project.shard else suppress.gone_notes(gone, applied, project.paths, each.shown)
    sites: tuple[CallSiteEntry, ...] = ()
    if selection.metrics or project.has_inventory:
        found = (site for site in project.inventory.sites if project.reports_on(site.path))
        sites = tuple(CallSiteEntry.of(site) for site in sorted(found, key=lambda s: (s.path, s.line, s.column)))
    return redacted(
        Report(
            schema=SCHEMA,
            tool=Tool(version=__version__),
            project=_entry(project),
            started=started.isoformat(timespec="seconds"),
            fail_on=project.config.fail_on,
            rules=_explained(runs, selection.rules, {finding.rule for finding in (*active, *suppressed)}),
            findings=active,
            suppressed=tuple(sorted(suppressed, key=_place)),
            metrics=metrics.measure(
                sites, suppressed, _measured(project, selection), _goals(project, known), whole=project.is_whole
            ),
            files=_files(project),
            looked_for=project.inventory.looked_for if project.has_inventory else (),
            call_sites=sites,
            cost=project.measured.report if project.is_measured else None,
            skipped=_skipped(project),
            notes=(*project.remarks, *notes),
            shard=_shard(project, known) if project.shard else None,
        )
    )


def _goals(project: Project, known: Sequence[Known]) -> metrics.Goals:
    """Returns the function that gives goals: the configured target, or the best value seen where it ratchets."""
    origins = project.loaded.origins

    def goal(key: str, member: str | None) -> metrics.Goal:
        target, name = project.config.target(key, member), f"{metrics.PREFIX}{key}"
        if target is None:
            return metrics.Goal()
        whose = member if len(project.members) > 1 else None
        best = max([one.best[name, whose] for one in known if (name, whose) in one.best], default=None)
        places = [f"members.{member}.targets.{key}", f"targets.{key}", "targets"]
        place = next((origins[one] for one in places if one in origins), "")
        return metrics.Goal(max(target, best or 0), best, project.configured_at(place))

    return goal


def _shard(project: Project, known: Sequence[Known]) -> Shard:
    number, of = project.shard or (1, 1)
    keys = [name.removeprefix(metrics.PREFIX) for name in metrics.NAMES]
    goals = _goals(project, known)
    all_of = {
        name: {key: goals(key, name or None) for key in keys} for name in ("", *(one.name for one in project.members))
    }
    return Shard(
        number=number,
        of=of,
        targets={name: {key: goal.target for key, goal in own.items()} for name, own in all_of.items()},
        best={name: {key: goal.best for key, goal in own.items() if goal.best} for name, own in all_of.items()},
        places={name: {key: goal.where for key, goal in own.items() if goal.where} for name, own in all_of.items()},
        known=tuple(
            KnownFindings(
                by=each.by,
                shown=each.shown,
                entries=tuple((one.path, one.rule, one.text, count) for one, count in sorted(each.entries.items())),
                existing=tuple(sorted(_existing(project, each.entries))),
            )
            for each in known
        ),
    )


def take_inventory(project: Project) -> Report:
    """Returns a report that holds the call sites, and no findings."""
    return analyse(project, Selection((), ("inventory",)))


def _entry(project: Project) -> ProjectEntry:
    members = tuple(member.name for member in project.members)
    return ProjectEntry(
        name=project.name,
        root=project.root.as_posix(),
        members=members,
        paths=project.paths,
        below=_below(project.root),
    )


def _below(root: Path) -> str:
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    return "" if top == root else root.relative_to(top).as_posix()


def _run_rules(project: Project, rules: Sequence[Rule]) -> tuple[tuple[RuleRun, ...], list[Finding]]:
    runs: list[RuleRun] = []
    found: dict[tuple[str, Location, str], Finding] = {}
    for rule in rules:
        reason = rule.not_applicable(project)
        if reason is None:
            found |= {_key(finding): finding for finding in rule.check(project)}
        runs.append(RuleRun(id=rule.id, severity=rule.severity, summary=rule.summary, not_applicable=reason))
    return tuple(runs), list(found.values())


def _explained(runs: Sequence[RuleRun], rules: Sequence[Rule], found: Collection[str]) -> tuple[RuleRun, ...]:
    """Adds the pages of the rules that found something, which readers of the report need."""
    pages = {rule.id: rule.page for rule in rules if rule.id in found}
    return tuple(run.model_copy(update={"help": pages.get(run.id, "")}) for run in runs)


def _key(finding: Finding) -> tuple[str, Location, str]:
    return (finding.rule, finding.location, finding.message)


def _reported(project: Project, findings: Iterable[Finding], plan: Plan) -> list[ReportedFinding]:
    """Adds the source text and the fingerprint, in the order of places."""
    occurrences: Counter[Entry] = Counter()
    lines: dict[str, list[str]] = {}
    reported: list[ReportedFinding] = []
    for finding in sorted(findings, key=lambda each: (each.location, -each.severity.rank, each.rule, each.message)):
        place = finding.location
        if place.path not in lines:
            lines[place.path] = (project.text(place.path) or "").split("\n")
        source = "\n".join(lines[place.path][place.line - 1 : max(place.line, place.end_line)])
        exact = _exact(source, place)
        entry = Entry(place.path, finding.rule, baseline.text_hash(finding, exact))
        if finding.rule.startswith("secrets-") and place.end_column > place.column:
            source = source.replace(exact, MASK)
        fingerprint = baseline.fingerprint(entry, occurrences[entry])
        reported.append(
            ReportedFinding(
                rule=finding.rule,
                severity=finding.severity,
                message=finding.message,
                path=place.path,
                line=max(place.line, 1),
                column=max(place.column, 1),
                end_line=max(place.end_line, place.line, 1),
                end_column=max(place.end_column or place.column, 1),
                snippet=_snippet(source),
                fingerprint=fingerprint,
                text=entry.text,
                fix=plan(finding, fingerprint),
                related=tuple(
                    RelatedPlace(
                        path=near.location.path,
                        line=near.location.line,
                        column=near.location.column,
                        message=near.message,
                    )
                    for near in finding.related
                ),
            )
        )
        occurrences[entry] += 1
    return reported


def _exact(source: str, place: Location) -> str:
    """Returns the text of a place alone, so that what stands around it on its lines does not count."""
    if place.end_column <= (place.column if place.end_line <= place.line else 0):
        return source
    lines = source.split("\n")
    lines[-1] = lines[-1][: place.end_column - 1]
    lines[0] = lines[0][place.column - 1 :]
    return "\n".join(lines)


def _snippet(source: str) -> str:
    lines = source.split("\n")
    shown = [line if len(line) <= _SNIPPET_WIDTH else line[:_SNIPPET_WIDTH] + "…" for line in lines[:_SNIPPET_LINES]]
    return "\n".join(shown) + ("\n…" if len(lines) > _SNIPPET_LINES else "")


@dataclass(frozen=True, slots=True)
class _Judge:
    ran: frozenset[str]
    today: date
    plan: Plan


def _silence(
    project: Project, selection: Selection, findings: Sequence[ReportedFinding], judge: _Judge
) -> suppress.Outcome:
    """Applies comments, lets the rules about comments judge them, then applies what members ignore."""
    comments = [comment for path in _commented(project, selection, findings) for comment in _read(project, path)]
    first = suppress.by_comments(findings, comments, judge.today)
    judges = [rule for rule in selection.rules if isinstance(rule, IgnoreRule)]
    families = _whole_families(judge.ran, selection)
    raw = [found for rule in judges for found in rule.judge(first.comments, judge.ran | families, judge.today)]
    active = sorted((*first.active, *_reported(project, raw, judge.plan)), key=_place)
    ignored = {name: member.ignore for name, member in project.config.members.items() if member.ignore}
    members = {finding.path: project.member_of(finding.path) for finding in active} if ignored else {}
    last = suppress.by_members(active, members, ignored)
    idle = list(_idle(project, last.suppressed, judge.ran | families))
    raw = [found for rule in judges for found in rule.judge_settings(idle)]
    rest = tuple(sorted((*last.active, *_reported(project, raw, judge.plan)), key=_place)) if raw else last.active
    return suppress.Outcome(rest, (*first.suppressed, *last.suppressed), first.comments)


def _idle(project: Project, silenced: Sequence[SuppressedFinding], ran: Collection[str]) -> Iterator[IdleName]:
    """Yields what the configuration ignores in members and no finding needs, where everything was looked at."""
    if not project.is_whole:
        return
    used = {(project.member_of(one.path), name) for one in silenced for name in (one.rule, one.rule.partition("-")[0])}
    for member, settings in project.config.members.items():
        path, _, line = project.configured_at(project.loaded.origins.get(f"members.{member}.ignore", "")).rpartition(
            ":"
        )
        for name in settings.ignore if path and line.isdecimal() else ():
            if name in ran and (member, name) not in used:
                yield IdleName(member, name, Location(path, int(line)))


def _whole_families(ran: frozenset[str], selection: Selection) -> frozenset[str]:
    """Returns the families of which every rule there is has run."""
    missing = {name.partition("-")[0] for name in available() if name not in ran}
    return frozenset(name.partition("-")[0] for name in selection.ids & ran) - missing


def _commented(project: Project, selection: Selection, findings: Iterable[ReportedFinding]) -> list[str]:
    """Returns the files whose ignore comments matter: those with findings, and all where comments are judged."""
    paths = {finding.path for finding in findings}
    if any(isinstance(rule, IgnoreRule) for rule in selection.rules):
        paths.update(project.marked(ignores.MARKER))
    return sorted(paths)


def _read(project: Project, path: str) -> tuple[ignores.IgnoreComment, ...]:
    return ignores.read_ignores(project.text(path) or "", path)


def _existing(project: Project, entries: Iterable[Entry]) -> frozenset[str]:
    return frozenset(path for path in {entry.path for entry in entries} if project.exists(path))


def _measured(project: Project, selection: Selection) -> tuple[str, ...]:
    """Returns the metrics to show: those about primitives only where the project depends on a package of them."""
    if project.uses_primitives:
        return selection.metrics
    return tuple(name for name in selection.metrics if not name.endswith(metrics.BY_PRIMITIVE))


def _files(project: Project) -> Files:
    if not project.has_inventory:
        return Files()
    files = project.inventory.files
    return Files(seen=files.seen, named=files.named, parsed=files.parsed, cached=files.cached)


def _skipped(project: Project) -> tuple[Skip, ...]:
    skips = {**project.skipped, **project.unread}
    if project.has_inventory:
        skips |= dict(project.inventory.skipped)
    return tuple(Skip(path=path, reason=reason) for path, reason in sorted(skips.items()))


def _place(finding: ReportedFinding | SuppressedFinding) -> tuple[str, int, int, int, str, str]:
    worst = -finding.severity.rank
    return (finding.path, finding.line, finding.column, worst, finding.rule, finding.message)


def redacted(report: Report) -> Report:
    """Returns the report with everything that looks like a secret masked, in every text of it."""
    data = report.model_dump(by_alias=True)
    masked = _masked(data)
    return report if masked == data else Report.model_validate(masked)


def _masked(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Enum):
        return redact(value)
    if isinstance(value, dict):
        return {redact(key): _masked(inner) for key, inner in cast("dict[str, object]", value).items()}
    if isinstance(value, tuple):
        return tuple(map(_masked, cast("Sequence[object]", value)))
    return [*map(_masked, cast("Sequence[object]", value))] if isinstance(value, list) else value
