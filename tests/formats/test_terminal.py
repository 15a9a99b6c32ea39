import pytest

from tests.test_report import FULL, report
from tta_validate.findings import Severity
from tta_validate.formats import terminal
from tta_validate.report import CallSiteEntry, GuardState, Metric, Report, ReportedFinding, RuleRun, View
from tta_validate.sites import GUARDS, State

RAN = (RuleRun(id="adoption-no-retry", severity=Severity.WARNING),)


def finding(
    path: str, line: int, rule: str = "adoption-no-retry", severity: Severity = Severity.WARNING
) -> ReportedFinding:
    return ReportedFinding(
        rule=rule, severity=severity, message=f"`client.create` at {line} has no retry", path=path, line=line, column=5,
        end_line=line, end_column=9, snippet="    x = client.create()",
    )  # fmt: skip


def metric(name: str, numerator: int, denominator: int, target: float | None, member: str | None = None) -> Metric:
    value = 100 * numerator / denominator if denominator else None
    met = None if target is None or value is None else value >= target
    some = int(denominator > 0)
    counts = {"primitive": some, "explicit": numerator, "manual": some, "unknown": 2}
    counts["none"] = max(denominator - numerator - some, 0)
    return Metric(
        name=name, member=member, value=value, target=target, met=met, numerator=numerator, denominator=denominator,
        unknown=2, counts=counts,
    )  # fmt: skip


def site(**guards: GuardState) -> CallSiteEntry:
    return CallSiteEntry(
        path="app/llm.py", line=12, column=5, end_line=14, end_column=6, callee="client.chat.completions.create",
        kind="sdk", provider="openai", model="gpt-4o-mini", function="ask", member=None,
        guards={name: guards.get(name, GuardState(state=State.NONE)) for name in GUARDS},
    )  # fmt: skip


def show(value: Report, **fields: object) -> str:
    return terminal.render(value, View(**{"width": 100, **fields}))  # type: ignore[arg-type]


def test_a_clean_project_is_one_line() -> None:
    assert show(report(rules=RAN)) == "No findings (1 rule on p)\n"


def test_a_project_without_calls_says_what_was_looked_for() -> None:
    value = report(
        rules=RAN, metrics=(metric("adoption-retry", 0, 0, 100),), looked_for=("OpenAI", "Anthropic"), files={"seen": 7}
    )
    assert show(value) == (
        "No LLM call site: looked for the calls of 2 libraries in 7 Python files.\n\nNo findings (1 rule on p)\n"
    )


def test_few_findings_are_listed_by_file() -> None:
    value = report(
        rules=RAN,
        findings=(finding("a.py", 3), finding("a.py", 12, severity=Severity.ERROR), finding("b.py", 1)),
        suppressed=FULL.suppressed,
        skipped=({"path": "c.py", "reason": "it holds a NUL byte"},),
    )
    assert (
        show(value)
        == """\
a.py
      3:5  warning  adoption-no-retry  `client.create` at 3 has no retry
     12:5  error    adoption-no-retry  `client.create` at 12 has no retry
b.py
      1:5  warning  adoption-no-retry  `client.create` at 1 has no retry

Skipped c.py: it holds a NUL byte

1 error, 2 warnings; 1 suppressed; 1 file skipped (1 rule on p)
  tta-validate explain adoption-no-retry    what it means, and what to write instead
"""
    )


def test_five_hundred_findings_are_a_few_lines_and_the_two_commands_that_help() -> None:
    value = report(
        rules=RAN,
        findings=(
            *(finding(f"src/m{n % 40}.py", n + 1) for n in range(400)),
            *(finding("src/x.py", n + 1, "lock-stale", Severity.ERROR) for n in range(99)),
            finding("src/y.py", 1, "adoption-no-cache", Severity.INFO),
        ),
    )
    assert (
        show(value)
        == """\
   99  error    lock-stale         src/x.py:1 and 98 more
  400  warning  adoption-no-retry  src/m0.py:1 and 399 more in 40 files
    1  info     adoption-no-cache  src/y.py:1

99 errors, 400 warnings, 1 info finding (1 rule on p)
  tta-validate baseline                     accept today's findings, so that only new ones fail
  tta-validate explain adoption-no-retry    what it means, and what to write instead
  (--verbose shows every finding, --output concise one line each)
"""
    )


def test_a_baseline_that_is_there_is_said_to_grow() -> None:
    known = [one.model_copy(update={"by": "baseline"}) for one in FULL.suppressed]
    value = report(rules=RAN, findings=tuple(finding("a.py", n + 1) for n in range(99)), suppressed=known)
    assert "\n  tta-validate baseline --grow              accept today's findings" in show(value)


def test_the_findings_of_many_rules_are_at_most_twenty_lines() -> None:
    value = report(rules=RAN, findings=tuple(finding("a.py", 1, f"x-rule{n:02}") for n in range(60)))
    head = show(value).split("\n\n")[0].split("\n")
    assert len(head) == 20
    assert head[-1] == "   41  of 41 other rules"


def test_the_scoreboard_has_a_row_for_each_guard_and_one_for_each_member() -> None:
    value = report(
        rules=RAN,
        call_sites=(site(),),
        metrics=(
            metric("adoption-timeout", 8, 10, 100),
            metric("adoption-retry", 9, 10, 90),
            metric("adoption-cache", 0, 0, None),
            metric("adoption-timeout", 4, 4, 100, "api"),
            metric("adoption-timeout", 2, 6, 100, "worker"),
        ),
    )
    assert (
        show(value)
        == """\
Adoption over 1 LLM call site
                           primitive  explicit  by hand  none  unknown   share
  timeout                          1         7        1     1        2    80 % (8/10)    target 100 % missed
  retry                            1         8        1     0        2    90 % (9/10)    target 90 % met
  cache                            0         0        0     0        2     n/a (0/0)
  api                     timeout 100 % met
  worker                  timeout 33 % missed

No findings; 2 targets missed (1 rule on p)
  tta-validate explain adoption-timeout    what is counted, and where the target is set
  tta-validate inventory                   every call site with its guards
"""
    )


def test_quiet_is_one_line() -> None:
    assert show(report(rules=RAN, findings=(finding("a.py", 3),)), verbosity=-1) == "1 warning (1 rule on p)\n"


def test_verbose_shows_source_and_every_rule_that_had_nothing_to_look_at() -> None:
    value = report(
        rules=(*RAN, RuleRun(id="lock-stale", severity=Severity.ERROR, not_applicable="there is no uv.lock")),
        findings=(finding("a.py", 3),),
        skipped=({"path": "c.py", "reason": "it holds a NUL byte"},),
    )
    assert (
        show(value, verbosity=1)
        == """\
a.py
      3:5  warning  adoption-no-retry  `client.create` at 3 has no retry
               x = client.create()

lock: not applicable, there is no uv.lock
lock-stale: not applicable, there is no uv.lock

skipped c.py: it holds a NUL byte

1 warning; 1 file skipped (1 rule on p)
  tta-validate explain adoption-no-retry    what it means, and what to write instead
"""
    )


def test_statistics_count_active_and_suppressed_findings() -> None:
    text = show(report(rules=RAN, findings=(finding("a.py", 3),)), statistics=True)
    assert "Findings by rule\n  adoption-no-retry      1 active      0 suppressed\n" in text


def test_colour_codes_come_only_when_asked_for() -> None:
    value = report(rules=RAN, findings=(finding("a.py", 3),))
    assert "\x1b" not in show(value)
    assert "\x1b[33mwarning\x1b[0m" in show(value, colour=True)


@pytest.mark.parametrize("colour", [True, False])
def test_a_project_cannot_inject_control_characters(colour: bool) -> None:
    evil = finding("a\x1b[2J\r\n.py", 3).model_copy(update={"message": "x\x1b]0;owned\x07\ny"})
    text = show(report(rules=RAN, findings=(evil,)), colour=colour)
    assert "\x1b[2J" not in text
    assert "\x1b]" not in text
    assert "\r" not in text
    assert "x\ufffd]0;owned\ufffd y" in text


@pytest.mark.parametrize("width", [80, 120])
def test_tables_fit_the_terminal(width: int) -> None:
    names = ("adoption-timeout", "adoption-retry", "adoption-retry-by-primitive")
    long = tuple(metric(name, 1234, 5678, 100).model_copy(update={"excused": 3}) for name in names)
    members = tuple(metric(name, 4, 6, 100, f"member{n}") for n in range(2) for name in names)
    value = report(rules=RAN, call_sites=(site(), site()), metrics=(*long, *members))
    lines = show(value, width=width).splitlines()
    lines += terminal.render_inventory(value, View(width=width)).splitlines()
    assert max(map(len, lines)) <= width
    assert any("missed" in line and "retry by primitive" in line for line in lines)
    assert "app/llm.py:12" in lines[-4]


def test_the_inventory_is_a_table() -> None:
    value = report(call_sites=(site(retry=GuardState(state=State.EXPLICIT)),), files={"seen": 3})
    assert (
        terminal.render_inventory(value, View())
        == """\
call site      callee                         provider  model        timeout  retry     cache  route
app/llm.py:12  …ient.chat.completions.create  openai    gpt-4o-mini  none     explicit  none   none

1 call site in 3 Python files
"""
    )
