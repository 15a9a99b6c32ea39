"""What a migration comes to: every file that it writes, and what is left for a person."""

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import cast

from tta_validate.documents import parse_toml
from tta_validate.errors import InputError
from tta_validate.file_edits import Edit
from tta_validate.leftovers.found import Left, is_environment, is_requirements
from tta_validate.leftovers.model import CONDA, PIP, POETRY, SCRIPT, Change, Context, applied
from tta_validate.leftovers.scan import LARGEST, changes, is_prose, is_scanned, mentions
from tta_validate.lock_model import normalised
from tta_validate.migrate.model import Draft, Note, Place
from tta_validate.migrate.plan_file import FILE as PLAN
from tta_validate.migrate.plan_file import MARK, merged, plan_text
from tta_validate.migrate.roles import group_in

FILE = "pyproject.toml"
_KINDS = {
    "conda": frozenset({CONDA, PIP, SCRIPT}),
    "requirements": frozenset({PIP, SCRIPT}),
    "poetry": frozenset({POETRY, PIP, SCRIPT}),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The files to write by their path from the root, the draft with all notes, and what is left in other files."""

    command: str
    edits: Mapping[str, Edit]
    draft: Draft
    left: tuple[Left, ...]

    def with_plan(self, *, locked: bool = False) -> "Outcome":
        """Returns the outcome with the plan among its files."""
        changed = [path for path in self.edits if path != PLAN]
        plan = self.edits.get(PLAN, Edit(None, ""))
        text = plan_text(self.command, self.draft, changed, self.left, locked=locked)
        if plan.before is not None:
            text = merged(plan.before, text, wrote=bool(changed))
        rest = {path: edit for path, edit in self.edits.items() if path != PLAN}
        unchanged = text == plan.before
        return replace(self, edits=rest if unchanged else {**rest, PLAN: replace(plan, after=text)})

    def diff(self) -> Iterator[str]:
        """Yields the lines of a unified diff of every file, without line ends."""
        for path, edit in self.edits.items():
            old = "/dev/null" if edit.before is None else f"a/{path}"
            before = (edit.before or "").split("\n") if edit.before else []
            after = edit.after.split("\n")
            yield from difflib.unified_diff(_lines(before), _lines(after), old, f"b/{path}", lineterm="")


def _lines(lines: list[str]) -> list[str]:
    return lines[:-1] if lines and not lines[-1] else lines


def outcome(
    root: Path, kind_and_command: tuple[str, str], draft: Draft, pyproject: str, paths: Iterable[str]
) -> Outcome:
    """Returns what a draft comes to: pyproject.toml with the text given, and the other ``paths`` with uv in them.

    Only commands of what was migrated are replaced, the ``kind``; the others are left. Raises InputError for a plan
    that someone else wrote.
    """
    kind, command = kind_and_command
    edits: dict[str, Edit] = {}
    _add(edits, root, FILE, pyproject)
    for path, text in draft.files.items():
        before = _text(root / path)
        if before is None and not os.path.lexists(root / path):
            edits[path] = Edit(None, text)
        elif before != text:
            note = Note("decide", Place(path), "it is there already", f"This would be in it: {' '.join(text.split())}")
            draft = draft.noting(note)
    paths = tuple(paths)
    context = context_of(root, draft, pyproject, paths, _KINDS[kind])
    left: list[Left] = []
    for path in _images_first(paths):
        text = _text(root / path) if is_scanned(path) else None
        if text is None or not mentions(text.encode()):
            continue
        prose = is_prose(path)
        found = () if prose else changes(path, text, context)
        context = _with_scripts(context, path, text, found)
        after = text if prose else applied(text, found)
        if after != text and (root / path).is_symlink():
            draft = draft.noting(Note("decide", Place(path), "a symbolic link", "Change the file that it points to."))
        elif after != text:
            _add(edits, root, path, after)
            draft = draft.noting(*_beside(path, found))
        left += [Left(path, one, prose) for one in changes(path, after, context) if one.rule]
    plan = _text(root / PLAN)
    if plan is not None and MARK not in plan:
        raise InputError(f"{PLAN}:1: is there already and no plan of ours: move it away")
    if plan is not None:
        edits[PLAN] = Edit(plan, plan, _has_crlf(root / PLAN))
    order = {path: at for at, path in enumerate(paths)}
    edits = dict(sorted(edits.items(), key=lambda pair: order.get(pair[0], -1) if pair[0] != FILE else -1))
    left.sort(key=lambda one: order[one.path])
    return Outcome(command, edits, draft, tuple(left)).with_plan()


def _beside(path: str, found: Iterable[Change]) -> Iterator[Note]:
    """Yields a note for what is installed past the lock."""
    for one in found:
        for packages in re.findall(r"\buv pip install ((?:[^&;|\n\\])+)", "\n".join(one.new or ())):
            names = re.sub(r"--(?:python \S+|upgrade)\s*", "", packages).strip()
            advice = f"uv.lock does not have it: `uv add {names}`, and take it out here."
            yield Note("decide", Place(path, one.line), f"uv pip install {names}", advice)


def _images_first(paths: Iterable[str]) -> list[str]:
    """Returns the paths with Dockerfiles first: what runs in an image depends on what becomes of it."""
    return sorted(paths, key=lambda path: not _IMAGE.search(path))


_IMAGE = re.compile(r"(?:docker|container)file", re.IGNORECASE)


def _with_scripts(context: Context, path: str, text: str, found: tuple[Change, ...]) -> Context:
    """Returns the context with the scripts that an image runs, and whether it stays as it is."""
    if not _IMAGE.search(path):
        return context
    scripts = {name.rpartition("/")[2] for name in re.findall(r"[\w./-]+\.sh\b", text)}
    stays = any(one.rule and (one.new is None or not one.decided) for one in found)
    ran = (*context.scripts, *((name, stays) for name in sorted(scripts)))
    return replace(context, scripts=ran, image_stays=context.image_stays or stays)


def _add(edits: dict[str, Edit], root: Path, path: str, after: str) -> None:
    before = _text(root / path)
    if before != after:
        edits[path] = Edit(before, after, _has_crlf(root / path))


def _text(path: Path) -> str | None:
    """Returns the text of a file with LF line ends, None where it cannot be read as UTF-8 or is too large."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return None


def _has_crlf(path: Path) -> bool:
    try:
        return b"\r\n" in path.read_bytes()
    except OSError:
        return False


def context_of(root: Path, draft: Draft, pyproject: str, paths: Iterable[str], rules: frozenset[str]) -> Context:
    """Returns what the commands that take others' place depend on: the project as ``pyproject`` will say it."""
    document = parse_toml(pyproject, FILE)
    project = document.table("project") or {}
    requires = str(project.get("requires-python", ""))
    python = re.search(r"(?:>=|==|~=)\s*(3\.\d+)", requires)
    chosen = draft.files.get(".python-version", "").strip() or (python[1] if python else "3.12")
    groups = document.table("dependency-groups") or {}
    uv = document.table("tool", "uv") or {}
    sources = document.table("tool", "uv", "sources") or {}
    replaced = set(draft.replaced)
    builds = "build-system" in document.values and uv.get("package") is not False
    readme = str(project.get("readme") or "") if builds and isinstance(project.get("readme"), str) else ""
    extras = document.table("project", "optional-dependencies") or {}
    return Context(
        chosen,
        draft.apt,
        _names(project.get("dependencies")),
        _names(groups.get("dev")),
        tuple(groups),
        tuple(normalised(one) for one in extras),
        tuple(_addresses(uv.get("index"))),
        package=builds,
        runs_dev=bool(draft.moved),
        local=re.search(r"'path': '(?!/)", str(sources)) is not None,
        requires=requires,
        readme=readme,
        ignored=_kept_out(root, readme),
        files=tuple((path, draft.roles.get(path, group_in(path))) for path in draft.replaced),
        kept=frozenset(path for path in paths if path not in replaced and _is_list(root, path)),
        rules=rules,
    )


def _is_list(root: Path, path: str) -> bool:
    """Whether a file lists what pip or conda installs."""
    if not path.endswith((".txt", ".in", ".yml", ".yaml")):
        return False
    text = _text(root / path)
    return text is not None and (is_requirements(path, text) or is_environment(path, text))


def _names(value: object) -> frozenset[str]:
    specs = cast("list[object]", value) if isinstance(value, list) else []
    return frozenset(_name(one) for one in specs if isinstance(one, str))


def _addresses(value: object) -> Iterator[str]:
    for one in cast("list[object]", value) if isinstance(value, list) else []:
        if isinstance(one, Mapping):
            yield str(cast("Mapping[str, object]", one).get("url", ""))


def _kept_out(root: Path, readme: str) -> str:
    """Returns what keeps a file that uv needs out of images, empty for nothing.

    Source: Dockerfile reference, ".dockerignore file": the last line that matches counts.
    """
    lines = (_text(root / ".dockerignore") or "").split("\n")
    for name in filter(None, (FILE, "uv.lock", readme)):
        out = 0
        for number, line in enumerate(lines, 1):
            pattern = line.strip().removeprefix("!").strip("/").removeprefix("**/")
            if pattern and not line.lstrip().startswith("#") and fnmatchcase(name, pattern):
                out = 0 if line.strip().startswith("!") else number
        if out:
            return f".dockerignore:{out} keeps {name} out of the image."
    return ""


def _name(spec: str) -> str:
    found = re.match(r"[\w.-]+", spec)
    return normalised(found[0]) if found else ""
