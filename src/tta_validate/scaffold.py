"""What `init` writes into a project: configuration, a baseline and a workflow, never over anything that is there."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import cast

from tta_validate import __version__, baseline
from tta_validate.config import TABLE
from tta_validate.documents import parse_toml
from tta_validate.errors import InputError
from tta_validate.leftovers.model import UV_VERSION
from tta_validate.report import Report

WORKFLOW = ".github/workflows/tta-validate.yml"


@dataclass(frozen=True, slots=True)
class Plan:
    """Files to write, relative to the root, with their whole text, and what is left alone, with the reason."""

    files: Mapping[str, str]
    left: Mapping[str, str]


def plan(root: Path, report: Report) -> Plan:
    """Returns what to write for a project that has no configuration yet; raises InputError without a pyproject.toml."""
    files: dict[str, str] = {}
    left: dict[str, str] = {}
    text = _pyproject(root)
    known = bool(report.findings) or (root / baseline.DEFAULT).exists()
    if parse_toml(text, "pyproject.toml").table(*TABLE) is not None:
        left["pyproject.toml"] = "it has a table [tool.tta-validate]"
    else:
        files["pyproject.toml"] = configured(text, baseline.DEFAULT if known else None)
    if (root / baseline.DEFAULT).exists():
        left[baseline.DEFAULT] = "it exists; `tta-validate baseline` brings it up to date"
    elif report.findings and "pyproject.toml" in files:
        files[baseline.DEFAULT] = baseline.dump(baseline.grow(report.findings))
    if (root / WORKFLOW).exists():
        left[WORKFLOW] = "it exists"
    elif (root / ".git").exists() or (root / ".github").is_dir():
        files[WORKFLOW] = workflow(command(text))
    else:
        left[WORKFLOW] = "the root is no git repository"
    return Plan(files, left)


def _pyproject(root: Path) -> str:
    try:
        # newline="" keeps the file's own line ends.
        with (root / "pyproject.toml").open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        raise InputError("pyproject.toml:1: there is none here to write to; `uv init --bare` makes one") from None
    except (OSError, UnicodeDecodeError):
        raise InputError("pyproject.toml:1: cannot be read as UTF-8") from None


def configured(text: str, known: str | None) -> str:
    """Returns a pyproject.toml with a table for us at its end and nothing else changed, so comments stay.

    Raises InputError where no table can be added to the text.
    """
    lines = ["[tool.tta-validate]", 'fail-on = "warning"']
    if known is not None:
        lines.append(f"baseline = {json.dumps(known)}")
    lines += ["", "[tool.tta-validate.targets]", "timeout = 100", "retry = 100"]
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text or text.endswith("\n") else end
    result = text + gap + (end if text.strip() else "") + end.join(lines) + end
    try:
        parse_toml(result.removeprefix("\ufeff"), "pyproject.toml")
    except InputError as error:
        raise InputError(f"{error}; add [tool.tta-validate] by hand") from None
    return result


def command(pyproject: str) -> str:
    """Returns the shell command that runs this program in the project's workflow.

    It is the project's own, where its pyproject.toml names the distribution; else the one that is running.
    """
    if re.search(r"""["']tta-validate\b""", pyproject):
        return "uv run tta-validate check ."
    return f"uvx --from '{_requirement()}' tta-validate check ."


def _requirement() -> str:
    """Returns where this program came from: a git repository (PEP 610), else its release."""
    try:
        text = metadata.distribution("tta-validate").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        text = None
    if text:
        url = cast("dict[str, object]", json.loads(text))
        info = url.get("vcs_info")
        if isinstance(info, dict):
            commit = cast("dict[str, object]", info).get("commit_id")
            return f"git+{url.get('url')}@{commit}"
    return f"tta-validate=={__version__}"


def workflow(run: str) -> str:
    """Returns a GitHub workflow that runs the command on pushes to main and on pull requests."""
    return f"""name: tta-validate

on:
  push:
    branches: [main]
  pull_request:

permissions: {{}}

jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          persist-credentials: false
      - uses: actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c # v6.0.0
        with:
          python-version: "3.12"
      - run: python -m pip install uv=={UV_VERSION}
      - run: {run}
"""
