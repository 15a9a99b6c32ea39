"""What `check --fix --unsafe-fixes` makes of commands that an earlier tool left behind."""

from pathlib import Path

import pytest

from tta_validate.cli import run_cli

PROJECT = """\
[project]
name = "a"
version = "1"
requires-python = ">=3.12"
dependencies = ["flask"]

[tool.uv]
required-version = ">=0.5"
"""
BEFORE = {
    "run.sh": "#!/bin/sh\r\npoetry install\r\npoetry run flask run\r\n",
    "Dockerfile": "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCMD flask run\n",
    "user.dockerfile": "FROM python:3.12\nRUN pip install --user -r requirements.txt\n",
    "Makefile": "x:\n\t@conda run -n a pytest",
    "clean.sh": "ls\nconda clean -afy\n",
    "there.sh": "pip install -r needs.txt\n",
    "needs.txt": "flask\n",
    "README.md": "```\npoetry install\n```\n",
}
AFTER = {
    "run.sh": "#!/bin/sh\r\nuv sync\r\nuv run flask run\r\n",
    "Dockerfile": "FROM python:3.12\nCOPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /uvx /bin/\n"
    'ENV VIRTUAL_ENV=/opt/venv UV_PROJECT_ENVIRONMENT=/opt/venv PATH="/opt/venv/bin:$PATH"\n'
    "COPY pyproject.toml uv.lock .\nRUN uv sync --frozen\nCMD flask run\n",
    "Makefile": "x:\n\t@uv run pytest",
    "clean.sh": "ls\n",
}


def test_whole_files_are_repaired_and_only_where_nothing_is_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {**BEFORE, "pyproject.toml": PROJECT}.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    check = ["check", "--select", "migration", "--no-cache", "--jobs", "1", "--fix"]
    expected = {**BEFORE, "pyproject.toml": PROJECT}
    run_cli(check)
    assert {name: (tmp_path / name).read_bytes().decode() for name in expected} == expected
    expected |= AFTER
    for _ in range(2):
        run_cli([*check, "--unsafe-fixes"])
        assert {name: (tmp_path / name).read_bytes().decode() for name in expected} == expected
