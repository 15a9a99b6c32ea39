"""The rule workspace-uv-unpinned."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import continuous
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_WORKFLOW = """
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: %s
"""


class WorkspaceUvUnpinned(UpkeepRule):
    """CI or an image takes whatever uv is the newest.

    Reports `astral-sh/setup-uv` without `version`, `version-file` or `tool.uv.required-version`, `pip install uv`
    without a version, and the image of uv without a tag.

    A release of uv can change what is resolved, or fail, on a commit that changed nothing.

    Name the version. One in `tool.uv.required-version` is read by setup-uv.
    """

    severity = Severity.INFO
    bad = Example(
        {"pyproject.toml": pyproject(), ".github/workflows/ci.yml": _WORKFLOW % "pip install uv"},
        (".github/workflows/ci.yml:6",),
    )
    good = Example({"pyproject.toml": pyproject(), ".github/workflows/ci.yml": _WORKFLOW % "pip install uv==0.9.0"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return continuous.unpinned_uv(view)
