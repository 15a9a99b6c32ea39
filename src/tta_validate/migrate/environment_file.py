"""Reads conda's environment files."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.migrate.model import Place
from tta_validate.migrate.requirement_lines import Line, parse_line
from tta_validate.migrate.roles import SYSTEMS, group_in, platform_in, platform_of_prefix
from tta_validate.migrate.texts import read, shown
from tta_validate.readers.yaml_nodes import Node, parse_yaml

_SELECTOR = re.compile(r"#\s*\[\s*(not\s+)?([a-z0-9]+)\s*\]\s*$")
_UNIX = ("linux", "darwin")


@dataclass(frozen=True, slots=True)
class Dependency:
    """A conda dependency as it is written, and the systems it is for where a selector such as ``# [win]`` says so."""

    text: str
    place: Place
    systems: frozenset[str] = frozenset()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment file. ``platforms`` are those that it names; ``group`` is what its name says it is for."""

    path: str
    name: str = ""
    channels: tuple[tuple[str, Place], ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    pip: tuple[Line, ...] = ()
    platforms: tuple[str, ...] = ()
    group: str = ""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    unknown: tuple[tuple[str, Place], ...] = ()
    prefix: str = ""
    comments: tuple[int, ...] = ()


def read_environment(path: Path, root: Path) -> Environment:
    """Returns what an environment file says; raises InputError for a file that is none."""
    name = shown(path, root)
    text = read(path, name)
    node = parse_yaml(text)
    if node is None or not node.fields:
        raise InputError(f"{name}:1: is no YAML file with a list of dependencies")
    dependencies = node.get("dependencies")
    if dependencies is None:
        raise InputError(f"{name}:1: has no `dependencies`: name an environment file of conda")
    lines = text.split("\n")
    conda, pip, unknown = _dependencies(dependencies, name, lines)
    prefix = node.scalar("prefix")
    named = tuple(platform for one in _items(node, "platforms") if (platform := platform_in(one.text or "")))
    one = platform_in(Path(name).name) or platform_of_prefix(prefix)
    known = {"name", "channels", "dependencies", "prefix", "platforms", "variables", "category"}
    unknown += [(key, Place(name, node.keys[key])) for key in node.fields if key not in known]
    variables = node.get("variables")
    return Environment(
        name,
        node.scalar("name"),
        tuple((item.text or "", Place(name, item.line)) for item in _items(node, "channels")),
        tuple(conda),
        tuple(pip),
        tuple(dict.fromkeys(named)) or ((one,) if one else ()),
        group_in(name) or _category(node),
        {key: value.text or "" for key, value in variables.fields.items()} if variables else {},
        tuple(unknown),
        prefix,
        tuple(number for number, line in enumerate(lines, 1) if line.lstrip().startswith("#") and line.strip("# \t")),
    )


def _category(node: Node) -> str:
    category = node.scalar("category")
    return "" if category == "main" else group_in(category) if category else ""


def _items(node: Node, key: str) -> tuple[Node, ...]:
    below = node.get(key)
    return below.items if below is not None else ()


def _dependencies(
    node: Node, name: str, lines: list[str]
) -> tuple[list[Dependency], list[Line], list[tuple[str, Place]]]:
    conda: list[Dependency] = []
    pip: list[Line] = []
    unknown: list[tuple[str, Place]] = []
    for item in node.items:
        place = Place(name, item.line)
        if item.text is not None:
            if item.text.strip():
                said = re.search(r"\s#\s*(.+?)\s*$", lines[item.line - 1])
                comment = said[1] if said and not _SELECTOR.search(said[0]) else ""
                conda.append(Dependency(item.text.strip(), place, _selected(lines, item.line), comment))
            continue
        for key, below in item.fields.items():
            if key == "pip":
                pip += _pip(below, name, lines)
            else:
                unknown.append((key, Place(name, item.keys[key])))
    return conda, pip, unknown


def _pip(node: Node, name: str, lines: list[str]) -> Iterator[Line]:
    for item in node.items or ((node,) if node.text else ()):
        comment = re.search(r"\s#\s*(.+)$", lines[item.line - 1]) if item.line <= len(lines) else None
        text = re.sub(r"\s#.*$", "", (item.text or "").strip())
        if text:
            said = comment[1].strip() if comment and not _SELECTOR.search(comment[0]) else ""
            yield parse_line(text, Place(name, item.line), said)


def _selected(lines: list[str], number: int) -> frozenset[str]:
    found = _SELECTOR.search(lines[number - 1]) if number <= len(lines) else None
    if not found:
        return frozenset()
    word = re.sub(r"(?:32|64)$", "", found[2])
    chosen = set(_UNIX) if word == "unix" else {SYSTEMS[word]} if word in SYSTEMS else set[str]()
    if not chosen:
        return frozenset()
    return frozenset({"linux", "darwin", "win32"} - chosen if found[1] else chosen)
