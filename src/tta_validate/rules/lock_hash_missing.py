"""The rule lock-hash-missing."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.hashes import missing_hashes
from tta_validate.lock.samples import line_of, lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_BAD = lock(package("alpha", wheels=()), root("demo", ["alpha"])).replace('hash = "sha256:', 'comment = "')
_PART = "sdist"
_FOUND = f"uv.lock:{line_of(_BAD, _PART)}"


class LockHashMissing(LockRule):
    """A locked file has no hash.

    Looks at every file of registry packages, archives and direct URLs.

    Without a hash nothing tells the file that is installed from the one that was locked.

    Run `uv lock`; where the index gives no hashes, use one that does.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _BAD}, (_FOUND,))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return missing_hashes(view)
