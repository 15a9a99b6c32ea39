"""What `record` answers: a recording, replayed at once to find noise and what does not come back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.plain_text import clean
from tta_validate.project import Project
from tta_validate.recordings.model import Case
from tta_validate.recordings.sets import read_set
from tta_validate.recordings.writing import update_noise
from tta_validate.replay.app import AppDown
from tta_validate.replay.record import Ended, Wish, record
from tta_validate.replay.record_noise import pattern
from tta_validate.replay.record_written import Recorded
from tta_validate.replay.result import Result
from tta_validate.replay.runner import SetRun
from tta_validate.replay.settings import Settings, settings_for

_STATE = "if the app keeps what was recorded in a file, name it in state-files of [tool.tta-validate.replay]"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked of a recording; see `tta_validate.replay.record.Wish`."""

    folder: Path | None = None
    set_name: str = ""
    proxy_port: int | None = None
    drive: str = ""
    until_idle: float = 0.0
    stand_ins: Mapping[str, str] = field(default_factory=dict[str, str])
    check: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """What a recording has to say: its exit status and the lines for a terminal."""

    failed: bool
    lines: tuple[str, ...]


def run_record(project: Project, asked: Asked, say: Callable[[str], None]) -> Told:
    """Records into ``keploy`` of a folder (the root by default), and returns what came of it.

    Raises InputError for what cannot be recorded.
    """
    folder = (asked.folder or project.root).resolve()
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder to record in")
    keploy_folder = folder if folder.name == "keploy" else folder / "keploy"
    settings = settings_for(keploy_folder, project.root, project.loaded)
    if not settings.app.command:
        raise InputError(
            "record starts the app itself: say how, with -c COMMAND or command in [tool.tta-validate.replay]"
        )
    wish = Wish(
        settings.app,
        keploy_folder,
        asked.set_name,
        asked.proxy_port,
        asked.drive,
        asked.until_idle,
        asked.stand_ins,
    )
    try:
        ended = record(wish, say)
    except AppDown as error:
        return Told(True, (clean(error.reason), *(f"  {clean(line)}" for line in error.tail.splitlines())))
    if ended.recorded is None:
        return Told(True, (f"nothing was recorded: {clean(ended.problem)}",))
    results = _replayed(ended.recorded, settings) if asked.check else []
    return _told(ended, ended.recorded, results, project.root)


def _replayed(recorded: Recorded, settings: Settings) -> list[Result]:
    """Replays the set, and makes noise of what is new every time."""
    found = read_set(recorded.folder, recorded.folder.parent)
    results = list(SetRun(found, settings).results())
    cases = {case.name: case for case in found.cases}
    for result in results:
        entries = _noise(cases[result.name], result)
        if entries:
            update_noise(Path(result.place.path), result.name, entries)
    return results


def _noise(case: Case, result: Result) -> dict[str, tuple[str, ...]]:
    """Returns entries for what differs and means nothing; the value must stay of its kind."""
    known = {*(f"header.{name}".lower() for name, _ in case.noise.headers)}
    volatile = [
        one for one in result.differences if one.kind == "volatile" and one.noise.startswith(("body.", "header."))
    ]
    return {
        one.noise: (pattern(one.expected),) if one.noise.startswith("body.") else ()
        for one in volatile
        if one.noise.lower() not in known
    }


def _told(ended: Ended, recorded: Recorded, results: Sequence[Result], root: Path) -> Told:
    where = recorded.folder.relative_to(root).as_posix() if recorded.folder.is_relative_to(root) else recorded.folder
    lines = [f"recorded {_count(len(recorded.cases), 'case')} and {_count(len(recorded.mocks), 'mock')} in {where}"]
    if recorded.secrets:
        names = ", ".join(recorded.secrets)
        lines.append(f"secrets of the client are in {where}/secret.yaml, which git is told to ignore: {names}")
    lines += [f"left out: {clean(one)}" for one in recorded.left_out]
    bad = [result for result in results if result.verdict != "passed"]
    if results:
        lines.append(f"replayed at once: {len(results) - len(bad)} of {len(results)} pass")
        lines += [f"  {clean(result.name)}: {clean(result.reason)}" for result in bad]
        lines += [f"  {_STATE}"] if bad else []
    if ended.problem:
        lines.append(clean(ended.problem))
    return Told(bool(bad or ended.problem), tuple(lines))


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
