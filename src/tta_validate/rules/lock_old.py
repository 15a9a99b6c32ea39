"""The rule lock-old."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.dates import old
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_LOCK = lock(package("alpha"), root("demo", ["alpha"]))


class LockOld(LockRule):
    """The lock has not changed for a long time.

    Takes the time of the commit that last changed uv.lock, and where git does not tell, the upload of the newest
    release in it: the lock is no older than that. `max-age` in `[tool.tta-validate.lock]` sets the days (365);
    `false` turns the rule off.

    Fixes of bugs and holes do not come in by themselves.

    Run `uv lock --upgrade`, and look at the change with `tta-validate lock diff`.
    """

    severity = Severity.INFO
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _LOCK.replace("2026-", "2019-")}, ("uv.lock:1",))
    good = Example(
        {"pyproject.toml": pyproject(["alpha"], "\n[tool.tta-validate.lock]\nmax-age = false\n"), "uv.lock": _LOCK}
    )

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return old(view)
