"""Follows requirement files, and the files that these name, into a project."""

import os
import re
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.migrate.collect import Collector
from tta_validate.migrate.model import Place
from tta_validate.migrate.requirement_lines import Line, read_lines, wanted
from tta_validate.migrate.texts import read, shown

_DEEPEST = 30


def take_file(collector: Collector, line: Line, group: str, platform: str = "") -> None:
    """Takes the file that a ``-r`` or ``-c`` line names, and what it names in turn, into a group."""
    _follow(collector, line, group, platform, ())


def _follow(collector: Collector, line: Line, group: str, platform: str, above: tuple[Path, ...]) -> None:
    path = named_file(collector, line)
    if path is None or path in above or len(above) > _DEEPEST:
        return
    for one in lines_of(collector, path, line.place):
        if line.option == "--constraint":
            constrain(collector, one)
        elif one.option in ("--requirement", "--constraint"):
            _follow(collector, one, group, platform, (*above, path))
        else:
            collector.line(one, group, platform)


def named_file(collector: Collector, line: Line) -> Path | None:
    """Returns the file that a line names, relative to the line's own file; None for an address, which is noted."""
    if re.match(r"^[a-z]+://", line.value):
        collector.note("decide", line.place, f"{line.option} {line.value}", "Fetch it, and name the file.")
        return None
    if "${" in line.value:
        collector.note("decide", line.place, f"{line.option} {line.value}", "Write out the file's name.")
        return None
    return Path(os.path.normpath((collector.root / line.place.path).parent / line.value))


def lines_of(collector: Collector, path: Path, named_at: Place | None = None) -> tuple[Line, ...]:
    """Returns the lines of a requirement file; raises InputError, at the place that names it, if there is none."""
    name = shown(path, collector.root)
    if name not in collector.taken:
        collector.taken.append(name)
    text = read(path, name, str(named_at) if named_at else "")
    alone = [
        number
        for number, line in enumerate(text.split("\n"), 1)
        if line.startswith("#") and line.strip("# \t") and "pip-compile" not in text[:2_000]
    ]
    if alone:
        lines = ", ".join(map(str, alone))
        collector.note("dropped", Place(name, alone[0]), f"comments in lines {lines}", "They stand alone.")
    return read_lines(text, name)


def constrain(collector: Collector, line: Line) -> None:
    """Takes a line of a constraint file."""
    if line.option:
        if line.option == "--constraint":
            take_file(collector, line, "")
        elif line.option != "--editable":
            collector.option(line)
            return
        else:
            collector.note("decide", line.place, f"{line.option} {line.value}", "A constraint names versions only.")
        return
    found = wanted(line.value)
    if found is None or found.source:
        collector.note("decide", line.place, line.value, "A constraint of uv names versions of a package only.")
        return
    before = collector.settings.get("constraint-dependencies", ())
    if isinstance(before, tuple) and found.spec not in before:
        kept = tuple(one for one in before if isinstance(one, str))
        collector.settings["constraint-dependencies"] = (*kept, found.spec)


def require_file(path: Path, root: Path) -> None:
    """Raises InputError where a file that the user named is none."""
    if not path.is_file():
        raise InputError(f"{shown(path, root)}:1: there is no such file")
