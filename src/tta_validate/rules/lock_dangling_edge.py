"""The rule lock-dangling-edge."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.edges import dangling
from tta_validate.lock.samples import line_of, lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_BAD = lock(package("alpha", needs=["beta"]), root("demo", ["alpha"]))
_PART = 'name = "beta"'
_FOUND = f"uv.lock:{line_of(_BAD, _PART)}"


class LockDanglingEdge(LockRule):
    """A locked package requires one that the lock does not hold.

    Looks up the name, and the version and source where they are given, of every edge.

    uv reads such a lock without a word and installs without the dependency.

    Run `uv lock`.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _BAD}, (_FOUND,))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return dangling(view)
