"""The rule groups-import-in-group."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import dependencies
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_GROUP = '\n[dependency-groups]\ntest = ["httpx"]\n'


class GroupsImportInGroup(UpkeepRule):
    """Code for production imports a package that only a group declares.

    Reports imports that no dependency and no extra gives and a group does. Imports under `TYPE_CHECKING`, in a `try`
    that catches `ImportError` or under another `if`, tests, examples, scripts and modules for testing are left alone.
    An import inside of a function counts as info.

    Groups are for those who work on the project: an installation leaves them out, and the import fails there.

    Move it to `project.dependencies`, or name the group in `groups.runtime-groups` if production installs it.
    """

    severity = Severity.WARNING
    eased_in_examples = True
    fixable = True
    bad = Example({"pyproject.toml": pyproject([], _GROUP), "app.py": "import httpx\n"}, ("app.py:1",))
    good = Example({"pyproject.toml": pyproject(["httpx"]), "app.py": "import httpx\n"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return dependencies.in_group(view)
