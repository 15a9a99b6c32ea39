"""The rule workspace-bypasses-uv."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import continuous
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_LOCK = {"pyproject.toml": pyproject(), "uv.lock": "version = 1\n"}


class WorkspaceBypassesUv(UpkeepRule):
    """A Makefile or an editor task runs Python past uv.

    Reports `pip install`, `python -m venv`, and test and web tools that run without `uv run`, in Makefiles, justfiles,
    Taskfiles and `.vscode/tasks.json` of a project with uv.lock. Files that activate an environment are left alone.

    It uses another environment than everybody else, with other versions.

    Use `uv run`, `uv sync` and `uv add`.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example({**_LOCK, "Makefile": "test:\n\tpython -m pytest\n"}, ("Makefile:2",))
    good = Example({**_LOCK, "Makefile": "test:\n\tuv run pytest\n"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return continuous.bypassing(view)
