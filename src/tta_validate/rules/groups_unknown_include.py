"""The rule groups-unknown-include."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import groups
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_BAD = '\n[dependency-groups]\ndev = ["ruff", {include-group = "tests"}]\ntest = ["pytest"]\n'
_GOOD = '\n[dependency-groups]\ndev = ["ruff", {include-group = "test"}]\ntest = ["pytest"]\n'


class GroupsUnknownInclude(UpkeepRule):
    """A group includes one that does not exist.

    Reports `{include-group = NAME}` where no group has that name, however spelled. The legacy
    `tool.uv.dev-dependencies` is no group that can be included.

    uv refuses to lock.

    Correct the name, or define the group.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject([], _BAD)}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject([], _GOOD)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return groups.unknown_includes(view)
