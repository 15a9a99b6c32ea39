"""The rule lock-duplicate-hash."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.hashes import duplicate_hashes
from tta_validate.lock.samples import artifact, line_of, lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_BAD = lock(
    package(
        "alpha",
        files=[
            artifact("alpha-1.0-py3-none-any.whl"),
            artifact("alpha-1.0-py3-none-any.whl").replace("/alpha-1.0-py3", "/alpha-1.0-py2"),
        ],
    ),
    root("demo", ["alpha"]),
)
_PART = "py2-none"
_FOUND = f"uv.lock:{line_of(_BAD, _PART)}"


class LockDuplicateHash(LockRule):
    """Two locked files have the same hash.

    Looks at every file of the lock; the same file under one name may be listed twice.

    Two different files never have one hash: one of the entries was copied from the other.

    Run `uv lock`.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _BAD}, (_FOUND,))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": lock(package("alpha"), root("demo", ["alpha"]))})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return duplicate_hashes(view)
