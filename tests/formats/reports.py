"""Reports for the tests of formats: small, large and hostile ones."""

from tests.test_report import cost, report
from tta_validate.findings import Severity
from tta_validate.report import (
    CallSiteEntry,
    Case,
    Edit,
    Fix,
    GuardState,
    Metric,
    ProjectEntry,
    RelatedPlace,
    Report,
    ReportedFinding,
    RuleRun,
    Skip,
    SuppressedFinding,
)
from tta_validate.sites import GUARDS, Reach, State

EVIL = (
    "$(touch x)`id`\n::error::x\r\n##[error]y%0A</script><img src=x onerror=alert(1)>]]>--&gt;\x1b[31m\x00\u202e|\\ "
    "@someone [x](https://evil.example) {{7*7}} {% raw %} 'q\" \ud7ff\U0001f600 *_~#1 <!-- ``` www.evil.example"
)
SECRET = "sk-proj-abcdefghijklmnopqrstuvwx"


def finding(
    rule: str = "adoption-no-timeout",
    severity: Severity = Severity.WARNING,
    path: str = "app/llm.py",
    line: int = 3,
    text: str = "client.create() has no timeout",
) -> ReportedFinding:
    return ReportedFinding(
        rule=rule, severity=severity, message=text, path=path, line=line, column=5, end_line=line, end_column=20,
        snippet=f"    x = client.create()  # {text}", fingerprint=f"{rule}{path}{line}"[-30:], text="t",
        related=(RelatedPlace(path=path, line=1, column=1, message=text),),
        fix=Fix(safe=True, edits=(Edit(path=path, line=line, column=5, end_line=line, end_column=6, text=text),)),
    )  # fmt: skip


def metric(name: str, good: int, of: int, target: float | None, member: str | None = None) -> Metric:
    value = round(100 * good / of, 1) if of else None
    return Metric(
        name=name, member=member, value=value, target=target, numerator=good, denominator=of, unknown=2,
        met=None if target is None or value is None else value >= target,
        counts={"primitive": 0, "explicit": good, "manual": 0, "none": of - good, "unknown": 2},
    )  # fmt: skip


def site(path: str, line: int, text: str = "client.chat.completions.create") -> CallSiteEntry:
    guard = GuardState(state=State.EXPLICIT, reach=Reach.CLIENT, by=text, where=f"{path}:1")
    return CallSiteEntry(
        path=path, line=line, column=5, end_line=line + 2, end_column=6, callee=text, kind="sdk", provider="openai",
        model=text, function="ask", member="api",
        guards={name: guard if name != "retry" else GuardState(state=State.NONE) for name in GUARDS},
    )  # fmt: skip


def case(name: str, verdict: str, text: str = "the status is another one", path: str = "") -> Case:
    differences = [{"where": f"body.{text[:5]}", "class": "behaviour", "expected": {"a": [1, text]}, "actual": None}]
    return Case.model_validate(
        {
            "set": "keploy/test-set-0", "name": name, "verdict": verdict, "reason": "" if verdict == "passed" else text,
            "seconds": 0.25, "differences": [] if verdict == "passed" else differences, "text": f"{text}\n- a\n+ b",
            "path": path or f"keploy/test-set-0/tests/{name}.yaml",
        }
    )  # fmt: skip


def change(name: str, text: str = "1.0") -> dict[str, object]:
    return {"name": name, "kind": "upgraded", "from": [text], "to": ["2.0"], "size": "major", "direct": [text]}


def of_size(number: int, *, text: str = "client.create() has no timeout") -> Report:
    """Returns a report of so many findings over a hundred files and ten rules, and as many call sites."""
    severities = (Severity.WARNING, Severity.INFO, Severity.ERROR, Severity.INFO)
    found = [
        finding(f"adoption-rule{at % 10}", severities[at % 4], f"src/pkg/module_{at % 100:02}.py", at + 1, text)
        for at in range(number)
    ]
    return report(
        rules=[RuleRun(id=f"adoption-rule{at}", severity=severities[at % 4], summary=text) for at in range(10)],
        findings=found,
        call_sites=[site(f"src/pkg/module_{at % 100:02}.py", at + 1) for at in range(number)],
        metrics=[metric("adoption-timeout", number // 2, number, 100), metric("adoption-cache", 0, 0, None)],
        exit_status=1 if found else 0,
    )


def full(text: str, path: str = "app/llm.py") -> Report:
    """Returns a report with something of everything, all with the same text in it."""
    severities = (Severity.ERROR, Severity.WARNING, Severity.WARNING, Severity.INFO)
    found = [
        finding("lock-stale" if at == 0 else "x-y", each, path, at + 1, text) for at, each in enumerate(severities)
    ]
    quiet = dict(finding("x-y", path=path, line=9, text=text))
    silenced = [
        SuppressedFinding.model_validate({**quiet, "by": by, "reason": text, "where": f"{path}:9"})
        for by in ("comment", "baseline")
    ]
    return report(
        project=ProjectEntry(name=text, root="/p", members=(text,), below="sub"),
        rules=[
            RuleRun(id="x-y", severity=Severity.WARNING, summary=text, help=text),
            RuleRun(id="lock-stale", severity=Severity.ERROR, summary=text),
            RuleRun(id="x-z", severity=Severity.WARNING, summary=text, not_applicable=text),
        ],
        findings=found,
        suppressed=silenced,
        metrics=[metric("adoption-timeout", 1, 4, 100), metric("adoption-retry", 4, 4, 100, text)],
        call_sites=[site(path, 3, text)],
        cost=cost(text),
        lock_changes=[change("httpx", text)],
        cases=[case("good", "passed"), case("bad", "failed", text, path), case("worse", "error", text, path)],
        skipped=[Skip(path=path, reason=text), Skip(path="b.py", reason=text), Skip(path="c.py", reason=text)],
        notes=[text],
        exit_status=1,
    )


def replayed() -> Report:
    """Returns a report of a check and a replay: a failed case that a finding tells, and one that no finding does."""
    bad = case("bad", "failed")
    told = finding("replay-case-failed", Severity.ERROR, bad.path, bad.line, f"bad: {bad.reason}")
    return report(
        rules=[RuleRun(id=name, severity=Severity.WARNING) for name in ("adoption-no-timeout", "replay-case-failed")],
        findings=[finding(), told],
        metrics=[metric("adoption-timeout", 1, 4, 100).model_copy(update={"where": "pyproject.toml:7"})],
        call_sites=[site("app/llm.py", 3)],
        cases=[bad, case("worse", "error"), case("good", "passed"), case("left", "skipped")],
        skipped=[Skip(path="a  b.py", reason="line 12: is not Python: x")],
        exit_status=1,
    )


REPORTS = {
    "replayed": replayed(),
    "empty": report(),
    "one": report(findings=[finding()], rules=[RuleRun(id="adoption-no-timeout", severity=Severity.WARNING)]),
    "full": full("a plain text"),
    "hostile": full(EVIL, f"app/{EVIL.replace(chr(0), '')}.py"),
    "many": of_size(60),
}
