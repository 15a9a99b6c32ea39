"""Runs one step of the action: ``base``, ``check``, ``comment`` or ``post``."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tta_validate.action import base, channels, event, inputs
from tta_validate.errors import InputError

_UNUSABLE = 2
_TARGET = (
    "recorded cases are not replayed on pull_request_target: the code of the pull request would run with the secrets "
    "of the repository; use the event pull_request"
)


def main(arguments: Sequence[str]) -> int:
    """Runs the step of that name on the process's environment and returns the exit status."""
    if len(arguments) != 1 or arguments[0] not in _STEPS:
        print(f"usage: python -m tta_validate.action {'|'.join(_STEPS)}", file=sys.stderr)
        return _UNUSABLE
    try:
        return _STEPS[arguments[0]](os.environ)
    except InputError as error:
        channels.say("error", str(error))
        return _UNUSABLE


def _base(environment: Mapping[str, str]) -> int:
    """Finds the commit to compare with, and brings it here; the token is for this only."""
    asked = inputs.read(environment)
    start = Path(asked.paths[0]).resolve()
    folder = next((place for place in (start, *start.parents) if place.is_dir()), Path.cwd())
    started = event.read(environment)
    found = base.find(folder, asked.base_ref, started, base.Remote.of(environment))
    channels.write_outputs(
        environment,
        {"revision": found.revision, "note": found.note, "trusted": "true" if started.trusted else "false"},
    )
    return 0


def _check(environment: Mapping[str, str]) -> int:
    """Checks, compares and replays; the exit status goes to an output, so that the steps after this one run."""
    from tta_validate.action.check import Job, artifact_name, check, further

    refused = _TARGET if environment.get("GITHUB_EVENT_NAME") == "pull_request_target" else ""
    revision, note = environment.get("TTA_REVISION", ""), environment.get("TTA_NOTE", "")
    try:
        asked = inputs.read(environment)
        further(asked.outputs)
    except InputError as error:
        channels.write_outputs(environment, {"exit-status": str(_UNUSABLE)})
        channels.say("error", str(error))
        return 0
    job = Job(asked, revision, note, environment, refused)
    channels.write_outputs(environment, {"artifact": artifact_name(job), **check(job)})
    return 0


def _comment(environment: Mapping[str, str]) -> int:
    """Comments on the pull request, or leaves what a later workflow needs for that."""
    from tta_validate.action import comment, forks
    from tta_validate.action.api import Github, Refused
    from tta_validate.report import Report

    asked, started = inputs.read(environment), event.read(environment)
    path = Path(environment.get("TTA_REPORT", ""))
    if started.number is None or not path.is_file():
        print("tta-validate: there is no pull request to comment on")
        return 0
    report = Report.from_json(path.read_text(encoding="utf-8"), path=path.name)
    key = comment.key_of(asked, environment)
    github = Github.of(environment) if started.trusted else None
    if github is not None:
        links = comment.links_of(environment, environment.get("GITHUB_RUN_ID", ""), environment.get("TTA_HTML", ""))
        try:
            text = comment.body(report, key, links)
            new = comment.worth_saying(report)
            print(f"tta-validate: {comment.publish(github, started.number, key, text, new=new)}")
            return 0
        except Refused as error:
            needs = "; the job needs the permission `pull-requests: write`" if error.status in (403, 404) else ""
            channels.say("warning", f"the comment could not be written: {error}{needs}")
    folder = path.parent / "comment"
    forks.leave(folder, started.number, key, path)
    channels.write_outputs(environment, {"left": folder.as_posix()})
    print("tta-validate: the comment was left for a workflow that may write it; docs/ci.md has one")
    return 0


def _post(environment: Mapping[str, str]) -> int:
    """Writes the comments that another run left; this runs with a token that may write, and without any checkout."""
    from tta_validate.action import forks
    from tta_validate.action.api import Github, Refused

    finished, github = event.read_finished(environment), Github.of(environment)
    if finished is None or github is None:
        raise InputError("a comment is posted by a workflow on the event workflow_run, with a token")
    try:
        with channels.no_commands():
            for line in forks.post(Path(environment.get("TTA_LEFT", "")), finished, github, environment):
                print(f"tta-validate: {line}")
    except Refused as error:
        raise InputError(f"GitHub refuses: {error}; the job needs the permission `pull-requests: write`") from None
    return 0


_STEPS: dict[str, Callable[[Mapping[str, str]], int]] = {
    "base": _base,
    "check": _check,
    "comment": _comment,
    "post": _post,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
