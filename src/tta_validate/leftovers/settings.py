"""Finds conda, Poetry and pip in settings of other tools, which are only reported.

Source: the documentation of Read the Docs, direnv, nox, tox-conda, pre-commit and Dependabot.
"""

import re
from collections.abc import Iterator

from tta_validate.leftovers.model import CONDA, PIP, POETRY, Change, Context
from tta_validate.leftovers.pip_commands import is_migrated

_DOCS = "Read the Docs: `python: install: [{method: uv, command: sync, groups: [docs]}]`."
_PYTHON = "Name a version of Python, and use uv."
_ACTIVATE = "`source .venv/bin/activate` after `uv sync`."
_MADE = "uv makes the environment; the backend of nox is `uv`."
_RUN = "`uv run` runs a command in the environment."
_HOOK = "uv: astral-sh/uv-pre-commit, `id: uv-lock`."
_UPDATES = "Dependabot updates uv.lock with `package-ecosystem: uv`."
_LINES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "readthedocs": (
        (
            r"\s*python:\s*[\"']?(?:mamba|mini(?:conda|forge)|anaconda)\S*",
            CONDA,
            "Name a version of Python, and use uv.",
        ),
        (r"conda\s*:\s*", CONDA, _DOCS),
        (r"\s+environment:\s*\S+\.ya?ml", CONDA, _DOCS),
        (r"\s*(?:-\s+)?requirements:\s*(?P<file>\S+)", PIP, _DOCS),
    ),
    "envrc": (
        (
            r"\s*layout\s+(?:anaconda|conda|miniconda|micromamba)\b.*",
            CONDA,
            "`source .venv/bin/activate` after `uv sync`.",
        ),
        (r"\s*layout\s+poetry\b.*", POETRY, _ACTIVATE),
    ),
    "tests": (
        (
            r".*\b(?:conda_install|tox-conda|conda_deps|conda_env|conda_channels)\b.*",
            CONDA,
            "uv makes the environment.",
        ),
        (
            r".*\bvenv_backend\s*=\s*[\"'](?:conda|mamba|micromamba)[\"'].*",
            CONDA,
            "The backend `uv` makes the environment.",
        ),
        (
            r"\s*(?:commands\w*\s*=)?\s*poetry\s+(?:run|install)\b.*",
            POETRY,
            "`uv run` runs a command in the environment.",
        ),
    ),
    "pre-commit": (
        (
            r"\s*(?:-\s+)?repo:\s*https://github\.com/python-poetry/poetry\S*",
            POETRY,
            "uv: astral-sh/uv-pre-commit, `id: uv-lock`.",
        ),
    ),
    "dependabot": (
        (
            r"\s*(?:-\s+)?package-ecosystem:\s*[\"']?pip[\"']?\s*",
            PIP,
            "Dependabot updates uv.lock with `package-ecosystem: uv`.",
        ),
    ),
}
_FILES = {
    "readthedocs": re.compile(r"(?:^|/)\.?readthedocs\.ya?ml$"),
    "envrc": re.compile(r"(?:^|/)\.envrc$"),
    "tests": re.compile(r"(?:^|/)(?:noxfile\.py|tox\.ini)$"),
    "pre-commit": re.compile(r"(?:^|/)\.pre-commit-config\.ya?ml$"),
    "dependabot": re.compile(r"^\.github/dependabot\.ya?ml$"),
}


def settings_kind(path: str) -> str:
    """Returns which tool's settings a file has, empty for any other file."""
    return next((kind for kind, pattern in _FILES.items() if pattern.search(path)), "")


def settings_changes(path: str, text: str, context: Context) -> Iterator[Change]:
    """Yields the lines of a settings file that are left behind."""
    patterns = [(re.compile(rf"^{one}$"), rule, advice) for one, rule, advice in _LINES.get(settings_kind(path), ())]
    for number, line in enumerate(text.split("\n"), 1):
        for pattern, rule, advice in patterns:
            found = pattern.match(line.partition(" #")[0].rstrip())
            if found and ("file" not in found.groupdict() or is_migrated(found["file"], context)):
                yield Change(rule, number, number, line.strip(), advice)
                break
