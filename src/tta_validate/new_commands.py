"""What `tta-validate new` answers."""

from tta_validate import run
from tta_validate.file_edits import write_all
from tta_validate.locking import lock
from tta_validate.project import Project
from tta_validate.project_arguments import Told, Wanted
from tta_validate.starter.member import Known, Wish, new_member

_PYTHON = ">=3.11"


def new(project: Project, wanted: Wanted) -> Told:
    """Writes a new member into the project's workspace; raises InputError where that cannot be done."""
    wish = Wish(wanted.name, wanted.template, wanted.folder, wanted.description)
    edits = new_member(project.root, wish, _known(project))
    write_all(project.root, edits)
    lines = [f"{'wrote' if edit.before is None else 'changed'} {path}" for path, edit in edits.items()]
    locked = lock(project.root) if wanted.lock else None
    if locked is None:
        lines.append("Now run `uv lock` and `uv sync --all-packages`.")
    else:
        lines.append("uv.lock is written" if locked.ok else f"uv lock failed:\n{locked.said}")
    data: dict[str, object] = {
        "schema": 1,
        "files": [{"path": path, "kind": "new" if edit.before is None else "changed"} for path, edit in edits.items()],
        "locked": None if locked is None else locked.ok,
    }
    status = run.FAILED if locked is not None and not locked.ok else run.CLEAN
    return Told(status, "".join(f"{line}\n" for line in lines), data)


def _known(project: Project) -> Known:
    members = {one.name: "" if one.folder == "." else one.folder for one in project.upkeep.members if one.name}
    requirements: dict[str, str] = {}
    for manifest in project.upkeep.manifests:
        for one in manifest.requirements:
            if one.name and one.text:
                requirements.setdefault(one.name, one.text)
    pythons = [manifest.get("project", "requires-python") for manifest in project.upkeep.manifests]
    python = next((one for one in pythons if isinstance(one, str)), _PYTHON)
    return Known(members, requirements, python)
