"""The runner of composite actions behaves as GitHub's does."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.action.composite import Outcome, Runner
from tests.action.expressions import Scope, evaluate, fill, holds

ACTION = """\
name: a
inputs:
  said: {default: "${{ github.token }}"}
outputs:
  last: {value: "${{ steps.one.outputs.x }}/${{ steps.two.outcome }}/${{ steps.three.outputs.y }}"}
runs:
  using: composite
  steps:
    - {name: one, id: one, shell: bash, env: {SAID: "${{ inputs.said }}"}, run: "%s"}
    - {name: two, id: two, shell: bash, continue-on-error: true, run: "exit 3"}
    - {name: three, id: three, uses: owner/other@v1, with: {at: "${{ runner.temp }}", of: true}}
    - {name: four, shell: bash, run: "echo summary >> $GITHUB_STEP_SUMMARY; echo $E; false; echo unseen"}
    - {name: five, shell: bash, run: "true"}
    - {name: six, if: "failure() && steps.two.conclusion == 'success'", shell: bash, run: "echo $E"}
    - {name: seven, if: always(), shell: bash, run: "tool"}
"""
FIRST = (
    'echo E=from-one >> $GITHUB_ENV; { echo \'x<<END\'; echo $SAID; echo b; echo END; } >> $GITHUB_OUTPUT; '
    'mkdir -p $RUNNER_TEMP/bin; echo \'echo a tool\' > $RUNNER_TEMP/bin/tool; chmod +x $RUNNER_TEMP/bin/tool; '
    'echo $RUNNER_TEMP/bin >> $GITHUB_PATH'
)  # fmt: skip


def ran(tmp_path: Path, text: str, **inputs: str) -> Outcome:
    (tmp_path / "runner").mkdir()
    (tmp_path / "action.yml").write_text(text, encoding="utf-8")
    return Runner(tmp_path, tmp_path / "runner", {}, {"owner/other": other}).run(tmp_path, inputs)


def other(given: Mapping[str, str]) -> Mapping[str, str]:
    return {"y": "|".join(given.values())}


def test_steps_hand_on_what_they_wrote_and_fail_as_on_github(tmp_path: Path) -> None:
    outcome = ran(tmp_path, ACTION % FIRST.replace('"', '\\"'), said="hello")
    assert [step.outcome for step in outcome.steps] == [
        "success", "failure", "success", "failure", "skipped", "success", "success",
    ]  # fmt: skip
    assert outcome.outputs == {"last": f"hello\nb/failure/{tmp_path}/runner|true"}
    assert (outcome.success, outcome.summary) == (False, "summary\n")
    assert [step.out for step in outcome.steps] == ["", "", "", "from-one\n", "", "from-one\n", "a tool\n"]
    assert [(used.action, dict(used.inputs)) for used in outcome.used] == [
        ("owner/other", {"at": f"{tmp_path}/runner", "of": "true"})
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a' == 'A' && 'x' || 'y'", "x"), ("'a' != 'a' || ''", ""), ("!('a' == 'a')", False), ("true && 1.5", 1.5),
        ("inputs.it", "7"), ("inputs.none", ""), ("'it''s'", "it's"), ("always() && !cancelled()", True),
    ],
)  # fmt: skip
def test_expressions(text: str, value: object) -> None:
    assert evaluate(text, scope()) == value


def scope() -> Scope:
    functions = {"always": lambda: True, "cancelled": lambda: False, "success": lambda: False}
    return Scope({"inputs.it": "7"}, functions=functions)


def test_a_condition_without_a_state_asks_for_success() -> None:
    assert [holds(text, scope()) for text in ("true", "always()", "${{ !cancelled() && inputs.it == '7' }}")] == [
        False, True, True,
    ]  # fmt: skip
    assert fill("a ${{ inputs.it }} b ${{ true }}${{ null }}", scope()) == "a 7 b true"


@pytest.mark.parametrize("text", ["secrets.x", "hashFiles('a')", "1 +", "(1", "", "a == 'b"])
def test_what_the_runner_does_not_know_it_refuses(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        evaluate(text, scope())
