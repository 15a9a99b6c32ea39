"""The rule workspace-installer-piped."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import continuous
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_CURL = "setup:\n\tcurl -LsSf https://astral.sh/uv/%sinstall.sh | sh\n"


class WorkspaceInstallerPiped(UpkeepRule):
    """The installer of uv is run as it comes from the network.

    Reports `curl ... | sh` and the like in CI, images, Makefiles, scripts and editor tasks, and installers that are
    fetched without a version.

    What runs is whatever that address gives today, in whatever version.

    Use `astral-sh/setup-uv` or the image of uv, or name the version: `https://astral.sh/uv/VERSION/install.sh`.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject(), "Makefile": _CURL % ""}, ("Makefile:2",))
    good = Example({"pyproject.toml": pyproject(), "Makefile": _CURL % "0.9.0/"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return continuous.piped_installers(view)
