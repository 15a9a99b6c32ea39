"""What started the workflow, out of the file that GitHub writes about it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tta_validate.action import payload

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Event:
    """An event by its name. ``base`` and ``head`` are commits, empty where there are none.

    ``number`` is the pull request's, None for any other event. ``trusted`` says that the event's code comes from
    the repository itself, so that the job's token may be allowed to write.
    """

    name: str = ""
    number: int | None = None
    base: str = ""
    head: str = ""
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """The workflow run that a ``workflow_run`` event tells of: its number, its commit and the repository of that."""

    number: int
    head: str
    repository: str


def read(environment: Mapping[str, str]) -> Event:
    """Returns the event that started the run; a file that is not there or not readable tells nothing."""
    name, data = environment.get("GITHUB_EVENT_NAME", ""), _payload(environment)
    if "pull_request" in data and name in ("pull_request", "pull_request_target", "pull_request_review"):
        pull = payload.table(data, "pull_request")
        theirs = payload.text(pull, "head", "repo", "full_name")
        return Event(
            name,
            payload.number(pull, "number"),
            _commit(payload.text(pull, "base", "sha")),
            _commit(payload.text(pull, "head", "sha")),
            theirs != "" and theirs == payload.text(pull, "base", "repo", "full_name"),
        )
    if name == "merge_group":
        group = payload.table(data, "merge_group")
        return Event(name, None, _commit(payload.text(group, "base_sha")), _commit(payload.text(group, "head_sha")))
    return Event(name)


def read_finished(environment: Mapping[str, str]) -> FinishedRun | None:
    """Returns the run that a ``workflow_run`` event tells of, None for any other event."""
    finished = payload.table(_payload(environment), "workflow_run")
    number, head = payload.number(finished, "id"), _commit(payload.text(finished, "head_sha"))
    if environment.get("GITHUB_EVENT_NAME") != "workflow_run" or number is None or not head:
        return None
    return FinishedRun(number, head, payload.text(finished, "head_repository", "full_name"))


def _payload(environment: Mapping[str, str]) -> Mapping[str, object]:
    try:
        return payload.table(json.loads(Path(environment.get("GITHUB_EVENT_PATH", "")).read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}


def _commit(text: str) -> str:
    return text if _COMMIT.fullmatch(text) else ""
