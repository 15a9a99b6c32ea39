"""`check --fix` and `check --diff`: repairs, looks again, and repairs until nothing changes any more."""

import contextlib
import difflib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tta_validate.analysis import Known, analyse
from tta_validate.discover import NEVER
from tta_validate.file_edits import replace_all
from tta_validate.findings import printable, redact
from tta_validate.fix.changes import Change
from tta_validate.fix.content import Content, Unfixable, read
from tta_validate.fix.plan import Planner, broken, together
from tta_validate.plain_text import clean
from tta_validate.project import Project
from tta_validate.report import Report, ReportedFinding
from tta_validate.selection import Selection

MOST_PASSES = 20
"""How often a project is repaired at most: repairs that undo each other would never end."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a repair is of, and whether it takes repairs, too, that may change what the code does."""

    selection: Selection
    known: Sequence[Known] = ()
    unsafe: bool = False


@dataclass(slots=True)
class _Done:
    """What repairs have brought so far."""

    fixed: list[ReportedFinding] = field(default_factory=list[ReportedFinding])
    notes: dict[str, None] = field(default_factory=dict[str, None])
    refused: set[str] = field(default_factory=set[str])


def repair(project: Project, asked: Asked) -> Report:
    """Repairs the project in place, and returns the report of what remains, with what was fixed.

    Raises InputError where a file cannot be written.
    """
    done = _Done()
    report = _until_stable(project, asked, done)
    return report.model_copy(update={"fixed": tuple(done.fixed), "notes": (*report.notes, *done.notes)})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a repair would do: the report of the project as it is, the diff, and the numbers of findings."""

    report: Report
    diff: str
    fixed: int
    remaining: int


def propose(project: Project, asked: Asked) -> Proposal:
    """Returns what `repair` would do, and changes nothing."""
    done = _Done()
    first = _Pass(project, asked, done)
    report = first.report
    if not first.chosen()[0]:
        told = report.model_copy(update={"notes": (*report.notes, *done.notes)})
        return Proposal(told, "", 0, len(report.findings))
    done = _Done()
    with tempfile.TemporaryDirectory(prefix="tta-validate-") as folder:
        root = Path(folder).resolve() / project.root.name
        _lay_out(project.root, root)
        copy = Project(root, project.loaded, project.paths, transient=True)
        after = _until_stable(copy, asked, done)
        diff = "".join(_diff(project.root, root, sorted(_changed(project.root, root))))
    report = report.model_copy(update={"notes": (*report.notes, *done.notes)})
    return Proposal(report, diff, len(done.fixed), len(after.findings))


def _until_stable(project: Project, asked: Asked, done: _Done) -> Report:
    for _ in range(MOST_PASSES):
        one = _Pass(project, asked, done)
        files, fixed = one.chosen()
        if not files:
            return one.report
        replace_all(files)
        done.fixed += fixed
        if any(path.name == "pyproject.toml" for path in files) and project.locked.exists:
            done.notes["a pyproject.toml has changed: `uv lock` brings uv.lock up to date where it is stale now"] = None
        project = _again(project)
    return analyse(project, asked.selection, asked.known)


def _again(project: Project) -> Project:
    """Returns the project as it is now."""
    fresh = Project(project.root, project.loaded, project.paths, transient=project.transient)
    fresh.remarks, fresh.began = project.remarks, project.began
    return fresh


class _Pass:
    """One look at a project, and the repairs that can be made at once."""

    def __init__(self, project: Project, asked: Asked, done: _Done) -> None:
        self._root = project.root
        self._unsafe = asked.unsafe
        self._done = done
        self._planner = Planner(project.text)
        self.report = analyse(project, asked.selection, asked.known, plan=self._planner)

    def chosen(self) -> tuple[dict[Path, bytes], list[ReportedFinding]]:
        """Returns new files, and the findings that they repair; notes why others are left."""
        plans, done = self._planner.plans, self._done
        wanted = {
            finding.fingerprint: finding
            for finding in self.report.findings
            if (plan := plans.get(finding.fingerprint)) and (plan.safe or self._unsafe)
        }
        while True:
            left = {key: plans[key] for key in wanted if done.refused.isdisjoint(plans[key].changes)}
            changes, taken = together(left, self._planner.text)
            files = self._files(changes)
            if files is not None:
                return files, [wanted[key] for key in taken]

    def _files(self, chosen: Mapping[str, Sequence[Change]]) -> dict[Path, bytes] | None:
        """Returns the new content of files, or None where some cannot be changed, which is noted."""
        files: dict[Path, bytes] = {}
        refused: set[str] = set()
        for path, changes in chosen.items():
            try:
                files |= self._file(path, changes)
            except Unfixable as error:
                refused.add(path)
                self._done.notes[f"{path}:1: not fixed: {error}"] = None
        self._done.refused |= refused
        return None if refused else files

    def _file(self, path: str, changes: Sequence[Change]) -> dict[Path, bytes]:
        target, text = _target(self._root, path), self._planner.text(path)
        content = read(target)
        if text is None or content.text != text:
            raise Unfixable("it has changed since it was read")
        if broken(path, text, changes):
            raise Unfixable("the repair would break it")
        return {target: content.edited(changes)}


def _target(root: Path, path: str) -> Path:
    """Returns the file itself behind links; raises Unfixable for one outside of the root or that is write-protected."""
    target = (root / path).resolve()
    if not target.is_relative_to(root.resolve()):
        raise Unfixable("it is a link out of the project")
    with contextlib.suppress(OSError):
        if not target.stat().st_mode & 0o222 or not os.access(target, os.W_OK):
            raise Unfixable("it is read-only")
    return target


def _lay_out(root: Path, copy: Path) -> None:
    """Makes a copy of a project's files that costs no space; files are replaced in it, never written to."""
    for folder, folders, names in os.walk(root):
        here = copy / Path(folder).relative_to(root)
        here.mkdir(parents=True, exist_ok=True)
        for name in [*names, *(name for name in folders if os.path.islink(os.path.join(folder, name)))]:
            _link(Path(folder, name), here / name)
        for name in [name for name in folders if name == ".venv"]:
            with contextlib.suppress(OSError):
                os.symlink(Path(folder, name), here / name)
        folders[:] = [name for name in folders if name not in NEVER]


def _link(file: Path, place: Path) -> None:
    with contextlib.suppress(OSError):
        try:
            os.link(file, place, follow_symlinks=False)
        except (OSError, NotImplementedError):
            shutil.copy2(file, place, follow_symlinks=False)


def _changed(root: Path, copy: Path) -> Iterator[str]:
    """Yields the paths of the files that a copy has no longer in common with its original."""
    for folder, _, names in os.walk(copy):
        for name in names:
            path = Path(folder, name).relative_to(copy)
            if not os.path.islink(copy / path) and not os.path.samefile(copy / path, root / path):
                yield path.as_posix()


def _diff(root: Path, copy: Path, paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        before, after = (_marked(read(folder / path)) for folder in (root, copy))
        names = (f"a/{clean(path)}", f"b/{clean(path)}")
        for line in difflib.unified_diff(_lines(before), _lines(after), *names):
            text = line.removesuffix("\n")
            end = "\r" if text.endswith("\r") else ""
            yield f"{printable(redact(text.removesuffix(end)))}{end}\n"
            if not line.endswith("\n"):
                yield "\\ No newline at end of file\n"


def _marked(content: Content) -> str:
    return f"\ufeff{content.raw}" if content.mark else content.raw


def _lines(text: str) -> list[str]:
    *whole, rest = text.split("\n")
    return [*(f"{line}\n" for line in whole), *([rest] if rest else [])]
