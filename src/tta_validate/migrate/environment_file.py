"""Reads conda's environment files."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.migrate.model import Place
from tta_validate.migrate.requirement_lines import Line, parse_line
from tta_validate.migrate.roles import SYSTEMS, group_in, platform_in
from tta_validate.migrate.texts import read, shown
from tta_validate.plain_text import clean
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
    """An environment file. ``platforms`` are those that it names; ``group`` is what its name says it is for.

    ``head`` are the comments before everything else, ``comments`` the others that stand alone, with their lines.
    """

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
    head: tuple[str, ...] = ()
    comments: tuple[tuple[int, str], ...] = ()


def read_environment(path: Path, root: Path) -> Environment:
    """Returns what an environment file says; raises InputError for a file that is none."""
    name = shown(path, root)
    text = read(path, name)
    node = parse_yaml(text)
    if node is None or not node.fields:
        line, problem = _broken(text)
        said = f"{problem}; mend it" if problem else "is no YAML file with a list of dependencies"
        raise InputError(clean(f"{name}:{line}: {said}"))
    dependencies = node.get("dependencies")
    if dependencies is None:
        raise InputError(f"{name}:1: has no `dependencies`: name an environment file of conda")
    if not dependencies.items:
        raise InputError(f"{name}:{dependencies.line}: `dependencies` is no list of packages: write one in each line")
    lines = text.split("\n")
    top = next((number for number, line in enumerate(lines) if line.strip() and line.lstrip()[0] != "#"), 0)
    conda, pip, unknown = _dependencies(dependencies, name, lines)
    prefix = node.scalar("prefix")
    named = tuple(platform for one in _items(node, "platforms") if (platform := platform_in(one.text or "")))
    one = platform_in(Path(name).name)
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
        tuple(line.strip() for line in lines[:top] if line.strip("# \t")),
        tuple(
            (number, line.strip())
            for number, line in enumerate(lines[top:], top + 1)
            if line.lstrip().startswith("#") and line.strip("# \t")
        ),
    )


def _broken(text: str) -> tuple[int, str]:
    """Returns the line on which a text stops to be YAML, and why, which is empty where it is YAML."""
    import yaml

    try:
        for _ in yaml.parse(text):  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return (mark.line + 1 if mark else 1), f"is no YAML: {error.problem or error.context or 'it cannot be read'}"
    except (yaml.YAMLError, RecursionError, ValueError):
        return 1, "is no YAML"
    return 1, ""


def _category(node: Node) -> str:
    category = node.scalar("category")
    return "" if category == "main" else group_in(category) if category else ""


def _items(node: Node, key: str) -> tuple[Node, ...]:
    below = node.get(key)
    if below is None:
        return ()
    return below.items or ((below,) if below.text else ())


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
        if not item.fields:
            unknown.append((_said(item, lines), place))
        for key, below in item.fields.items():
            if key == "pip":
                pip += _pip(below, name, lines)
                nested = [one for one in below.items if one.text is None]
                unknown += [(_said(one, lines), Place(name, one.line)) for one in nested]
            else:
                unknown.append((key, Place(name, item.keys[key])))
    return conda, pip, unknown


def _said(node: Node, lines: list[str]) -> str:
    return lines[node.line - 1].strip() if node.line <= len(lines) else "-"


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
