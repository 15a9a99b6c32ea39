"""Makes an answer the new expectation of its case."""

import contextlib
import os
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from tta_validate.recordings.model import Case, CaseSet, Response
from tta_validate.recordings.writing import update_expectation
from tta_validate.replay.compare_headers import HOP_BY_HOP
from tta_validate.replay.result import Result


def accept(recorded: CaseSet, result: Result, root: Path) -> Result:
    """Writes what the app answered into the file of the case, and returns the case as passed.

    Headers whose difference does not count keep their recorded value, and so does a body with no other differences.
    Raises InputError for a file that cannot be written.
    """
    case = next(one for one in recorded.cases if (one.place, one.name) == (result.place, result.name))
    path = root / case.place.path
    with _alone(path.parent):
        update_expectation(path, case.name, expectation(case, result))
    return replace(result, verdict="passed", reason="the answer is the new expectation", text="", acceptable=False)


def expectation(case: Case, result: Result) -> Response:
    """Returns what the case is to expect from now on."""
    answer = result.answer
    assert answer is not None
    counted = {one.where.lower() for one in result.differences if one.kind == "behaviour"}
    old = {name.lower(): value for name, value in case.response.headers}
    headers = [
        (name, old[name.lower()] if name.lower() in old and f"header.{name}".lower() not in counted else value)
        for name, value in answer.headers
        if name.lower() not in HOP_BY_HOP
    ]
    body = answer.body if any(where.startswith("body") for where in counted) else case.response.body
    length = [len(body.encode() if isinstance(body, str) else body)]
    headers = [(name, str(length[0]) if name.lower() == "content-length" else value) for name, value in headers]
    return Response(answer.status, tuple(headers), body, message=answer.message)


@contextlib.contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Keeps other processes that update cases of the same folder waiting, where the system can lock folders."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
