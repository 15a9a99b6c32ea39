"""Finds conda, Poetry and requirement files in Dockerfiles, and rewrites the lines.

Source: Dockerfile reference; uv's guide to Docker for the binary's image and `UV_PROJECT_ENVIRONMENT`.
"""

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from tta_validate.leftovers.commands import is_migrated
from tta_validate.leftovers.lines import rewritten
from tta_validate.leftovers.model import CONDA, PIP, POETRY, UV_VERSION, Change, Context, sync

IMAGE = f"ghcr.io/astral-sh/uv:{UV_VERSION}"
"""The image that holds the binary of uv."""

_VENV = "/opt/venv"
_COPIED = "COPY pyproject.toml uv.lock ./"
_CONDA_IMAGE = re.compile(
    r"^(?:docker\.io/)?(?:continuumio|conda|condaforge|mambaorg|frolvlad/alpine-mini|nvcr\.io/.*conda|jupyter)/?\S*",
    re.I,
)
_IMAGES = re.compile(
    r"continuumio/|condaforge/|mambaorg/|/miniconda|/miniforge|/mambaforge|/anaconda|alpine-mini(?:conda|forge)", re.I
)
_FILES = {
    CONDA: re.compile(r"(?:^|/)(?:[\w.-]*environment[\w.-]*|[\w-]*conda[\w-]*|env[\w-]*)\*?\.(?:ya?ml|lock)\*?$"),
    PIP: re.compile(r"(?:^|/)(?:[\w.-]*(?:requirements|constraints)[\w.*-]*\.(?:txt|in)|requirements(?:/|\*)?)\*?$"),
    POETRY: re.compile(r"(?:^|/)poetry\.(?:lock|toml)\*?$"),
}
_GONE_VARIABLES = re.compile(r"^(?:CONDA_\w+|POETRY_\w+|MAMBA_\w+|PIPENV_\w+)$")
_CONDA_PATH = re.compile(r"(?:/opt/conda|/root/miniconda3|/opt/miniconda3?|/opt/mamba\w*)(?:/\S*)?")


@dataclass(slots=True)
class _Instruction:
    name: str
    line: int
    end: int
    lines: list[str]

    @property
    def raw(self) -> str:
        """What follows the name, with its line ends."""
        return re.sub(r"^\s*\w+\s*", "", "\n".join(self.lines), count=1)


@dataclass(slots=True)
class _Stage:
    base: _Instruction
    changes: list[Change] = field(default_factory=list[Change])
    syncs: list[int] = field(default_factory=list[int])
    copied: list[int] = field(default_factory=list[int])
    has_lock: bool = False
    workdir: str = "/"
    is_conda: bool = False
    from_stage: bool = False
    copies_environment: bool = False


def dockerfile_changes(text: str, context: Context) -> tuple[Change, ...]:
    """Returns what is left behind in a Dockerfile, in order of lines."""
    stages: list[_Stage] = []
    names: set[str] = set()
    found: list[Change] = []
    for instruction in _instructions(text):
        if instruction.name == "FROM":
            stages.append(_from(instruction, names, context))
        elif stages:
            _change(stages[-1], instruction, context)
        elif instruction.name == "ARG" and (one := _variables(instruction)):
            found.append(one)
    for stage in stages:
        found += _finished(stage, context)
    if any(one.new is None for one in found):
        # Half a file would not build: all of it stays as it is until the rest is decided.
        found = [replace(one, decided=False) for one in found if one.rule]
    return tuple(sorted(found, key=lambda one: (one.line, one.end)))


def _instructions(text: str) -> Iterator[_Instruction]:
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        match = re.match(r"\s*([A-Za-z]+)(?:\s|$)", lines[at])
        if not match or lines[at].lstrip().startswith("#"):
            at += 1
            continue
        start = at
        while at + 1 < len(lines) and (
            lines[at].rstrip().endswith("\\") or (at > start and lines[at].lstrip().startswith("#"))
        ):
            at += 1
        here = re.search(r"<<-?\s*['\"]?(\w+)['\"]?", lines[start])
        if here and match[1].upper() in ("RUN", "COPY"):
            while at + 1 < len(lines) and lines[at].strip() != here[1]:
                at += 1
        yield _Instruction(match[1].upper(), start + 1, at + 1, lines[start : at + 1])
        at += 1


def _from(instruction: _Instruction, names: set[str], context: Context) -> _Stage:
    words = instruction.raw.split()
    flags = [word for word in words if word.startswith("--")]
    rest = [word for word in words if not word.startswith("--")]
    image = rest[0] if rest else ""
    stage = _Stage(instruction, from_stage=image.lower() in names)
    if len(rest) > 2 and rest[1].lower() == "as":
        names.add(rest[2].lower())
    if _IMAGES.search(image) or (_CONDA_IMAGE.match(image) and "conda" in image):
        stage.is_conda = True
        line = " ".join(["FROM", *flags, f"python:{context.python}-slim", *rest[1:]])
        new = (line, *_setup(context))
        stage.changes.append(
            Change(
                CONDA, instruction.line, instruction.end, image, f"python:{context.python}-slim with uv's binary.", new
            )
        )
    return stage


def _setup(context: Context) -> tuple[str, ...]:
    lines = [f"COPY --from={IMAGE} /uv /uvx /bin/"]
    if context.apt:
        lines += [
            "RUN apt-get update \\",
            f"    && apt-get install -y --no-install-recommends {' '.join(context.apt)} \\",
            "    && rm -rf /var/lib/apt/lists/*",
        ]
    return (*lines, f'ENV UV_PROJECT_ENVIRONMENT={_VENV} PATH="{_VENV}/bin:$PATH"')


def _change(stage: _Stage, instruction: _Instruction, context: Context) -> None:
    if instruction.name == "WORKDIR":
        stage.workdir = instruction.raw.strip()
        return
    handlers = {
        "RUN": _run,
        "CMD": _command,
        "ENTRYPOINT": _command,
        "HEALTHCHECK": _command,
        "COPY": _copy,
        "ADD": _copy,
        "SHELL": _shell,
    }
    if instruction.name in ("ENV", "ARG"):
        found = _variables(instruction)
    else:
        handler = handlers.get(instruction.name)
        found = handler(stage, instruction, context) if handler else None
    if found:
        stage.changes.append(found)


def _run(stage: _Stage, instruction: _Instruction, context: Context) -> Change | None:
    raw = instruction.raw
    if raw.lstrip().startswith("["):
        return _command(stage, instruction, context)
    flags = re.match(r"(?:--\S+\s+(?:\\\n\s*)?)*", raw)
    head = flags[0] if flags else ""
    body = raw[len(head) :]
    comments = [line for line in body.split("\n") if line.lstrip().startswith("#")]
    body = "\n".join(line for line in body.split("\n") if not line.lstrip().startswith("#"))
    result = rewritten(body, "docker", context)
    if result is None:
        return None
    rule = result.found[0][1].rule
    what = "; ".join(found for found, _ in result.found)
    advice = " ".join(dict.fromkeys(one.advice for _, one in result.found))
    new: tuple[str, ...] | None = None
    if result.new is not None:
        new_body = result.new.strip()
        if "uv sync" in new_body:
            stage.syncs.append(instruction.line)
            if not stage.has_lock:
                stage.changes.append(Change("", instruction.line, instruction.line - 1, "", "", (_COPIED,)))
                stage.has_lock = True
        new = (*comments, *f"RUN {head}{new_body}".split("\n")) if new_body else tuple(comments)
    return Change(rule, instruction.line, instruction.end, what, advice, new)


def _command(stage: _Stage, instruction: _Instruction, context: Context) -> Change | None:
    del stage
    raw = instruction.raw.strip()
    head = re.match(r"(?:--\S+\s+)*(?:CMD\s+)?", raw) if instruction.name == "HEALTHCHECK" else None
    prefix = head[0] if head else ""
    body = raw[len(prefix) :].replace("\\\n", " ")
    if body.startswith("["):
        words = _json_words(body)
        if not words:
            return None
        return _exec_form(instruction, prefix, words, context)
    result = rewritten(body, "docker", context)
    if result is None:
        return None
    advice = " ".join(dict.fromkeys(one.advice for _, one in result.found))
    what = "; ".join(found for found, _ in result.found)
    new = None if result.new is None else (f"{instruction.name} {prefix}{result.new.strip()}",)
    return Change(result.found[0][1].rule, instruction.line, instruction.end, what, advice, new)


def _json_words(text: str) -> list[str] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return [str(one) for one in cast("list[object]", value)] if isinstance(value, list) else None


def _exec_form(instruction: _Instruction, prefix: str, words: Sequence[str], context: Context) -> Change | None:
    inner = len(words) == 3 and words[1] in ("-c", "-lc", "-ec") and words[0].rpartition("/")[2] in ("sh", "bash")
    result = rewritten(words[2] if inner else shlex.join(words), "docker", context)
    if result is None:
        return None
    advice = " ".join(dict.fromkeys(one.advice for _, one in result.found))
    new: tuple[str, ...] | None = None
    if result.new is not None:
        after = [*words[:2], result.new.strip()] if inner else shlex.split(result.new)
        new = (f"{instruction.name} {prefix}{json.dumps(after, ensure_ascii=False)}",) if after else ()
    return Change(result.found[0][1].rule, instruction.line, instruction.end, " ".join(words), advice, new)


def _shell(stage: _Stage, instruction: _Instruction, context: Context) -> Change | None:
    del stage, context
    if not re.search(r"\b(?:conda|mamba|micromamba)\b", instruction.raw):
        return None
    return Change(
        CONDA, instruction.line, instruction.end, f"SHELL {instruction.raw.strip()}", "The environment is on PATH.", ()
    )


def _copy(stage: _Stage, instruction: _Instruction, context: Context) -> Change | None:
    raw = instruction.raw.strip()
    words = _json_words(raw) or raw.replace("\\\n", " ").split()
    flags = [word for word in words if word.startswith("--")]
    rest = [word for word in words if not word.startswith("--")]
    if len(rest) < 2:
        return None
    sources, target = rest[:-1], rest[-1]
    if any(flag.startswith("--from=") for flag in flags):
        if not _CONDA_PATH.search(" ".join(rest)):
            return None
        stage.copies_environment = True
        line = " ".join(["COPY", *flags, _VENV, _VENV])
        return Change(CONDA, instruction.line, instruction.end, raw, "The environment is in one folder.", (line,))
    rules = [rule for one in sources if (rule := _rule_of(one, context))]
    others = [one for one in sources if not _rule_of(one, context)]
    if any("." not in one.rstrip("/").rpartition("/")[2].strip(".") for one in others):
        stage.copied.append(instruction.end)
    stage.has_lock = stage.has_lock or bool(rules) or any(one in (".", "./", "uv.lock") for one in others)
    if not rules:
        return None
    wanted = [one for one in ("pyproject.toml", "uv.lock") if one not in others]
    here = target in (".", "./", stage.workdir, f"{stage.workdir}/")
    if here or not others:
        new = (" ".join(["COPY", *flags, *others, *wanted, target if here else "./"]),)
    else:
        new = (" ".join([instruction.name, *flags, *others, target]), " ".join(["COPY", *flags, *wanted, "./"]))
    return Change(rules[0], instruction.line, instruction.end, raw, "uv needs pyproject.toml and uv.lock.", new)


def _rule_of(path: str, context: Context) -> str:
    """Returns the rule for a file that nothing needs any more, empty for any other file."""
    rule = next((rule for rule, pattern in _FILES.items() if pattern.search(path)), "")
    return rule if rule != PIP or is_migrated(path, context) else ""


def _variables(instruction: _Instruction) -> Change | None:
    raw = instruction.raw.replace("\\\n", " ").strip()
    legacy = re.match(r"^([\w.]+)\s+([^=].*)$", raw) if instruction.name == "ENV" else None
    if legacy:
        pairs = [(legacy[1], legacy[2], raw)]
    else:
        pairs = [
            (found[1], found[2] or "", found[0])
            for found in re.finditer(r"([\w.]+)(?:=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|\S*))?", raw)
        ]
    kept = [text for name, value, text in pairs if not _is_gone(name, value)]
    if len(kept) == len(pairs) or not pairs:
        return None
    new = (f"{instruction.name} {' '.join(kept)}",) if kept else ()
    gone = " ".join(text for _, _, text in pairs if text not in kept)
    rule = POETRY if "POETRY" in gone else CONDA
    return Change(rule, instruction.line, instruction.end, gone, "The environment of uv is on PATH already.", new)


def _is_gone(name: str, value: str) -> bool:
    return bool(_GONE_VARIABLES.match(name) or (name == "PATH" and _CONDA_PATH.search(value)))


def _finished(stage: _Stage, context: Context) -> list[Change]:
    changes = list(stage.changes)
    if stage.syncs and context.package:
        changes = [_without_project(one, stage) for one in changes]
        last = max(stage.copied, default=0)
        if last > max(stage.syncs):
            new = (f"RUN {sync('docker', *(['--no-dev'] if context.tools else []))}",)
            changes.append(Change("", last + 1, last, "", "", new))
    needs = (stage.syncs or stage.copies_environment) and not stage.is_conda and not stage.from_stage
    if needs:
        setup = _setup(context) if stage.syncs else (f'ENV PATH="{_VENV}/bin:$PATH"',)
        changes.append(Change("", stage.base.end + 1, stage.base.end, "", "", setup))
    return changes


def _without_project(change: Change, stage: _Stage) -> Change:
    """Makes a `uv sync` before the sources are copied leave out the project itself."""
    if change.line not in stage.syncs or (stage.copied and max(stage.copied) < change.line):
        return change
    lines = change.new or ()
    new = [re.sub(r"\buv sync\b(?!.*--no-install-project)", "uv sync --no-install-project", line) for line in lines]
    return replace(change, new=tuple(new))
