"""The rule lock-hash-weak."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.hashes import weak_hashes
from tta_validate.lock.samples import line_of, lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_BAD = lock(package("alpha", wheels=()), root("demo", ["alpha"])).replace("sha256:", "md5:")
_PART = "sdist"
_FOUND = f"uv.lock:{line_of(_BAD, _PART)}"


class LockHashWeak(LockRule):
    """A locked file has a hash that does not protect it.

    Accepts SHA-2, SHA-3 and BLAKE2b of full length; reports MD5, SHA-1, and digests of a wrong length.

    Another file with the same weak hash can be made.

    Run `uv lock` against an index that gives SHA-256.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _BAD}, (_FOUND,))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return weak_hashes(view)
