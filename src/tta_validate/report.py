"""The result of a run: versioned JSON that loses nothing, so that every format can be made from a saved one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from tta_validate.cost_model import CostReport, Part
from tta_validate.errors import InputError
from tta_validate.findings import Severity
from tta_validate.sites import GUARDS, CallSite, Guard, Reach, State, Step

SCHEMA = 1
"""The number of the JSON shape; fields are only ever added within one."""


Line = Annotated[int, Field(ge=1)]
"""A line, a column or a number of something, counted from 1."""

Number = Annotated[int, Field(ge=0)]
Percentage = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Duration = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _moment(text: str) -> str:
    datetime.fromisoformat(text)
    return text


Moment = Annotated[str, AfterValidator(_moment)]
"""A time in the format of ISO 8601."""


def told(error: ValidationError) -> str:
    """Returns the first thing that is wrong, without the words that pydantic begins with."""
    return error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")


class Model(Part, BaseModel):
    """A part whose fields may be given by their names where they have an alias."""

    model_config = ConfigDict(populate_by_name=True)


class RelatedPlace(Model):
    """Another place that explains a finding."""

    path: str
    line: Line
    column: Line
    message: str


class Edit(Model):
    """A replacement of a range of a file by text; lines and columns count from 1."""

    path: str
    line: Line
    column: Line
    end_line: Line
    end_column: Line
    text: str


class Fix(Model):
    """What would repair a finding; ``safe`` says that behaviour stays the same but for the repaired thing."""

    safe: bool
    edits: tuple[Edit, ...] = ()


class ReportedFinding(Model):
    """One finding at one place, with the source text there and a fingerprint that does not depend on line numbers.

    ``text`` is the hash of rule and normalised source text, the part of the fingerprint that survives a moved file.
    """

    rule: str
    severity: Severity
    message: str
    path: str
    line: Line
    column: Line
    end_line: Line
    end_column: Line
    snippet: str = ""
    fingerprint: str = ""
    text: str = ""
    fix: Fix | None = None
    related: tuple[RelatedPlace, ...] = ()


class SuppressedFinding(ReportedFinding):
    """A finding that does not count, with the reason and what silenced it; ``where`` is its ``path:line``, if any."""

    by: Literal["comment", "baseline", "config", "since"]
    reason: str
    where: str = ""


class RuleRun(Model):
    """A rule of this run. ``not_applicable`` says why there was nothing to look at; None when it looked.

    ``help`` is the rule's page without its examples, where it found something.
    """

    id: str
    severity: Severity
    summary: str = ""
    not_applicable: str | None = None
    help: str = ""


class Metric(Model):
    """A number with an optional target, for one member or (``member`` None) for the whole project.

    ``value`` and ``target`` are percentages of ``denominator``; ``value`` is None where nothing can be counted.
    ``counts`` holds how many call sites are in which state; ``unknown`` ones are in neither numerator nor denominator.
    ``excused`` are the ones short of the target whose finding is suppressed; they do not miss it.
    ``best`` is what a ratchet keeps; only what a comment or a setting silences is excused from it, no baseline.
    ``met`` is None without a target, without anything to count, and where only a part of the project was looked at.
    ``where`` is the ``path:line`` that sets the target, empty for a default.
    """

    name: str
    member: str | None
    value: Percentage | None
    target: Percentage | None
    unit: Literal["%"] = "%"
    met: bool | None
    numerator: Number
    denominator: Number
    unknown: Number
    excused: Number = 0
    best: Percentage | None = None
    where: str = ""
    counts: dict[str, Number] = {}


class Evidence(Model):
    """A place (``path:line``) and what stands there."""

    where: str
    what: str

    @classmethod
    def of(cls, steps: Iterable[Step]) -> tuple[Self, ...]:
        """Returns the steps as parts of a report."""
        return tuple(cls(where=step.where, what=step.what) for step in steps)


class GuardState(Model):
    """One guard of a call site; ``by``, ``where`` and ``why`` tell what gives it, where, and why it is unknown."""

    state: State
    reach: Reach | None = None
    by: str | None = None
    where: str | None = None
    why: str | None = None
    primitive: bool = False
    applies: bool = True
    evidence: tuple[Evidence, ...] = ()

    @classmethod
    def of(cls, guard: Guard, *, applies: bool) -> Self:
        """Returns the guard as a part of a report."""
        return cls(
            state=guard.state,
            reach=guard.reach,
            by=guard.by,
            where=guard.where,
            why=guard.why,
            primitive=guard.primitive,
            applies=applies,
            evidence=Evidence.of(guard.evidence),
        )


class CallSiteEntry(Model):
    """One call expression that sends a request to a model, with the state of each guard."""

    path: str
    line: Line
    column: Line
    end_line: Line
    end_column: Line
    callee: str
    kind: str
    provider: str
    model: str | None
    function: str | None
    member: str | None
    prompt_cache: bool = False
    stream: bool = False
    embedding: bool = False
    output_limit: State = State.UNKNOWN
    in_primitive: str | None = None
    guards: dict[str, GuardState]
    chain: tuple[Evidence, ...] = ()

    @classmethod
    def of(cls, site: CallSite) -> Self:
        """Returns the call site as a part of a report."""
        return cls(
            path=site.path,
            line=site.line,
            column=site.column,
            end_line=site.end_line,
            end_column=site.end_column,
            callee=site.callee,
            kind=site.kind,
            provider=site.provider,
            model=site.model,
            function=site.function,
            member=site.member,
            prompt_cache=site.prompt_cache,
            stream=site.stream,
            embedding=site.embedding,
            output_limit=site.output_limit,
            in_primitive=site.in_primitive,
            guards={name: GuardState.of(site.guards[name], applies=name in site.applies) for name in GUARDS},
            chain=Evidence.of(site.chain),
        )


class Skip(Model):
    """A file that was not looked at, and why."""

    path: str
    reason: str


class Files(Model):
    """How many files were seen, named as worth reading, parsed and taken from the cache."""

    seen: Number = 0
    named: Number = 0
    parsed: Number = 0
    cached: Number = 0


class Difference(Model):
    """Where an answer differs from the recorded one, how, and of what class the difference is.

    ``expected`` is null where a value was ``added``, and ``actual`` where it is ``missing``.
    """

    where: str
    kind: Literal["behaviour", "drift", "volatile"] = Field(alias="class")
    change: Literal["changed", "missing", "added", "type"] = "changed"
    expected: JsonValue = None
    actual: JsonValue = None


class MockUse(Model):
    """Which recorded exchanges a case used, and which of its calls found none.

    ``changed`` and ``extra`` are calls that were answered although they differ or were not recorded for the case,
    ``dropped`` recorded ones that the app did not make.
    """

    used: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


class Case(Model):
    """One recorded case, where it stands, and how its replay went; ``text`` says all of a case that did not pass.

    ``before`` names the cases that were replayed to set this one up.
    """

    group: str = Field(alias="set")
    name: str
    verdict: Literal["passed", "failed", "skipped", "error"]
    reason: str = ""
    seconds: Duration = 0.0
    differences: tuple[Difference, ...] = ()
    mocks: MockUse = MockUse()
    path: str = ""
    line: Line = 1
    text: str = ""
    before: tuple[str, ...] = ()


class UnusedMock(Model):
    """A recorded outgoing call that no case of a whole replay made, and where it stands."""

    group: str = Field(alias="set")
    name: str
    path: str
    line: Line
    call: str


class Run(Model):
    """The numbers of one run of the history: active findings by severity and rule, and the rest.

    ``base`` is the branch that the run's own goes into, where it ran for a pull request. ``metrics``: name -> value in
    percent, of the whole project. ``cases``: number by verdict.
    """

    started: Moment
    commit: str = ""
    branch: str = ""
    base: str = ""
    error: Number = 0
    warning: Number = 0
    info: Number = 0
    suppressed: Number = 0
    missed: Number = 0
    rules: dict[str, Number] = {}
    metrics: dict[str, Percentage] = {}
    cases: dict[str, Number] = {}
    seconds: Duration = 0.0


class Tool(Model):
    """What made the report."""

    name: str = "tta-validate"
    version: str


class ProjectEntry(Model):
    """What the report is about; ``paths`` are the ones that findings were limited to, relative to the root.

    ``below`` is the path of the root from the top of its git repository, empty for the top and without a repository.
    """

    name: str
    root: str
    members: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    below: str = ""


class KnownFindings(Model):
    """What a baseline or an earlier revision knows: path, rule, hash of the text, count; and paths that still exist."""

    by: Literal["baseline", "since"]
    shown: str
    entries: tuple[tuple[str, str, str, Number], ...] = ()
    existing: tuple[str, ...] = ()


class Shard(Model):
    """Which part of a run this is, and what `report merge` needs to make the whole of the parts.

    ``targets``: member (empty for the project) -> metric without its family -> target in percent; ``best`` and
    ``places`` hold in the same way the best values that a ratchet keeps, and where targets are set.
    """

    number: Line
    of: Line
    targets: dict[str, dict[str, Percentage | None]] = {}
    best: dict[str, dict[str, Percentage]] = {}
    places: dict[str, dict[str, str]] = {}
    known: tuple[KnownFindings, ...] = ()


class Report(Model):
    """Everything one run found out; ``history`` holds earlier runs and this one, where they are kept.

    ``fixed`` are the findings that the run has repaired, as they were; None where it was not asked to.
    ``engine`` is what replayed the ``cases``, None where nothing was replayed.
    """

    schema_number: Literal[1] = Field(alias="schema")
    tool: Tool
    project: ProjectEntry
    started: Moment
    fail_on: Severity = Severity.WARNING
    rules: tuple[RuleRun, ...] = ()
    findings: tuple[ReportedFinding, ...] = ()
    suppressed: tuple[SuppressedFinding, ...] = ()
    fixed: tuple[ReportedFinding, ...] | None = None
    metrics: tuple[Metric, ...] = ()
    files: Files = Files()
    looked_for: tuple[str, ...] = ()
    call_sites: tuple[CallSiteEntry, ...] = ()
    cost: CostReport | None = None
    lock_changes: tuple[dict[str, JsonValue], ...] = ()
    engine: str | None = None
    cases: tuple[Case, ...] = ()
    unused_mocks: tuple[UnusedMock, ...] = ()
    skipped: tuple[Skip, ...] = ()
    notes: tuple[str, ...] = ()
    history: tuple[Run, ...] = ()
    shard: Shard | None = None
    exit_status: Annotated[int, Field(ge=0, le=3)] = 0

    def to_json(self) -> str:
        """Returns the report as indented JSON, keys in the order of the fields, ending in a newline."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str, *, path: str = "report") -> Self:
        """Returns the report that `to_json` wrote; raises InputError, naming ``path``, for anything else."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "the file"
            raise InputError(f"{path}:1: is not a report of schema {SCHEMA}: {place}: {told(error)}") from None

    @property
    def failures(self) -> tuple[ReportedFinding, ...]:
        """The findings at or above ``fail_on``."""
        return tuple(finding for finding in self.findings if finding.severity.rank >= self.fail_on.rank)

    @property
    def missed(self) -> tuple[Metric, ...]:
        """The metrics below their target."""
        return tuple(metric for metric in self.metrics if metric.met is False)

    @property
    def passed(self) -> bool:
        """Whether there is no finding at or above ``fail_on``, no failed case and no missed target."""
        return (
            not self.failures and not self.missed and all(case.verdict in ("passed", "skipped") for case in self.cases)
        )


@dataclass(frozen=True, slots=True)
class View:
    """How a report is to be shown: ``width`` in columns, with colour codes or not, how much, with statistics or not.

    ``verbosity``: -1 quiet, 0 normal, 1 verbose. ``budget``: characters that a comment has room for; below the 65,536
    of GitHub, so that whoever posts it can add to it.
    """

    width: int = 100
    colour: bool = False
    verbosity: int = 0
    statistics: bool = False
    budget: int = 60_000
