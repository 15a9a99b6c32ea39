"""The rule groups-differing-specifiers."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import specifiers
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_BAD = '\n[dependency-groups]\ntest = ["httpx>=0.24"]\n'
_GOOD = '\n[dependency-groups]\ntest = ["httpx"]\n'


class GroupsDifferingSpecifiers(UpkeepRule):
    """One package is asked for in different versions by several lists of a project.

    Reports the second of two requirements whose markers can hold together and that accept different versions, though
    some version satisfies both. A requirement without a specifier differs from none, and a group, or an extra for those
    who work on the project, may narrow what another list accepts.

    Where both are installed, the narrower one decides, and the wider one says what does not hold.

    Write the bound once, or the same in both.
    """

    severity = Severity.INFO
    bad = Example({"pyproject.toml": pyproject(["httpx>=0.25"], _BAD)}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject(["httpx>=0.25"], _GOOD)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return specifiers.differing(view)
