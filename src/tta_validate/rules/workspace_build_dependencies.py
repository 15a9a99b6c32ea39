"""The rule workspace-build-dependencies."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import sources
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_EXTRA = """
[tool.uv.extra-build-dependencies]
flash-attn = [{ requirement = "torch", match-runtime = true }]
"""


class WorkspaceBuildDependencies(UpkeepRule):
    """A package is built from source with packages that it does not declare.

    Reports packages that are known for it (flash-attn, deepspeed, mamba-ssm ...), unless the lock has a wheel of them,
    a source is given, or `extra-build-dependencies` or `no-build-isolation-package` names them.

    The build fails, or works only where torch happens to be installed first.

    Write `NAME = [{ requirement = "torch", match-runtime = true }]` in `[tool.uv.extra-build-dependencies]`.
    """

    severity = Severity.WARNING
    needs_uv = True
    bad = Example({"pyproject.toml": pyproject(["flash-attn"], "\n[tool.uv]\n")}, ("pyproject.toml:5",))
    good = Example({"pyproject.toml": pyproject(["flash-attn"], _EXTRA)})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return sources.build_dependencies(view)
