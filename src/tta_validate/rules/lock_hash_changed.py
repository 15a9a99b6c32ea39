"""The rule lock-hash-changed."""

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.rule import Example, LockChangeRule

_BASE = lock(package("alpha", wheels=()), root("demo", ["alpha"]))
_HASH = _BASE.partition("sha256:")[2][:8]
_HEAD = _BASE.replace(_HASH, "0" * 8)
_CONFIG = pyproject(["alpha"], '\n[tool.tta-validate.lock]\nbase = "before.lock"\n')


class LockHashChanged(LockChangeRule):
    """A file has another hash than before, though its name and version did not change.

    Compares the files of both locks by name. Needs a lock to compare with: `base` in `[tool.tta-validate.lock]`,
    `--since`, or `lock diff`.

    Indexes never replace a file. Another hash means another content: the file, or the lock, was tampered with, or an
    index serves something else under the same name.

    Find out which hash the index gives, and restore the file from a lock that you trust.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _HEAD}, ("uv.lock:9",))
    good = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _BASE})
