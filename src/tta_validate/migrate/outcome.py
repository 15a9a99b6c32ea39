"""What a migration comes to: every file that it writes, and what is left for a person."""

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.file_edits import Edit
from tta_validate.leftovers.found import Left
from tta_validate.leftovers.model import CONDA, PIP, POETRY, SCRIPT, Context, applied
from tta_validate.leftovers.scan import LARGEST, changes, is_prose, is_scanned, mentions
from tta_validate.lock_model import normalised
from tta_validate.migrate.model import Draft, Note, Place
from tta_validate.migrate.plan_file import FILE as PLAN
from tta_validate.migrate.plan_file import MARK, plan_text
from tta_validate.migrate.roles import group_in

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
        before = self.edits[PLAN].before if PLAN in self.edits else None
        text = plan_text(self.command, self.draft, changed, self.left, locked=locked)
        return replace(self, edits={**self.edits, PLAN: Edit(before, text)})

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
    _add(edits, root, "pyproject.toml", pyproject)
    for path, text in draft.files.items():
        before = _text(root / path)
        if before is None and not os.path.lexists(root / path):
            edits[path] = Edit(None, text)
        elif before != text:
            note = Note("decide", Place(path), "it is there already", f"This would be in it: {' '.join(text.split())}")
            draft = draft.noting(note)
    context = context_of(draft)
    left: list[Left] = []
    for path in paths:
        text = _text(root / path) if is_scanned(path) else None
        if text is None or not mentions(text.encode()):
            continue
        prose = is_prose(path)
        after = text if prose else _patched(path, text, kind, context)
        if after != text and (root / path).is_symlink():
            draft = draft.noting(Note("decide", Place(path), "a symbolic link", "Change the file that it points to."))
        elif after != text:
            _add(edits, root, path, after)
        left += [Left(path, one, prose) for one in changes(path, after, context) if one.rule]
    plan = _text(root / PLAN)
    if plan is not None and MARK not in plan:
        raise InputError(f"{PLAN}:1: is there already and no plan of ours: move it away")
    if plan is not None:
        edits[PLAN] = Edit(plan, plan)
    return Outcome(command, edits, draft, tuple(left)).with_plan()


def _patched(path: str, text: str, kind: str, context: Context) -> str:
    found = [one for one in changes(path, text, context) if not one.rule or one.rule in _KINDS[kind]]
    decided = any(one.rule and one.new is not None and one.decided for one in found)
    return applied(text, found) if decided else text


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


def context_of(draft: Draft) -> Context:
    """Returns what the commands that take others' place depend on."""
    python = re.search(r"(?:>=|==|~=)\s*(3\.\d+)", str(draft.project.get("requires-python", "")))
    chosen = draft.files.get(".python-version", "").strip() or (python[1] if python else "3.12")
    tools = {_name(one) for one in draft.groups.get("dev", ()) if isinstance(one, str)}
    return Context(
        chosen,
        draft.apt,
        frozenset(_name(spec) for spec in draft.dependencies),
        frozenset(tools),
        tuple(draft.groups),
        package=("build-system",) in draft.tables,
        files=tuple((path, group_in(path)) for path in draft.replaced),
    )


def _name(spec: str) -> str:
    found = re.match(r"[\w.-]+", spec)
    return normalised(found[0]) if found else ""
