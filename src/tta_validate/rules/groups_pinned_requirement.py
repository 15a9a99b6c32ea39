"""The rule groups-pinned-requirement."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import specifiers
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_POLICY = "\n[tool.tta-validate.groups]\nno-pins = true\n"


class GroupsPinnedRequirement(UpkeepRule):
    """What the project passes on to its users is pinned, or bounded from above.

    Looks at `project.dependencies` and extras, only where the project asks for it, with `groups.no-pins = true`. A pin
    is a warning, an upper bound an info. Groups may pin: nobody else gets them.

    Two libraries that pin one package differently cannot be installed together; an upper bound keeps out the release
    with the security fix.

    Drop the upper bound; uv.lock holds the version that was tested.
    """

    severity = Severity.INFO
    bad = Example({"pyproject.toml": pyproject(["httpx==0.27.0"], _POLICY)}, ("pyproject.toml:5",))
    good = Example({"pyproject.toml": pyproject(["httpx>=0.27"], _POLICY)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return specifiers.pinned(view)
