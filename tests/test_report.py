import pytest

from tta_validate.cost_model import (
    Amount,
    CostReport,
    Exchanges,
    Hit,
    LeftOut,
    ModelCost,
    Month,
    PolicyResult,
    PriceSource,
    Saving,
    SiteCost,
    Verdict,
)
from tta_validate.errors import InputError
from tta_validate.findings import Severity
from tta_validate.report import (
    SCHEMA,
    CallSiteEntry,
    Case,
    GuardState,
    Metric,
    ProjectEntry,
    RelatedPlace,
    Report,
    ReportedFinding,
    RuleRun,
    Skip,
    SuppressedFinding,
    Tool,
)
from tta_validate.sites import GUARDS, Reach, State


def cost(text: str = "genai-prices") -> CostReport:
    return CostReport(
        kind="test",
        prices=PriceSource(source=text, version="1", newest="2026-11-09"),
        traffic=Exchanges(files=1, exchanges=3, sessions=1, joined=2, unpriced=1, left_out=1),
        total=Amount(exchanges=3, usd=1.5),
        models=(
            ModelCost(provider="openai", model=text, exchanges=2, input_tokens=1000, output_tokens=10, usd=1.5),
            ModelCost(provider="unknown", model="house", exchanges=1, unpriced=text),
        ),
        sites=(SiteCost(path=text, line=7, function=text, exchanges=2, usd=1.5, saved=0.5), SiteCost(exchanges=1)),
        policies=(
            PolicyResult(
                name="cache", title="exact response cache", assumes=text, settings=text, hits=1, alone=0.5, added=0.5,
                examples=(Hit(where=text, what=text, saved=0.5),),
            ),
            PolicyResult(name="bounds", title="bounded", assumes="nothing", hits=1, alone=-0.25, added=0.0),
        ),
        saving=Saving(usd=0.5, percent=100 / 3, low=20.0, high=40.0, resampled=1000),
        target=Verdict(target=40.0, verdict="missed"),
        month=Month(usd=45.0, budget=40.0, days=1.0),
        left_out=(LeftOut(path="r.yaml", line=2, reason=text),),
        notes=(text,),
    )  # fmt: skip


def finding(severity: Severity = Severity.WARNING) -> ReportedFinding:
    return ReportedFinding(
        rule="x-y", severity=severity, message="é\n\x00", path="a.py", line=1, column=2, end_line=3, end_column=4,
        snippet="f()", fingerprint="1", text="2",
        related=(RelatedPlace(path="b.py", line=1, column=1, message="here"),),
    )  # fmt: skip


def report(**fields: object) -> Report:
    base: dict[str, object] = {
        "schema": SCHEMA,
        "tool": Tool(version="1"),
        "project": ProjectEntry(name="p", root="/p"),
        "started": "2026-01-01T00:00:00+00:00",
    }
    return Report.model_validate({**base, **fields})


FULL = report(
    rules=(RuleRun(id="x-y", severity=Severity.WARNING, not_applicable="there is no lock"),),
    findings=(finding(),),
    suppressed=(SuppressedFinding(**dict(finding()), by="comment", reason="why", where="a.py:1"),),
    metrics=(
        Metric(
            name="adoption-retry", member=None, value=None, target=90, met=None, numerator=0, denominator=0, unknown=1
        ),
    ),
    call_sites=(
        CallSiteEntry(
            path="a.py", line=1, column=1, end_line=1, end_column=9, callee="c.create", kind="sdk", provider="openai",
            model=None, function="f", member=None,
            guards={name: GuardState(state=State.EXPLICIT, reach=Reach.CLIENT, by="timeout=3") for name in GUARDS},
        ),
    ),
    cost=cost(),
    lock_changes=({"name": "httpx", "from": ["1"], "to": []},),
    cases=(
        Case.model_validate(
            {
                "set": "s",
                "name": "n",
                "verdict": "failed",
                "differences": [{"where": "body.a", "class": "drift", "expected": [1, None]}],
            }
        ),
    ),
    skipped=(Skip(path="b.py", reason="a NUL byte"),),
    notes=("a note",),
    exit_status=1,
)  # fmt: skip


def test_nothing_is_lost_in_json() -> None:
    assert Report.from_json(FULL.to_json()) == FULL


def test_fields_of_a_later_version_are_ignored() -> None:
    assert Report.from_json(FULL.to_json().replace('"started"', '"later": {}, "started"')) == FULL


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "old.json:1: is not a report of schema 1: the file: Invalid JSON: EOF while parsing an object"),
        ("{}", "old.json:1: is not a report of schema 1: schema: Field required"),
        (FULL.to_json().replace('"schema": 1', '"schema": 2'), "old.json:1: is not a report of schema 1: schema: "),
    ],
)
def test_says_why_a_file_is_no_report(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        Report.from_json(text, path="old.json")
    assert str(error.value).startswith(message)


MISSED = Metric(
    name="adoption-retry", member=None, value=10, target=90, met=False, numerator=1, denominator=10, unknown=0
)


@pytest.mark.parametrize(
    ("fields", "passed"),
    [
        ({}, True),
        ({"findings": (finding(Severity.INFO),)}, True),
        ({"findings": (finding(Severity.WARNING),)}, False),
        ({"findings": (finding(Severity.WARNING),), "fail_on": "error"}, True),
        ({"findings": (finding(Severity.INFO),), "fail_on": "info"}, False),
        ({"suppressed": FULL.suppressed}, True),
        ({"metrics": (MISSED,)}, False),
        ({"cases": FULL.cases}, False),
        ({"skipped": FULL.skipped}, True),
    ],
)
def test_passes_without_failures_missed_targets_and_failed_cases(fields: dict[str, object], passed: bool) -> None:
    assert report(**fields).passed is passed
