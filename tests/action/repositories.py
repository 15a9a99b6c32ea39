"""Repositories of git with a pull request in them, and the job of GitHub Actions that checks it out."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.action.composite import Outcome, Runner, StandIn
from tests.layout import lay_out

ACTION = Path(__file__).resolve().parents[2]
"""The folder of the action: this repository."""

_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Someone"), ("EMAIL", "someone@example.org"))
}
_ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def git(folder: Path, *arguments: str) -> str:
    """Runs git in a folder, without the settings of the machine, and returns what it prints."""
    done = subprocess.run(
        ("git", *arguments),
        cwd=folder,
        env={**os.environ, **_IDENTITY, **_ALONE},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A repository ``origin`` with a base and a head on top of it, and GitHub's merge of the two."""

    origin: Path
    base: str
    head: str
    merge: str

    def check_out(self, folder: Path, *options: str) -> Path:
        """Returns a clone of the merge, as actions/checkout makes it: of one commit, unless told otherwise."""
        depth = options or ("--depth=1",)
        git(folder.parent, "clone", "--quiet", *depth, "--branch=merge", self.origin.as_uri(), folder.name)
        return folder

    def event(self, *, fork: bool = False) -> Mapping[str, object]:
        """Returns what GitHub tells a job about the pull request."""
        theirs = "stranger/project" if fork else "owner/project"
        return {
            "pull_request": {
                "number": 7,
                "title": "$(touch pwned) `touch pwned`",
                "base": {"sha": self.base, "repo": {"full_name": "owner/project"}},
                "head": {"sha": self.head, "repo": {"full_name": theirs}},
            }
        }


def commit(folder: Path, files: Mapping[str, str | None]) -> str:
    """Writes or (None) removes files, commits everything and returns the commit."""
    lay_out(folder, {name: text for name, text in files.items() if text is not None})
    for name, text in files.items():
        if text is None:
            (folder / name).unlink()
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "a commit")
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path) -> Path:
    """Returns a new, empty repository that anybody may fetch any commit from."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    return folder


def pull_request(
    folder: Path, before: Mapping[str, str], after: Mapping[str, str | None], meanwhile: Mapping[str, str | None]
) -> PullRequest:
    """Returns a pull request that changes ``before`` into ``after``, while the base branch got ``meanwhile``."""
    origin = repository(folder)
    base = commit(origin, before)
    git(origin, "checkout", "--quiet", "-b", "branch")
    head = commit(origin, after)
    git(origin, "checkout", "--quiet", "main")
    if meanwhile:
        commit(origin, meanwhile)
    git(origin, "checkout", "--quiet", "-b", "merge")
    git(origin, "merge", "--quiet", "--no-ff", "--message", "the merge", "branch")
    return PullRequest(origin, base, head, git(origin, "rev-parse", "HEAD"))


@dataclass(slots=True)
class Job:
    """A job that runs the action in a workspace; ``installed`` skips the step that installs this package."""

    workspace: Path
    temporary: Path
    event_name: str = "push"
    event: Mapping[str, object] = field(default_factory=dict[str, object])
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    stand_ins: Mapping[str, StandIn] = field(default_factory=dict[str, StandIn])
    installed: bool = True

    def run(self, **inputs: str) -> Outcome:
        """Runs the action with inputs, ``fail_on`` being the input ``fail-on``."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        about = self.temporary / "event.json"
        about.write_text(json.dumps(self.event), encoding="utf-8")
        environment = {
            "GITHUB_EVENT_NAME": self.event_name,
            "GITHUB_EVENT_PATH": str(about),
            "GITHUB_JOB": "check",
            "GITHUB_WORKFLOW": "quality",
            "GITHUB_REPOSITORY": "owner/project",
            "GITHUB_RUN_ID": "11",
            "GITHUB_SERVER_URL": "https://github.test",
            "GITHUB_SHA": "0" * 40,
            **_ALONE,
            **self.environment,
        }
        given = {"install": {"python": sys.executable}} if self.installed else {}
        runner = Runner(self.workspace, self.temporary, environment, self.stand_ins, given)
        return runner.run(ACTION, {name.replace("_", "-"): value for name, value in inputs.items()})
