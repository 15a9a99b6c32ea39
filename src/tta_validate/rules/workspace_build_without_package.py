"""The rule workspace-build-without-package."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_SYSTEM = '\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


class WorkspaceBuildWithoutPackage(UpkeepRule):
    """There is a build system and nothing that it could build.

    Reports `[build-system]` where there is no `[project]` table, and where a backend that looks for a module of the
    project's name (hatchling, uv_build, flit) has neither that module nor a configuration of its own.

    `uv sync` builds the root and fails.

    Remove the table, or set `tool.uv.package = false`.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject([], _SYSTEM)}, ("pyproject.toml:7",))
    good = Example({"pyproject.toml": pyproject([], _SYSTEM), "src/demo/__init__.py": ""})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.unbuildable(view)
