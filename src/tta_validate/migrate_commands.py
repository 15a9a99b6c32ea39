"""What `tta-validate migrate` answers."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from tta_validate import run
from tta_validate.errors import InputError
from tta_validate.file_edits import write_all
from tta_validate.findings import printable, redact
from tta_validate.locking import Locked, lock
from tta_validate.migrate.conda import migrate_conda
from tta_validate.migrate.model import Draft
from tta_validate.migrate.outcome import Outcome, outcome
from tta_validate.migrate.plan_file import FILE as PLAN
from tta_validate.migrate.poetry import kept_keys, migrate_poetry
from tta_validate.migrate.pyproject import with_draft, without_poetry
from tta_validate.migrate.requirements import migrate_requirements
from tta_validate.migrate.roles import platform_in
from tta_validate.project import Project
from tta_validate.project_arguments import Asked, Told


def migrate(project: Project, asked: Asked) -> Told:
    """Migrates the project in its root, or only says what would change; raises InputError for what cannot be used."""
    if asked.lock and not asked.write:
        raise InputError("--lock: writes uv.lock, so that it needs --write")
    root = project.root
    draft, text = _drafted(root, asked)
    command = shlex.join(["tta-validate", "migrate", asked.kind, *asked.files])
    paths = project.scanned
    result = outcome(root, (asked.kind, command), draft, text, paths)
    locked: Locked | None = None
    if asked.write:
        write_all(root, result.edits)
        if asked.lock:
            locked = lock(root, result.draft.preferred)
            if locked.ok:
                result = result.with_plan(locked=True)
                write_all(root, {path: edit for path, edit in result.edits.items() if path == PLAN})
    return Told(
        run.FAILED if locked is not None and not locked.ok else run.CLEAN,
        _text(result, asked, locked),
        _data(result, asked, locked),
    )


def _drafted(root: Path, asked: Asked) -> tuple[Draft, str]:
    files = [_named(root, name) for name in asked.files]
    if asked.kind == "poetry":
        draft = migrate_poetry(root)
        text, draft = without_poetry(root, draft, kept_keys(root))
        return draft, text
    if asked.kind == "conda":
        draft = migrate_conda(root, files, _platforms(root, asked.platforms))
    else:
        draft = migrate_requirements(root, files)
    text, draft = with_draft(root, draft)
    return draft, text


def _named(root: Path, name: str) -> Path:
    """Returns the file that a name stands for, from where the user is, else from the root."""
    here = Path(name).absolute()
    return here.resolve() if here.exists() else root / name


def _platforms(root: Path, given: Sequence[str]) -> Mapping[Path, str]:
    found: dict[Path, str] = {}
    for one in given:
        name, equals, platform = one.rpartition("=")
        if not equals or not platform_in(platform):
            raise InputError(f"--platform: {one!r} is not FILE=PLATFORM, such as env.yml=linux, env.yml=osx-arm64")
        found[_named(root, name)] = platform_in(platform)
    return found


def _text(result: Outcome, asked: Asked, locked: Locked | None) -> str:
    lines: list[str] = []
    if not asked.write:
        lines += [printable(redact(line)) for line in result.diff()]
        lines.append("")
    verb = "wrote" if asked.write else "would write"
    lines += [f"{verb} {printable(path)}" for path in result.edits] or ["there is nothing to change"]
    counts = {kind: sum(note.kind == kind for note in result.draft.notes) for kind in ("decide", "system", "dropped")}
    lines.append(
        f"{counts['decide']} to decide, {counts['system']} for the system's package manager, "
        f"{counts['dropped']} left out, "
        f"{len(result.left)} commands left in other files: {PLAN} lists them with their lines"
    )
    if locked is not None and locked.ok:
        lines.append("uv.lock is written" + (", with the versions that were used before" if locked.kept else ""))
    elif locked is not None:
        lines += ["uv lock failed:", *(f"  {printable(redact(line))}" for line in locked.said.split("\n"))]
    if not asked.write and result.edits:
        lines.append("Nothing was written: --write does.")
    return "".join(f"{line}\n" for line in lines)


def _data(result: Outcome, asked: Asked, locked: Locked | None) -> dict[str, object]:
    return {
        "schema": 1,
        "written": asked.write,
        "files": [
            {"path": path, "kind": "new" if edit.before is None else "changed"} for path, edit in result.edits.items()
        ],
        "diff": "".join(f"{printable(redact(line))}\n" for line in result.diff()),
        "notes": [
            {
                "kind": note.kind,
                "path": note.place.path,
                "line": note.place.line,
                "what": note.what,
                "advice": note.advice,
                "apt": list(note.apt),
            }
            for note in result.draft.notes
        ],
        "left": [
            {"path": one.path, "line": one.change.line, "what": redact(one.change.found), "advice": one.change.advice}
            for one in result.left
        ],
        "apt": list(result.draft.apt),
        "replaced": list(result.draft.replaced),
        "locked": None if locked is None else locked.ok,
    }
