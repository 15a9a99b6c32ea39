"""The rule workspace-build-isolation-off."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import sources
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_OFF = '\n[tool.uv]\nno-build-isolation-package = ["flash-attn"]\n'


class WorkspaceBuildIsolationOff(UpkeepRule):
    """Packages are built in the project's own environment.

    Reports `no-build-isolation` and `no-build-isolation-package`.

    What a build finds there depends on what was installed before: the first `uv sync` of a new machine fails.

    Say what the build needs, in `[tool.uv.extra-build-dependencies]`.
    """

    severity = Severity.INFO
    bad = Example({"pyproject.toml": pyproject([], _OFF)}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject()})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return sources.isolation_off(view)
