"""The rule workspace-python-unbounded."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import pythons
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_PROJECT = pyproject()


class WorkspacePythonUnbounded(UpkeepRule):
    """The range of Pythons is not what it looks like.

    Reports ranges without a lower bound, exact versions without a patch release (`==3.11` is 3.11.0 alone), ranges that
    accept nothing, and what cannot be read.

    uv resolves for every Python that is allowed, back to the ones that ended years ago.

    Write `>=3.11`, or `==3.11.*`.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example({"pyproject.toml": _PROJECT.replace(">=3.11", "==3.11")}, ("pyproject.toml:4",))
    good = Example({"pyproject.toml": _PROJECT})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return pythons.unbounded(view)
