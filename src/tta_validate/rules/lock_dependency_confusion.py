"""The rule lock-dependency-confusion."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.lock.hosts import confused
from tta_validate.lock.samples import INDEX, pyproject
from tta_validate.lock.view import Flaw, LockView
from tta_validate.rule import Example, LockRule

_INDEX = f'\n[[tool.uv.index]]\nname = "own"\nurl = "{INDEX}"\n'
_BAD = pyproject([], '\n[tool.uv]\nindex-strategy = "unsafe-best-match"\n' + _INDEX)


class LockDependencyConfusion(LockRule):
    """A package can come from an index that anybody can publish to, though the project has one of its own for it.

    Reports packages that `tool.uv.sources` takes from a private index and the lock from the public one, and `index-
    strategy = "unsafe-..."` beside an index that is not `explicit`.

    A stranger can claim the name of an internal package on the public index; the higher version wins.

    Name the index of internal packages in `tool.uv.sources`, make it `explicit = true`, and drop the unsafe strategy.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": _BAD, "uv.lock": "version = 1\n"}, ("pyproject.toml:8",))
    good = Example({"pyproject.toml": pyproject([], _INDEX), "uv.lock": "version = 1\n"})

    def flaws(self, view: LockView) -> Iterable[Flaw]:
        """Yields each such place."""
        return confused(view)
