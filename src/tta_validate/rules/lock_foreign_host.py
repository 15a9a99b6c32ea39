"""The rule lock-foreign-host."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.hosts import foreign_hosts
from tta_validate.lock.samples import artifact, line_of, lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_BAD = lock(
    package("alpha", files=[artifact("alpha-1.0-py3-none-any.whl", host="files.example")]), root("demo", ["alpha"])
)
_PART = "files.example"
_FOUND = f"uv.lock:{line_of(_BAD, _PART)}"


class LockForeignHost(LockRule):
    """A locked file comes from a host that does not belong to its registry.

    Compares the host of every file of a registry package with the host of the index, and with the hosts that are
    known to serve its files. Hosts of a private index can be added: `[tool.tta-validate.lock] hosts`, a table from
    the host of the index to the others.

    uv downloads from the URL in the lock and asks nobody: a line changed by hand, or by whoever opened the pull
    request, decides what is installed.

    Restore the file from a lock that you trust, and run `uv lock`.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _BAD}, (_FOUND,))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return foreign_hosts(view)
