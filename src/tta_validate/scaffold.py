"""What `init` writes into a project: configuration, a baseline and a workflow, never over anything that is there."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import cast

from tta_validate import baseline
from tta_validate.config import TABLE
from tta_validate.documents import parse_toml
from tta_validate.errors import InputError
from tta_validate.report import Report

WORKFLOW = ".github/workflows/tta-validate.yml"
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
UNKNOWN = ("OWNER/tta-validate", "COMMIT")
"""What stands for the repository of the action, and for a commit of it."""

_PLACEHOLDERS = (
    "# OWNER is the owner of tta-validate on GitHub, COMMIT the full hash of a commit of it: write both below.\n"
)
_GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Plan:
    """Files to write, relative to the root, with their whole text, and what is left alone, with the reason."""

    files: Mapping[str, str]
    left: Mapping[str, str]

    def told(self) -> Iterator[str]:
        """Yields what was written, what was not, and what is left to do, once the files are there."""
        yield from (f"wrote {path}" for path in self.files)
        yield from (f"left {path} alone: {reason}" for path, reason in self.left.items())
        if _PLACEHOLDERS in self.files.get(WORKFLOW, ""):
            yield f"{WORKFLOW} has OWNER and COMMIT in it: a comment there says what to write for them"


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
        files[WORKFLOW] = workflow(*source())
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


def source() -> tuple[str, str]:
    """Returns repository and commit of the program that is running, where it came from GitHub (PEP 610).

    Else they are the words that the workflow explains.
    """
    try:
        text = metadata.distribution("tta-validate").read_text("direct_url.json") or "{}"
    except metadata.PackageNotFoundError:
        text = "{}"
    return source_of(text)


def source_of(direct_url: str) -> tuple[str, str]:
    """Returns repository and commit that the text of a direct_url.json names, or the words for them."""
    url = cast("dict[str, object]", json.loads(direct_url))
    info = url.get("vcs_info")
    commit = cast("dict[str, object]", info).get("commit_id") if isinstance(info, dict) else None
    found = _GITHUB.fullmatch(str(url.get("url")))
    if found and isinstance(commit, str) and _COMMIT.fullmatch(commit):
        return found[1], commit
    return UNKNOWN


def workflow(repository: str, commit: str) -> str:
    """Returns a GitHub workflow that runs the action on pushes to main, pull requests and merge queues."""
    told = _PLACEHOLDERS if (repository, commit) == UNKNOWN else ""
    return f"""# Checks every pull request for unguarded LLM calls and for what it does to uv.lock.
{told}name: tta-validate

on:
  push:
    branches: [main]
  pull_request:
  merge_group:

permissions: {{}}

jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
      - uses: {CHECKOUT}
        with:
          persist-credentials: false
      - uses: {repository}@{commit}
"""
