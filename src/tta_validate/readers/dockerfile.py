"""Reads Dockerfiles: instructions with their lines and stages.

Source: Dockerfile reference (parser directives, line continuation, here-documents). The libraries that parse
Dockerfiles know no here-documents.
"""

import re
from dataclasses import dataclass

_DIRECTIVE = re.compile(r"#\s*escape\s*=\s*(\S)", re.IGNORECASE)
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s*(.*)", re.DOTALL)
_HERE = re.compile(r"(?<!<)<<-?\s*(['\"]?)([A-Za-z_]\w*)\1")
_STAGE = re.compile(r"(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its upper-case name, and its parts as (line, text), from the instruction's own line on.

    ``stage`` counts the FROM instructions so far; ``here`` are the lines of its here-documents.
    """

    name: str
    line: int
    parts: tuple[tuple[int, str], ...]
    stage: int
    here: tuple[tuple[int, str], ...] = ()

    @property
    def text(self) -> str:
        """The arguments in one line."""
        return " ".join(text.strip() for _, text in self.parts).strip()

    @property
    def image(self) -> str:
        """The image of a FROM."""
        found = _STAGE.match(self.text)
        return found[1] if found else ""

    @property
    def stage_name(self) -> str:
        """The name that a FROM gives its stage, empty without one."""
        found = _STAGE.match(self.text)
        return (found[2] or "") if found else ""


def parse_dockerfile(text: str) -> tuple[Instruction, ...]:
    """Returns the instructions of a Dockerfile in order; what is no instruction is left out."""
    lines = text.split("\n")
    escape = "\\"
    for line in lines:
        if not line.lstrip().startswith("#"):
            break
        if found := _DIRECTIVE.fullmatch(line.strip()):
            escape = found[1]
    found_instructions: list[Instruction] = []
    at = stage = 0
    while at < len(lines):
        if not lines[at].strip() or lines[at].lstrip().startswith("#"):
            at += 1
            continue
        start = at
        parts, at = _joined(lines, at, escape)
        match = _INSTRUCTION.match(parts[0][1])
        if match is None:
            continue
        parts[0] = (parts[0][0], match[2])
        here: list[tuple[int, str]] = []
        for _, name in _HERE.findall(" ".join(part for _, part in parts)):
            while at < len(lines) and lines[at].strip() != name:
                here.append((at + 1, lines[at]))
                at += 1
            at += 1
        name = match[1].upper()
        stage += name == "FROM"
        found_instructions.append(Instruction(name, start + 1, tuple(parts), stage, tuple(here)))
    return tuple(found_instructions)


def _joined(lines: list[str], at: int, escape: str) -> tuple[list[tuple[int, str]], int]:
    """Returns the lines of one instruction without their escapes, and where the next one starts."""
    parts: list[tuple[int, str]] = []
    while at < len(lines):
        line = lines[at].rstrip()
        if parts and (not line.strip() or line.lstrip().startswith("#")):
            at += 1
            continue
        at += 1
        if line.endswith(escape):
            parts.append((at, line[:-1]))
        else:
            parts.append((at, line))
            break
    return parts, at
