"""The rule workspace-unused-source."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_SOURCE = '\n[tool.uv.sources]\nlib = { path = "../lib" }\n'


class WorkspaceUnusedSource(UpkeepRule):
    """A source is for a package that nothing requires.

    Looks at `tool.uv.sources`; overrides, constraints, build dependencies and what the lock takes from elsewhere than
    an index count as uses.

    It says that a package comes from somewhere, and the day one of that name is required, it does.

    Remove it.
    """

    severity = Severity.INFO
    fixable = True
    bad = Example({"pyproject.toml": pyproject([], _SOURCE)}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject(["lib"], _SOURCE)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.idle_sources(view)
