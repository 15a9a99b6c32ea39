from datetime import date

from tta_validate import suppress
from tta_validate.findings import Severity
from tta_validate.ignores import read_ignores
from tta_validate.report import ReportedFinding

TODAY = date(2026, 6, 1)


def finding(line: int, end_line: int = 0, rule: str = "x-y", path: str = "a.py") -> ReportedFinding:
    return ReportedFinding(
        rule=rule, severity=Severity.WARNING, message="m", path=path, line=line, column=1, end_line=end_line or line,
        end_column=2,
    )  # fmt: skip


def lines_left(text: str, *findings: ReportedFinding) -> list[int]:
    return [each.line for each in suppress.by_comments(findings, read_ignores(text, "a.py"), TODAY).active]


def test_silences_on_its_own_line_only() -> None:
    assert lines_left("f()  # tta: ignore[x-y]\ng()\n", finding(1), finding(2)) == [2]


def test_silences_the_line_below_when_alone() -> None:
    assert lines_left("# tta: ignore[x-y]\nf()\ng()\n", finding(2), finding(3)) == [3]


def test_silences_from_any_line_of_a_call() -> None:
    assert lines_left("f(\n    a,\n    b,  # tta: ignore[x-y]\n)\n", finding(1, 4)) == []


def test_names_a_rule_or_its_family() -> None:
    text = "f()  # tta: ignore[x, a-b]\n"
    assert lines_left(text, finding(1), finding(1, rule="a-b"), finding(1, rule="a-c")) == [1]


def test_a_comment_in_another_file_does_nothing() -> None:
    assert lines_left("f()  # tta: ignore[x-y]\n", finding(1, path="b.py")) == [1]


def test_an_expired_or_malformed_comment_silences_nothing() -> None:
    assert lines_left("f()  # tta: ignore[x-y] until=2026-05-31\n", finding(1)) == [1]
    assert lines_left("f()  # tta: ignore[x-y] until=June\n", finding(1)) == [1]
    assert lines_left("f()  # tta: ignore[x-y] until=2026-06-01\n", finding(1)) == []


def test_says_what_silenced_a_finding_and_why() -> None:
    comments = read_ignores("f()  # tta: ignore[x-y] the queue retries\ng()  # tta: ignore[x-y]\n", "a.py")
    outcome = suppress.by_comments([finding(1), finding(2)], comments, TODAY)
    assert [(each.by, each.reason, each.where) for each in outcome.suppressed] == [
        ("comment", "the queue retries", "a.py:1"),
        ("comment", "no reason given", "a.py:2"),
    ]


def test_remembers_which_names_were_needed() -> None:
    comments = read_ignores("f()  # tta: ignore[x-y, a-b]\n", "a.py")
    (judged,) = suppress.by_comments([finding(1)], comments, TODAY).comments
    assert judged.used == {"x-y"}


def test_a_member_ignores_rules_and_families() -> None:
    found = [finding(1, path="app/a.py"), finding(2, path="app/a.py", rule="a-b"), finding(3, path="lib/a.py")]
    members = {"app/a.py": "app", "lib/a.py": "lib"}
    outcome = suppress.by_members(found, members, {"app": ("x",)})
    assert [each.line for each in outcome.active] == [2, 3]
    assert [(each.line, each.by, each.reason) for each in outcome.suppressed] == [
        (1, "config", "ignored in member app")
    ]
