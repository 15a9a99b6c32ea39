"""What a folder says of itself as a Python package, read and never run."""

import ast
import configparser
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from tta_validate.documents import parse_toml
from tta_validate.errors import InputError
from tta_validate.lock_model import normalised

_LARGEST = 1 << 20
FURTHER = {
    "author": ("authors",),
    "author_email": ("authors",),
    "maintainer": ("maintainers",),
    "license": ("license",),
    "long_description": ("readme",),
    "url": ("urls",),
    "project_urls": ("urls",),
    "classifiers": ("classifiers",),
    "keywords": ("keywords",),
    "entry_points": ("scripts", "gui-scripts", "entry-points"),
    "scripts": ("scripts",),
}
"""The keys of ``[project]`` that the keywords of setuptools stand for, so far as they are not read."""


@dataclass(frozen=True, slots=True)
class Declared:
    """``path`` is the file that says it, relative to the folder, empty where none does.

    ``unread`` names what that file computes, so that only running it would tell; ``further`` are the keys of
    ``[project]`` for which it says something that is not read here.
    """

    path: str = ""
    name: str = ""
    version: str = ""
    description: str = ""
    requires_python: str = ""
    dependencies: tuple[str, ...] = ()
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    unread: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


def declared(folder: Path) -> Declared:
    """Returns what pyproject.toml, setup.cfg or setup.py of a folder says of it, the first that has a name."""
    for reader in (_pyproject, _setup_cfg, _setup_py):
        found = reader(folder)
        if found and found.name:
            return found
    return next((one for one in (_setup_cfg(folder), _setup_py(folder)) if one), Declared())


def _text(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def _pyproject(folder: Path) -> Declared | None:
    text = _text(folder / "pyproject.toml")
    try:
        document = parse_toml(text, "pyproject.toml") if text else None
    except InputError:
        return None
    if document is None:
        return None
    table = document.table("project") or document.table("tool", "poetry") or {}
    found = {key: value for key, value in table.items() if isinstance(value, str)}
    name, python = found.get("name", ""), found.get("requires-python", "")
    return Declared("pyproject.toml", normalised(name), found.get("version", ""), found.get("description", ""), python)


def _setup_cfg(folder: Path) -> Declared | None:
    text = _text(folder / "setup.cfg")
    if not text:
        return None
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None

    def value(section: str, key: str) -> str:
        return parser.get(section, key, fallback="").strip().strip("\"'")

    def listed(section: str, key: str) -> tuple[str, ...]:
        return tuple(line.strip() for line in value(section, key).split("\n") if line.strip())

    if not parser.has_section("metadata"):
        return None
    version, unread = value("metadata", "version"), list[str]()
    if version.startswith(("attr:", "file:")):
        version, unread = "", ["version"]
    extras: dict[str, tuple[str, ...]] = {}
    if parser.has_section("options.extras_require"):
        extras = {key: listed("options.extras_require", key) for key in parser["options.extras_require"]}
    requires = listed("options", "install_requires")
    if requires and requires[0].startswith("file:"):
        requires, unread = (), [*unread, "install_requires"]
    return Declared(
        "setup.cfg",
        normalised(value("metadata", "name")),
        version,
        value("metadata", "description"),
        value("options", "python_requires"),
        requires,
        extras,
        tuple(unread),
        tuple(dict.fromkeys(key for one in _further_keys(parser) for key in FURTHER.get(one, ()))),
    )


def _further_keys(parser: configparser.ConfigParser) -> list[str]:
    found = list(parser["metadata"])
    return [*found, "entry_points"] if parser.has_section("options.entry_points") else found


def _setup_py(folder: Path) -> Declared | None:
    text = _text(folder / "setup.py")
    if not text:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Declared("setup.py", unread=("everything",))
    call = next((node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_setup(node.func)), None)
    if call is None:
        return Declared("setup.py", unread=("everything",))
    constants = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    values: dict[str, object] = {}
    unread: list[str] = []
    for keyword in call.keywords:
        node = constants.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
        try:
            values[keyword.arg or "**"] = ast.literal_eval(node) if node is not None else None
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            values[keyword.arg or "**"] = None
        if values[keyword.arg or "**"] is None:
            unread.append(keyword.arg or "**")
    further = (key for one in call.keywords for key in FURTHER.get(one.arg or "", ()))
    wanted = ("name", "version", "python_requires", "install_requires", "extras_require", "**")

    def text_of(key: str) -> str:
        value = values.get(key)
        return value.strip() if isinstance(value, str) else ""

    extras = values.get("extras_require")
    return Declared(
        "setup.py",
        normalised(text_of("name")),
        text_of("version"),
        text_of("description"),
        text_of("python_requires"),
        _strings(values.get("install_requires")),
        {str(key): _strings(value) for key, value in cast("dict[object, object]", extras).items()}
        if isinstance(extras, dict)
        else {},
        tuple(one for one in unread if one in wanted),
        tuple(dict.fromkeys(further)),
    )


def _is_setup(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "setup") or (
        isinstance(node, ast.Attribute) and node.attr == "setup"
    )


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(line.strip() for line in value.split("\n") if line.strip())
    if not isinstance(value, list | tuple):
        return ()
    return tuple(one for one in cast("list[object]", value) if isinstance(one, str))


def valid_name(text: str) -> str:
    """Returns a name that a project may have, made of the text: PEP 508 allows letters, digits and inner dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
