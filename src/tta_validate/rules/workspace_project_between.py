"""The rule workspace-project-between."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_WORKSPACE = '\n[tool.uv.workspace]\nmembers = ["libs/lib"]\n'
_MEMBER = '[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.11"\n'


class WorkspaceProjectBetween(UpkeepRule):
    """A pyproject.toml stands between the root of the workspace and a member.

    Looks at the folders from each member up to the root.

    Commands that run inside of the member find that file first: they see no workspace and no uv.lock of it.

    Remove the file, or merge it with the root's.
    """

    severity = Severity.WARNING
    bad = Example(
        {
            "pyproject.toml": pyproject([], _WORKSPACE),
            "libs/pyproject.toml": "[tool.ruff]\n",
            "libs/lib/pyproject.toml": _MEMBER,
        },
        ("libs/pyproject.toml:1",),
    )
    good = Example({"pyproject.toml": pyproject([], _WORKSPACE), "libs/lib/pyproject.toml": _MEMBER})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.between(view)
