"""The rule workspace-dead-pattern."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_BAD = '\n[tool.uv.workspace]\nmembers = ["packages/*", "apps/*"]\n'
_GOOD = '\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
_MEMBER = '[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.11"\n'


class WorkspaceDeadPattern(UpkeepRule):
    """A pattern of the workspace names nothing, or nothing more.

    Reports patterns of `members` and `exclude` that no folder matches, exclusions of what no pattern names, and of what
    another one excludes already.

    A member that was moved is silently no member any more.

    Correct or remove the pattern.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example(
        {"pyproject.toml": pyproject([], _BAD), "packages/lib/pyproject.toml": _MEMBER}, ("pyproject.toml:8",)
    )
    good = Example({"pyproject.toml": pyproject([], _GOOD), "packages/lib/pyproject.toml": _MEMBER})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.dead_patterns(view)
