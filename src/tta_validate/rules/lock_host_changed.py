"""The rule lock-host-changed."""

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.rule import Example, LockChangeRule

_BASE = lock(package("alpha"), root("demo", ["alpha"]))
_HEAD = _BASE.replace("registry.example/files", "files.example/files")
_CONFIG = pyproject(["alpha"], '\n[tool.tta-validate.lock]\nbase = "before.lock"\n')


class LockHostChanged(LockChangeRule):
    """A package comes from another registry or host than before.

    Reports a registry with another host, and files on a host that is new to the package and does not belong to its
    registry. Needs a lock to compare with: `base` in `[tool.tta-validate.lock]`, `--since`, or `lock diff`.

    A package that moves from an internal index to the public one, or to a host with a similar name, is what a supply
    chain attack looks like.

    Make sure that the move is meant; add hosts that belong to an index to `[tool.tta-validate.lock] hosts`.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _HEAD}, ("uv.lock:5",))
    good = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _BASE})
