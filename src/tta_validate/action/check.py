"""The main step: check, comparison of the lock and replay make one report, which goes out in every form."""

import dataclasses
import hashlib
import json
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tta_validate import run
from tta_validate.action import channels
from tta_validate.action.inputs import Inputs
from tta_validate.errors import InputError
from tta_validate.project import Project
from tta_validate.report import Report, View

_WRITTEN = {"report": ("json", "report.json"), "sarif": ("sarif", "tta-validate.sarif")}
_SUMMARY = channels.MAX_SUMMARY // 4 - 1000
"""Characters of a summary: one has at most four bytes."""

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class Job:
    """What a step is about: the inputs, the commit to compare with (empty for none) and the job's environment."""

    inputs: Inputs
    base: str
    note: str
    environment: Mapping[str, str]
    refused: str = ""


@dataclass(slots=True)
class _Found:
    """What has been found so far; ``trouble`` are the reasons why something could not be done."""

    report: Report | None = None
    status: int = run.CLEAN
    trouble: list[str] = dataclasses.field(default_factory=list[str])


def check(job: Job) -> dict[str, str]:
    """Returns the outputs of the step, after printing annotations and writing reports and summary."""
    found = _Found()
    sinks = further(job.inputs.outputs)
    with channels.no_commands():
        for part in (_checked, _lock_compared, _replayed):
            _attempt(part, job, found)
    # GitHub shows the first ten errors of a step: these come before the findings.
    for text in found.trouble:
        channels.say("error", text)
    if job.note:
        channels.say("warning", job.note)
    told = len(found.trouble)
    files = _attempt(lambda job, found: _written(job, found, sinks), job, found) or {}
    for text in found.trouble[told:]:
        channels.say("error", text)
    _summarise(job, found)
    return {"exit-status": str(found.status), **_numbers(found.report), **files}


def _attempt(part: Callable[[Job, _Found], _Part], job: Job, found: _Found) -> _Part | None:
    """Does a part of the work; what goes wrong in it is noted, and the other parts are done all the same."""
    try:
        return part(job, found)
    except InputError as error:
        found.trouble.append(str(error))
        found.status = max(found.status, run.UNUSABLE)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        found.trouble.append(f"this is a bug of ours: {type(error).__name__} at {where}: {error}")
        found.status = max(found.status, run.BUG)
    return None


def _open(job: Job, *, base: bool = True, history: bool = False) -> Project:
    wanted = job.inputs
    given: dict[str, object] = {"cache-dir": job.environment["TTA_CACHE"]} if job.environment.get("TTA_CACHE") else {}
    given |= {"select": wanted.select} if wanted.select else {}
    given |= {"ignore": wanted.ignore} if wanted.ignore else {}
    given |= {"fail-on": wanted.fail_on} if wanted.fail_on else {}
    given |= {"since": job.base} if job.base and base else {}
    given |= {"history": Path(wanted.history).resolve().as_posix()} if wanted.history and history else {}
    given |= {"replay.engine": wanted.engine} if wanted.engine else {}
    return run.open_project(run.Request(wanted.paths, flags=given))


def _checked(job: Job, found: _Found) -> None:
    project = _open(job)
    report = run.check(project)
    notes = (*report.notes, job.note) if job.note else report.notes
    found.report = report.model_copy(update={"notes": notes})
    found.status = max(found.status, report.exit_status)
    sys.stdout.write(run.render(report, "terminal", View()))
    sys.stdout.flush()


def _lock_compared(job: Job, found: _Found) -> None:
    if not job.base or found.report is None:
        return
    project = _open(job)
    if not any(view.exists for view in project.locks):
        return
    from tta_validate import lock_diff

    answer = lock_diff.diff(project, job.base, None, every=True)
    if answer.report().lock_changes or answer.report().findings:
        sys.stdout.write(answer.text(View()))
    found.report = found.report.model_copy(update={"lock_changes": answer.report().lock_changes})


def _replayed(job: Job, found: _Found) -> None:
    if not job.inputs.replay or found.report is None:
        return
    if job.refused:
        raise InputError(job.refused)
    from tta_validate import replay_commands, replay_report

    folder = Path(job.inputs.recordings) if job.inputs.recordings else None
    if folder is not None and not folder.is_dir():
        raise InputError(f"{folder.as_posix()}:1: is no folder of recordings (input recordings)")
    request = replay_commands.Request(folder.resolve() if folder is not None else None)
    answer = replay_commands.replay(_open(job, base=False), request, _silent)
    sys.stdout.write(answer.text(View()))
    joined = replay_report.joined(found.report, answer.report())
    found.report = joined
    found.status = max(found.status, answer.status, run.exit_status(joined, strict=False))


def _silent(done: int, total: int, name: str) -> None:
    del done, total, name


def further(outputs: Sequence[str]) -> tuple[run.Sink, ...]:
    """Returns where the input ``outputs`` sends reports; raises InputError for what cannot be used."""
    try:
        sinks = run.sinks(outputs)
    except InputError as error:
        raise InputError(str(error).replace("--output:", "input outputs:")) from None
    for sink in sinks:
        if sink.path is None:
            raise InputError(f"input outputs: {sink.format!r} names no file; write {sink.format}=FILE")
    return sinks


def _written(job: Job, found: _Found, sinks: Sequence[run.Sink]) -> dict[str, str]:
    """Writes every report, prints the annotations, and returns where the files are."""
    if found.report is None:
        return {}
    report = run.kept(_open(job, history=True), found.report.model_copy(update={"exit_status": found.status}))
    found.report = report
    parent = Path(job.environment.get("RUNNER_TEMP") or tempfile.gettempdir()) / "tta-validate"
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="report-", dir=parent))
    files: dict[str, str] = {}
    for output, (name, file) in {**_WRITTEN, "html": ("html", f"{artifact_name(job)}.html")}.items():
        run.write(folder / file, run.render(report, name, View()))
        files[output] = (folder / file).as_posix()
    for sink in sinks:
        if sink.path is not None:
            run.write(sink.path, run.render(report, sink.format, View()))
    sys.stdout.write(run.render(report, "github", View()))
    sys.stdout.flush()
    return files


def artifact_name(job: Job) -> str:
    """Returns a name for what a job uploads: equal jobs of a matrix have the same one, others never."""
    own = [job.environment.get(name, "") for name in ("GITHUB_JOB", "RUNNER_OS", "RUNNER_ARCH")]
    told = json.dumps([own, job.inputs.paths, job.inputs.select, job.inputs.ignore, job.inputs.recordings])
    shown = "-".join(re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-")[:40] for part in own[:2] if part)
    return f"tta-validate-{shown or 'report'}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"


def _summarise(job: Job, found: _Found) -> None:
    from tta_validate.lock_summary import escaped

    parts = [f"**tta-validate could not finish:** {escaped(text)}\n" for text in found.trouble]
    if found.report is not None:
        parts.append(run.render(found.report, "markdown", View(budget=_SUMMARY)))
    channels.write_summary(job.environment, "\n".join(parts))


def _numbers(report: Report | None) -> dict[str, str]:
    if report is None:
        return {"findings": "", "metrics": "", "lock-changes": ""}
    metrics = {f"{one.name}[{one.member}]" if one.member else one.name: one.value for one in report.metrics}
    return {
        "findings": str(len(report.findings)),
        "metrics": json.dumps(metrics, ensure_ascii=False),
        "lock-changes": str(len(report.lock_changes)),
    }
