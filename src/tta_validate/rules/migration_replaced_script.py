"""The rule migration-replaced-script."""

from typing import TYPE_CHECKING

from tta_validate.findings import Severity
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, LeftoverRule

if TYPE_CHECKING:
    from tta_validate.project import Project

_BAD = """\
jobs:
  quality:
    steps:
      - run: uv run python scripts/validation/validate-llm-efficiency.py packages/
      - run: uv run python scripts/validation/validate-cost-optimization.py packages/
"""
_GOOD = """\
jobs:
  quality:
    steps:
      - run: uv run tta-validate check --select adoption packages/
"""


class MigrationReplacedScript(LeftoverRule):
    """A script is run whose work `tta-validate` does.

    Reports calls of `validate-llm-efficiency.py` and `validate-cost-optimization.py` in CI, Makefiles, scripts and
    editor tasks, with the command that takes their place.

    These scripts search text: they count words such as `CachePrimitive` in files, see no guard of a library, and find
    nothing wrong where there is no such word.

    `tta-validate check --select adoption` finds every call without a timeout, retry, cache or choice of model, and
    `inventory` lists all calls with their guards. [Migration](migration.md) says what becomes of each option.
    """

    severity = Severity.WARNING
    bad = Example(
        {"pyproject.toml": pyproject(), ".github/workflows/quality.yml": _BAD},
        (".github/workflows/quality.yml:4", ".github/workflows/quality.yml:5"),
    )
    good = Example({"pyproject.toml": pyproject(), ".github/workflows/quality.yml": _GOOD})

    def not_applicable(self, project: "Project") -> str | None:
        """Returns None: the scripts are found in any project."""
        del project
        return None
