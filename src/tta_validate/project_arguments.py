"""The arguments of the commands that write into a project: `migrate` and `new`."""

import argparse
from dataclasses import dataclass

MIGRATE = "make a uv project of one of conda, pip or Poetry"
SAID = "Makes a uv project of the one in this folder; shows what would change unless told to write."
NEW = "add a package with tests to the uv workspace"
KINDS = {
    "conda": "migrate environment files of conda, those of several platforms together",
    "requirements": "migrate requirement files of pip",
    "poetry": "migrate the [tool.poetry] of pyproject.toml",
}
"""The kinds of projects that `migrate` knows."""

TEMPLATES = ("library", "service", "primitive")
"""The templates of `new`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to migrate; ``platforms`` are as ``FILE=PLATFORM``."""

    kind: str
    files: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    write: bool = False
    lock: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """The package to add: its name, the template, the folder around it and what it is for."""

    name: str
    template: str = "library"
    folder: str | None = None
    description: str | None = None
    lock: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: the exit status, text for a terminal and values for JSON."""

    status: int
    text: str
    data: dict[str, object]


def for_migrate(kind: str, command: argparse.ArgumentParser) -> None:
    """Adds the arguments of `migrate` for a kind of project."""
    if kind == "conda":
        command.add_argument("files", nargs="+", metavar="FILE", help="environment files")
        said = "what a file is for, where its name does not tell; repeatable"
        command.add_argument("--platform", metavar="FILE=PLATFORM", action="append", default=[], help=said)
    elif kind == "requirements":
        said = "requirement files; those in the usual places by default"
        command.add_argument("files", nargs="*", metavar="FILE", help=said)
    command.add_argument("--write", action="store_true", help="write, instead of showing what would change")
    command.add_argument("--lock", action="store_true", help="run `uv lock` too, which uses the network")


def for_new(command: argparse.ArgumentParser) -> None:
    """Adds the arguments of `new`."""
    command.add_argument("name", metavar="NAME", help="the name of the package, such as story-tools")
    command.add_argument("--template", choices=TEMPLATES, default="library", help="what it is; a library by default")
    said = "the folder that it comes to stand in; where the workspace has its packages by default"
    command.add_argument("--folder", metavar="DIR", help=said)
    command.add_argument("--description", metavar="TEXT", help="what it is for, in a sentence")
    command.add_argument("--lock", action="store_true", help="run `uv lock` too, which uses the network")


def asked(options: argparse.Namespace) -> Asked:
    """Returns what the user wants migrated."""
    files, platforms = tuple(getattr(options, "files", ())), tuple(getattr(options, "platform", ()))
    return Asked(options.kind, files, platforms, options.write, options.lock)


def wanted(options: argparse.Namespace) -> Wanted:
    """Returns the package that the user wants."""
    return Wanted(options.name, options.template, options.folder, options.description, options.lock)
