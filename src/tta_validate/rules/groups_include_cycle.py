"""The rule groups-include-cycle."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import groups
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_BAD = """
[dependency-groups]
test = [{include-group = "lint"}]
lint = ["ruff", {include-group = "test"}]
"""
_GOOD = """
[dependency-groups]
test = [{include-group = "lint"}]
lint = ["ruff"]
"""


class GroupsIncludeCycle(UpkeepRule):
    """Groups include each other in a circle.

    Reports each circle once, at the include that enters it, with the way around.

    No tool can expand it: uv refuses to lock.

    Move what both need to a third group, and include that.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject([], _BAD)}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject([], _GOOD)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return groups.circles(view)
