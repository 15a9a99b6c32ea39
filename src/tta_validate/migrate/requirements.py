"""Makes a uv project of requirement files."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.migrate.collect import Collector
from tta_validate.migrate.itself import described
from tta_validate.migrate.model import Draft, Place
from tta_validate.migrate.requirement_files import constrain, lines_of, named_file, require_file, take_file
from tta_validate.migrate.requirement_lines import Line, wanted
from tta_validate.migrate.roles import KNOWN, group_in
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
    compiled = _compiled(collector, chosen)
    sources = list(dict.fromkeys([*(path for path in chosen if path not in compiled), *_inputs(collector, compiled)]))
    files = _with_groups(collector, compiled, [_file(collector, path, alone=len(chosen) == 1) for path in sources])
    for file in files:
        _take(collector, file, files, compiled)
    preferred = [line for path in dict.fromkeys(compiled) for line in lines_of(collector, path) if not line.option]
    preferred += [
        line for file in files if file.compiled for line in file.lines if not line.option and not _direct(line)
    ]
    first = Place(shown(chosen[0], root))
    project, tables = described(collector, "", "", first)
    draft = collector.draft(project)
    names = tuple(dict.fromkeys([*(shown(path, root) for path in [*chosen, *compiled]), *collector.taken]))
    pins = tuple(dict.fromkeys(pin for line in preferred if (pin := _pin(line))))
    notes = tuple(collector.notes)
    return replace(
        draft, tables=tables, preferred=pins, replaced=names, roles=_roles(root, files, compiled), notes=notes
    )


def _roles(root: Path, files: Sequence[_File], compiled: Mapping[Path, tuple[Path, ...]]) -> dict[str, str]:
    """Returns the group of each file, that of a compiled one from what it is made of."""
    groups = {file.path: file.group for file in files}
    roles = {shown(path, root): group for path, group in groups.items()}
    for path, inputs in compiled.items():
        roles[shown(path, root)] = next((groups[one] for one in inputs if one in groups), groups.get(path, ""))
    return roles


def found_files(root: Path) -> list[Path]:
    """Returns the requirement files in the root and its folder ``requirements``, the project's own first."""
    found = {path for pattern in _NAMES for path in root.glob(pattern) if path.is_file()}
    kept = [path for path in found if not _CONSTRAINT.search(path.name)]
    return sorted(kept, key=lambda path: (group_in(shown(path, root)) != "", shown(path, root)))


def _compiled(collector: Collector, chosen: Sequence[Path]) -> dict[Path, tuple[Path, ...]]:
    """Returns the files that a compiler of requirements wrote, with what it made them of, so far as that is there."""
    found: dict[Path, tuple[Path, ...]] = {}
    for path in {*chosen, *(one.with_suffix(".txt") for one in chosen if one.suffix == ".in")}:
        if path.suffix != ".txt" or not path.is_file():
            continue
        named = {part[3:].strip() for line in lines_of(collector, path) for part in line.via if part.startswith("-r ")}
        inputs = [place / name for name in sorted(named) for place in (collector.root, path.parent)]
        there = [one for one in dict.fromkeys(inputs) if one.is_file() and one != path]
        if not there and path.with_suffix(".in").is_file():
            there = [path.with_suffix(".in")]
        if there:
            found[path] = tuple(there)
    return dict(sorted(found.items()))


def _inputs(collector: Collector, compiled: Mapping[Path, tuple[Path, ...]]) -> list[Path]:
    """Returns the inputs of compiled files that no other input includes."""
    inputs = [path for paths in compiled.values() for path in paths]
    included = {
        named_file(collector, line)
        for path in inputs
        for line in lines_of(collector, path)
        if line.option == "--requirement"
    }
    return [path for path in dict.fromkeys(inputs) if path not in included or group_in(path.name) in KNOWN]


def _with_groups(
    collector: Collector, compiled: Mapping[Path, tuple[Path, ...]], files: Sequence[_File]
) -> list[_File]:
    """Gives a file that another includes, or is made of, that one's group, unless its own name is a usual group's."""
    groups = {file.path: file.group for file in files}
    for path, inputs in compiled.items():
        for one in inputs:
            if one in groups and groups[one] not in KNOWN:
                groups[one] = group_in(shown(path, collector.root))
    for file in sorted(files, key=lambda one: one.group != ""):
        for line in file.lines:
            path = named_file(collector, line) if line.option == "--requirement" else None
            if path in groups and groups[path] and groups[path] not in KNOWN:
                groups[path] = file.group
    return [replace(file, group=groups[file.path]) for file in files]


def _file(collector: Collector, path: Path, *, alone: bool) -> _File:
    lines = lines_of(collector, path)
    group = "" if alone else group_in(shown(path, collector.root))
    return _File(path, group, lines, any(_direct(line) for line in lines))


def _direct(line: Line) -> bool:
    """Whether a line of a compiled file says that someone asked for it, and not only another package."""
    return any(part.startswith("-r ") or "(" in part for part in line.via)


def _pin(line: Line) -> str | None:
    found = wanted(line.value)
    return found.spec if found and "==" in found.spec and not found.source else None


def _take(collector: Collector, file: _File, files: Sequence[_File], compiled: Iterable[Path]) -> None:
    for line in file.lines:
        if line.option == "--constraint":
            _constrain(collector, line, {*compiled, *(one.path for one in files)})
        elif line.option == "--requirement":
            _include(collector, file, line, files)
        elif not file.compiled or line.option or _direct(line) or not line.via:
            name = wanted(line.value) if not line.option else None
            collector.line(line, collector.group_of(name.name, line.place) if name and not file.group else file.group)
    if file.compiled:
        what = "packages that others need"
        advice = "They are left out: uv.lock holds them. Their versions are the first that `--lock` tries."
        collector.note("dropped", Place(shown(file.path, collector.root)), what, advice)


def _constrain(collector: Collector, line: Line, own: Collection[Path]) -> None:
    path = named_file(collector, line)
    if path is None or path.with_suffix(".in") in own or path in own:
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
