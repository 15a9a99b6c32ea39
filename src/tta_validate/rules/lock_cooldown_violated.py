"""The rule lock-cooldown-violated."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.dates import too_new
from tta_validate.lock.samples import line_of, lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_CUTOFF = '\n[options]\nexclude-newer = "{}"\n'
_BAD = lock(package("alpha", wheels=()), root("demo", ["alpha"]), top=_CUTOFF.format("2025-12-01T00:00:00Z"))
_PART = "sdist"
_FOUND = f"uv.lock:{line_of(_BAD, _PART)}"


class LockCooldownViolated(LockRule):
    """A locked file is newer than the cutoff that the lock promises.

    Compares upload times with `exclude-newer`, also per package. A cutoff that is a span, such as `7 days`, counts
    back from the commit of the lock; without one it is not checked.

    A cutoff keeps releases out until somebody had time to look at them. uv does not check a file that is already
    locked.

    Run `uv lock`.
    """

    severity = Severity.WARNING
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _BAD}, (_FOUND,))
    good = Example(
        {
            "pyproject.toml": pyproject(["alpha"]),
            "uv.lock": lock(
                package("alpha", wheels=()), root("demo", ["alpha"]), top=_CUTOFF.format("2026-02-01T00:00:00Z")
            ),
        }
    )

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return too_new(view)
