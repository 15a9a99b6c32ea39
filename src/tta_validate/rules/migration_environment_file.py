"""The rule migration-environment-file."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tta_validate.findings import Finding, Location, Severity
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, LeftoverRule

if TYPE_CHECKING:
    from tta_validate.project import Project

_PROJECT = {"pyproject.toml": pyproject(), "uv.lock": "version = 1\n"}
_ENVIRONMENT = "name: demo\nchannels:\n  - conda-forge\ndependencies:\n  - numpy=1.26\n"


class MigrationEnvironmentFile(LeftoverRule):
    """An environment file of conda is left in a project of uv.

    Reports YAML files with `channels` and `dependencies` in a project with uv.lock or `[tool.uv]`.

    Two lists of dependencies drift apart, and nobody knows which of them is tested.

    `tta-validate migrate conda FILE` moves what it says to pyproject.toml; delete it when nothing uses it any more.
    """

    severity = Severity.WARNING
    bad = Example({**_PROJECT, "environment.yml": _ENVIRONMENT}, ("environment.yml:4",))
    good = Example(_PROJECT)

    def check(self, project: "Project") -> Iterable[Finding]:
        """Yields a finding for each environment file, at its list of dependencies."""
        from tta_validate.leftovers.found import is_environment

        for file in project.upkeep.files.every:
            text = project.text(file.path) if file.path.endswith((".yml", ".yaml")) else None
            if text and is_environment(file.path, text):
                lines = text.split("\n")
                line = next((at for at, one in enumerate(lines, 1) if one.startswith("dependencies:")), 1)
                message = f"An environment of conda beside uv: `tta-validate migrate conda {file.path}` moves it over."
                yield self.finding(message, Location(file.path, line))
