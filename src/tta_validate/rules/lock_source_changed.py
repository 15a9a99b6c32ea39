"""The rule lock-source-changed."""

from tta_validate.findings import Severity
from tta_validate.lock.samples import line_of, lock, package, pyproject, root
from tta_validate.rule import Example, LockChangeRule

_BASE = lock(package("alpha"), root("demo", ["alpha"]))
_HEAD = _BASE.replace('virtual = "."', 'editable = "."')
_CONFIG = pyproject(["alpha"], '\n[tool.tta-validate.lock]\nbase = "before.lock"\n')
_PART = 'name = "demo"'
_FOUND = f"uv.lock:{line_of(_HEAD, _PART) - 1}"


class LockSourceChanged(LockChangeRule):
    """A package comes from another kind of source than before.

    Reports moves between registries, git, URLs, archives and folders; from a registry to git or a URL is an error.
    Needs a lock to compare with: `base` in `[tool.tta-validate.lock]`, `--since`, or `lock diff`.

    A release is reviewed by many and cannot change; a branch or a folder holds whatever was put there.

    Make sure that the move is meant.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _HEAD}, (_FOUND,))
    good = Example({"pyproject.toml": _CONFIG, "before.lock": _BASE, "uv.lock": _BASE})
