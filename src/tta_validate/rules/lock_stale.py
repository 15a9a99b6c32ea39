"""The rule lock-stale."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.samples import lock, package, pyproject, root
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_LOCK = lock(package("alpha"), root("demo", ["alpha"]))


class LockStale(LockRule):
    """The lock does not match what the project declares.

    Compares pyproject.toml of every member, uv.toml and local dependencies with what uv.lock recorded, by the rules
    of `uv lock --check`, without uv, an interpreter or the network. Each difference is reported where it is declared,
    with what is declared and what the lock has.

    `uv sync --frozen` installs what the lock says, not what the project says; `uv sync --locked` fails.

    Run `uv lock` and commit uv.lock.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject(["alpha>=2"]), "uv.lock": _LOCK}, ("pyproject.toml:5",))
    good = Example({"pyproject.toml": pyproject(["alpha"]), "uv.lock": _LOCK})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each reason of the verdict."""
        return view.reasons("lock-stale")
