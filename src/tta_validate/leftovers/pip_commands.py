"""Says which command of uv takes the place of a command of pip.

Source: pip's and uv's command line references, `pip install` and `uv sync`.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from tta_validate.leftovers.instead import Instead
from tta_validate.leftovers.model import ENVIRONMENT, PIP, POETRY, Context, Where, images
from tta_validate.lock_model import normalised

_FILES = frozenset({"-r", "--requirement", "-c", "--constraint", "-e", "--editable"})
_QUIET_VALUED = frozenset(
    {
        *("--progress-bar", "--timeout", "--default-timeout", "--retries", "--cache-dir", "--root-user-action"),
        *("--upgrade-strategy", "--log", "--trusted-host", "--use-feature", "--exists-action"),
    }
)
_QUIET = frozenset(
    {
        *("-q", "-qq", "-qqq", "--quiet", "-v", "-vv", "-vvv", "--verbose", "-U", "--upgrade", "--no-cache-dir"),
        *("--no-cache", "--disable-pip-version-check", "--no-input", "--prefer-binary", "--require-hashes"),
        *("--no-warn-script-location", "--break-system-packages", "--use-pep517", "--compile", "--no-compile"),
        *("-I", "--ignore-installed", "--force-reinstall", "--no-python-version-warning", "--no-color", "-y"),
        *("--require-virtualenv", "--isolated", "--no-warn-conflicts"),
    }
)
_INDEXES = frozenset({"-i", "--index-url", "--pypi-url", "--extra-index-url", "-f", "--find-links"})
_VALUED = frozenset({"-t", "--target", "--prefix", "--root", "--src", "--no-binary", "--only-binary", "--platform"})
_BOOTSTRAP = frozenset({"pip", "uv", "virtualenv"})
_BUILDS = frozenset({"setuptools", "wheel"})
_POETRY = frozenset({"poetry", "poetry-core", "poetry-plugin-export", "poetry-dynamic-versioning"})
_DOUBTS = {
    "--user": "`--user` installs into a home folder, from where something may take it.",
    "-t": "`--target` installs into a folder of its own.",
    "--target": "`--target` installs into a folder of its own.",
    "--prefix": "`--prefix` installs into a folder of its own.",
    "--root": "`--root` installs into a folder of its own.",
    "--no-deps": "uv installs what the packages need, too.",
    "--pre": 'uv reads `prerelease = "allow"` from pyproject.toml.',
    "--no-index": "uv reads `no-index` from pyproject.toml.",
}


@dataclass(slots=True)
class _Install:
    files: list[str] = field(default_factory=list[str])
    constraints: list[str] = field(default_factory=list[str])
    itself: list[str] = field(default_factory=list[str])
    packages: list[str] = field(default_factory=list[str])
    indexes: list[str] = field(default_factory=list[str])
    doubts: list[str] = field(default_factory=list[str])
    editable: bool = False
    upgrade: bool = False


def pip_instead(words: Sequence[str], where: Where, context: Context) -> Instead | None:
    """Returns what takes the place of a command of pip, given without ``pip``; None where it stays."""
    if not words:
        return None
    if words[0] != "install":
        return _other(words, where, context) if context.beside else None
    found = _read(words[1:])
    if found.files or found.itself:
        return _project(found, where, context)
    names = {_name(one) for one in found.packages}
    if names and names <= _POETRY:
        return Instead(POETRY, None if found.doubts else context.install_uv(where), "uv takes the place of Poetry.")
    if "poetry" in names and not found.doubts and names <= _POETRY | _BOOTSTRAP | _BUILDS:
        return Instead(POETRY, context.install_uv(where), "uv takes the place of Poetry.")
    return _beside(found, names, where, context) if context.beside and names else None


def _read(words: Sequence[str]) -> _Install:
    found = _Install()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        option, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if joined := re.fullmatch(r"-[qvUI]*([rceit])(.*)", word, re.DOTALL):
            found.upgrade = found.upgrade or "U" in word.partition(joined[1])[0]
            option, equals, value = f"-{joined[1]}", "=" if joined[2] else "", joined[2].removeprefix("=")
        takes = option in _FILES or option in _QUIET_VALUED or option in _INDEXES or option in _VALUED
        if takes and not equals and rest:
            value = rest.pop(0)
        _put(found, option, value)
    return found


def _put(found: _Install, option: str, value: str) -> None:
    if option in ("-r", "--requirement"):
        found.files.append(value)
    elif option in ("-c", "--constraint"):
        found.constraints.append(value)
    elif option in ("-e", "--editable"):
        found.editable = True
        (found.itself if _is_itself(value) else found.packages).append(value)
    elif option in _INDEXES:
        found.indexes.append(value)
    elif option in ("-U", "--upgrade"):
        found.upgrade = True
    elif option.startswith("-") and option not in _QUIET and option not in _QUIET_VALUED:
        found.doubts.append(_DOUBTS.get(option, f"uv sync has no {option}."))
    elif not option.startswith("-"):
        (found.itself if _is_itself(option) else found.packages).append(option)


def _is_itself(value: str) -> bool:
    return re.match(r"^\.(?:/)?(?:\[|$)", value) is not None


def _name(requirement: str) -> str:
    return normalised(re.split(r"[=<>!~\[ ;@]", requirement)[0])


def _doubts(found: _Install, context: Context) -> list[str]:
    doubts = list(found.doubts)
    known = {one.rstrip("/") for one in context.indexes}
    if any(one.rstrip("/") not in known for one in found.indexes):
        doubts.append("uv knows the indexes of pyproject.toml only: write this one into [[tool.uv.index]].")
    if any(not is_migrated(one, context) for one in found.constraints):
        doubts.append("uv takes constraints from pyproject.toml: `tool.uv.constraint-dependencies`.")
    if any("$" in one or "%" in one for one in (*found.files, *found.itself, *found.packages)):
        doubts.append("A variable says what is installed.")
    return doubts


def _project(found: _Install, where: Where, context: Context) -> Instead:
    doubts = _doubts(found, context)
    other = [name for name in found.files if not is_migrated(name, context)]
    if other and not doubts:
        files = " ".join(shlex.quote(context.place(name)) for name in other)
        doubts.append(f"uv does not know what is in it: `tta-validate migrate requirements {files}`.")
    if found.itself and context.files is not None and not context.package:
        doubts.append("pyproject.toml does not say how the project is built.")
    extras = _extras(found)
    unknown = [one for one in extras if context.files is not None and one not in (*context.groups, *context.extras)]
    if unknown:
        doubts.append(f"pyproject.toml has no extra and no group {', '.join(unknown)}.")
    flags = _flags(found, extras, where, context)
    more = [one for one in found.packages if _name(one) not in context.declared]
    if more and where not in ("docker", "ci", "script", "make"):
        doubts.append(f"`uv add {' '.join(map(shlex.quote, more))}` first: they stand in no file.")
    if doubts:
        return Instead(PIP, None, " ".join(doubts))
    new = context.synced(where, *flags)
    if more:
        advice = f"{', '.join(more)} stand in no file, so that uv.lock does not have them: `uv add` them."
        into = context.venv if context.venv not in ("active", ENVIRONMENT) else ""
        return Instead(PIP, f"{new} && {pip_install(more, into, upgrade=found.upgrade)}", advice)
    return Instead(PIP, new, "uv installs what uv.lock says into .venv.")


def pip_install(packages: Sequence[str], into: str = "", *, upgrade: bool = False) -> str:
    """Returns the command that installs packages beside those of uv.lock, into another environment if one is named."""
    python = [f"--python {into}"] if into else []
    return " ".join(["uv pip install", *python, *(["--upgrade"] if upgrade else []), *map(shlex.quote, packages)])


def _extras(found: _Install) -> list[str]:
    brackets = [one.partition("[")[2].rstrip("]") for one in found.itself if "[" in one]
    return [normalised(extra.strip()) for one in brackets for extra in one.split(",") if extra.strip()]


def _flags(found: _Install, extras: Sequence[str], where: Where, context: Context) -> list[str]:
    groups = [group_of(name, context) for name in found.files]
    wanted = [*groups, *(one for one in extras if one in context.groups)]
    wanted += ["dev" for one in found.packages if _name(one) in context.tools]
    flags = [f"--group {group}" for group in wanted if group and group != "dev"]
    flags += [f"--extra {one}" for one in extras if one not in context.groups]
    if images(where) and "dev" not in wanted and context.leaves_dev:
        flags.insert(0, "--no-dev")
    if images(where) and context.package and found.itself and not found.editable:
        flags.append("--no-editable")
    if images(where) and context.package and not found.itself:
        flags.append("--no-install-project")
    return list(dict.fromkeys(flags))


def _beside(found: _Install, names: set[str], where: Where, context: Context) -> Instead | None:
    """Returns what becomes of packages that are installed beside those of the project."""
    if context.venv:
        return None
    gone = _BOOTSTRAP | _BUILDS if where == "docker" else _BOOTSTRAP
    if where in ("script", "windows", "make", "compose") and names <= _BOOTSTRAP | _BUILDS:
        return None
    if names <= gone or (names <= context.declared and not found.doubts):
        return Instead(PIP, "", "`uv sync` does without it." if names <= gone else "uv.lock has it.")
    doubts = _doubts(found, context)
    packages = [one for one in found.packages if _name(one) not in gone]
    if doubts or found.constraints or where not in ("docker", "ci"):
        plain = not any("$" in one for one in packages)
        advice = f"uv.lock does not have it: `uv add {' '.join(map(shlex.quote, packages))}`." if plain else ""
        return Instead(PIP, None, " ".join([*doubts, *([advice] if advice else [])]))
    new = pip_install(packages, upgrade=found.upgrade)
    return Instead(PIP, new, "Into the environment of uv, which has no pip of its own.")


def _other(words: Sequence[str], where: Where, context: Context) -> Instead | None:
    if context.venv or where not in ("docker", "ci"):
        return None
    if words[0] == "cache":
        return Instead(PIP, "", "It is about pip itself.")
    if words[0] in ("list", "freeze", "check", "show") or words[0].startswith("-"):
        if words[0].startswith("-"):
            return None
        return Instead(PIP, f"uv pip {shlex.join(words)}", "uv does the same.")
    return Instead(PIP, None, f"`pip {words[0]}` is about another environment than that of uv.")


def is_migrated(name: str, context: Context) -> bool:
    """Whether a requirement or environment file is among those that were migrated, so far as that is known."""
    if context.files is None:
        return True
    plain = context.place(name)
    if plain in context.kept:
        return False
    if any(path == plain for path, _ in context.files):
        return True
    last = plain.rstrip("*").rpartition("/")[2]
    # A copy in an image, or a path from another folder: certain where no other file has that name.
    alike = any(path.rpartition("/")[2] == last for path, _ in context.files)
    return alike and not any(path.rpartition("/")[2] == last for path in context.kept)


def group_of(name: str, context: Context) -> str:
    """Returns the group that took a file's place: of that path, else of the only one with that last name."""
    plain = context.place(name)
    files = context.files or ()
    exact = [group for path, group in files if path == plain]
    alike = [group for path, group in files if path.rpartition("/")[2] == plain.rpartition("/")[2]]
    return exact[0] if exact else alike[0] if len(set(alike)) == 1 else ""
