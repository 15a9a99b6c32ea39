"""The rule workspace-orphan-project."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_WORKSPACE = '\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
_MEMBER = '[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.11"\n'


class WorkspaceOrphanProject(UpkeepRule):
    """A project lies in a workspace and does not belong to it.

    Reports folders with a `[project]` table below the root of a workspace that no pattern of `members` or `exclude`
    names and that have no uv.lock of their own. Tests, fixtures and templates are left alone.

    Its dependencies are in no lock, and `uv run` there resolves them anew each time.

    Make it a member, or exclude it.
    """

    severity = Severity.INFO
    bad = Example(
        {
            "pyproject.toml": pyproject([], _WORKSPACE),
            "packages/lib/pyproject.toml": _MEMBER,
            "tool/pyproject.toml": '[project]\nname = "tool"\nversion = "1"\n',
        },
        ("tool/pyproject.toml:1",),
    )
    good = Example({"pyproject.toml": pyproject([], _WORKSPACE), "packages/lib/pyproject.toml": _MEMBER})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.orphans(view)
