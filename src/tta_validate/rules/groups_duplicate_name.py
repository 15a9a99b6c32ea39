"""The rule groups-duplicate-name."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import groups
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_BAD = '\n[dependency-groups]\ntype-check = ["mypy"]\nType_Check = ["pyright"]\n'
_GOOD = '\n[dependency-groups]\ntype-check = ["mypy", "pyright"]\n'


class GroupsDuplicateName(UpkeepRule):
    """Two groups, or two extras, have one name.

    Reports names that are equal once normalised: case does not count, and `-`, `_` and `.` are the same (PEP 735, PEP
    685).

    Tools refuse such a table; older ones take one of the two and drop the other.

    Merge the lists.
    """

    severity = Severity.ERROR
    fixable = True
    bad = Example({"pyproject.toml": pyproject([], _BAD)}, ("pyproject.toml:9",))
    good = Example({"pyproject.toml": pyproject([], _GOOD)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return groups.doubled(view)
