"""The rule workspace-unsafe-index-strategy."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import sources
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_UNSAFE = '\n[tool.uv]\nindex-strategy = "unsafe-best-match"\n'


class WorkspaceUnsafeIndexStrategy(UpkeepRule):
    """Any index may give any package.

    Reports `index-strategy = "unsafe-..."` in settings, and in commands and environment variables of CI, images and
    Makefiles.

    Whoever claims the name of an internal package on a public index wins with a higher version.

    Drop it, and name the index of each package in `tool.uv.sources`.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject([], _UNSAFE)}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject()})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return sources.unsafe(view)
