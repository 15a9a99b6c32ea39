"""The rule workspace-ci-not-locked."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import continuous
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_WORKFLOW = """
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: %s
"""
_LOCK = {"pyproject.toml": pyproject(), "uv.lock": "version = 1\n"}


class WorkspaceCiNotLocked(UpkeepRule):
    """Nothing in CI fails on a lock that is out of date.

    Reports the first `uv sync` or `uv run` of CI that may change uv.lock, where no job, hook, Makefile or script runs
    `uv lock --check`, `--locked`, `UV_LOCKED`, the hook uv-lock or `tta-validate`. `--frozen` does not count as a
    check, but a command with it changes nothing. A command after a locked installation in the same job is fine.

    CI tests a resolution of its own, and the one that is committed is what users and images get.

    Add `--locked`, or `UV_LOCKED: 1` to the environment of the workflow.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example({**_LOCK, ".github/workflows/ci.yml": _WORKFLOW % "uv sync"}, (".github/workflows/ci.yml:6",))
    good = Example({**_LOCK, ".github/workflows/ci.yml": _WORKFLOW % "uv sync --locked"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return continuous.unlocked_ci(view)
