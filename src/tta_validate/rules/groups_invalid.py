"""The rule groups-invalid."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import groups
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_BAD = '\n[dependency-groups]\ntest = ["pytest=>8"]\n'
_GOOD = '\n[dependency-groups]\ntest = ["pytest>=8"]\n'


class GroupsInvalid(UpkeepRule):
    """A dependency group is not what the specification allows.

    Reports `[dependency-groups]` that is no table, groups that are no lists, items that are neither a requirement nor
    exactly `{include-group = NAME}`, and requirements that cannot be read (Dependency Groups specification, PEP 735).

    uv refuses to lock, also for commands that do not ask for the group.

    Correct the item.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject([], _BAD)}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject([], _GOOD)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return groups.invalid(view)
