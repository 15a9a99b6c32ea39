"""The rule lock-files-removed."""

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.rule import Example, LockChangeRule

_BASE = lock(package("alpha", wheels=["cp311-abi3-win_amd64", "py3-none-any"]), root("demo", ["alpha"]))
_HEAD = lock(package("alpha", wheels=["cp311-abi3-win_amd64"]), root("demo", ["alpha"]))
_CONFIG = pyproject(["alpha"], '\n[tool.tta-validate.lock]\nbase = "before.lock"\n')


class LockFilesRemoved(LockChangeRule):
    """A release has fewer files than before, in the same version.

    Compares the names of files; those for a Python that the lock no longer covers do not count. Needs a lock to compare
    with: `base` in `[tool.tta-validate.lock]`, `--since`, or `lock diff`.

    Somebody's platform may have nothing to install any more. Indexes rarely remove files, so ask why.

    Run `uv lock` against the index, and look at what it serves.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _HEAD}, ("uv.lock:5",))
    good = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _BASE})
