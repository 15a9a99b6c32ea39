"""One run: analysis, formats, and the exit status."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from tta_validate import analysis, baseline
from tta_validate.asked import may_report
from tta_validate.config import Config, Loaded, closest, load
from tta_validate.discover import NEVER, TEST_FOLDERS, UNLESS_PACKAGE
from tta_validate.errors import InputError
from tta_validate.gitignore import Ignore
from tta_validate.plugins import loaders
from tta_validate.project import Project, find_root
from tta_validate.report import Report, View
from tta_validate.selection import Selection, select

if TYPE_CHECKING:
    from tta_validate.repairing import Proposal

CLEAN, FAILED, UNUSABLE, BUG, INTERRUPTED = 0, 1, 2, 3, 130


class Format(Protocol):
    """What a module in ``formats/`` gives."""

    def render(self, report: Report, view: View) -> str:
        """Returns the whole text of a report, ending in a newline."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """What the user named: paths, and instead of what is found, a root and a configuration file; flags by key.

    ``given`` is what counts as the content of the only path, which need not be there.
    """

    paths: tuple[str, ...] = ()
    root: str | None = None
    config: str | None = None
    flags: Mapping[str, object] | None = None
    given: bytes | None = None


@dataclass(frozen=True, slots=True)
class Sink:
    """Where a report goes, in which format; no ``path`` for standard output."""

    format: str
    path: Path | None = None


def open_project(request: Request) -> Project:
    """Returns the project that a request is about; raises InputError for paths or settings that cannot be used."""
    paths = [Path(path) for path in request.paths]
    for path in paths:
        if request.given is None and not path.exists():
            raise InputError(f"{path.as_posix()}: there is no such file or folder")
    if request.root is not None:
        root = Path(request.root)
        if not root.is_dir():
            raise InputError(f"{root.as_posix()}: is no folder to be the root")
        root = root.resolve()
    else:
        root = find_root((paths[0] if paths else Path()).resolve())
    inside = tuple(_below(path, root) for path in paths)
    file = Path(request.config).resolve() if request.config is not None else None
    loaded = load(root, file, request.flags)
    named, remarks = _named(root, inside, loaded.config)
    if named:
        config = loaded.config.model_copy(update={"exclude": (*loaded.config.exclude, *named)})
        loaded = replace(loaded, config=config)
    project = Project(root, loaded, () if "." in inside else tuple(sorted(set(inside))))
    project.remarks = remarks
    if request.given is not None:
        project.given = dict.fromkeys(inside, request.given)
    _refuse_unknown_members(project, loaded)
    return project


def _named(root: Path, paths: Sequence[str], config: Config) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the patterns that take in folders that were named and would be left out, and notes on the others.

    Files are not taken in: hooks name whatever has changed.
    """
    chosen, patterns, remarks = Ignore.parse("", config.exclude), list[str](), list[str]()
    for path in (path for path in paths if path != "." and (root / path).is_dir()):
        parts = path.split("/")
        for at, name in enumerate(parts):
            above = "/".join(parts[: at + 1])
            if chosen.decide(above, name, is_folder=True) is True:
                remarks.append(f"{path} is left out: `exclude` names it")
            elif name in UNLESS_PACKAGE:
                patterns.append(f"!/{above}")
            elif name in NEVER:
                remarks.append(f"{path} is left out: {name} never holds a project's own code")
            elif name in TEST_FOLDERS and not config.include_tests:
                remarks.append(f"{path} holds tests, whose call sites are left out; --include-tests takes them in")
    return tuple(patterns), tuple(dict.fromkeys(remarks))


def _below(path: Path, root: Path) -> str:
    full = path.resolve()
    if not full.is_relative_to(root):
        raise InputError(f"{path.as_posix()}: is not below the root {root.as_posix()}; name the root with --root")
    return full.relative_to(root).as_posix()


def _refuse_unknown_members(project: Project, loaded: Loaded) -> None:
    if not loaded.config.members:
        return
    names = [member.name for member in project.members]
    for name in loaded.config.members:
        if name not in names:
            where = loaded.origins.get(f"members.{name}", loaded.path)
            raise InputError(f"{where}: the workspace has no member {name!r}{closest(name, names)}")


def check(project: Project, *, edits: bool = True) -> Report:
    """Returns the report of everything that the project's configuration selects, exit status included.

    Without ``edits``, findings tell that they can be repaired, and not how.
    """
    selection = select(project.loaded, may_report=may_report(project))
    known = _known(project, selection)
    if edits:
        from tta_validate.fix.plan import Planner

        return _judged(project, analysis.analyse(project, selection, known, plan=Planner(project.text)))
    return _judged(project, analysis.analyse(project, selection, known))


def fix(project: Project, *, unsafe: bool) -> Report:
    """Repairs the project and returns the report of what remains; ``unsafe`` repairs may change what code does."""
    from tta_validate.repairing import Asked, repair

    selection = select(project.loaded, may_report=may_report(project))
    return _judged(project, repair(project, Asked(selection, _known(project, selection), unsafe)))


def diff(project: Project, *, unsafe: bool) -> "Proposal":
    """Returns what `fix` would do; the report in it is that of the project as it is."""
    from tta_validate.repairing import Asked, propose

    selection = select(project.loaded, may_report=may_report(project))
    found = propose(project, Asked(selection, _known(project, selection), unsafe))
    return replace(found, report=_judged(project, found.report))


def _known(project: Project, selection: Selection) -> list[analysis.Known]:
    known: list[analysis.Known] = []
    if (shown := project.config.baseline) is not None:
        file = baseline.read_all(project.root / shown, shown)
        known.append(analysis.Known(file.known, shown, best=file.best if project.config.targets.ratchet else {}))
    elif project.config.targets.ratchet:
        where = project.loaded.origins.get("targets.ratchet", project.loaded.path)
        raise InputError(
            f'{where}: ratchet keeps the best values in the baseline; set `baseline = "{baseline.DEFAULT}"`'
        )
    if (revision := project.config.since) is not None:
        from tta_validate.since import earlier

        excused = known[0].entries if known else Counter[baseline.Entry]()
        known.append(earlier(project, selection, revision, excused))
    return known


def _judged(project: Project, report: Report) -> Report:
    judged = report.model_copy(update={"exit_status": exit_status(report, strict=project.config.strict)})
    return kept(project, judged)


def kept(project: Project, report: Report) -> Report:
    """Adds the run to the history, where one is kept, and returns the report with the history.

    A report on a part of the project is no run of it, and is not added.
    """
    if (shown := project.config.history) is None:
        return report
    from tta_validate import history

    path = project.root / shown
    earlier, notes = history.read(path, shown)
    if report.shard is not None or report.project.paths:
        return report.model_copy(update={"history": earlier})
    runs = history.extended(earlier, history.run_of(report, project.root))
    write(path, history.dump(runs))
    return report.model_copy(update={"history": runs, "notes": (*report.notes, *notes)})


def inventory(project: Project) -> Report:
    """Returns the report of the project's call sites."""
    return analysis.take_inventory(project)


def exit_status(report: Report, *, strict: bool) -> int:
    """Returns 2 for skipped files where they are refused, 1 for a report that did not pass, else 0."""
    if strict and report.skipped:
        return UNUSABLE
    return CLEAN if report.passed else FAILED


def sinks(outputs: Sequence[str]) -> tuple[Sink, ...]:
    """Returns where ``FORMAT[=FILE]`` texts send a report; raises InputError for what cannot be used."""
    known = [*loaders("tta_validate_formats")]
    found: list[Sink] = []
    for output in outputs:
        name, given, file = output.partition("=")
        if name not in known:
            raise InputError(f"--output: there is no format {name!r}{closest(name, known)}")
        if given and not file:
            raise InputError(f"--output: {output!r} names no file after the equals sign")
        found.append(Sink(name, Path(file) if given else None))
    places = [sink.path.resolve() for sink in found if sink.path is not None]
    if twice := next((place for at, place in enumerate(places) if place in places[:at]), None):
        raise InputError(f"--output: two formats go to the file {twice.name}; give each its own")
    if sum(sink.path is None for sink in found) > 1:
        raise InputError("--output: only one format can go to standard output; give the others a file, FORMAT=FILE")
    return tuple(found)


def render(report: Report, name: str, view: View, *, inventory: bool = False) -> str:
    """Returns the report, or only its inventory, in the format of that name."""
    module = loaders("tta_validate_formats")[name]()
    if not inventory:
        return cast("Format", module).render(report, view)
    renderer = getattr(module, "render_inventory", None)
    if renderer is None:
        raise InputError(f"--output: the format {name!r} cannot show an inventory")
    return cast("str", renderer(report, view))


def write(path: Path, text: str) -> None:
    """Writes a file, its folders included; raises InputError where that is not possible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{path.as_posix()}: cannot be written: {error.strerror}") from None
