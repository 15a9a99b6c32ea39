"""The rule groups-unused-dependency."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import dependencies
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule


class GroupsUnusedDependency(UpkeepRule):
    """A dependency that nothing uses.

    Reports entries of `project.dependencies`, and as info those of extras, of which no file of the project imports a
    module, tests and notebooks included. A package counts as used when a string in code, a command in CI, an image, a
    Makefile or a script, or a setting names it, when it is a plugin that others load by name (its entry points tell), a
    server, a database driver or type stubs. As info: a package that another dependency needs anyway.

    It costs every installation time, and is one more thing to update, audit and trust.

    Remove it: `uv remove NAME`. One that is needed all the same goes in `groups.used`.
    """

    severity = Severity.WARNING
    eased_in_examples = True
    fixable = True
    bad = Example({"pyproject.toml": pyproject(["httpx", "arrow"]), "app.py": "import httpx\n"}, ("pyproject.toml:5",))
    good = Example({"pyproject.toml": pyproject(["httpx"]), "app.py": "import httpx\n"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such entry."""
        return dependencies.unused(view)
