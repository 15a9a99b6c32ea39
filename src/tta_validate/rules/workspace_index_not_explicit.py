"""The rule workspace-index-not-explicit."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import sources
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import INDEX, pyproject
from tta_validate.rule import Example, UpkeepRule

_INDEX = f'\n[[tool.uv.index]]\nname = "own"\nurl = "{INDEX}"\n'


class WorkspaceIndexNotExplicit(UpkeepRule):
    """A private index is asked for every package.

    Reports indexes in `tool.uv.index` that are not public, not `explicit` and not the `default`, and `extra-index-url`.

    uv takes each package from the first index that has the name: the private one shadows the public one, and a package
    that leaves the private index is taken from the public one, whoever has published it there.

    Write `explicit = true`, and name the index in `tool.uv.sources` of the packages that live there. A mirror of
    everything is `default = true`.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example({"pyproject.toml": pyproject([], _INDEX)}, ("pyproject.toml:7",))
    good = Example({"pyproject.toml": pyproject([], _INDEX + "explicit = true\n")})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return sources.not_explicit(view)
