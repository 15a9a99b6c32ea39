"""What is left behind, and what takes its place."""

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, replace
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

    ``tools`` are the names in its group ``dev``; ``package``: it is built and installed itself. ``runs_dev``: that
    group also has what the project runs, so that images need it. ``local``: something comes from a folder of the
    project. ``requires`` is requires-python, ``readme`` the file that building needs. ``ignored`` says what keeps
    pyproject.toml or uv.lock out of images, empty for nothing.
    ``files`` maps a requirement or environment file that was migrated to the group that took its place, empty for the
    project's own; None where it is not known which were. ``kept`` are such files that were not. ``rules`` are those
    whose commands may be replaced, None for all.
    ``folder`` is that of the file that is looked at. ``venv``: its commands run in an environment that they make
    themselves, ``active`` or in a folder. ``copies`` maps files in an image to those of the project. ``scripts`` are
    run in images, which stay as they are or do not; ``image_stays``: one of them does.
    ``beside``: the file installs the project with uv, so that other commands of pip matter too. ``inexact``: something
    was installed before that a `uv sync` would take away.
    """

    python: str = "3.12"
    apt: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    package: bool = False
    runs_dev: bool = False
    local: bool = False
    requires: str = ""
    readme: str = ""
    ignored: str = ""
    files: tuple[tuple[str, str], ...] | None = None
    kept: frozenset[str] = frozenset()
    rules: frozenset[str] | None = None
    folder: str = ""
    venv: str = ""
    copies: tuple[tuple[str, str], ...] = ()
    scripts: tuple[tuple[str, bool], ...] = ()
    image_stays: bool = False
    beside: bool = False
    inexact: bool = False

    @property
    def declared(self) -> frozenset[str]:
        """The names that uv.lock has: the project's own and those of the group ``dev``."""
        return self.names | self.tools

    @property
    def leaves_dev(self) -> bool:
        """Whether an image can do without the group ``dev``."""
        return bool(self.tools) and not self.runs_dev

    def place(self, name: str) -> str:
        """Returns the path from the root of a file that is named in the file that is looked at."""
        if name in dict(self.copies):
            return dict(self.copies)[name]
        plain = name.removeprefix("./").strip("/")
        near = posixpath.normpath(posixpath.join(self.folder, plain))
        known = {path for path, _ in self.files or ()} | self.kept
        return near if near in known else plain

    def synced(self, where: "Where", *flags: str) -> str:
        """Returns the command that installs the project in the environment that the commands around it use."""
        if self.venv == "active":
            flags = ("--active", *flags)
        prefix = f"UV_PROJECT_ENVIRONMENT={self.venv} " if self.venv not in ("", "active", ENVIRONMENT) else ""
        return prefix + sync(where, *flags, *(["--inexact"] if self.inexact else []))

    def install_uv(self, where: "Where") -> str:
        """Returns the command that installs uv, empty where something else does so."""
        if where in ("docker", "ci"):
            return ""
        python = "python" if where == "windows" else "python3"
        return f"{python} -m pip install uv=={UV_VERSION}"


ACTIVATE = ". .venv/bin/activate"
"""What makes the environment of uv that of a shell."""

ENVIRONMENT = "image"
"""The environment of a stage of an image, which its variables name."""


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


def settled(changes: Iterable[Change], rules: frozenset[str] | None) -> tuple[Change, ...]:
    """Returns the changes of what runs as a whole: where one of them needs a person, nothing of it is rewritten."""
    found = tuple(changes)
    doubtful = any(
        one.new is None or not one.decided or (rules is not None and one.rule and one.rule not in rules)
        for one in found
    )
    return tuple(replace(one, decided=False) for one in found if one.rule) if doubtful else found


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


def images(where: Where) -> bool:
    """Whether commands run in an image, which has what it runs and no tools."""
    return where in ("docker", "compose")
