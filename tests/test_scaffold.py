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


def test_a_project_that_depends_on_us_runs_its_own() -> None:
    assert scaffold.command('[dependency-groups]\ndev = ["tta-validate>=0.1"]\n') == "uv run tta-validate check ."
    assert scaffold.command("").startswith("uvx --from '")


def test_the_workflow_pins_its_actions_and_asks_for_nothing() -> None:
    flow = yaml.safe_load(scaffold.workflow("uv run tta-validate check ."))
    assert flow["permissions"] == {}
    steps = flow["jobs"]["check"]["steps"]
    assert steps[-1] == {"run": "uv run tta-validate check ."}
    assert all(len(step["uses"].partition("@")[2]) == 40 for step in steps if "uses" in step)
