"""The rule workspace-member-without-pyproject."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_WORKSPACE = '\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
_MEMBER = '[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.11"\n'


class WorkspaceMemberWithoutPyproject(UpkeepRule):
    """A folder that is a member of the workspace has no pyproject.toml.

    Reports folders that a pattern in `tool.uv.workspace.members` names, unless they are hidden, or hold only what git
    ignores.

    uv refuses every command in the workspace.

    Add a pyproject.toml, or the folder to `exclude`.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject([], _WORKSPACE), "packages/lib/lib.py": ""}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject([], _WORKSPACE), "packages/lib/pyproject.toml": _MEMBER})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.without_pyproject(view)
