"""The rule workspace-sibling-without-source."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_WORKSPACE = '\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
_MEMBER = '[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.11"\n'
_SOURCE = "\n[tool.uv.sources]\nlib = { workspace = true }\n"


class WorkspaceSiblingWithoutSource(UpkeepRule):
    """A member requires another one, and no source says that it comes from the workspace.

    Looks at `tool.uv.sources` of the member and of the root.

    uv refuses to lock; a tool that does not would take a package of that name from the index, whoever published it.

    Add `NAME = { workspace = true }` to `[tool.uv.sources]`.
    """

    severity = Severity.ERROR
    fixable = True
    bad = Example(
        {"pyproject.toml": pyproject(["lib"], _WORKSPACE), "packages/lib/pyproject.toml": _MEMBER},
        ("pyproject.toml:5",),
    )
    good = Example({"pyproject.toml": pyproject(["lib"], _WORKSPACE + _SOURCE), "packages/lib/pyproject.toml": _MEMBER})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.siblings_without_source(view)
