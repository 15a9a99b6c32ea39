"""The rule groups-tool-at-runtime."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import dependencies
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_GROUP = '\n[dependency-groups]\ntest = ["pytest"]\n'


class GroupsToolAtRuntime(UpkeepRule):
    """A tool for testing, linting or documentation is a dependency of the project itself.

    Reports entries of `project.dependencies` that are known development tools (pytest and its plugins, ruff, mypy,
    black, sphinx themes ...), unless code for production imports or names them, or the project extends the tool.

    Everyone who installs the project installs the tool, with its own dependencies and their conflicts.

    Move it to a group: `uv remove NAME && uv add --group test NAME`.
    """

    severity = Severity.WARNING
    eased_in_examples = True
    fixable = True
    bad = Example({"pyproject.toml": pyproject(["httpx", "pytest"]), "app.py": "import httpx\n"}, ("pyproject.toml:5",))
    good = Example({"pyproject.toml": pyproject(["httpx"], _GROUP), "app.py": "import httpx\n"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return dependencies.tools_at_runtime(view)
