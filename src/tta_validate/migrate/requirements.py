"""Makes a uv project of requirement files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.migrate.collect import Collector
from tta_validate.migrate.itself import described
from tta_validate.migrate.model import Draft, Place
from tta_validate.migrate.requirement_files import constrain, lines_of, named_file, require_file, take_file
from tta_validate.migrate.requirement_lines import Line, wanted
from tta_validate.migrate.roles import group_in
from tta_validate.migrate.texts import shown

_NAMES = (
    "requirements.txt",
    "requirements.in",
    "requirements[-_.]*.txt",
    "requirements[-_.]*.in",
    "*[-_.]requirements.txt",
    "*[-_.]requirements.in",
    "requirements/*.txt",
    "requirements/*.in",
)
_CONSTRAINT = re.compile(r"constraints?[^/]*\.(?:txt|in)$")


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    group: str
    lines: tuple[Line, ...]
    compiled: bool


def migrate_requirements(root: Path, paths: Sequence[Path]) -> Draft:
    """Returns the project that requirement files describe: those named, or all that stand where pip's users put them.

    Raises InputError where there is none, and for a file that is named and is not there.
    """
    collector = Collector(root)
    for path in paths:
        require_file(path, root)
    chosen = list(dict.fromkeys(paths)) or found_files(root)
    if not chosen:
        raise InputError("requirements.txt:1: there is no requirements file here; name those there are")
    sources = [path for path in chosen if not (path.suffix == ".txt" and path.with_suffix(".in").is_file())]
    compiled = [path for path in chosen if path not in sources]
    compiled += [
        path.with_suffix(".txt") for path in sources if path.suffix == ".in" and path.with_suffix(".txt").is_file()
    ]
    files = [_file(collector, path, alone=len(chosen) == 1) for path in sources]
    for file in files:
        _take(collector, file, files)
    preferred = [line for path in dict.fromkeys(compiled) for line in lines_of(collector, path) if not line.option]
    preferred += [
        line for file in files if file.compiled for line in file.lines if not line.option and not _direct(line)
    ]
    first = Place(shown(chosen[0], root))
    project, tables = described(collector, "", "", first)
    draft = collector.draft(project)
    names = tuple(dict.fromkeys([*(shown(path, root) for path in [*chosen, *compiled]), *collector.taken]))
    pins = tuple(dict.fromkeys(pin for line in preferred if (pin := _pin(line))))
    return replace(draft, tables=tables, preferred=pins, replaced=names, notes=tuple(collector.notes))


def found_files(root: Path) -> list[Path]:
    """Returns the requirement files in the root and its folder ``requirements``, the project's own first."""
    found = {path for pattern in _NAMES for path in root.glob(pattern) if path.is_file()}
    kept = [path for path in found if not _CONSTRAINT.search(path.name)]
    return sorted(kept, key=lambda path: (group_in(shown(path, root)) != "", shown(path, root)))


def _file(collector: Collector, path: Path, *, alone: bool) -> _File:
    lines = lines_of(collector, path)
    group = "" if alone else group_in(shown(path, collector.root))
    return _File(path, group, lines, any(_direct(line) for line in lines))


def _direct(line: Line) -> bool:
    """Whether a line of a compiled file says that someone asked for it, and not only another package."""
    return any(part.startswith(("-r ", "-c ")) or "(" in part for part in line.via)


def _pin(line: Line) -> str | None:
    found = wanted(line.value)
    return found.spec if found and "==" in found.spec and not found.source else None


def _take(collector: Collector, file: _File, files: Sequence[_File]) -> None:
    for line in file.lines:
        if line.option == "--constraint":
            _constrain(collector, line, files)
        elif line.option == "--requirement":
            _include(collector, file, line, files)
        elif not file.compiled or line.option or _direct(line):
            name = wanted(line.value) if not line.option else None
            collector.line(line, collector.group_of(name.name, line.place) if name and not file.group else file.group)
    if file.compiled:
        what = "packages that others need"
        advice = "They are left out: uv.lock holds them. Their versions are the first that `--lock` tries."
        collector.note("dropped", Place(shown(file.path, collector.root)), what, advice)


def _constrain(collector: Collector, line: Line, files: Sequence[_File]) -> None:
    path = named_file(collector, line)
    if path is None:
        return
    if any(path == other.path or path == other.path.with_suffix(".txt") for other in files):
        # One file of the project constrains another: in one lock they agree anyway.
        return
    for one in lines_of(collector, path, line.place):
        constrain(collector, one)


def _include(collector: Collector, file: _File, line: Line, files: Sequence[_File]) -> None:
    """Takes a file that another names: one that is a group itself is included, any other is taken in."""
    path = named_file(collector, line)
    if path is None:
        return
    other = next((one for one in files if one.path == path or one.path == path.with_suffix(".in")), None)
    if other is None:
        take_file(collector, line, file.group)
    elif other.group and other.group != (owner := file.group or "dev"):
        collector.groups.setdefault(owner, []).append(other.group)
