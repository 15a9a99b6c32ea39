"""The rule groups-only-tested."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import dependencies
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_GROUP = '\n[dependency-groups]\ntest = ["respx"]\n'


class GroupsOnlyTested(UpkeepRule):
    """A dependency is imported by tests, examples or scripts alone.

    Reports entries of `project.dependencies` that no code for production imports, and that no command, setting or
    string names.

    Everyone who installs the project installs it for nothing.

    Move it to a group: `uv remove NAME && uv add --group test NAME`.
    """

    severity = Severity.WARNING
    eased_in_examples = True
    fixable = True
    bad = Example(
        {
            "pyproject.toml": pyproject(["httpx", "respx"]),
            "app.py": "import httpx\n",
            "tests/test_app.py": "import respx\n",
        },
        ("pyproject.toml:5",),
    )
    good = Example(
        {
            "pyproject.toml": pyproject(["httpx"], _GROUP),
            "app.py": "import httpx\n",
            "tests/test_app.py": "import respx\n",
        }
    )

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return dependencies.only_tested(view)
