"""The rule groups-never-installed."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import group_use
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_GROUP = '\n[dependency-groups]\ndocs = ["sphinx"]\n'


class GroupsNeverInstalled(UpkeepRule):
    """Nothing in the repository installs a group.

    Reports groups that are no default, that no other one includes, and that no CI job, image, Makefile, script, tool
    configuration, pre-commit hook or document names beside the word group. `--all-groups` anywhere uses all of them.

    `dev` is for people, and a repository that runs no tool anywhere is left alone.

    A group that nothing installs stops resolving, or working, without anybody noticing.

    Install it in CI, or remove it. Removing it takes `uv lock`.
    """

    severity = Severity.INFO
    bad = Example(
        {"pyproject.toml": pyproject([], _GROUP), "Makefile": "test:\n\tuv run pytest\n"}, ("pyproject.toml:8",)
    )
    good = Example(
        {"pyproject.toml": pyproject([], _GROUP), "Makefile": "docs:\n\tuv run --group docs sphinx-build docs out\n"}
    )

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return group_use.never_installed(view)
