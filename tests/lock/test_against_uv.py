import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings

from tta_validate.lock.freshness import check_freshness
from tta_validate.lock.reasons import Profile, Verdict

from .edits import Tree, edited
from .real_uv import UV, ask, lay_out

EDITS = int(os.environ.get("TTA_LOCK_EDITS", "80"))


@pytest.mark.skipif(not UV, reason="uv is not installed")
@settings(
    max_examples=EDITS,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(edited())
def test_the_verdict_is_that_of_uv(tmp_path_factory: pytest.TempPathFactory, case: tuple[str, Tree]) -> None:
    folder = tmp_path_factory.getbasetemp() / "against-uv" / "project"
    folder.mkdir(parents=True, exist_ok=True)
    compare(folder, *case)


def compare(folder: Path, name: str, tree: Tree) -> None:
    """Fails where one says fresh and the other stale, or where only one refuses the project."""
    lay_out(name, tree, folder)
    real, ours = ask(folder), check_freshness(folder, Profile.CURRENT)
    event(f"{real.verdict} / {ours.verdict}")
    if ours.verdict is Verdict.UNDECIDED:
        return
    if real.reason and "error" in (real.verdict, ours.verdict.value) and real.verdict != "fresh":
        # uv found a difference, went on to resolve, and met the error then.
        return
    assert ours.verdict.value == real.verdict, f"{real.output}\n{ours.reasons}"
    if real.verdict == "stale":
        assert ours.reasons[0].kind.split(":")[0] in real.reason, f"{real.reason}\n{ours.reasons}"
