"""What is left behind, and what takes its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

CONDA, POETRY, PIP, SCRIPT = (
    "migration-conda-command",
    "migration-poetry-command",
    "migration-pip-command",
    "migration-replaced-script",
)
"""The rules that report what is found in files."""

Where = Literal["docker", "ci", "make", "script", "compose", "prose", "windows"]

UV_VERSION = "0.13.8"
"""The release of uv that written files name."""

SETUP_UV = "astral-sh/setup-uv@20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1"


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the project: its Python, the packages of apt it needs, the names it declares.

    ``tools`` are the names in its group ``dev``; ``package``: it is built and installed itself.
    ``files`` maps a requirement or environment file that was migrated to the group that took its place, empty for the
    project's own; None where it is not known which were.
    """

    python: str = "3.12"
    apt: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()
    package: bool = False
    files: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Lines of a file that are left behind, from ``line`` to ``end``; an insertion ends before it begins.

    ``new`` are the lines in their place, None where a person has to decide; where it is not ``decided``, they are what
    would be written if the rest of the file were. ``rule`` reports it, empty for lines that
    only come along with others.
    """

    rule: str
    line: int
    end: int
    found: str
    advice: str
    new: tuple[str, ...] | None = None
    decided: bool = True


def applied(text: str, changes: Iterable[Change]) -> str:
    """Returns the text with the changes that are decided."""
    lines = text.split("\n")
    decided = sorted(
        (one for one in changes if one.new is not None and one.decided), key=lambda one: (one.line, one.end)
    )
    result: list[str] = []
    at = 1
    for one in decided:
        if one.line < at:
            continue
        result += [*lines[at - 1 : one.line - 1], *(one.new or ())]
        at = max(one.end + 1, one.line)
    return "\n".join([*result, *lines[at - 1 :]])


def sync(where: Where, *flags: str) -> str:
    """Returns the command that installs the project in a place: an image must not lock, a CI job must not drift."""
    strict = {"docker": "--frozen", "compose": "--frozen", "ci": "--locked"}.get(where, "")
    return " ".join(filter(None, ("uv sync", strict, *dict.fromkeys(flags))))


def joined(parts: Sequence[str]) -> str:
    """Returns parts of a sentence with commas between them."""
    return ", ".join(parts)
