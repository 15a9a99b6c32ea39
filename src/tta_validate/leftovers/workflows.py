"""Finds conda and Poetry in GitHub workflows, and rewrites steps so that uv does what they did.

Source: the READMEs of conda-incubator/setup-miniconda, mamba-org/setup-micromamba, snok/install-poetry,
actions/setup-python and astral-sh/setup-uv.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tta_validate.leftovers.model import CONDA, PIP, POETRY, SETUP_UV, UV_VERSION, Change, Context, settled
from tta_validate.leftovers.pip_commands import is_migrated
from tta_validate.leftovers.texts import command_changes, installs

_USES = re.compile(r"^(\s*)(-\s+)?uses:\s*[\"']?([\w./-]+)(?:@[^\s\"'#]+)?[\"']?")
_CONDA_ACTIONS = re.compile(
    r"^(?:conda-incubator/setup-miniconda|mamba-org/(?:setup-micromamba|provision-with-micromamba)|s-weigand/setup-conda"
    r"|goanpeca/setup-miniconda)$",
    re.I,
)
_POETRY_ACTIONS = re.compile(
    r"^(?:snok/install-poetry|abatilo/actions-poetry|Gr1N/setup-poetry|dschep/install-poetry-action)$", re.I
)
_PYTHON_INPUT = re.compile(r"^\s*python-version:\s*(.+?)\s*$")
_INLINE_CACHE = re.compile(r"^\s*with:\s*\{[^#]*\bcache:\s*[\"']?(pip|poetry|pipenv)[\"']?\s*[,}]")
_OWN_CACHE = "setup-uv caches what uv downloads; this one fails where its files are gone."
_LOGIN_SHELL = re.compile(
    r"^(\s*(?:-\s+)?shell:\s*)[\"']?(?:bash|cmd|pwsh|micromamba-shell)(?:\s+-[\w-]+.*?)?\s*"
    r"(?:/C CALL )?(?:\{0\})?[\"']?\s*$"
)


@dataclass(slots=True)
class _Step:
    start: int
    end: int
    lines: list[str]
    dash: int
    uses: str = ""
    changes: list[Change] = field(default_factory=list[Change])


@dataclass(slots=True)
class _Job:
    steps: list[_Step] = field(default_factory=list[_Step])


def workflow_changes(text: str, context: Context) -> tuple[Change, ...]:
    """Returns what is left behind in a workflow or a composite action, in order of lines.

    A job is decided as a whole.
    """
    lines = text.split("\n")
    alone = command_changes(text, "ci", context)
    beside = command_changes(text, "ci", replace(context, beside=True))
    found: list[Change] = []
    taken: set[int] = set()
    for job in _jobs(lines):
        own = [one for one in alone if any(_in(one, step) for step in job.steps)]
        has_conda = any(_CONDA_ACTIONS.match(step.uses) for step in job.steps)
        commands = beside if has_conda or any(installs(one) for one in own) else alone
        changes, in_job = _job_changes(job, commands, context)
        if any(one.rule == CONDA for one in changes) and job.steps:
            changes += _shells(lines, job.steps[0].start, job.steps[-1].end)
        found += settled(changes, context.rules)
        taken |= in_job | {one.line for one in own}
    found += settled([one for one in alone if one.line not in taken], context.rules)
    if any(one.rule == CONDA for one in found) and all(one.decided and one.new is not None for one in found):
        at = {number for one in found for number in range(one.line, one.end + 1)}
        found += [one for one in _shells(lines, 1, len(lines)) if one.line not in at]
    return tuple(sorted(found, key=lambda one: (one.line, one.end)))


def _jobs(lines: list[str]) -> Iterator[_Job]:
    """Yields the lists of steps of a file, with the lines of each step."""
    at = 0
    while at < len(lines):
        header = re.match(r"^(\s*)steps:\s*(?:#.*)?$", lines[at])
        at += 1
        if not header:
            continue
        job, indent = _Job(), len(header[1])
        dash: int | None = None
        while at < len(lines):
            line = lines[at]
            stripped = line.strip()
            depth = len(line) - len(line.lstrip())
            is_item = stripped.startswith("- ") or stripped == "-"
            if stripped and not stripped.startswith("#") and (depth < indent or (depth == indent and not is_item)):
                break
            if is_item and (dash is None or depth == dash):
                dash = depth
                job.steps.append(_Step(at + 1, at + 1, [line], depth))
            elif job.steps:
                job.steps[-1].lines.append(line)
                if stripped and not stripped.startswith("#"):
                    job.steps[-1].end = at + 1
            at += 1
        for step in job.steps:
            step.lines = step.lines[: step.end - step.start + 1]
            step.uses = next((found[3] for line in step.lines if (found := _USES.match(line))), "")
        yield job


def _job_changes(job: _Job, commands: tuple[Change, ...], context: Context) -> tuple[list[Change], set[int]]:
    found: list[Change] = []
    taken: set[int] = set()
    has_uv = any(step.uses.lower() == "astral-sh/setup-uv" for step in job.steps)
    synced = any(_in(one, step) and "uv sync" in " ".join(one.new or ()) for one in commands for step in job.steps)
    for step in job.steps:
        conda, poetry = _CONDA_ACTIONS.match(step.uses), _POETRY_ACTIONS.match(step.uses)
        if conda or poetry:
            doubt = _doubt(step, context)
            new = () if has_uv else _setup(step, _python(step, job, context))
            if conda and not synced and not has_uv:
                new = (*new, f"{' ' * step.dash}- run: uv sync --locked")
            has_uv = True
            rule = CONDA if conda else POETRY
            advice = "setup-uv puts uv and the environment on PATH."
            found.append(
                Change(rule, step.start, step.end, f"uses: {step.uses}", doubt or advice, None if doubt else new)
            )
            continue
        found += _cache(step)
        for one in commands:
            if _in(one, step):
                taken.add(one.line)
                found.append(_emptied(one, step, commands))
        if not has_uv and any(_in(one, step) and one.new is not None for one in commands):
            before = _before(job, step)
            found.append(Change("", before, before - 1, "", "", _setup(step, _python(step, job, None))))
            has_uv = True
    return _merged(found), taken


def _merged(found: list[Change]) -> list[Change]:
    seen: set[tuple[int, int, str]] = set()
    result: list[Change] = []
    for one in found:
        key = (one.line, one.end, one.rule)
        if key not in seen:
            seen.add(key)
            result.append(one)
    return result


def _in(change: Change, step: _Step) -> bool:
    return step.start <= change.line <= step.end


def _emptied(change: Change, step: _Step, commands: tuple[Change, ...]) -> Change:
    """Takes a step away all of whose commands go."""
    body = [
        number
        for number in range(step.start, step.end + 1)
        if (text := step.lines[number - step.start].strip()) and not text.startswith("#") and not _is_key(text)
    ]
    own = [one for one in commands if _in(one, step)]
    covered = {number for one in own for number in range(one.line, one.end + 1)}
    goes = all(one.new is not None and (not one.new or one.new[0].strip().endswith("'true'")) for one in own)
    if goes and set(body) <= covered:
        first = own[0]
        what = "; ".join(one.found for one in own)
        if change is not first:
            return Change(first.rule, step.start, step.end, what, first.advice, ())
        return Change(first.rule, step.start, step.end, what, first.advice, ())
    return change


def _is_key(text: str) -> bool:
    plain = text.removeprefix("- ").strip()
    if re.match(r"^run:\s*(?:[|>][+-]?\d*)?$", plain):
        return True
    return bool(
        re.match(r"^(?:name|id|if|shell|env|working-directory|timeout-minutes|continue-on-error|with)\s*:", plain)
    )


def _doubt(step: _Step, context: Context) -> str:
    """Returns why it is not certain what becomes of a step that sets up conda or Poetry, empty where it is."""
    for line in step.lines:
        if re.match(r"^\s*(?:-\s+)?(?:if|id)\s*:", line):
            return "Other steps, or other runs, depend on this step."
        named = re.match(r"^\s*environment-file:\s*[\"']?([^\"'#]+?)[\"']?\s*(?:#.*)?$", line)
        if named and ("$" in named[1] or not is_migrated(named[1], context)):
            return f"uv does not know what is in it: `tta-validate migrate conda {named[1]}`."
        if re.match(r"^\s*create-args:", line):
            return "`uv add` the packages of create-args first."
    return ""


def _python(step: _Step, job: _Job, context: Context | None) -> str:
    """Returns the Python of the step that goes, else of the one that sets Python up, else of the project, if given."""
    steps = [step, *(one for one in job.steps if one.uses.lower() == "actions/setup-python")]
    found = (match[1] for one in steps for line in one.lines if (match := _PYTHON_INPUT.match(line)))
    return next(found, f'"{context.python}"' if context else "")


def _setup(step: _Step, python: str) -> tuple[str, ...]:
    indent = " " * step.dash
    lines = [
        f"{indent}- uses: {SETUP_UV}",
        f"{indent}  with:",
        f'{indent}    version: "{UV_VERSION}"',
    ]
    if python:
        lines.append(f"{indent}    python-version: {python}")
    return (*lines, f"{indent}    activate-environment: true")


def _before(job: _Job, step: _Step) -> int:
    """Returns the line before which uv is set up: after the steps that fetch the code and set up Python."""
    after = [
        one.end + 1
        for one in job.steps
        if one.start < step.start and one.uses.lower() in ("actions/checkout", "actions/setup-python")
    ]
    return max(after, default=step.start)


def _cache(step: _Step) -> Iterator[Change]:
    if step.uses.lower() != "actions/setup-python":
        return
    for at, line in enumerate(step.lines):
        found = re.match(r"^\s*cache:\s*[\"']?(pip|poetry|pipenv)[\"']?\s*$", line)
        if found:
            rule = POETRY if found[1] == "poetry" else PIP
            number = step.start + at
            yield Change(rule, number, number, f"cache: {found[1]}", _OWN_CACHE, ())
        elif inline := _INLINE_CACHE.match(line):
            rule = POETRY if inline[1] == "poetry" else PIP
            number = step.start + at
            yield Change(rule, number, number, f"cache: {inline[1]}", _OWN_CACHE, (_inline_without(line),))
        elif re.match(r"^\s*cache-dependency-path:", line):
            number = step.start + at
            yield Change("", number, number, "", "", ())


def _inline_without(line: str) -> str:
    """Returns a mapping on one line without the keys that are about the cache."""
    left = re.sub(r"\s*\bcache(?:-dependency-path)?:\s*(?:\"[^\"]*\"|'[^']*'|[^,{}\"']+?)\s*(?:,|(?=\}))", "", line)
    return re.sub(r",\s*\}", "}", left)


def _shells(lines: list[str], first: int, last: int) -> Iterator[Change]:
    for number, line in enumerate(lines[first - 1 : last], first):
        found = _LOGIN_SHELL.match(line)
        if found and re.search(r"-\w*l|micromamba-shell|/C CALL", line):
            advice = "A login shell was needed to activate conda."
            yield Change(CONDA, number, number, line.strip(), advice, (f"{found[1]}bash",))
