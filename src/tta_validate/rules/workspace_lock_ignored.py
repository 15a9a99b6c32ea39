"""The rule workspace-lock-ignored."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import continuous
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule


class WorkspaceLockIgnored(UpkeepRule):
    """The lock is kept out of git, or out of the image that needs it.

    Reports patterns of `.gitignore`, and of `.dockerignore` where a Dockerfile runs `uv sync` or `uv run`, that match
    it. A library that means it silences the line.

    Without it everybody resolves for himself; in an image `--locked` fails.

    Remove the pattern, and commit uv.lock.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example(
        {"pyproject.toml": pyproject([], "\n[tool.uv]\n"), ".gitignore": ".venv\nuv.lock\n"}, (".gitignore:2",)
    )
    good = Example({"pyproject.toml": pyproject([], "\n[tool.uv]\n"), ".gitignore": ".venv\n"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return continuous.ignored_lock(view)
