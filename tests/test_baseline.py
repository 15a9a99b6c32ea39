from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tta_validate import baseline
from tta_validate.baseline import Entry
from tta_validate.errors import InputError
from tta_validate.findings import Finding, Location, Severity
from tta_validate.report import ReportedFinding


def finding(path: str = "a.py", rule: str = "x-y", text: str = "t1", line: int = 1) -> ReportedFinding:
    return ReportedFinding(
        rule=rule, severity=Severity.WARNING, message="m", path=path, line=line, column=1, end_line=line, end_column=2,
        text=text,
    )  # fmt: skip


names = st.sampled_from(["a.py", "b/c.py", 'd "é".py'])
findings = st.lists(
    st.builds(finding, path=names, rule=st.sampled_from(["x-y", "x-z"]), text=st.sampled_from(["t1", "t2"])), max_size=8
)


def test_the_file_holds_one_sorted_entry_a_line() -> None:
    known = baseline.grow([finding("b.py"), finding("a.py", text="t2"), finding("b.py")])
    assert baseline.dump(known) == (
        '{\n  "schema": 1,\n  "findings": [\n'
        '    {"path": "a.py", "rule": "x-y", "text": "t2", "count": 1},\n'
        '    {"path": "b.py", "rule": "x-y", "text": "t1", "count": 2}\n'
        "  ]\n}\n"
    )


@given(findings)
def test_what_was_written_is_read_and_order_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, found: list[ReportedFinding]
) -> None:
    path = tmp_path_factory.mktemp("b") / "b.json"
    path.write_text(baseline.dump(baseline.grow(found)), encoding="utf-8")
    assert baseline.read(path, "b.json") == baseline.grow(found)
    assert baseline.dump(baseline.grow(reversed(found))) == baseline.dump(baseline.grow(found))


@given(findings, findings)
def test_every_finding_is_new_or_known_and_counts_add_up(
    known: list[ReportedFinding], found: list[ReportedFinding]
) -> None:
    parts = baseline.split(found, baseline.grow(known), {"a.py", "b/c.py", 'd "é".py'})
    entries = baseline.grow(known)
    assert baseline.grow([*parts.new, *parts.known]) == baseline.grow(found)
    assert baseline.grow(parts.known) + parts.gone == entries
    assert baseline.grow(parts.known) == baseline.grow(found) & entries


@given(findings, findings)
def test_a_baseline_only_shrinks(known: list[ReportedFinding], found: list[ReportedFinding]) -> None:
    after = baseline.shrink(baseline.grow(known), found)
    assert after <= baseline.grow(found)
    assert after.total() <= len(known)
    assert baseline.shrink(baseline.grow(known), known) == baseline.grow(known)
    unread = {"a.py"}
    kept = baseline.shrink(baseline.grow(known), [one for one in found if one.path not in unread], unread)
    assert {one: n for one, n in kept.items() if one.path in unread} == baseline.grow(
        one for one in known if one.path in unread
    )


def test_more_of_the_same_than_known_is_new() -> None:
    known = baseline.grow([finding(line=1)])
    parts = baseline.split([finding(line=5), finding(line=9)], known)
    assert ([f.line for f in parts.known], [f.line for f in parts.new]) == ([5], [9])


def test_a_renamed_file_keeps_its_known_findings() -> None:
    known = baseline.grow([finding("old.py"), finding("old.py", text="t2")])
    parts = baseline.split([finding("new.py"), finding("other.py")], known)
    assert [f.path for f in parts.known] == ["new.py"]
    assert parts.gone == Counter({Entry("old.py", "x-y", "t2"): 1})


def test_code_that_went_to_another_file_stays_known_unless_its_file_was_not_looked_at() -> None:
    known = baseline.grow([finding("old.py")])
    assert [f.path for f in baseline.split([finding("new.py")], known).known] == ["new.py"]
    assert [f.path for f in baseline.split([finding("new.py")], known, {"old.py"}).new] == ["new.py"]
    assert [f.path for f in baseline.split([finding("old.py"), finding("new.py")], known).new] == ["new.py"]


def test_the_hash_of_the_text_does_not_depend_on_place_or_whitespace() -> None:
    here = Finding("x-y", Severity.ERROR, "m", Location("a.py", 3))
    there = Finding("x-y", Severity.ERROR, "other words", Location("b.py", 9))
    assert baseline.text_hash(here, "f(a,\n    b)") == baseline.text_hash(there, "f(a, b)")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "b.json: there is no such baseline; `tta-validate baseline` writes it"),
        ('{"schema": 2, "findings": []}', "b.json:1: has schema 2, which this version cannot read"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "b.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        baseline.read(path, "b.json")
    assert str(error.value) == message


@given(st.binary(max_size=60) | st.sampled_from([b"[" * 100_000, b'{"schema": 1, "findings": [{}]}']))
def test_any_bytes_are_a_baseline_or_an_input_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("b") / "b.json"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"^b\.json:1: is not a baseline: "):
        baseline.read(path, "b.json")
