"""The rule workspace-script-not-installed."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_SCRIPT = '\n[project.scripts]\ndemo = "demo:main"\n'
_SYSTEM = '\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[tool.uv]\n'


class WorkspaceScriptNotInstalled(UpkeepRule):
    """A program is declared by a project that is never installed.

    Reports `project.scripts`, `gui-scripts` and `entry-points` without a `[build-system]`, or with `tool.uv.package =
    false`.

    uv skips them: the program is not there.

    Add a `[build-system]`, or remove the table.
    """

    severity = Severity.WARNING
    needs_uv = True
    bad = Example({"pyproject.toml": pyproject([], _SCRIPT + "\n[tool.uv]\n")}, ("pyproject.toml:7",))
    good = Example({"pyproject.toml": pyproject([], _SCRIPT + _SYSTEM)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.idle_scripts(view)
