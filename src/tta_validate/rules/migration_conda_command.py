"""The rule migration-conda-command."""

from tta_validate.findings import Severity
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, LeftoverRule

_PROJECT = {"pyproject.toml": pyproject(), "uv.lock": "version = 1\n"}


class MigrationCondaCommand(LeftoverRule):
    """A command or an image of conda is left in a project of uv.

    Reports conda, mamba and micromamba in Dockerfiles, compose files, Makefiles, CI, scripts, editor settings and, as
    info, in README, CONTRIBUTING and docs, with the command that takes its place.

    Whoever runs it gets another environment than uv.lock describes, or none at all.

    Write what the message says; `tta-validate migrate conda` does so for whole repositories.
    """

    severity = Severity.WARNING
    bad = Example(
        {
            **_PROJECT,
            "Dockerfile": "FROM continuumio/miniconda3\nCOPY . .\nRUN conda env create -f environment.yml\n",
        },
        ("Dockerfile:1", "Dockerfile:3"),
    )
    good = Example(
        {
            **_PROJECT,
            "Dockerfile": "FROM python:3.12-slim\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --frozen\n",
        }
    )
