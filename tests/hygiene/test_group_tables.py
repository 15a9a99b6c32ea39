"""What a table of dependency groups may be, against the library of PEP 735's author and against uv."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest
import tomli_w
from dependency_groups import DependencyGroupResolver
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from tests.rules.findings import by_rule

RULES = ("groups-invalid", "groups-duplicate-name", "groups-include-cycle", "groups-unknown-include")
NEVER = " ; python_version < '3'"
"""A marker that never holds: uv then needs no index."""

_NAMES: st.SearchStrategy[str] = st.sampled_from(
    ("test", "Test", "docs", "type-check", "Type_Check", "type.check", "lint", "all")
)
_REQUIREMENTS: tuple[object, ...] = (
    *("pytest", "pytest>=8", "pytest>=8,<9", "coverage[toml]>=7", "pytest~=8.0", "mypy==1.*", "sphinx!=7.1.0,>=7"),
)
_INCLUDES: tuple[object, ...] = tuple({"include-group": name} for name in ("test", "Docs", "type_check", "lint", "all"))
_WRONG: tuple[object, ...] = (
    *("pytest=>8", "pytest >= ", "a b", "", "-e .", "pytest==", "pytest>=8;", 1, True, {}, {"include": "test"}, ["a"]),
    *({"include-group": 1}, {"include-group": "test", "x": "y"}),
)
_FINE: tuple[object, ...] = cast("tuple[object, ...]", (*_REQUIREMENTS, *_INCLUDES))
_EVERY: tuple[object, ...] = cast("tuple[object, ...]", (*_FINE, *_REQUIREMENTS, *_WRONG))
_GOOD = st.sampled_from(_FINE)
_ANY = st.sampled_from(_EVERY)
_LISTS: st.SearchStrategy[list[object]] = st.one_of(st.lists(_GOOD, max_size=3), st.lists(_ANY, max_size=3))
TABLES: st.SearchStrategy[dict[str, list[object]]] = st.dictionaries(_NAMES, _LISTS, max_size=4)

Table = Mapping[str, list[object]]


def _project(table: Table, name: str = "demo") -> str:
    head = {"name": name, "version": "1", "requires-python": ">=3.11"}
    return tomli_w.dumps({"project": head, "dependency-groups": table})


ROOT = '[tool.uv.workspace]\nmembers = ["m*"]\n'


def _accepted(tables: Sequence[Table]) -> list[bool]:
    """Returns for each table whether the rules have nothing to say of it; all are members of one workspace."""
    files = {f"m{at}/pyproject.toml": _project(table, f"m{at}") for at, table in enumerate(tables)}
    found = by_rule({"pyproject.toml": ROOT, **files}, *RULES)
    told = {text.partition("/")[0] for texts in found.values() for text in texts}
    return [f"m{at}" not in told for at in range(len(tables))]


def _library(table: Table) -> bool:
    try:
        resolver = DependencyGroupResolver(table)  # pyright: ignore[reportArgumentType]
        for name in table:
            resolver.resolve(name)
    except (ValueError, TypeError, LookupError):
        return False
    return True


def _never(table: Table) -> Table:
    """Returns the table with markers that keep uv from looking anything up."""

    def item(one: object) -> object:
        return one + NEVER if isinstance(one, str) and one not in ("", "pytest>=8;") else one

    return {name: [item(one) for one in items] for name, items in table.items()}


def _uv(folder: Path, *, files: Mapping[str, str]) -> bool:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        ("uv", "lock", "--offline", "--no-config", "--python", sys.executable),
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.returncode == 0


def _generated(count: int) -> list[Table]:
    tables: list[Table] = []

    @seed(735)
    @settings(max_examples=count, database=None, phases=(Phase.generate,))
    @given(TABLES)
    def collect(table: Table) -> None:
        tables.append(table)

    collect()
    return tables


def test_two_hundred_tables_are_judged_as_the_library_does() -> None:
    tables = _generated(200)
    judged = {repr(table): (ours, _library(table)) for table, ours in zip(tables, _accepted(tables), strict=True)}
    assert {text: both for text, both in judged.items() if both[0] != both[1]} == {}
    assert {valid for _, valid in judged.values()} == {True, False}


@pytest.mark.skipif(shutil.which("uv") is None, reason="there is no uv")
def test_the_same_tables_are_judged_as_uv_does(tmp_path: Path) -> None:
    """One run of uv accepts all that are valid, as members of one workspace; each invalid one takes a run."""
    tables = list({repr(table): table for table in _generated(200)}.values())
    judged = _accepted(tables)
    good = [table for table, valid in zip(tables, judged, strict=True) if valid]
    members = {f"m{at}/pyproject.toml": _project(_never(table), f"m{at}") for at, table in enumerate(good)}
    assert len(good) > 30
    assert _uv(tmp_path / "good", files={"pyproject.toml": ROOT, **members})
    bad = [table for table, valid in zip(tables, judged, strict=True) if not valid]
    shown = bad if "TTA_UV_CASES" in os.environ else bad[:8]
    accepted = [
        table
        for at, table in enumerate(shown)
        if _uv(tmp_path / f"bad{at}", files={"pyproject.toml": _project(_never(table))})
    ]
    assert accepted == []


VALID = (
    'test = ["pytest", "coverage"]\ndocs = ["sphinx", "sphinx-rtd-theme"]\ntyping = ["mypy", "types-requests"]\n'
    'typing-test = [{include-group = "typing"}, {include-group = "test"}, "useful-types"]\n',
    'group-a = ["foo"]\ngroup-b = ["foo>1.0"]\ngroup-c = ["foo<1.0"]\n'
    'all = ["foo", {include-group = "group-a"}, {include-group = "group-b"}, {include-group = "group-c"}]\n',
    'coverage = ["coverage[toml]"]\ntest = ["pytest>7", {include-group = "coverage"}]\n',
    "test = [\"pytest<8; python_version < '3.6'\"]\nold = []\n",
)
"""The examples of PEP 735, and an empty group."""

INVALID = {
    'foo = ["pyparsing"]\nbar = [{set-phasers-to = "stun"}]\n': ["groups-invalid 8"],
    'foo = [{include-group = "bar"}]\nbar = [{include-group = "foo"}]\n': ["groups-include-cycle 7"],
    'foo = [{include-group = "foo"}]\n': ["groups-include-cycle 7"],
    'foo = [\n    "a",\n    {include-group = "nothing"},\n]\n': ["groups-unknown-include 9"],
    "foo-bar = []\nFoo_Bar = []\n": ["groups-duplicate-name 8"],
    'foo = "pytest"\nbar = {a = 1}\n': ["groups-invalid 7", "groups-invalid 8"],
    'foo = [1, "a b", {include-group = 1}]\n': ["groups-invalid 7"] * 3,
}
"""What PEP 735 says a tool must not accept -> the findings with their lines."""


def test_the_examples_of_the_specification_are_valid_and_its_errors_are_told_at_their_lines() -> None:
    head = '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.11"\n\n[dependency-groups]\n'
    told = {
        text: sorted(
            f"{rule} {found.split(':')[1]}"
            for rule, texts in by_rule({"pyproject.toml": head + text}, *RULES).items()
            for found in texts
        )
        for text in (*VALID, *INVALID)
    }
    assert told == {**{text: [] for text in VALID}, **INVALID}
