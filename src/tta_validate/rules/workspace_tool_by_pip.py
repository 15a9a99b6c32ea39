"""The rule workspace-tool-by-pip."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import continuous
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule


class WorkspaceToolByPip(UpkeepRule):
    """A tool is installed by pip where uvx runs it.

    Reports `pip install` and `uv pip install` of programs that need nothing of the project (ruff, pre-commit, twine
    ...) in CI, images, Makefiles and scripts that run uv as well.

    It goes into whatever environment is active, can change versions there, and takes longer.

    Write `uvx NAME`, with a version: `uvx NAME@VERSION`.
    """

    severity = Severity.INFO
    needs_uv = True
    bad = Example(
        {
            "pyproject.toml": pyproject([], "\n[tool.uv]\n"),
            "Makefile": "lint:\n\tpip install ruff\n\truff check\n\ntest:\n\tuv run pytest\n",
        },
        ("Makefile:2",),
    )
    good = Example({"pyproject.toml": pyproject([], "\n[tool.uv]\n"), "Makefile": "lint:\n\tuvx ruff check\n"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return continuous.tools_by_pip(view)
