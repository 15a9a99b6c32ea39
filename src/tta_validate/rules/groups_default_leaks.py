"""The rule groups-default-leaks."""

from collections.abc import Iterable

from tta_validate.findings import Severity
from tta_validate.hygiene import group_use
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, UpkeepRule

_PROJECT = pyproject([], '\n[dependency-groups]\ndev = ["pytest"]\n')
_IMAGE = "FROM python:3.12-slim\n"


class GroupsDefaultLeaks(UpkeepRule):
    """An image for production installs the groups of those who work on the project.

    Reports `uv sync` in Dockerfiles without `--no-dev`, `--no-default-groups` or their environment variables, where the
    project has default groups. Stages and files whose name speaks of development, tests, linting or documents are left
    alone, and so are commands that name a group.

    Test tools, debuggers and their vulnerabilities are shipped.

    Add `--no-dev`, or `UV_NO_DEV=1` for the image.
    """

    severity = Severity.WARNING
    fixable = True
    bad = Example({"pyproject.toml": _PROJECT, "Dockerfile": _IMAGE + "RUN uv sync --locked\n"}, ("Dockerfile:2",))
    good = Example({"pyproject.toml": _PROJECT, "Dockerfile": _IMAGE + "RUN uv sync --locked --no-dev\n"})

    def troubles(self, view: View) -> Iterable[Trouble]:
        """Yields each such place."""
        return group_use.leaking(view)
