"""The rule workspace-editable-conflict."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_WORKSPACE = '\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
_MEMBER = '[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.11"\n'
_APP = '[project]\nname = "app"\nversion = "1"\ndependencies = ["lib"]\n'
_EDITABLE = "\n[tool.uv.sources]\nlib = { workspace = true, editable = true }\n"
_OTHER = "\n[tool.uv.sources]\nlib = { workspace = true, editable = false }\n"


class WorkspaceEditableConflict(UpkeepRule):
    """A member is installed editable by one source and not by another.

    Compares `editable` of the sources with `workspace = true` in all members.

    uv refuses to lock.

    Write the same in both, or leave it out.
    """

    severity = Severity.ERROR
    bad = Example(
        {
            "pyproject.toml": pyproject(["lib"], _WORKSPACE + _EDITABLE),
            "packages/lib/pyproject.toml": _MEMBER,
            "packages/app/pyproject.toml": _APP + _OTHER,
        },
        ("packages/app/pyproject.toml:7",),
    )
    good = Example(
        {
            "pyproject.toml": pyproject(["lib"], _WORKSPACE + _EDITABLE),
            "packages/lib/pyproject.toml": _MEMBER,
            "packages/app/pyproject.toml": _APP + _EDITABLE,
        }
    )

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.editable_and_not(view)
