"""What was already found at an earlier revision: that tree is analysed as this one is, out of git."""

import contextlib
import tempfile
from collections import Counter
from pathlib import Path

from tta_validate import git
from tta_validate.alike import Then
from tta_validate.analysis import Known, analyse
from tta_validate.baseline import Entry, split
from tta_validate.errors import InputError
from tta_validate.project import Project
from tta_validate.selection import Selection
from tta_validate.suppress import within

_SUFFIXES = (".py", ".pyi", ".toml", ".lock", ".yml", ".yaml", ".json", ".txt", ".cfg", ".ini", ".in")
_NAMES = ("Dockerfile", "Containerfile", "Makefile", ".gitignore", ".python-version", "py.typed")
_MAX_BYTES = 64 << 20


def earlier(project: Project, selection: Selection, revision: str, excused: Counter[Entry]) -> Known:
    """Returns the findings of the project as it was at a revision, under the paths that their files have today.

    The configuration is today's. Of what the baseline, ``excused``, knows already nothing is known once more, so that a
    copy of it is new. Raises InputError where git does not know the revision, or is missing.
    """
    commit = git.commit_of(project.root, revision)
    if commit is None:
        where = project.loaded.origins.get("since", "--since")
        if not git.installed():
            raise InputError(f"{where}: there is no git on the PATH to look up {revision!r} with; install it")
        raise InputError(f"{where}: git knows no commit {revision!r} here; fetch it, or name another")
    with tempfile.TemporaryDirectory(prefix="tta-validate-") as folder:
        root = Path(folder)
        _lay_out(project.root, commit, root)
        old = Project(root, project.loaded, transient=True)
        before = analyse(old, selection)
        texts = {finding.path: old.text(finding.path) or "" for finding in before.findings}
    moved = git.renames(project.root, commit)
    found = [one.model_copy(update={"path": moved.get(one.path, one.path)}) for one in before.findings]
    lines: dict[str, dict[Entry, list[int]]] = {moved.get(path, path): {} for path in texts}
    for finding in found:
        lines[finding.path].setdefault(Entry.of(finding), []).append(finding.line)
    elsewhere = {entry.path for entry in excused if not within(entry.path, project.paths)}
    held = {path for path in elsewhere if project.exists(path)}
    left = Counter(map(Entry.of, split(found, excused, held).new))
    then = {moved.get(path, path): Then(text, lines[moved.get(path, path)]) for path, text in texts.items()}
    return Known(left, revision, "since", then=then)


def _lay_out(repository: Path, commit: str, root: Path) -> None:
    """Writes the files of a commit that an analysis can read, but for what has no place on this system."""
    wanted = [
        entry
        for entry in git.tree(repository, commit)
        if entry.size <= _MAX_BYTES and (entry.path.endswith(_SUFFIXES) or entry.path.rpartition("/")[2] in _NAMES)
    ]
    for entry, data in git.contents(repository, wanted):
        place = root / entry.path
        with contextlib.suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
