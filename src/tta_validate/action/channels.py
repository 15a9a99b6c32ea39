"""How a step talks to the runner: outputs, the summary, and lines that are no commands.

Source: "Workflow commands for GitHub Actions" in GitHub's documentation.
"""

import contextlib
import secrets
import sys
from collections.abc import Generator, Mapping
from pathlib import Path

from tta_validate.plain_text import clean

MAX_SUMMARY = 1_000_000
"""Bytes that a step may put into its summary: GitHub shows nothing at all of more than 1 MiB."""


def write_outputs(environment: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Appends the outputs of a step; no value can add another output, whatever lines it has."""
    lines: list[str] = []
    for name, value in values.items():
        mark = f"tta-{secrets.token_hex(16)}"
        lines += [f"{name}<<{mark}", value, mark]
    _append(environment.get("GITHUB_OUTPUT", ""), "".join(f"{line}\n" for line in lines))


def write_summary(environment: Mapping[str, str], text: str) -> None:
    """Appends to the summary of the step, cut at the end of a line where there is no room for more."""
    data = text.encode("utf-8", "replace")
    if len(data) > MAX_SUMMARY:
        kept = data[: MAX_SUMMARY - 100]
        text = kept[: kept.rfind(b"\n") + 1].decode("utf-8") + "\nThe rest is left out here.\n"
    _append(environment.get("GITHUB_STEP_SUMMARY", ""), text)


def _append(path: str, text: str) -> None:
    if path:
        with Path(path).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)


@contextlib.contextmanager
def no_commands() -> Generator[None]:
    """While this lasts, nothing that is printed is a command to the runner."""
    token = f"tta-{secrets.token_hex(16)}"
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{token}::", flush=True)


def say(level: str, text: str) -> None:
    """Prints an annotation without a place: ``error``, ``warning`` or ``notice``."""
    sys.stdout.write(f"::{level} title=tta-validate::{clean(text).replace('%', '%25')}\n")
    sys.stdout.flush()
