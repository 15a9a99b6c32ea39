"""What the two fixture projects show of cost: a target met and one missed, from their committed traffic."""

import runpy
import sys
from pathlib import Path
from typing import cast

import pytest

from tests.rules.findings import rule_named
from tta_validate import cost_summary
from tta_validate.analysis import analyse
from tta_validate.config import load
from tta_validate.cost_commands import answer
from tta_validate.cost_model import CostReport
from tta_validate.project import Project
from tta_validate.report import View
from tta_validate.selection import Selection, available

PROJECTS = Path(__file__).parents[2] / "fixtures" / "projects"
STORIES = "apps/story-service/traffic"
COST = tuple(name for name in available() if name.startswith("cost-"))


def opened(name: str, **cost: object) -> Project:
    root = PROJECTS / name
    return Project(
        root, load(root, given={"cache": False, "jobs": 1, **{f"cost.{key}": value for key, value in cost.items()}})
    )


def measured(name: str, recordings: str) -> CostReport:
    return opened(name, recordings=(recordings,), production=(".",)).measured.report


def test_the_guards_of_agent_workspace_would_save_what_is_asked_for() -> None:
    found = measured("agent-workspace", f"{STORIES}/before.jsonl")
    saving = found.saving
    assert (found.kind, found.traffic.exchanges, found.traffic.joined, found.traffic.unpriced) == (
        "production",
        168,
        168,
        0,
    )
    assert saving.percent is not None
    assert saving.low is not None
    assert saving.high is not None
    assert 40 <= saving.low <= saving.percent <= saving.high
    assert found.target.verdict == "met"
    assert f" (95 %: {saving.low:.1f} to {saving.high:.1f} %); target of 40 % met" in cost_summary.text(found)
    assert len({one.provider for one in found.models}) == 5
    assert cost_summary.text(found).startswith(
        "168 calls of models in production traffic cost $0.1577\n24 sessions in 1 file, "
    )
    assert "86400 s, 1024 answers (apps/story-service/src/story_service/service.py:" in found.policies[0].settings


def test_what_was_saved_is_the_difference_of_the_recordings() -> None:
    project = opened("agent-workspace")
    folder = PROJECTS / "agent-workspace" / STORIES
    said = answer(project, ["diff", str(folder / "before.jsonl"), str(folder / "after.jsonl")])
    data = cast("dict[str, list[float]]", said.data)
    before, after = data["usd"]
    assert after < 0.6 * before
    assert "openai gpt-4.1: 35 -> 5 calls" in said.text(View())


def test_bare_agents_misses_the_target_and_hears_where_most_would_be_saved() -> None:
    found = measured("bare-agents", "traffic")
    assert (found.traffic.exchanges, found.target.verdict) == (144, "missed")
    assert found.saving.low is not None
    three = sorted(found.sites, key=lambda one: -one.saved)[:3]
    assert [one.path for one in three] == [
        "src/bare_agents/write.py",
        "src/bare_agents/book.py",
        "src/bare_agents/patience.py",
    ]
    assert all(one.saved > 0 for one in three)
    named = ", ".join(f"{one.path}:{one.line} {one.function} {cost_summary.money(one.saved)}" for one in three)
    assert f"most would be saved at {named}" in cost_summary.text(found)


@pytest.mark.parametrize("folder", ["agent-workspace/apps/story-service", "bare-agents"])
def test_the_traffic_is_what_its_script_writes(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    script = runpy.run_path(str(PROJECTS / folder / "tests" / "write_traffic.py"))
    main = script["main"]
    kept = {path.name: path.read_text("utf-8") for path in (PROJECTS / folder / "traffic").glob("*.jsonl")}
    main.__globals__["OUT"] = tmp_path
    main()
    capsys.readouterr()
    assert {path.name: path.read_text("utf-8") for path in tmp_path.glob("*.jsonl")} == kept


def test_agent_workspace_keeps_its_budget() -> None:
    project = opened("agent-workspace")
    found = analyse(project, Selection(tuple(rule_named(name) for name in COST), ()))
    assert found.findings == ()
    quiet = {run.id for run in found.rules if run.not_applicable is None}
    assert quiet == {"cost-adoption-below-target", "cost-missing-justification", "cost-no-monthly-limit"}
