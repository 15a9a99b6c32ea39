"""The rule workspace-idle-setting."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import workspace
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_WORKSPACE = '\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
_MEMBER = '[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.11"\n'
_SETTING = '\n[tool.uv]\nconstraint-dependencies = ["httpx<1"]\n'


class WorkspaceIdleSetting(UpkeepRule):
    """A setting of uv stands where it is not read.

    Reports settings of the resolution in a member (overrides, constraints, environments, cutoffs ...), which uv takes
    from the root of the workspace only, and settings beside a uv.toml, which replaces them. Where the root says the
    same, it is an info.

    What was meant to hold does not, and nothing says so.

    Move the setting to the root, or keep one of the two files.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example(
        {"pyproject.toml": pyproject([], _SETTING + _WORKSPACE), "packages/lib/pyproject.toml": _MEMBER + _SETTING},
        ("packages/lib/pyproject.toml:7",),
    )
    good = Example({"pyproject.toml": pyproject([], _SETTING + _WORKSPACE), "packages/lib/pyproject.toml": _MEMBER})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return workspace.idle_settings(view)
