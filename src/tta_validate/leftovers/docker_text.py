"""Reads the instructions of a Dockerfile.

Source: Dockerfile reference, "Format", "Here-Documents".
"""

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction with its lines, from ``line`` to ``end``; ``name`` is in capitals."""

    name: str
    line: int
    end: int
    lines: tuple[str, ...]

    @property
    def raw(self) -> str:
        """What follows the name, with its line ends."""
        return re.sub(r"^\s*\w+\s*", "", "\n".join(self.lines), count=1)

    @property
    def plain(self) -> str:
        """What follows the name, without comments, on one line but for here-documents."""
        lines = [line for line in self.raw.split("\n") if not line.lstrip().startswith("#")]
        return "\n".join(lines).replace("\\\n", " ").strip()


def instructions(text: str) -> Iterator[Instruction]:
    """Yields the instructions of a Dockerfile, in order."""
    lines = text.split("\n")
    start = 0
    while start < len(lines):
        match = re.match(r"\s*([A-Za-z]+)(?:\s|$)", lines[start])
        if not match or lines[start].lstrip().startswith("#"):
            start += 1
            continue
        name, last = match[1].upper(), start
        while last + 1 < len(lines) and (
            lines[last].rstrip().endswith("\\") or (last > start and lines[last].lstrip().startswith("#"))
        ):
            last += 1
        if name in ("RUN", "COPY", "ADD"):
            for word in _HEREDOC.findall("\n".join(lines[start : last + 1])):
                last = next((number for number in range(last + 1, len(lines)) if lines[number].strip() == word), last)
        yield Instruction(name, start + 1, last + 1, tuple(lines[start : last + 1]))
        start = last + 1


_HEREDOC = re.compile(r"(?<!<)<<-?[ \t]*['\"]?([A-Za-z_]\w*)['\"]?")


def json_words(text: str) -> list[str] | None:
    """Returns the words of an instruction in its JSON form, None for one in any other."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return [str(one) for one in cast("list[object]", value)] if isinstance(value, list) else None


def words_of(instruction: Instruction) -> tuple[list[str], list[str]]:
    """Returns the flags and the other words of an instruction such as COPY."""
    raw = instruction.plain
    flags = re.match(r"(?:--\S+\s+)*", raw)
    rest = raw[flags.end() if flags else 0 :]
    return (flags[0].split() if flags else []), json_words(rest) or rest.split()


def at(folder: str, path: str) -> str:
    """Returns where a path leads in an image from a folder on; what starts with a variable stands for itself."""
    plain = path.strip("\"'")
    return plain.rstrip("/") if plain.startswith("$") else posixpath.normpath(posixpath.join(folder, plain))


def exports(written: tuple[Instruction, ...]) -> frozenset[str]:
    """Returns the requirement files that Poetry or uv writes while the image is built."""
    found: set[str] = set()
    for one in written:
        if one.name == "RUN" and re.search(r"\b(?:poetry|uv)\s+(?:export|pip\s+compile)\b", one.plain):
            for name in re.findall(r"(?:-o|--output|--output-file|>)[= ]*([\w./-]+\.(?:txt|in))", one.plain):
                found.add(posixpath.basename(name))
    return frozenset(found)


def without_removal(text: str, named: list[str]) -> str | None:
    """Returns commands that remove files without the files named, None where something else is done with them."""
    for name in named:
        text = re.sub(rf"(\brm\s(?:[^&;|\n]*\s)?){re.escape(name)}(?=\s|$)", r"\1", text)
    bare = re.compile(r"\brm(?:\s+-\w+)*(?=\s*(?:\\?\n|&&|;|$))")
    text = re.sub(rf"(?:\s*\\\n)?\s*(?:&&|;)\s*(?:\\\n\s*)?{bare.pattern}", "", text)
    text = re.sub(rf"^\s*{bare.pattern}\s*(?:(?:&&|;)\s*(?:\\\n\s*)?)?", "", text)
    text = re.sub(r"[ \t]{2,}\\\n", r" \\\n", text)
    left = re.findall(r"[\w./*-]+", text)
    return None if set(named) & set(left) else text
