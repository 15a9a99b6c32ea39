"""The rule groups-default-everywhere."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import group_use
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_GROUPS = '\n[dependency-groups]\ntest = ["pytest"]\ndocs = ["sphinx"]\n'
_ALL = '\n[tool.uv]\ndefault-groups = "all"\n'


class GroupsDefaultEverywhere(UpkeepRule):
    """Every group is installed by default.

    Reports `default-groups = "all"` in a project with several groups.

    A plain `uv sync` installs them all, on a server as well, and all have to fit together.

    Name the groups that everybody needs.
    """

    severity = Severity.INFO
    bad = Example({"pyproject.toml": pyproject([], _GROUPS + _ALL)}, ("pyproject.toml:12",))
    good = Example({"pyproject.toml": pyproject([], _GROUPS)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return group_use.leaking_default(view)
