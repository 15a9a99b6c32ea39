"""The rule workspace-python-disagrees."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import pythons
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule


class WorkspacePythonDisagrees(UpkeepRule):
    """Members, pins and images disagree on the Python.

    Reports members whose ranges have no Python in common, members that promise a Python that a sibling which they need
    does not run on, `.python-version` outside of the range, and, for a single project, images of a Python outside of
    it.

    uv cannot lock, or runs another Python than the one that was promised.

    Make them agree.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject(), ".python-version": "3.10\n"}, (".python-version:1",))
    good = Example({"pyproject.toml": pyproject(), ".python-version": "3.12\n"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return pythons.disagreeing(view)
