"""Edits of texts: TOML operations, and changes by offsets."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tta_validate.findings import Location
from tta_validate.fix.changes import applied, between
from tta_validate.fix.content import Content, Unfixable, decoded
from tta_validate.fix.request import Request
from tta_validate.fix.toml_operations import operated

_TOML = """\
# the project
[project]
name = "a"  # its name
dependencies = [
  "b>=1",  # why b
  "c",
]

# old tables
[tool.old]
x = 1

[tool.old.inner]
y = 2  # two

# new tables
[tool.new]
z = [1, 2]
w = { a = 1 }
"""


@pytest.mark.parametrize(
    ("operations", "gone", "come"),
    [
        ([("set", ["tool", "new", "k"], "v")], [], ['k = "v"']),
        ([("set", ["project", "name"], "b")], ['name = "a"  # its name'], ['name = "b"  # its name']),
        ([("append", ["project", "dependencies"], "d")], [], ['  "d",']),
        ([("append", ["tool", "new", "z"], 3)], ["z = [1, 2]"], ["z = [1, 2, 3]"]),
        ([("append", ["tool", "new", "n"], 3)], [], ["n = [3]"]),
        ([("remove", ["project", "dependencies", 1], None)], ['  "c",'], []),
        ([("remove", ["tool", "new", "w"], None)], ["w = { a = 1 }"], []),
        (
            [("remove", ["tool", "old"], None)],
            ["# old tables", "[tool.old]", "x = 1", "", "[tool.old.inner]", "y = 2  # two", ""],
            [],
        ),
        ([("move", ["tool", "new", "z"], ["tool", "new", "q"])], ["z = [1, 2]"], ["q = [1, 2]"]),
    ],
)
def test_operations_change_their_lines_and_no_other(
    operations: list[tuple[str, list[str | int], object]], gone: list[str], come: list[str]
) -> None:
    after = operated(_TOML, "pyproject.toml", operations)
    left: list[str] = [*_TOML.split("\n")]
    now = after.split("\n")
    for line in gone:
        left.remove(line)
    for line in come:
        now.remove(line)
    assert now == left


def test_a_new_table_is_made() -> None:
    after = operated(_TOML, "pyproject.toml", [("set", ["tool", "fresh", "inner", "k"], [1, {"a": "b"}])])
    assert after.startswith(_TOML)
    assert tomllib.loads(after)["tool"]["fresh"] == {"inner": {"k": [1, {"a": "b"}]}}


@pytest.mark.parametrize(
    "operation",
    [
        ("remove", ["tool", "none"], None),
        ("remove", ["project", "dependencies", 9], None),
        ("append", ["project", "name"], 1),
        ("set", ["project", "name", "x"], 1),
    ],
)
def test_what_is_not_there_cannot_be_changed(operation: tuple[str, list[str | int], object]) -> None:
    with pytest.raises(Unfixable):
        operated(_TOML, "pyproject.toml", [operation])


_TEXTS = st.text("ab\n\r", max_size=30)


@given(_TEXTS, _TEXTS)
def test_changes_between_texts_make_one_of_the_other(before: str, after: str) -> None:
    changes = between(before, after)
    assert applied(before, changes) == after
    assert all(change.start <= change.end and (change.end > change.start or change.text) for change in changes)


@given(_TEXTS, st.text("ab\n", max_size=30), st.booleans())
def test_a_file_keeps_its_line_ends_and_mark(raw: str, after: str, marked: bool) -> None:
    mark = b"\xef\xbb\xbf" if marked else b""
    content = decoded(mark + raw.encode(), python=True)
    assert content == Content(raw, "utf-8", mark)
    try:
        made = content.edited(between(content.text, after))
    except Unfixable:
        assert "\r" in raw.replace("\r\n", ""), "only lone carriage returns can become a part of another line end"
        return
    again = decoded(made, python=True)
    assert (again.text, again.mark) == (after, mark)
    if "\r" not in raw:
        assert "\r" not in again.raw
    assert content.edited(()) == mark + raw.encode()


_COMMENTED = """\
[project]
dependencies = [
    "a>=1",  # why a
    "A>=1",  # again
    "b",  # why b
    "c",
    "c",  # why c
]

[project.optional-dependencies]
# for tests
dev = [
    "d",  # why d
    # the last
    "e",
]

[tool.uv]
dev-dependencies = ["f", "e"]

[tool.uv.workspace]
members = ["m"]
exclude = ["gone"]

[tool.uv.sources]
x = { workspace = true }

[dependency-groups]
lint = ["l"]
docs = [
    "e",
]
"""


def test_comments_go_where_their_requirement_goes_and_nothing_empty_is_left() -> None:
    dependencies, groups, uv = ["project", "dependencies"], "dependency-groups", ["tool", "uv"]
    after = operated(
        _COMMENTED,
        "pyproject.toml",
        [
            ("fold", [*dependencies, 4], [*dependencies, 3]),
            ("fold", [*dependencies, 1], [*dependencies, 0]),
            ("transfer", [*dependencies, 1], [groups, "lint"]),
            ("transfer", [groups, "lint", 1], [groups, "test"]),
            ("move", ["project", "optional-dependencies", "dev"], [groups, "dev"]),
            ("transfer", [*uv, "dev-dependencies", 0], [groups, "dev"]),
            ("transfer", [*uv, "dev-dependencies", 0], [groups, "dev"]),
            ("remove", [*uv, "dev-dependencies"], None),
            ("remove", [*uv, "workspace", "exclude", 0], None),
            ("remove", [*uv, "sources", "x"], None),
        ],
    )
    assert (
        after
        == """\
[project]
dependencies = [
    "a>=1",  # why a; again
    "c",  # why c
]

[tool.uv.workspace]
members = ["m"]

[dependency-groups]
lint = [
    "l",
]
docs = [
    "e",
]
test = [
    "b",  # why b
]
# for tests
dev = [
    "d",  # why d
    # the last
    "e",
    "f",
]
"""
    )
    assert operated("[tool.uv]\nsources = { x = 1 }\n", "p", [("remove", ["tool", "uv", "sources", "x"], None)]) == ""


def test_the_repairs_of_one_file_share_its_lines() -> None:
    """Ten thousand findings of a long file would split it ten thousand times."""
    text = "a\nb\n"
    first, second = (Request(Location("a.py", line), {}, lambda _: text).lines("a.py") for line in (1, 2))
    assert first is second
    assert first.place(2) == (2, 1)
