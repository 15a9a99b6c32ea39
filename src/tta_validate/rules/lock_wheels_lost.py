"""The rule lock-wheels-lost."""

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.rule import Example, LockChangeRule

_WHEELS = [f"cp3{minor}-cp3{minor}-win_amd64" for minor in range(11, 15)]
_BASE = lock(package("alpha", "1.0", wheels=_WHEELS), root("demo", ["alpha"]))
_HEAD = lock(package("alpha", "1.1", wheels=_WHEELS[:1]), root("demo", ["alpha"]))
_CONFIG = pyproject(["alpha"], '\n[tool.tta-validate.lock]\nbase = "before.lock"\n')


class LockWheelsLost(LockChangeRule):
    """A release has half of its wheels or fewer.

    Reports packages with four wheels or more before, and half of that or fewer after; a wheel for every platform is
    enough. Needs a lock to compare with: `base` in `[tool.tta-validate.lock]`, `--since`, or `lock diff`.

    A release that was locked while its files were still being uploaded misses platforms for everybody, for good.

    Run `uv lock --upgrade-package` later.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _HEAD}, ("uv.lock:5",))
    good = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _BASE})
