"""The rule lock-unreadable."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

if TYPE_CHECKING:
    from tta_validate.project import Project


_LOCK = lock(package("alpha"), root("demo", ["alpha"]))


class LockUnreadable(LockRule):
    """The lock cannot be read.

    Reports merge conflict markers, broken TOML, missing fields, other schema versions, an unreadable `requires-python`,
    wheels of another version than their package, packages that stand twice, dependencies that are not in the lock or
    do not say which of several packages they mean, and wheels with a hash where the source has none or without one
    where it must have one, at the line at fault.

    uv refuses such a file, so nothing can be installed from it.

    Take one side of the conflict whole, or restore the file, and run `uv lock`.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": "<<<<<<< ours\n" + _LOCK}, ("uv.lock:1",))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _LOCK})

    def not_applicable(self, project: "Project") -> str | None:
        """Returns why there is no lock to read, or None."""
        return None if any(view.exists for view in project.locks) else "there is no uv.lock"

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each reason of the verdict."""
        return view.reasons("lock-unreadable")
