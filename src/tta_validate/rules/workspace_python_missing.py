"""The rule workspace-python-missing."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import pythons
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import lock, pyproject, root
from tta_validate.rule import Example, UpkeepRule


class WorkspacePythonMissing(UpkeepRule):
    """A project does not say which Python it needs.

    Reports members without `requires-python`; as info where another member has one.

    uv then takes the minor version of whatever interpreter it finds: the lock hangs on the machine that made it.

    Write `requires-python = ">=3.11"`, or whatever the oldest is that CI tests.
    """

    severity = Severity.WARNING
    fixable = True
    needs_uv = True
    bad = Example(
        {"pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n\n[tool.uv]\n', "uv.lock": lock(root("demo"))},
        ("pyproject.toml:1",),
    )
    good = Example({"pyproject.toml": pyproject([], "\n[tool.uv]\n")})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return pythons.missing(view)
