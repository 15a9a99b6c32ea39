"""The rule workspace-insecure-index."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import sources
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_INDEX = '\n[[tool.uv.index]]\nname = "own"\nurl = "http://registry.example/simple"\nexplicit = true\n'


class WorkspaceInsecureIndex(UpkeepRule):
    """An index or a source is asked without encryption, or with a credential in its address.

    Looks at `tool.uv.index`, `index-url` and `tool.uv.sources`.

    Over HTTP anybody on the way can change what is installed; a credential in pyproject.toml is published with it.

    Use HTTPS, and `UV_INDEX_NAME_USERNAME` and `UV_INDEX_NAME_PASSWORD` in the environment.
    """

    severity = Severity.ERROR
    bad = Example({"pyproject.toml": pyproject([], _INDEX)}, ("pyproject.toml:7",))
    good = Example({"pyproject.toml": pyproject([], _INDEX.replace("http:", "https:"))})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return sources.insecure(view)
