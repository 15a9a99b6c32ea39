"""The rule workspace-invalid-member."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_WORKSPACE = '\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
_MEMBER = '[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.11"\n'


class WorkspaceInvalidMember(UpkeepRule):
    """A member of the workspace is one that uv refuses.

    Reports members without a `[project]` table, two members of one name, and members that are workspaces themselves.

    uv refuses every command in the workspace.

    Give the member a `[project]` table with a name of its own, or exclude it.
    """

    severity = Severity.ERROR
    bad = Example(
        {
            "pyproject.toml": pyproject([], _WORKSPACE),
            "packages/lib/pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n',
        },
        ("packages/lib/pyproject.toml:2",),
    )
    good = Example({"pyproject.toml": pyproject([], _WORKSPACE), "packages/lib/pyproject.toml": _MEMBER})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.invalid_members(view)
