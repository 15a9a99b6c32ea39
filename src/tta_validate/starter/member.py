"""The files of a new member of a uv workspace, and what changes in the workspace for it."""

import json
import keyword
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from string import Template

from tta_validate.documents import parse_toml
from tta_validate.errors import InputError
from tta_validate.file_edits import Edit
from tta_validate.leftovers.model import SETUP_UV, UV_VERSION
from tta_validate.lock_model import normalised
from tta_validate.plain_text import clean
from tta_validate.starter.matrix import with_entry
from tta_validate.toml_edits import edited

WORKFLOW = ".github/workflows/packages.yml"
_PRIMITIVES = "tta-dev-primitives"
_ROLES = {"service": ("apps", "services"), "library": ("packages", "libs"), "primitive": ("packages", "libs")}
_NEEDS = {"service": ("fastapi>=0.115", "uvicorn>=0.30")}
_TOOLS = {"service": ("httpx>=0.27", "pytest>=8.0")}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the workspace: its members' folders by name, empty for the root, and what they require."""

    members: Mapping[str, str]
    requirements: Mapping[str, str]
    python: str


@dataclass(frozen=True, slots=True)
class Wish:
    """The member to make: ``folder`` is None for where the workspace has such members."""

    name: str
    template: str
    folder: str | None
    description: str | None


def new_member(root: Path, wish: Wish, known: Known) -> dict[str, Edit]:
    """Returns the files to write for a new member, by their path from the root.

    Raises InputError for a name that cannot be used, a folder that is taken, and a root without pyproject.toml.
    """
    name, module = _names(wish, known)
    text = _text(root / "pyproject.toml")
    if text is None:
        raise InputError(
            "pyproject.toml:1: there is none here, so that there is no workspace; `uv init --bare` makes one"
        )
    patterns, excluded = _patterns(text)
    folder = _folder(root, name, wish, patterns)
    if any(_matches(folder, pattern) for pattern in excluded):
        raise InputError(f"pyproject.toml:1: {folder} is excluded from the workspace")
    target = root / folder
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{folder}:1: is there already, and not empty")
    edits = {path: Edit(None, made) for path, made in _files(name, module, folder, wish, known).items()}
    if not any(_matches(folder, pattern) for pattern in patterns):
        after = edited(text, {"tool": {"uv": {"workspace": {"members": [folder]}}}}, "pyproject.toml", {})
        edits["pyproject.toml"] = Edit(text, after, _has_crlf(root / "pyproject.toml"))
    return {**edits, **_workflows(root, name, folder, known)}


_SHADOWS = frozenset(
    {
        *("test", "tests", "src", "conftest", "sitecustomize", "usercustomize", "setup", "site_packages"),
        *("distutils", "imp", "asyncore", "asynchat", "smtpd", "cgi", "pipes", "telnetlib", "lib2to3", "crypt"),
    }
)
"""Modules that ``sys.stdlib_module_names`` leaves out, or has in some versions of Python only, and names of layouts."""


def _names(wish: Wish, known: Known) -> tuple[str, str]:
    name = wish.name
    if not re.fullmatch(r"[A-Za-z](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", name):
        raise InputError(
            f"new: {clean(name)!r} is no name of a package: it has ASCII letters, digits, '-', '_' and '.', "
            "starts with a letter and ends with a letter or digit, such as 'ink-well'"
        )
    normal = normalised(name)
    module = normal.replace("-", "_")
    if normal in known.members:
        place = f"{known.members[normal]}/pyproject.toml".lstrip("/")
        raise InputError(f"{place}:1: has that name already")
    if module in sys.stdlib_module_names or module in _SHADOWS or keyword.iskeyword(module):
        raise InputError(f"new: {module} is a word or a module of Python itself: choose another name")
    required = {
        re.split(r"[<>=!~\[; ]", one)[0] for one in (*_NEEDS.get(wish.template, ()), *_TOOLS.get(wish.template, ()))
    }
    if normal in {*known.requirements, *required, "pytest"}:
        raise InputError(f"new: {normal} is a package that this workspace requires: choose another name")
    return normal, module


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n") if path.is_file() else None
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name}:1: cannot be read as UTF-8") from None


def _has_crlf(path: Path) -> bool:
    return b"\r\n" in path.read_bytes()


def _patterns(text: str) -> tuple[list[str], list[str]]:
    table = parse_toml(text, "pyproject.toml").table("tool", "uv", "workspace") or {}
    lists: list[list[str]] = []
    for key in ("members", "exclude"):
        value = table.get(key)
        lists.append([one for one in value if isinstance(one, str)] if isinstance(value, list) else [])  # pyright: ignore[reportUnknownVariableType]
    return lists[0], lists[1]


def _matches(folder: str, pattern: str) -> bool:
    parts, wanted = folder.split("/"), pattern.strip("/").removeprefix("./").split("/")
    if "**" in wanted:
        at = wanted.index("**")
        return len(parts) > at and all(fnmatchcase(*pair) for pair in zip(parts, wanted[:at], strict=False))
    return len(parts) == len(wanted) and all(fnmatchcase(*pair) for pair in zip(parts, wanted, strict=True))


def _folder(root: Path, name: str, wish: Wish, patterns: Iterable[str]) -> str:
    if wish.folder is not None:
        inside = (root / wish.folder).resolve()
        if not inside.is_relative_to(root.resolve()) or inside == root.resolve():
            raise InputError(f"--folder: {clean(wish.folder)} is no folder inside the workspace")
        return f"{inside.relative_to(root.resolve()).as_posix()}/{name}"
    parents = [pattern.strip("/").removesuffix("/*") for pattern in patterns if pattern.rstrip("/").endswith("/*")]
    plain = [parent for parent in parents if not re.search(r"[*?\[]", parent)]
    fitting = [parent for parent in plain if parent.rpartition("/")[2] in _ROLES[wish.template]]
    return f"{(fitting or plain or ['packages'])[0]}/{name}"


def _files(name: str, module: str, folder: str, wish: Wish, known: Known) -> dict[str, str]:
    template, needs, sources = wish.template, list(_NEEDS.get(wish.template, ())), ""
    if template == "primitive" and _PRIMITIVES in known.members:
        template, needs = "primitive-workspace", [_PRIMITIVES]
        sources = f"\n[tool.uv.sources]\n{_PRIMITIVES} = {{ workspace = true }}\n"
    sentence = clean(wish.description or _said(wish.template)).replace("\\", "").replace('"', "'")
    values = {
        "name": name,
        "module": module,
        "class": "".join(part.capitalize() for part in name.removesuffix("-primitive").split("-")) + "Primitive",
        "folder": folder,
        "sentence": sentence,
        "description": json.dumps(sentence, ensure_ascii=False),
        "python": known.python,
        "dependencies": _list(_as_known(needs, known)),
        "tools": _list(_as_known(_TOOLS.get(wish.template, ("pytest>=8.0",)), known)),
        "scripts": f'\n[project.scripts]\n{name} = "{module}.__main__:main"\n' if template == "service" else "",
        "sources": sources,
        "primitives": _PRIMITIVES.replace("-", "_"),
        "setup": SETUP_UV,
        "uv": UV_VERSION,
    }
    files = {f"{folder}/{path}": _filled(path, values) for path in ("pyproject.toml", "README.md")}
    files[f"{folder}/src/{module}/py.typed"] = ""
    for path in sorted(one.name for one in _templates(f"{template}/src")):
        files[f"{folder}/src/{module}/{path.removesuffix('.txt')}"] = _filled(f"{template}/src/{path}", values)
    files[f"{folder}/tests/test_{module}.py"] = _filled(f"{template}/tests/test.py", values)
    return files


def _said(template: str) -> str:
    said = {
        "library": "Functions that the other packages share.",
        "service": "A service that answers over HTTP.",
        "primitive": "A step of a workflow that can be used anywhere.",
    }
    return said[template]


def _as_known(requirements: Iterable[str], known: Known) -> list[str]:
    """Returns requirements as the workspace writes them already, so that all members ask for the same."""
    names = [normalised(re.split(r"[<>=!~\[; ]", one)[0]) for one in requirements]
    return [known.requirements.get(name, one) for name, one in zip(names, requirements, strict=True)]


def _list(requirements: list[str]) -> str:
    return ", ".join(json.dumps(one) for one in sorted(requirements))


def _templates(folder: str) -> list[Path]:
    found = resources.files("tta_validate.starter") / "templates" / folder
    return [Path(one.name) for one in found.iterdir()]


def _filled(path: str, values: Mapping[str, str]) -> str:
    file = resources.files("tta_validate.starter") / "templates" / f"{path.removesuffix('.txt')}.txt"
    text = Template(file.read_text(encoding="utf-8")).substitute(values)
    return re.sub(r"\n{3,}(?=\[)", "\n\n", text) if path == "pyproject.toml" else text


def _workflows(root: Path, name: str, folder: str, known: Known) -> dict[str, Edit]:
    """Adds the member to every matrix that lists members; without one, returns a workflow that has one."""
    edits: dict[str, Edit] = {}
    workflows = root / ".github" / "workflows"
    for path in sorted([*workflows.glob("*.yml"), *workflows.glob("*.yaml")]) if workflows.is_dir() else []:
        text = _text(path)
        members = {one: place for one, place in known.members.items() if place}
        after = with_entry(text, name, folder, members) if text else None
        if text is not None and after is not None:
            edits[path.relative_to(root).as_posix()] = Edit(text, after, _has_crlf(path))
    if not edits and not (root / WORKFLOW).exists():
        values = {"folder": folder, "setup": SETUP_UV, "uv": UV_VERSION}
        edits[WORKFLOW] = Edit(None, _filled("workflow.yml", values))
    return edits
