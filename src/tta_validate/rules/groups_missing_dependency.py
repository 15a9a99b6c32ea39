"""The rule groups-missing-dependency."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import dependencies
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule


class GroupsMissingDependency(UpkeepRule):
    """Code for production imports a package that the project does not declare.

    Reports modules that come from no dependency, extra or group of the project and from nothing that these bring along,
    and other members of the workspace that are not declared. Which package gives a module is read from the project's
    environment, else from a list of packages whose modules have other names, else taken from the name. Left alone are
    imports under `TYPE_CHECKING`, in a `try` that catches `ImportError` or under another `if`, tests, examples,
    scripts, and modules that some declared package might give by its name. An import inside of a function counts as
    info.

    It works where something else happens to have installed the package, and fails for the first user without it.

    Declare it: `uv add NAME`. A package whose modules are named differently goes in `groups.modules`.
    """

    severity = Severity.ERROR
    eased_in_examples = True
    fixable = True
    bad = Example({"pyproject.toml": pyproject(["httpx"]), "app.py": "import httpx\nimport yaml\n"}, ("app.py:2",))
    good = Example({"pyproject.toml": pyproject(["httpx", "pyyaml"]), "app.py": "import httpx\nimport yaml\n"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such package once for each member."""
        return dependencies.missing(view)
