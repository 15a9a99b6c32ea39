"""The rule groups-extra-for-development."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import groups
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_EXTRA = '\n[project.optional-dependencies]\ntest = ["pytest", "pytest-cov"]\n'
_GROUP = '\n[dependency-groups]\ntest = ["pytest", "pytest-cov"]\n'


class GroupsExtraForDevelopment(UpkeepRule):
    """An extra holds what only those who work on the project need.

    Reports extras called `dev`, `test`, `lint`, `docs` and the like of which more than half are known development
    tools.

    Extras are published: they are part of what users see and can install, and their requirements go into every
    resolution that asks for them. Groups are not.

    Move the list to `[dependency-groups]`, unless distributors rely on the extra.
    """

    severity = Severity.INFO
    fixable = True
    bad = Example({"pyproject.toml": pyproject([], _EXTRA)}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject([], _GROUP)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return groups.test_extras(view)
