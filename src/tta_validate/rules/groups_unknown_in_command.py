"""The rule groups-unknown-in-command."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import group_use
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_PROJECT = pyproject([], '\n[dependency-groups]\ntest = ["pytest"]\n')


class GroupsUnknownInCommand(UpkeepRule):
    """A command installs a group or an extra that does not exist.

    Looks at `uv sync`, `uv run` and `uv export` in CI, images, Makefiles, scripts and editor tasks, where they run at
    the root of the workspace: not after `cd`, nor with `--project`, `--directory` or a variable as the name.

    The command fails where it runs, which for a seldom job is long after the group was renamed.

    Correct the name.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": _PROJECT, "Makefile": "test:\n\tuv sync --group tests\n"}, ("Makefile:2",))
    good = Example({"pyproject.toml": _PROJECT, "Makefile": "test:\n\tuv sync --group test\n"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return group_use.unknown(view)
