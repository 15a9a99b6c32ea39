"""The rule lock-missing."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

if TYPE_CHECKING:
    from tta_validate.project import Project


_LOCK = lock(package("alpha"), root("demo", ["alpha"]))


class LockMissing(LockRule):
    """A project that uses uv has no lock.

    Reports a project with `[tool.uv]` and no uv.lock. A project without uv is left alone.

    Without a lock every machine resolves for itself, and what was tested is not what is installed.

    Run `uv lock` and commit uv.lock.
    """

    severity = Severity.WARNING
    without_lock = True
    bad = Example({"pyproject.toml": pyproject([], "\n[tool.uv]\npackage = false\n")}, ("pyproject.toml:1",))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _LOCK})

    def not_applicable(self, project: "Project") -> str | None:
        """Returns why no lock is expected, or None."""
        return None if project.locked.uses_uv else "the project does not use uv"

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each reason of the verdict."""
        return view.reasons("lock-missing") if view.uses_uv else ()
