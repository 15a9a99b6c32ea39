"""The rule workspace-sibling-by-path."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_WORKSPACE = '\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
_MEMBER = '[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.11"\n'
_PATH = '\n[tool.uv.sources]\nlib = { path = "packages/lib" }\n'
_SOURCE = "\n[tool.uv.sources]\nlib = { workspace = true }\n"


class WorkspaceSiblingByPath(UpkeepRule):
    """A member of the workspace is taken from its path.

    Reports `tool.uv.sources` entries with `path` that lead to a member.

    uv refuses such an entry within the workspace; the path breaks when the member moves.

    Write `{ workspace = true }`.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example(
        {"pyproject.toml": pyproject(["lib"], _WORKSPACE + _PATH), "packages/lib/pyproject.toml": _MEMBER},
        ("pyproject.toml:11",),
    )
    good = Example({"pyproject.toml": pyproject(["lib"], _WORKSPACE + _SOURCE), "packages/lib/pyproject.toml": _MEMBER})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.siblings_by_path(view)
