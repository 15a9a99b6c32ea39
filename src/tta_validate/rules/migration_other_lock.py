"""The rule migration-other-lock."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tta_validate.findings import Finding, Location, Severity
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, LeftoverRule

if TYPE_CHECKING:
    from tta_validate.project import Project

_PROJECT = {"pyproject.toml": pyproject(), "uv.lock": "version = 1\n"}
_NAMES = ("poetry.lock", "pdm.lock", "Pipfile", "Pipfile.lock", "conda-lock.yml", "pixi.lock")


class MigrationOtherLock(LeftoverRule):
    """The lock of another tool stands beside uv.lock.

    Reports poetry.lock, pdm.lock, Pipfile, Pipfile.lock, conda-lock.yml and pixi.lock in the folder of a project of uv.

    It says other versions than uv.lock, and whoever installs from it gets what nobody tests any more.

    Delete it. `tta-validate migrate poetry --lock` makes the first uv.lock start from the versions that Poetry had
    locked.
    """

    severity = Severity.WARNING
    bad = Example({**_PROJECT, "poetry.lock": "package = []\n"}, ("poetry.lock:1",))
    good = Example(_PROJECT)

    def check(self, project: "Project") -> Iterable[Finding]:
        """Yields a finding for each such file."""
        from tta_validate.leftovers.found import other_lock

        for folder in sorted({one.folder for one in project.upkeep.manifests}):
            for name in _NAMES:
                path = f"{folder}/{name}".lstrip("/")
                if project.exists(path):
                    message = f"{name} is {other_lock(name)}'s, beside what uv locks: delete it with `git rm {path}`."
                    yield self.finding(message, Location(path))
