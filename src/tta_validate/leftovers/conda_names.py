"""What conda's packages are: Python packages with their name on PyPI, parts of the system, or plumbing."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, cast

from tta_validate.lock_model import normalised

Role = Literal["python", "system", "plumbing", "imported", "unknown"]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a conda package: ``pypi`` with its extras, the packages of ``apt``, and advice.

    ``plumbing`` needs nothing in its place. ``imported`` is wanted where the project imports ``module`` only.
    """

    role: Role
    pypi: str = ""
    apt: tuple[str, ...] = ()
    about: str = ""
    module: str = ""


@dataclass(frozen=True, slots=True)
class _Tables:
    drop: frozenset[str]
    starts: tuple[str, ...]
    rename: dict[str, str]
    system: dict[str, list[str]]
    about: dict[str, str]
    imported: dict[str, str]
    tools: frozenset[str]
    tool_starts: tuple[str, ...]
    names: dict[str, str]


_FOREIGN = ("lib", "r-", "xorg-", "perl-", "font-", "fonts-", "rust-", "lua-", "nodejs-", "bioconductor-")


def known(name: str, *, installed: bool = False) -> Known:
    """Returns what is known of a conda package by its normalised name.

    ``installed``: the name comes with a build, from the list of all that was installed, where libraries are there only
    because others need them.
    """
    tables = _tables()
    about = tables.about.get(name, "")
    if name in tables.imported:
        return Known("imported", name, module=tables.imported[name])
    plumbing = name in tables.drop or name.startswith(tables.starts)
    if name in tables.system and not (plumbing and installed):
        return Known("system", apt=tuple(tables.system[name]), about=about)
    if plumbing:
        return Known("plumbing", about=about)
    if name in tables.rename:
        return Known("python", tables.rename[name])
    if name in tables.names:
        return Known("python", tables.names[name])
    if installed and name.startswith(_FOREIGN):
        return Known("plumbing")
    return Known("unknown")


def is_tool(name: str) -> bool:
    """Whether a package of PyPI, by its normalised name, is a tool of development."""
    return name in _tables().tools or name.startswith(_tables().tool_starts)


@cache
def _tables() -> _Tables:
    data = tomllib.loads(_text("conda.toml"))
    drop = cast("list[str]", data["drop"])
    tools = cast("list[str]", data["tools"]["dev"])
    names: dict[str, str] = {}
    for line in _text("conda_names.txt").split("\n"):
        if line and not line.startswith("#"):
            conda, _, pypi = line.partition(" ")
            names[conda] = pypi or conda
    return _Tables(
        frozenset(drop),
        tuple(name.removesuffix("*") for name in drop if name.endswith("*")),
        {normalised(name): pypi for name, pypi in cast("dict[str, str]", data["rename"]).items()},
        cast("dict[str, list[str]]", data["system"]),
        cast("dict[str, str]", data["about"]),
        cast("dict[str, str]", data["imported"]),
        frozenset(tools),
        tuple(name.removesuffix("*") for name in tools if name.endswith("*")),
        names,
    )


def _text(name: str) -> str:
    return (resources.files("tta_validate.leftovers") / name).read_text(encoding="utf-8")
