"""The rule migration-poetry-command."""

from tta_validate.findings import Severity
from tta_validate.lock.samples import pyproject
from tta_validate.rule import Example, LeftoverRule

_PROJECT = {"pyproject.toml": pyproject(), "uv.lock": "version = 1\n"}


class MigrationPoetryCommand(LeftoverRule):
    """A command of Poetry is left in a project of uv.

    Reports `poetry` commands, its installers, its GitHub actions and its variables in Dockerfiles, compose files,
    Makefiles, CI, scripts, editor settings and, as info, in README, CONTRIBUTING and docs, with the command that takes
    its place.

    It fails, or it resolves once more, past uv.lock.

    Write what the message says; `tta-validate migrate poetry` does so for whole repositories.
    """

    severity = Severity.WARNING
    bad = Example(
        {**_PROJECT, "run.sh": "#!/bin/sh\npoetry install --no-dev\npoetry run serve\n"}, ("run.sh:2", "run.sh:3")
    )
    good = Example({**_PROJECT, "run.sh": "#!/bin/sh\nuv sync --no-dev\nuv run serve\n"})
