"""The rule migration-pip-command."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tta_validate.findings import Finding, Severity
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, LeftoverRule

if TYPE_CHECKING:
    from tta_validate.project import Project

_PROJECT = {"pyproject.toml": pyproject(), "uv.lock": "version = 1\n"}


class MigrationPipCommand(LeftoverRule):
    """The project is installed with pip, past uv.lock.

    Reports `pip install -r FILE`, `pip install .` and `COPY requirements.txt` in Dockerfiles, compose files, CI,
    scripts and, as info, in README, CONTRIBUTING and docs, and `cache: pip` of actions/setup-python. Makefiles and
    editor tasks are the business of workspace-bypasses-uv. A folder with its own requirements.txt that is no project
    of uv is left alone.

    What is installed is what the index has today, and not what uv.lock says and was tested.

    Write `uv sync --frozen` in images and `uv sync --locked` in CI.
    """

    severity = Severity.WARNING
    bad = Example(
        {**_PROJECT, "Dockerfile": "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"},
        ("Dockerfile:2", "Dockerfile:3"),
    )
    good = Example(
        {**_PROJECT, "Dockerfile": "FROM python:3.12\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --frozen\n"}
    )

    def check(self, project: "Project") -> Iterable[Finding]:
        """Yields those that stand in no Makefile and no task of an editor."""
        ours = {"", *(one.folder for one in project.upkeep.manifests)}
        for one in super().check(project):
            name = one.location.path.rpartition("/")[2]
            folder = one.location.path.rpartition("/")[0]
            apart = folder not in ours and project.exists(f"{folder}/requirements.txt")
            if not apart and not name.lower().endswith(("makefile", ".mk", "justfile", ".json")):
                yield one
