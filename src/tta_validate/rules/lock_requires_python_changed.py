"""The rule lock-requires-python-changed."""

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.rule import Example, LockChangeRule

_BASE = lock(package("alpha"), root("demo", ["alpha"]))
_HEAD = _BASE.replace(">=3.11", ">=3.12")
_CONFIG = pyproject(["alpha"], '\n[tool.tta-validate.lock]\nbase = "before.lock"\n')


class LockRequiresPythonChanged(LockChangeRule):
    """The Pythons that the lock is for changed.

    Compares `requires-python` of both locks. Needs a lock to compare with: `base` in `[tool.tta-validate.lock]`,
    `--since`, or `lock diff`.

    Fewer Pythons lock somebody out; more Pythons can force older releases on everybody.

    Make sure that the change is meant.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _HEAD}, ("uv.lock:3",))
    good = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _BASE})
