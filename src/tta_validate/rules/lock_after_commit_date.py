"""The rule lock-after-commit-date."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.dates import after_commit
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_LATE = lock(package("alpha", wheels=()), root("demo", ["alpha"])).replace("2026-", "2999-")


class LockAfterCommitDate(LockRule):
    """A locked file was uploaded after the lock was committed.

    Compares upload times with the time of the commit that last changed uv.lock, or with now where the lock has
    changed since.

    Nobody can lock a file that does not exist yet: the entry, or the history, was made up.

    Restore the file from a lock that you trust, and run `uv lock`.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _LATE}, ("uv.lock:9",))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return after_commit(view)
