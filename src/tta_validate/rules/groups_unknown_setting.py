"""The rule groups-unknown-setting."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import groups
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_GROUPS = '\n[dependency-groups]\ntest = ["pytest"]\n\n[tool.uv]\n'
_BAD = _GROUPS + 'default-groups = ["tests"]\n'
_GOOD = _GROUPS + 'default-groups = ["test"]\n'


class GroupsUnknownSetting(UpkeepRule):
    """A setting of uv names a group or an extra that does not exist.

    Looks at `default-groups`, `[tool.uv.dependency-groups]` and `conflicts`. `dev` may be a default without existing.

    uv refuses to run, or the setting does nothing.

    Correct the name, or remove the setting.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject([], _BAD)}, ("pyproject.toml:11",))
    good = Example({"pyproject.toml": pyproject([], _GOOD)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return groups.unknown_settings(view)
