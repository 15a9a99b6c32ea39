"""Runs the steps of a composite action as GitHub's runner does: conditions, outputs, environment files, failures.

Steps with ``uses`` are not run: a function stands in for each action, and every one that is used is listed.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import yaml

from tests.action.expressions import Scope, fill, holds

Table = Mapping[str, object]
_NOT_INHERITED = ("GITHUB_", "INPUT_", "PYTEST_", "RUNNER_", "TTA_", "VIRTUAL_ENV")

StandIn = Callable[[Mapping[str, str]], Mapping[str, str]]
"""What is done for a used action: takes its inputs, returns its outputs; raises RuntimeError to fail."""


@dataclass(frozen=True, slots=True)
class Used:
    """A step that uses another action: which one, with which inputs."""

    action: str
    inputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """How a step went: ``skipped``, ``success`` or ``failure``, and what it wrote."""

    name: str
    outcome: str
    out: str = ""
    summary: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an action went."""

    steps: tuple[Step, ...]
    used: tuple[Used, ...]
    outputs: Mapping[str, str]
    success: bool

    def step(self, name: str) -> Step:
        """Returns the step of that name."""
        return next(step for step in self.steps if step.name == name)

    @property
    def out(self) -> str:
        """Everything that was printed."""
        return "".join(step.out for step in self.steps)

    @property
    def summary(self) -> str:
        """The summaries of all steps."""
        return "".join(step.summary for step in self.steps)


@dataclass(frozen=True, slots=True)
class Runner:
    """A job: its folders, the environment that GitHub gives, and what stands in for the actions that are used.

    ``given`` are outputs of steps, by their id, that are not run.
    """

    workspace: Path
    temporary: Path
    environment: Mapping[str, str]
    stand_ins: Mapping[str, StandIn] = field(default_factory=dict[str, StandIn])
    given: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    system: str = "Linux"

    def run(self, folder: Path, inputs: Mapping[str, str]) -> Outcome:
        """Runs the action of a folder with inputs; raises ValueError for what this runner does not know."""
        action = _table(yaml.safe_load((folder / "action.yml").read_text(encoding="utf-8")))
        return _Run(self, folder, action, inputs).outcome()


class _Run:
    def __init__(self, runner: Runner, folder: Path, action: Table, inputs: Mapping[str, str]) -> None:
        self._runner, self._folder, self._action = runner, folder, action
        self._failed = False
        self._environment: dict[str, str] = {}
        self._path: list[str] = []
        self._used: list[Used] = []
        environment = runner.environment
        self._values = {
            f"github.{name[7:].lower()}": value for name, value in environment.items() if name[:7] == "GITHUB_"
        }
        self._values |= {"github.action_path": str(folder), "github.workspace": str(runner.workspace)}
        self._values |= {"github.token": "the-token-of-the-job", "runner.temp": str(runner.temporary)}
        self._values |= {"runner.os": runner.system, "runner.arch": "X64"}
        self._scope = Scope(
            self._values,
            functions={
                "always": lambda: True,
                "cancelled": lambda: False,
                "failure": lambda: self._failed,
                "success": lambda: not self._failed,
            },
        )
        self._take(inputs)

    def _take(self, inputs: Mapping[str, str]) -> None:
        known = _table(self._action.get("inputs"))
        if unknown := set(inputs) - set(known):
            raise ValueError(f"the action has no input {sorted(unknown)}")
        for name, about in known.items():
            default = fill(str(_table(about).get("default", "")), self._scope)
            self._values[f"inputs.{name}"] = inputs.get(name, default)

    def outcome(self) -> Outcome:
        runs = _table(self._action["runs"])
        if runs["using"] != "composite":
            raise ValueError("the action is not composite")
        steps = tuple(self._step(_table(step)) for step in cast("list[object]", runs["steps"]))
        outputs = {
            name: fill(str(_table(about)["value"]), self._scope)
            for name, about in _table(self._action.get("outputs")).items()
        }
        return Outcome(steps, tuple(self._used), outputs, not self._failed)

    def _step(self, step: Table) -> Step:
        unknown = set(step) - {"name", "id", "if", "shell", "env", "run", "uses", "with", "continue-on-error"}
        if unknown:
            raise ValueError(f"unknown keys of a step: {sorted(unknown)}")
        name, own = str(step["name"]), str(step.get("id", ""))
        if not holds(str(step.get("if", "success()")), self._scope):
            done = Step(name, "skipped")
        elif own in self._runner.given:
            done = Step(name, "success", outputs=self._runner.given[own])
        else:
            done = self._uses(step) if "uses" in step else self._runs(step)
        tolerated = step.get("continue-on-error") is True
        self._failed = self._failed or (done.outcome == "failure" and not tolerated)
        if own:
            conclusion = "success" if tolerated and done.outcome == "failure" else done.outcome
            self._values |= {f"steps.{own}.outputs.{key}": value for key, value in done.outputs.items()}
            self._values |= {f"steps.{own}.outcome": done.outcome, f"steps.{own}.conclusion": conclusion}
        return done

    def _uses(self, step: Table) -> Step:
        action = str(step["uses"]).partition("@")[0]
        inputs = {name: fill(_scalar(value), self._scope) for name, value in _table(step.get("with")).items()}
        self._used.append(Used(action, inputs))
        try:
            outputs = self._runner.stand_ins.get(action, lambda _: {})(inputs)
        except RuntimeError as error:
            return Step(str(step["name"]), "failure", str(error))
        return Step(str(step["name"]), "success", outputs=outputs)

    def _runs(self, step: Table) -> Step:
        if step.get("shell") != "bash":
            raise ValueError("the shell of a step is not bash")
        runner, number = self._runner, len(list(self._runner.temporary.glob("OUTPUT-*")))
        files = {kind: runner.temporary / f"{kind}-{number}" for kind in ("OUTPUT", "ENV", "PATH", "STEP_SUMMARY")}
        for file in files.values():
            file.touch()
        own = {name: fill(_scalar(value), self._scope) for name, value in _table(step.get("env")).items()}
        done = subprocess.run(
            ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", fill(str(step["run"]), self._scope)),
            cwd=runner.workspace,
            env=self._whole(own, files),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        self._environment |= assignments(files["ENV"])
        self._path = [*files["PATH"].read_text(encoding="utf-8").splitlines(), *self._path]
        return Step(
            str(step["name"]),
            "failure" if done.returncode else "success",
            done.stdout.decode("utf-8"),
            files["STEP_SUMMARY"].read_bytes().decode("utf-8"),
            assignments(files["OUTPUT"]),
        )

    def _whole(self, own: Mapping[str, str], files: Mapping[str, Path]) -> dict[str, str]:
        path = os.pathsep.join([*self._path, os.environ["PATH"]])
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
        return {
            **inherited,
            "PATH": path,
            **self._runner.environment,
            **self._environment,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(self._folder),
            "GITHUB_WORKSPACE": str(self._runner.workspace),
            "RUNNER_TEMP": str(self._runner.temporary),
            "RUNNER_OS": self._runner.system,
            "RUNNER_ARCH": "X64",
            **{f"GITHUB_{kind}": str(file) for kind, file in files.items()},
            **own,
        }


def _table(value: object) -> Table:
    return cast("Table", value) if isinstance(value, dict) else {}


def _scalar(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def assignments(file: Path) -> dict[str, str]:
    """Returns what a step wrote into an environment file, as ``name=value`` or with the mark of a heredoc."""
    found: dict[str, str] = {}
    # The runner ends lines at line feeds only.
    text = file.read_bytes().decode("utf-8")
    lines = iter(text.removesuffix("\n").split("\n") if text else [])
    for line in lines:
        start = re.fullmatch(r"([^=]+?)<<(.+)", line, re.DOTALL)
        if start is None:
            name, equals, value = line.partition("=")
            if not equals:
                raise ValueError(f"a line of an environment file is no assignment: {line!r}")
            found[name] = value
            continue
        kept: list[str] = []
        for inner in lines:
            if inner == start[2]:
                break
            kept.append(inner)
        else:
            raise ValueError(f"the value of {start[1]!r} has no end")
        found[start[1]] = "\n".join(kept)
    return found
