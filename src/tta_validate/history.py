"""The history of runs: a JSONL file, one line a run, which the trend of the HTML report is drawn from."""

import os
from collections import Counter
from pathlib import Path

from pydantic import ValidationError

from tta_validate import git
from tta_validate.errors import InputError
from tta_validate.problems import Counts
from tta_validate.report import Report, Run

MOST = 500
"""How many runs are kept."""


def run_of(report: Report, root: Path) -> Run:
    """Returns the numbers of a report, with the commit and the branch that it is about where git knows them."""
    counts = Counts.of(report)
    return Run(
        started=report.started,
        commit=git.commit_of(root, "HEAD") or "",
        branch=os.environ.get("GITHUB_HEAD_REF") or os.environ.get("GITHUB_REF_NAME") or git.branch_of(root) or "",
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


def read(path: Path, shown: str) -> tuple[Run, ...]:
    """Returns the runs of a file in their order, none where there is no file yet; raises InputError for a bad line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputError(f"{shown}:1: cannot be read: {reason}") from None
    runs: list[Run] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                runs.append(Run.model_validate_json(line))
            except ValidationError as error:
                what = error.errors(include_url=False)[0]["msg"]
                raise InputError(f"{shown}:{number}: is not a run: {what}; delete the line") from None
    return tuple(runs)


def extended(runs: tuple[Run, ...], new: Run) -> tuple[Run, ...]:
    """Returns the runs with a new one, in the order of time, at most `MOST`: of each commit and branch the last."""
    kept = [one for one in runs if not (one.commit and (one.commit, one.branch) == (new.commit, new.branch))]
    return tuple(sorted((*kept, new), key=lambda one: one.started)[-MOST:])


def dump(runs: tuple[Run, ...]) -> str:
    """Returns the file's text: the same bytes for the same runs."""
    return "".join(f"{one.model_dump_json()}\n" for one in runs)
