"""The rule lock-missing-edge."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.edges import unmatched
from tta_validate.lock.samples import line_of, lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_BAD = lock(package("alpha"), root("demo", [], requires=["alpha"]))
_PART = '[[package]]\nname = "demo"'
_FOUND = f"uv.lock:{line_of(_BAD, _PART)}"


class LockMissingEdge(LockRule):
    """The edges of a local package differ from the requirements that the lock recorded for it.

    Compares, for each member and each of its extras and groups, the recorded requirements that can apply with the
    edges. Names under `override-dependencies` and `exclude-dependencies` are left out.

    uv compares only what was recorded with pyproject.toml. An edge taken out leaves a dependency uninstalled; one put
    in installs what nobody asked for, and `uv lock --check` says that all is well.

    Run `uv lock`.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _BAD}, (_FOUND,))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return unmatched(view)
