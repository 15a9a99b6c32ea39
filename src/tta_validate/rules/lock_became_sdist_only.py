"""The rule lock-became-sdist-only."""

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.rule import Example, LockChangeRule

_BASE = lock(package("alpha"), root("demo", ["alpha"]))
_HEAD = lock(package("alpha", "1.1", wheels=()), root("demo", ["alpha"]))
_CONFIG = pyproject(["alpha"], '\n[tool.tta-validate.lock]\nbase = "before.lock"\n')


class LockBecameSdistOnly(LockChangeRule):
    """A package has no wheel any more, or is new and has none.

    Looks at the files of both locks. Needs a lock to compare with: `base` in `[tool.tta-validate.lock]`, `--since`, or
    `lock diff`.

    Installing an sdist runs its build code on the machine of whoever installs it, and needs what the build needs.

    Choose a release with wheels, or build one where nothing is at stake.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _HEAD}, ("uv.lock:5",))
    good = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _BASE})
