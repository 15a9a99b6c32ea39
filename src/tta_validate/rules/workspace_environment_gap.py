"""The rule workspace-environment-gap."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import sources
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_ENVIRONMENTS = '\n[tool.uv]\nenvironments = ["sys_platform == \'linux\'", "%s"]\n'


class WorkspaceEnvironmentGap(UpkeepRule):
    """The environments of uv name one that cannot be, or that the lock cannot serve.

    Reports entries of `tool.uv.environments` and `required-environments` that never hold with the project's Pythons,
    that cannot be read, that overlap, and platforms that they name for which a locked package has neither a wheel nor
    an sdist. The platforms that most projects serve are the concern of lock-platform-gap.

    uv refuses to lock, or the installation fails on that platform alone.

    Correct the marker, or choose a release with a wheel.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject([], _ENVIRONMENTS % "sys_platform != 'win32'")}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject([], _ENVIRONMENTS % "sys_platform == 'darwin'")})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return sources.environments(view)
