"""The rule workspace-image-not-locked."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import continuous
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_LOCK = {"pyproject.toml": pyproject(), "uv.lock": "version = 1\n"}


class WorkspaceImageNotLocked(UpkeepRule):
    """An image is built from what uv resolves at that moment.

    Reports `uv sync` in Dockerfiles without `--locked` or `--frozen`, or `UV_LOCKED` or `UV_FROZEN` in its stage.

    Two builds of one commit give two images, and neither is what was tested.

    Add `--locked`; in a layer before the sources are copied, `--frozen --no-install-project`.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example({**_LOCK, "Dockerfile": "FROM python:3.12-slim\nRUN uv sync --no-dev\n"}, ("Dockerfile:2",))
    good = Example({**_LOCK, "Dockerfile": "FROM python:3.12-slim\nRUN uv sync --no-dev --locked\n"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return continuous.unlocked_image(view)
