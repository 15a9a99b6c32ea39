"""The rule lock-young-release."""

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.rule import Example, LockChangeRule

_BASE = lock(package("alpha", "1.0"), root("demo", ["alpha"]))
_HEAD = lock(package("alpha", "1.1"), root("demo", ["alpha"])).replace("2026-", "2999-")
_CONFIG = pyproject(["alpha"], '\n[tool.tta-validate.lock]\nbase = "before.lock"\n')


class LockYoungRelease(LockChangeRule):
    """A release was young when it was locked.

    Compares the upload of its first file with the commit of the lock: seven days, or `min-age` in
    `[tool.tta-validate.lock]`, which makes this a warning. Without a commit the days count to now. Needs
    a lock to compare with: `base` in `[tool.tta-validate.lock]`, or `lock diff`.

    Most malicious or broken releases are found and removed within days.

    Set `exclude-newer = "7 days"` in `[tool.uv]`, or wait.
    """

    severity = Severity.INFO
    bad = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _HEAD}, ("uv.lock:5",))
    good = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _BASE})
