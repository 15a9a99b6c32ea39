"""The rule lock-undecided."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_LOCK = lock(package("alpha"), root("demo", ["alpha"]))
_DYNAMIC = pyproject().replace("dependencies = []", 'dynamic = ["dependencies"]')


class LockUndecided(LockRule):
    """Whether the lock is fresh cannot be told from the project's files.

    Reports dependencies that only a build can tell (dynamic ones, packages without pyproject.toml,
    sdists without static metadata),
    requirements that cannot be read, and configuration that uv refuses.

    uv itself can be wrong here: it keeps what a build said until a file in `tool.uv.cache-keys` changes.

    List the dependencies in `[project]`, name what they depend on in `cache-keys`, or check with `tta-validate lock
    check --verify-with-uv`.
    """

    severity = Severity.INFO
    bad = Example({"pyproject.toml": _DYNAMIC, "uv.lock": lock(root("demo"))}, ("pyproject.toml:5",))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _LOCK})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each reason of the verdict."""
        return view.reasons("lock-undecided")
