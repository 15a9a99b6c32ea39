"""The rule workspace-nested-lock."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_WORKSPACE = '\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
_MEMBER = '[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.11"\n'


class WorkspaceNestedLock(UpkeepRule):
    """A member of the workspace has a uv.lock of its own.

    Reports uv.lock in folders of members, where the root has one.

    uv never reads it; who does is misled, and so are scanners for vulnerable packages.

    Delete it.
    """

    severity = Severity.WARNING
    bad = Example(
        {
            "pyproject.toml": pyproject([], _WORKSPACE),
            "uv.lock": "version = 1\n",
            "packages/lib/pyproject.toml": _MEMBER,
            "packages/lib/uv.lock": "version = 1\n",
        },
        ("packages/lib/uv.lock:1",),
    )
    good = Example(
        {
            "pyproject.toml": pyproject([], _WORKSPACE),
            "uv.lock": "version = 1\n",
            "packages/lib/pyproject.toml": _MEMBER,
        }
    )

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.nested_locks(view)
