"""The rule groups-legacy-table."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import groups
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_BAD = '\n[tool.uv]\ndev-dependencies = ["pytest"]\n'
_GOOD = '\n[dependency-groups]\ndev = ["pytest"]\n'


class GroupsLegacyTable(UpkeepRule):
    """Development dependencies stand in a table that came before dependency groups.

    Reports `tool.uv.dev-dependencies`, which uv calls deprecated, `dev-dependencies` of Poetry, PDM and Rye, and
    Poetry's groups and dependencies beside a `[project]` table.

    Each is read by one tool alone, and one that is not used any more hides what is missing.

    Move the list to `[dependency-groups]`. For `tool.uv.dev-dependencies` that leaves uv.lock fresh.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example({"pyproject.toml": pyproject([], _BAD)}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject([], _GOOD)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return groups.legacy(view)
