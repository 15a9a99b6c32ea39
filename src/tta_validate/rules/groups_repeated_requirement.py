"""The rule groups-repeated-requirement."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import specifiers
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_BAD = '\n[dependency-groups]\ntest = ["pytest"]\ndev = [{include-group = "test"}, "pytest"]\n'
_GOOD = '\n[dependency-groups]\ntest = ["pytest"]\ndev = [{include-group = "test"}]\n'


class GroupsRepeatedRequirement(UpkeepRule):
    """A list has a requirement twice.

    Reports requirements that are equal to an earlier one of their list, to one of a group that the list includes, and,
    in the group `dev`, to one of `project.dependencies`.

    The next change is made to one of the two.

    Remove it.
    """

    severity = Severity.INFO
    fixable = True
    bad = Example({"pyproject.toml": pyproject([], _BAD)}, ("pyproject.toml:9",))
    good = Example({"pyproject.toml": pyproject([], _GOOD)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return specifiers.repeated(view)
