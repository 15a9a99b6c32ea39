"""The one comment of the action on a pull request: found by its mark and edited, never repeated."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tta_validate import run
from tta_validate.action.api import Comment, Github
from tta_validate.action.inputs import Inputs
from tta_validate.report import Report, View

MOST = 65_536
"""Characters that GitHub takes in a comment."""

_KEY = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses that a comment ends with: the run, and the HTML report that the run has uploaded."""

    run: str = ""
    html: str = ""


def key_of(inputs: Inputs, environment: Mapping[str, str]) -> str:
    """Returns what tells the comments of several jobs or projects of a repository apart."""
    told = [environment.get(name, "") for name in ("GITHUB_WORKFLOW", "GITHUB_JOB")]
    asked = [inputs.paths, inputs.select, inputs.ignore, inputs.recordings]
    return hashlib.sha256(json.dumps([told, asked]).encode()).hexdigest()[:12]


def is_key(text: str) -> bool:
    """Tells whether a value has the form of what `key_of` returns."""
    return _KEY.fullmatch(text) is not None


def links_of(environment: Mapping[str, str], run_number: str, html: str = "") -> Links:
    """Returns the links to a run of the job's repository; nothing that is no plain address gets into a comment."""
    server, name = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
    page = f"{server}/{name}/actions/runs/{run_number}" if server and name and run_number.isdecimal() else ""
    return Links(*(one if re.fullmatch(r"https?://[\w./:%-]+", one, re.ASCII) else "" for one in (page, html)))


def mark(key: str) -> str:
    """Returns the line that our own comment begins with; GitHub does not show it."""
    return f"<!-- tta-validate {key} -->\n"


def body(report: Report, key: str, links: Links) -> str:
    """Returns the whole text of the comment."""
    parts = [f"[{title}]({link})" for title, link in (("Report", links.html), ("run", links.run)) if link]
    foot = f"\n<sub>tta-validate {report.tool.version[:40]}{''.join(f' · {part}' for part in parts)}</sub>\n"
    head = mark(key)
    room = MOST - len(head) - len(foot) - 500
    return head + run.render(report, "markdown", View(budget=room))[:room] + foot


def worth_saying(report: Report) -> bool:
    """Tells whether a pull request without a comment of ours gets one."""
    return bool(report.findings or report.lock_changes or report.missed or report.cases)


def publish(github: Github, number: int, key: str, text: str, *, new: bool = True) -> str:
    """Brings the comment up to date and returns what was done; ``new`` says whether one may be added.

    Raises Refused where the server does not let us.
    """
    mine = _own(github, number, key)
    if mine is None:
        if not new:
            return "there is nothing to say"
        github.add(number, text)
        return "the comment was added"
    if mine.body.replace("\r\n", "\n").strip() == text.strip():
        return "the comment is up to date"
    github.edit(mine.number, text)
    return "the comment was edited"


def _own(github: Github, number: int, key: str) -> Comment | None:
    """Returns our comment; somebody else's that quotes the mark is not ours to edit."""
    start = mark(key).strip()
    found = [one for one in github.comments(number) if one.body.startswith(start)]
    if not found:
        return None
    me = github.login()
    return next((one for one in found if (one.author == me if me else one.bot)), None)
