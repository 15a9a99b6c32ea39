import json
import tomllib
from pathlib import Path

import pytest
import tomli_w
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.test_report import FULL, report
from tta_validate import scaffold
from tta_validate.errors import InputError

QUALITY = Path(__file__).parent.parent / "docs/workflows/quality.yml"


def test_adds_a_table_and_keeps_every_byte_before_it() -> None:
    text = '# mine\r\n[project]\r\nname = "x" # why\r\n'
    assert scaffold.configured(text, "known.json") == text + (
        '\r\n[tool.tta-validate]\r\nfail-on = "warning"\r\nbaseline = "known.json"\r\n'
        "\r\n[tool.tta-validate.targets]\r\ntimeout = 100\r\nretry = 100\r\n"
    )


def test_a_file_without_an_end_of_line_gets_one() -> None:
    assert scaffold.configured("x = 1", None).startswith("x = 1\n\n[tool.tta-validate]\n")


@given(
    st.dictionaries(st.text("abc", min_size=1), st.integers() | st.dictionaries(st.text("xy"), st.text()), max_size=4)
)
def test_the_rest_of_the_file_means_the_same(values: dict[str, object]) -> None:
    result = tomllib.loads(scaffold.configured(tomli_w.dumps(values), None))
    table = result.pop("tool")
    assert result == values
    assert table == {"tta-validate": {"fail-on": "warning", "targets": {"timeout": 100, "retry": 100}}}


@pytest.mark.parametrize("text", ["tool = {}\n", "tool.ruff.x = 1\n[tool.ruff]\n", "x = \n"])
def test_says_so_where_no_table_can_be_added(text: str) -> None:
    with pytest.raises(InputError, match=r"^pyproject\.toml:\d+: .*add \[tool\.tta-validate\] by hand"):
        scaffold.configured(text, None)


def test_plans_configuration_baseline_and_workflow(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n', encoding="utf-8")
    plan = scaffold.plan(tmp_path, FULL)
    assert [*plan.files] == ["pyproject.toml", "tta-baseline.json", ".github/workflows/tta-validate.yml"]
    assert plan.left == {}
    assert 'baseline = "tta-baseline.json"' in plan.files["pyproject.toml"]


def test_leaves_alone_what_is_there(tmp_path: Path) -> None:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    for name in ("tta-baseline.json", ".github/workflows/tta-validate.yml"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.tta-validate]\n", encoding="utf-8")
    plan = scaffold.plan(tmp_path, FULL)
    assert plan.files == {}
    assert [*plan.left] == ["pyproject.toml", "tta-baseline.json", ".github/workflows/tta-validate.yml"]


def test_writes_no_baseline_without_findings_and_no_workflow_without_git(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    plan = scaffold.plan(tmp_path, report())
    assert [*plan.files] == ["pyproject.toml"]
    assert plan.left == {".github/workflows/tta-validate.yml": "the root is no git repository"}


def test_the_workflow_is_that_of_the_documentation_without_the_comment() -> None:
    """So it has the pins of our own workflows, which another test holds to be the same everywhere."""
    text = scaffold.workflow(*scaffold.UNKNOWN)
    mine, theirs = (yaml.safe_load(each) for each in (text, QUALITY.read_text(encoding="utf-8")))
    (job,), (other,) = mine["jobs"].values(), theirs["jobs"].values()
    assert (mine["permissions"], mine[True], job["permissions"]) == ({}, theirs[True], {"contents": "read"})
    assert job["steps"] == [{key: value for key, value in step.items() if key != "with" or at == 0}
                            for at, step in enumerate(other["steps"])]  # fmt: skip
    assert scaffold.CHECKOUT in QUALITY.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("#") and "COMMIT" in line] == [
        "# OWNER is the owner of tta-validate on GitHub, COMMIT the full hash of a commit of it: write both below."
    ]


@pytest.mark.parametrize(
    ("url", "commit", "known"),
    [
        ("https://github.com/some/tta-validate.git", "a" * 40, True),
        ("https://github.com/some/tta-validate", "a" * 40, True),
        ("https://git.example.org/some/tta-validate", "a" * 40, False),
        ("https://github.com/some/tta-validate", "main", False),
        ("https://github.com/x/y\n- run: z", "a" * 40, False),
    ],
)
def test_the_workflow_names_where_the_program_came_from(url: str, commit: str, known: bool) -> None:
    found = scaffold.source_of(json.dumps({"url": url, "vcs_info": {"vcs": "git", "commit_id": commit}}))
    assert found == (("some/tta-validate", commit) if known else scaffold.UNKNOWN)
    assert ("OWNER" in scaffold.workflow(*found)) != known
    assert scaffold.source_of("{}") == scaffold.source_of('{"url": "file:///x", "dir_info": {}}') == scaffold.UNKNOWN
