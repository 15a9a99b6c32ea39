"""The rule groups-standard-library."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import dependencies
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule


class GroupsStandardLibrary(UpkeepRule):
    """A dependency has the name of a module that Python brings along.

    Reports requirements such as `asyncio` or `dataclasses` without a marker: what the index has under that name is a
    backport for Pythons long gone, or something else altogether.

    It can hide the real module, and gets no updates.

    Remove it. A backport that an old Python needs takes a marker: `dataclasses ; python_version < '3.7'`.
    """

    severity = Severity.WARNING
    eased_in_examples = True
    fixable = True
    bad = Example({"pyproject.toml": pyproject(["asyncio"])}, ("pyproject.toml:5",))
    good = Example({"pyproject.toml": pyproject(["httpx"])})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return dependencies.standard_names(view)
