"""The rule lock-orphan-package."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.edges import orphans
from tta_validate.lock.samples import line_of, lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_BAD = lock(package("alpha"), package("beta"), root("demo", ["alpha"]))
_PART = '[[package]]\nname = "beta"'
_FOUND = f"uv.lock:{line_of(_BAD, _PART)}"


class LockOrphanPackage(LockRule):
    """A locked package is required by nothing.

    Follows the edges of the lock from the members of the workspace, their extras and their groups.

    uv writes no such package: it was put in by hand, or the edge to it was taken out, so it is missing where it is
    needed.

    Run `uv lock`.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _BAD}, (_FOUND,))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return orphans(view)
