"""The rule lock-name-mismatch."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.hashes import wrong_names
from tta_validate.lock.samples import artifact, line_of, lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_BAD = lock(package("alpha", files=[artifact("alfa-1.0-py3-none-any.whl")]), root("demo", ["alpha"]))
_PART = "alfa-1.0"
_FOUND = f"uv.lock:{line_of(_BAD, _PART)}"


class LockNameMismatch(LockRule):
    """A locked file belongs to another package or version by its name.

    Compares the name of every wheel and sdist of a registry package with the package and version that it is listed
    for.

    uv installs what the URL gives: a wheel of another project, with its own code, under this name.

    Restore the file from a lock that you trust, and run `uv lock`.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _BAD}, (_FOUND,))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return wrong_names(view)
