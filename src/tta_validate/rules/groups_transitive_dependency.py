"""The rule groups-transitive-dependency."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import dependencies
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.rule import Example, UpkeepRule

_CODE = "import alpha\nimport beta\n"
_PACKAGES = (package("alpha", needs=["beta"]), package("beta"))


class GroupsTransitiveDependency(UpkeepRule):
    """Code for production imports a package that is there only because a dependency needs it.

    Reports imports of packages that uv.lock, or the project's environment, has and pyproject.toml does not name. A
    package that comes with another by a fixed requirement (starlette with fastapi) and an import inside of a function
    count as info. Imports under `TYPE_CHECKING`, guarded ones, tests, examples and scripts are left alone.

    The day that dependency drops or replaces it, the import fails; and no bound of yours holds its version.

    Declare it: `uv add NAME`.
    """

    severity = Severity.WARNING
    eased_in_examples = True
    fixable = True
    bad = Example(
        {"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(*_PACKAGES, root("demo", ["alpha"])), "app.py": _CODE},
        ("app.py:2",),
    )
    good = Example(
        {
            "pyproject.toml": pyproject(["alpha", "beta"]),
            "uv.lock": lock(*_PACKAGES, root("demo", ["alpha", "beta"])),
            "app.py": _CODE,
        }
    )

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such package once for each member."""
        return dependencies.transitive(view)
