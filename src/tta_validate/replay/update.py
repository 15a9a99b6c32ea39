"""Makes an answer the new expectation of its case."""

import contextlib
import os
from collections.abc import Collection, Generator
from dataclasses import replace
from pathlib import Path

from tta_validate.recordings.model import Case, CaseSet, Response
from tta_validate.recordings.writing import joined, update_expectation
from tta_validate.replay.compare_headers import HOP_BY_HOP
from tta_validate.replay.result import Result


def accept(recorded: CaseSet, result: Result, root: Path, counting: Collection[str]) -> Result:
    """Writes what the app answered into the file of the case, and returns the case as passed.

    Headers stay as recorded where their difference is of no class in ``counting``, and so does such a body.
    Raises InputError for a file that cannot be written.
    """
    case = next(one for one in recorded.cases if (one.place, one.name) == (result.place, result.name))
    path = root / case.place.path
    with _alone(path.parent):
        update_expectation(path, case.name, expectation(case, result, counting))
    return replace(result, verdict="passed", reason="the answer is the new expectation", text="", acceptable=False)


def expectation(case: Case, result: Result, counting: Collection[str]) -> Response:
    """Returns what the case is to expect from now on."""
    answer = result.answer
    assert answer is not None
    counted = {one.where.lower() for one in result.differences if one.kind in counting}
    now = joined(tuple(pair for pair in answer.headers if pair[0].lower() not in HOP_BY_HOP))
    given = {name.lower(): value for name, value in now.items()}
    headers = [
        (name, given.get(name.lower()) if f"header.{name}".lower() in counted else value)
        for name, value in case.response.headers
    ]
    recorded = {name.lower() for name, _ in headers}
    headers += [
        (name, value)
        for name, value in now.items()
        if name.lower() not in recorded and f"header.{name}".lower() in counted
    ]
    kept = [(name, value) for name, value in headers if value is not None]
    if not any(where.startswith("body") for where in counted):
        return Response(answer.status, tuple(kept), case.response.body, message=answer.message)
    length = str(len(answer.body.encode() if isinstance(answer.body, str) else answer.body))
    sized = [(name, length if name.lower() == "content-length" else value) for name, value in kept]
    return Response(answer.status, tuple(sized), answer.body, message=answer.message)


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
