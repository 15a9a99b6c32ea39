"""The rule groups-unbounded-requirement."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import specifiers
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_POLICY = "\n[tool.tta-validate.groups]\nlower-bounds = true\n"


class GroupsUnboundedRequirement(UpkeepRule):
    """A requirement has no lower bound.

    Looks only where the project asks for it, with `groups.lower-bounds = true`. Members of the workspace and packages
    with a source are left alone.

    It accepts releases that nobody ever tried with the project, and resolvers take long to find that out.

    Write the version that the lock has: `NAME>=VERSION`.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject(["httpx"], _POLICY)}, ("pyproject.toml:5",))
    good = Example({"pyproject.toml": pyproject(["httpx>=0.27"], _POLICY)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return specifiers.unbounded(view)
