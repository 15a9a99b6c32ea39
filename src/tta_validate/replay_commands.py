"""What `replay` answers."""

import contextlib
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tta_validate import replay_report
from tta_validate.answer import Answer
from tta_validate.errors import InputError
from tta_validate.file_edits import replace_all
from tta_validate.key_formats import keys, scrubbed
from tta_validate.plain_text import clean
from tta_validate.project import Project
from tta_validate.replay import keploy
from tta_validate.replay.failure_text import substitution_lines
from tta_validate.replay.found import found_sets, sets_at
from tta_validate.replay.learn import NoiseFound, learn, write_noise
from tta_validate.replay.result import Result, Unused, unused_lines
from tta_validate.replay.runner import SetRun, planned
from tta_validate.replay.update import accept
from tta_validate.report import Case, View

MOST_TOLD = 20
"""How many failed cases, and how many unused mocks, are shown unless more are asked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked of a replay; ``select`` are patterns of cases."""

    folder: Path | None = None
    select: tuple[str, ...] = ()
    update: bool = False
    learn: bool = False


@dataclass(slots=True)
class _Done:
    """What a replay has brought so far."""

    engine: str
    results: list[Result] = field(default_factory=list[Result])
    unused: list[Unused] = field(default_factory=list[Unused])
    notes: list[str] = field(default_factory=list[str])
    noise: list[NoiseFound] = field(default_factory=list[NoiseFound])
    updated: list[Result] = field(default_factory=list[Result])
    started: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0


def replay(project: Project, request: Request, progress: Callable[[int, int, str], None]) -> Answer:
    """Returns how the recorded cases went. ``progress`` hears how many of how many are done, and what is next.

    Raises InputError where nothing is recorded or nothing says how to get at the app.
    """
    named = [name for name in project.config.replay.folders if not (project.root / name).is_dir()]
    if named:
        where = project.loaded.origins.get(f"replay.folders.{named[0]}", project.loaded.path)
        raise InputError(f"{where}: replay.folders: there is no folder {named[0]!r}")
    engine, why = _engine(project.config.replay.engine)
    runs = planned(project.root, project.loaded, project.leaves_out, request.folder, request.select)
    if engine == "keploy" and (request.update or request.learn):
        raise InputError("--engine keploy: updates and noise come from the native engine only")
    total, done = sum(run.count for run in runs), _Done(engine, notes=[why] if why else [])
    for run in runs:
        _one(project, run, request, done, lambda name: progress(len(done.results), total, name))
    done.seconds = time.perf_counter() - done.started
    cases = [replay_report.case_of(result) for result in done.results]
    replayed = replay_report.Replay(cases, done.unused, done.notes, engine)
    report = replay_report.report_of(project, replayed)
    data = report.model_dump(mode="json", by_alias=True)
    return Answer(report.exit_status, data, lambda view: _text(done, report.cases, view), lambda: report)


def _engine(asked: str) -> tuple[str, str]:
    """Returns the engine that replays, and why it is not the one that was asked for first."""
    if asked == "native":
        return "native", ""
    reason = keploy.unavailable()
    if not reason:
        return "keploy", ""
    if asked == "keploy":
        raise InputError(f"--engine keploy: {reason}; --engine native needs nothing")
    return "native", f"replayed natively: {reason}"


def _one(project: Project, run: SetRun, request: Request, done: _Done, progress: Callable[[str], None]) -> None:
    results: list[Result] = []
    progress(run.recorded.name)
    with contextlib.closing(keploy.results(run) if done.engine == "keploy" else run.results()) as coming:
        for result in coming:
            if request.update and result.acceptable and not request.learn:
                done.updated.append(result)
                result = accept(run.recorded, result, project.root, run.settings.rules.fail_on)
            results.append(result)
            done.results.append(result)
            progress(f"{run.recorded.name}/{result.name}")
    if request.learn:
        found = learn(run, results)
        done.noise += found
        if request.update:
            write_noise(found, project.root)
    done.unused += run.unused
    done.notes += run.notes


def _text(done: _Done, cases: Sequence[Case], view: View) -> str:
    failed = [case for case in cases if case.verdict in ("failed", "error")]
    shown = failed if view.verbosity > 0 else failed[:MOST_TOLD]
    blocks = [case.text for case in shown] if view.verbosity >= 0 else []
    if len(shown) < len(failed) and blocks:
        blocks.append(f"... and {len(failed) - len(shown)} more failed cases; --verbose shows them")
    if view.verbosity > 0:
        blocks.append("\n".join(_line(result, view) for result in done.results))
    blocks += [_updated(done)] if done.updated else []
    blocks += [_noise(done.noise)] if done.noise else []
    skips = [f"skipped {clean(case.group)}/{clean(case.name)}: {clean(case.reason)}" for case in cases if _quiet(case)]
    unused = unused_lines(done.unused, None if view.verbosity > 0 else MOST_TOLD)
    notes = [clean(note) for note in dict.fromkeys(done.notes)]
    if view.verbosity >= 0:
        blocks.append("\n".join([*skips, *unused, *notes]))
    blocks.append("\n".join(_summary(cases, done.seconds)))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _quiet(case: Case) -> bool:
    return case.verdict == "skipped"


def _line(result: Result, view: View) -> str:
    head = f"{result.verdict:<7} {clean(result.set_name)}/{clean(result.name)} {result.seconds * 1000:.0f} ms"
    if result.before:
        head += f", after {len(result.before)} before it"
    lines = [head]
    if view.verbosity > 1:
        lines += [f"    {line}" for line in substitution_lines(result.substitutions)]
    return "\n".join(lines)


def _updated(done: _Done) -> str:
    parts = [f"{one.text}\n  updated: {one.place}" for one in done.updated]
    return "\n\n".join(parts)


def _noise(found: Sequence[NoiseFound]) -> str:
    lines = [f"{one.place} {clean(one.case)}: {', '.join(map(clean, one.entries))}" for one in found]
    return "\n".join(["Noise: these differ between two replays", *(f"  {line}" for line in lines)])


def _summary(cases: Sequence[Case], seconds: float) -> list[str]:
    sets: dict[str, list[Case]] = {}
    for case in cases:
        sets.setdefault(case.group, []).append(case)
    lines = [f"{clean(name)}: {_counts(found)}" for name, found in sets.items()] if len(sets) > 1 else []
    return [*lines, f"{_counts(cases)} in {seconds:.1f} s"]


def _counts(cases: Sequence[Case]) -> str:
    counts = Counter(case.verdict for case in cases)
    order = [("failed", "failed"), ("error", "could not be judged"), ("passed", "passed"), ("skipped", "skipped")]
    return ", ".join(f"{counts[name]} {said}" for name, said in order if counts[name]) or "no cases"


def scrub(project: Project, folder: Path) -> tuple[str, list[dict[str, object]]]:
    """Puts stand-ins of the same length in the place of keys in the recordings below a folder.

    Returns what was done, as text and as data: the files with the number of keys in each. Raises InputError where
    nothing is recorded there, or where a file cannot be written.
    """
    sets = sets_at(folder) if folder != project.root else found_sets(folder, project.leaves_out)
    if not sets:
        raise InputError(f"{folder.as_posix()}: there are no recordings in this folder")
    files = sorted({path for one in sets for path in one.folder.rglob("*.y*ml") if path.is_file()})
    texts = {path: path.read_bytes().decode("utf-8", "surrogateescape") for path in files}
    found = {path: sum(1 for _ in keys(text)) for path, text in texts.items()}
    changed = [path for path in files if found[path]]
    replace_all({path: scrubbed(texts[path]).encode("utf-8", "surrogateescape") for path in changed})
    told = {os.path.relpath(path, project.root).replace(os.sep, "/"): found[path] for path in changed}
    lines = [f"{clean(name)}: {count} replaced" for name, count in told.items()]
    total = sum(told.values())
    ending = "revoke them: who has seen the recordings has them" if total else "no key of a known format is in them"
    lines.append(f"{total} keys in {len(told)} of {len(files)} recorded files; {ending}")
    data: list[dict[str, object]] = [{"path": name, "replaced": count} for name, count in told.items()]
    return "".join(f"{line}\n" for line in lines), data
