"""The rule lock-downgraded."""

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.rule import Example, LockChangeRule

_BASE = lock(package("alpha", "2.0"), root("demo", ["alpha"]))
_HEAD = lock(package("alpha", "1.0"), root("demo", ["alpha"]))
_CONFIG = pyproject(["alpha"], '\n[tool.tta-validate.lock]\nbase = "before.lock"\n')


class LockDowngraded(LockChangeRule):
    """A package went back to an older release.

    Compares the newest version of each name. Needs a lock to compare with: `base` in `[tool.tta-validate.lock]`,
    `--since`, or `lock diff`.

    Fixes get lost without anybody having decided it: a new bound somewhere in the tree is enough.

    Look for the bound that holds it back, or write down why in `tool.uv.constraint-dependencies`.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _HEAD}, ("uv.lock:5",))
    good = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _BASE})
