"""The rule lock-policy-violated."""

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.rule import Example, LockChangeRule

_BASE = lock(package("alpha", "1.0"), root("demo", ["alpha"]))
_HEAD = lock(package("alpha", "2.0"), root("demo", ["alpha"]))
_CONFIG = pyproject(["alpha"], '\n[tool.tta-validate.lock]\nbase = "before.lock"\nmax-jump = "minor"\n')


class LockPolicyViolated(LockChangeRule):
    """A change does what the project's policy forbids.

    Reports packages on the `deny` list that come in or move up, new packages that are not on the `allow` list where
    there is one, and upgrades larger than `max-jump`, all in `[tool.tta-validate.lock]`. Needs a lock to compare with:
    `base` in `[tool.tta-validate.lock]`, `--since`, or `lock diff`.

    The policy is what the team agreed on; nobody reads ten thousand lines of a lock for it.

    Take the change out, or change the policy in the same pull request.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _HEAD}, ("uv.lock:5",))
    good = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _BASE})
