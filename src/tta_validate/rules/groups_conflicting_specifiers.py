"""The rule groups-conflicting-specifiers."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import specifiers
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_BAD = '\n[dependency-groups]\ntest = ["httpx<0.27"]\n'
_GOOD = '\n[dependency-groups]\ntest = ["httpx<0.30"]\n'


class GroupsConflictingSpecifiers(UpkeepRule):
    """Two requirements of one package leave no version that satisfies both.

    Compares all lists of all members of the workspace: dependencies, extras, groups. Requirements whose markers never
    hold together, lists that `tool.uv.conflicts` keeps apart, and packages with a source are left alone.

    uv resolves all of them together and refuses to lock.

    Change one of the two, or declare the lists as `conflicts`.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject(["httpx>=0.28"], _BAD)}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject(["httpx>=0.28"], _GOOD)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return specifiers.conflicting(view)
