"""The history of runs: a JSONL file, one line a run, which the trend of the HTML report is drawn from."""

import os
from collections import Counter
from pathlib import Path

from pydantic import ValidationError

from tta_validate import git
from tta_validate.errors import InputError
from tta_validate.problems import Counts
from tta_validate.report import Report, Run, told

MOST = 500
"""How many runs are kept."""


def run_of(report: Report, root: Path) -> Run:
    """Returns the numbers of a report, with the commit and the branch that it is about where git knows them."""
    counts = Counts.of(report)
    return Run(
        started=report.started,
        commit=git.commit_of(root, "HEAD") or "",
        branch=os.environ.get("GITHUB_HEAD_REF") or os.environ.get("GITHUB_REF_NAME") or git.branch_of(root) or "",
        base=os.environ.get("GITHUB_BASE_REF", ""),
        error=counts.error,
        warning=counts.warning,
        info=counts.info,
        suppressed=counts.suppressed,
        missed=counts.missed,
        rules=dict(sorted(Counter(finding.rule for finding in report.findings).items())),
        metrics={
            one.name: one.value for one in report.metrics if one.member is None and one.value is not None and one.target
        },
        cases=dict(sorted(Counter(case.verdict for case in report.cases).items())),
        seconds=round(sum(case.seconds for case in report.cases), 3),
    )


def read(path: Path, shown: str) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    """Returns the runs of a file in their order, none where there is no file yet, and notes about lines that are none.

    Raises InputError for a file that cannot be read or holds no run at all, which may be somebody else's.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return (), ()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputError(f"{shown}: cannot be read: {reason}") from None
    runs: list[Run] = []
    bad: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                runs.append(Run.model_validate_json(line))
            except ValidationError as error:
                bad.append((number, told(error)))
    if bad and not runs:
        raise InputError(f"{shown}:{bad[0][0]}: is no history: {bad[0][1]}; name another file")
    if not bad:
        return tuple(runs), ()
    more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
    return tuple(runs), (f"{shown}:{bad[0][0]} is not a run, so it was taken out: {bad[0][1]}{more}",)


def extended(runs: tuple[Run, ...], new: Run) -> tuple[Run, ...]:
    """Returns the runs with a new one, in the order of time, at most `MOST`: of each commit and branch the last."""
    kept = [one for one in runs if not _same(one, new)]
    return tuple(sorted((*kept, new), key=lambda one: one.started)[-MOST:])


def _same(one: Run, other: Run) -> bool:
    if not one.commit:
        return (one.started, one.branch) == (other.started, other.branch)
    return (one.commit, one.branch) == (other.commit, other.branch)


def trend(runs: tuple[Run, ...], started: str) -> tuple[Run, ...]:
    """Returns the runs that lead to one, by its time: of its branch, after those of the branch that this goes into."""
    if not runs:
        return ()
    last = next((one for one in reversed(runs) if one.started == started), runs[-1])
    base = [one for one in runs if last.base and one.branch == last.base != last.branch]
    return (*base, *(one for one in runs if one.branch == last.branch))


def dump(runs: tuple[Run, ...]) -> str:
    """Returns the file's text: the same bytes for the same runs."""
    return "".join(f"{one.model_dump_json()}\n" for one in runs)
