"""What a job without the right to comment leaves for a later workflow, and how that one judges it.

Whoever opens a pull request from a fork can put anything there, so nothing of it is believed: the numbers are compared
with what GitHub says, and the comment is written anew from the report, with every text of it escaped.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from tta_validate import run
from tta_validate.action import payload
from tta_validate.action.api import Github
from tta_validate.action.comment import Links, body, is_key, links_of, publish, worth_saying
from tta_validate.action.event import FinishedRun
from tta_validate.errors import InputError
from tta_validate.report import Report

ABOUT, REPORT = "pull-request.json", "report.json"

_MOST_BYTES = 64 << 20
_MOST_COMMENTS = 10


def leave(folder: Path, number: int, key: str, report: Path) -> None:
    """Writes what a later workflow needs to comment on a pull request."""
    run.write(folder / ABOUT, json.dumps({"pull-request": number, "key": key}) + "\n")
    run.write(folder / REPORT, report.read_text(encoding="utf-8"))


def post(folder: Path, finished: FinishedRun, github: Github, environment: Mapping[str, str]) -> list[str]:
    """Writes the comments that a finished run left, one in each folder, and returns what was done in sentences.

    Raises InputError for anything that does not fit, and Refused where the server does not let us.
    """
    places = sorted({path.parent for path in folder.rglob(ABOUT)})
    if len(places) > _MOST_COMMENTS:
        raise InputError(f"{len(places)} comments were left; {_MOST_COMMENTS} at most")
    return [_one(place, finished, github, environment) for place in places]


def _one(folder: Path, finished: FinishedRun, github: Github, environment: Mapping[str, str]) -> str:
    number, key = _about(folder / ABOUT)
    report = _report(folder / REPORT)
    pull = github.pull(number)
    if pull.head != finished.head or pull.repository != finished.repository:
        return f"#{number}: its newest commit is not the one of that run, so nothing was said"
    if not pull.open:
        return f"#{number}: it is not open any more"
    links: Links = links_of(environment, str(finished.number))
    done = publish(github, number, key, body(report, key, links), new=worth_saying(report))
    return f"#{number}: {done}"


def _about(path: Path) -> tuple[int, str]:
    data = _json(path, 1000)
    number, key = payload.number(data, "pull-request"), payload.text(data, "key")
    if number is None or not 0 < number < 1 << 31 or not is_key(key):
        raise InputError(f"{path.name}:1: names no pull request and key")
    return number, key


def _report(path: Path) -> Report:
    return Report.from_json(_text(path, _MOST_BYTES), path=path.name)


def _json(path: Path, most: int) -> object:
    try:
        return json.loads(_text(path, most))
    except (ValueError, RecursionError):
        raise InputError(f"{path.name}:1: is no JSON") from None


def _text(path: Path, most: int) -> str:
    """Returns a file of at most so many bytes; links are not followed."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > most:
            raise InputError(f"{path.name}:1: is no file of at most {most} bytes")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name}:1: cannot be read: {type(error).__name__}") from None
