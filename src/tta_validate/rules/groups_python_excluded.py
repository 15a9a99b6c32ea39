"""The rule groups-python-excluded."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import groups
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_GROUPS = '\n[dependency-groups]\ndocs = ["sphinx"]\n\n[tool.uv.dependency-groups]\n'
_BAD = _GROUPS + 'docs = { requires-python = "<3.11" }\n'
_GOOD = _GROUPS + 'docs = { requires-python = ">=3.12" }\n'


class GroupsPythonExcluded(UpkeepRule):
    """A group asks for a Python that the project rules out.

    Compares `requires-python` in `[tool.uv.dependency-groups]` with that of the project.

    The group can never be installed.

    Correct one of the two.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject([], _BAD)}, ("pyproject.toml:11",))
    good = Example({"pyproject.toml": pyproject([], _GOOD)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return groups.empty(view)
