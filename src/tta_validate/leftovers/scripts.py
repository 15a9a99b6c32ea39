"""Scripts that projects carried before, and what takes their place."""

import re
from dataclasses import dataclass

_CALL = re.compile(
    r"^(?:uv\s+run\s+)?(?:python[\d.]*\s+)?(?P<script>\S*\b(?P<name>validate-llm-efficiency|validate-cost-optimization)\.py)"
    r"(?P<rest>.*)$",
    re.DOTALL,
)
NAMES = ("validate-llm-efficiency.py", "validate-cost-optimization.py")
"""The scripts of the guide to uv and LLM primitives that projects copied."""


@dataclass(frozen=True, slots=True)
class Script:
    """The command that takes a script's place, and why."""

    new: str
    advice: str


def replaced_script(command: str) -> Script | None:
    """Returns what takes the place of a command that runs one of the scripts, None for any other command."""
    found = _CALL.match(command.strip())
    if not found:
        return None
    paths = " ".join(word for word in found["rest"].split() if not word.startswith("-"))
    if found["name"] == "validate-llm-efficiency":
        new, advice = (
            "uv run tta-validate check --select adoption",
            "It finds the same calls, with the guards that they lack.",
        )
    else:
        new = "uv run tta-validate inventory"
        advice = "It counts call sites with a cache and a choice of model, and not words in files."
    return Script(f"{new} {paths}".strip(), advice)
