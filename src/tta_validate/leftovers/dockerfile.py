"""Finds conda, Poetry and requirement files in Dockerfiles, and rewrites the lines.

Source: Dockerfile reference; uv's guide to Docker for the binary's image and `UV_PROJECT_ENVIRONMENT`.
"""

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tta_validate.leftovers.docker_doubts import Seen, doubts
from tta_validate.leftovers.docker_text import (
    Instruction,
    at,
    exports,
    instructions,
    json_words,
    without_removal,
    words_of,
)
from tta_validate.leftovers.lines import walked
from tta_validate.leftovers.model import CONDA, ENVIRONMENT, PIP, POETRY, UV_VERSION, Change, Context, settled
from tta_validate.leftovers.pip_commands import is_migrated

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
_PATH = f'ENV VIRTUAL_ENV={_VENV} UV_PROJECT_ENVIRONMENT={_VENV} PATH="{_VENV}/bin:$PATH"'
_NEEDS_MORE = re.compile(r"\b(?:git|wget|curl|gcc|g\+\+|make|bzip2|hg|svn|ssh)\b")
_MADE = re.compile(
    r"(?:python[\d.]*\s+-m\s+(?:venv|virtualenv)|\bvirtualenv|\buv\s+venv)\s+(?:--?[\w-]+(?:=\S+)?\s+)*([^\s;&|-]\S*)"
)
_CONDA_PATH = re.compile(r"(?:/opt/conda|/root/miniconda3|/opt/miniconda3?|/opt/mamba\w*)(?:/\S*)?")


@dataclass(slots=True)
class _Stage:
    """``made`` is an environment that the stage makes itself; ``synced`` are lines with `uv sync`."""

    instructions: list[Instruction]
    image: str
    parent: "_Stage | None" = None
    names: set[str] = field(default_factory=set[str])
    variables: str = ""
    made: str = ""
    in_project: bool = False
    changes: list[Change] = field(default_factory=list[Change])
    synced: list[int] = field(default_factory=list[int])
    flags: str = ""
    deferred: str = ""
    copied: int = 0
    everything_from: int = 0
    lock_in: str = ""
    workdir: str = "/"
    is_conda: bool = False
    needs_uv: bool = False
    copies_conda: bool = False
    inexact: bool = False
    copies: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def venv(self) -> str:
        """The environment that the stage makes itself and puts on PATH, empty for none."""
        return self.made if self.made and _on_path(self.made, self.variables) else ""

    @property
    def uses_uv(self) -> bool:
        """Whether uv installs the project in this stage, or in one that it is made of."""
        own = bool(self.synced) or (self.is_conda and not self.copies_conda)
        return own or (self.parent is not None and self.parent.uses_uv)

    @property
    def has_uv(self) -> bool:
        """Whether the program uv is in an earlier stage that this one is made of."""
        above = self.parent
        return above is not None and (bool(above.synced) or above.is_conda or above.needs_uv or above.has_uv)

    @property
    def has_environment(self) -> bool:
        """Whether an earlier stage, or this one, has made the environment that packages are installed into."""
        above = self.parent
        return bool(self.venv) or (above is not None and (bool(above.synced) or above.has_environment))

    def changed(self, rule: str, one: Instruction, found: str, advice: str, new: tuple[str, ...] | None) -> None:
        """Adds a change of an instruction."""
        self.changes.append(Change(rule, one.line, one.end, found, advice, new))


def dockerfile_changes(text: str, context: Context) -> tuple[Change, ...]:
    """Returns what is left behind in a Dockerfile, in order of lines.

    Half a file would not build: where a line needs a person, nothing of it is decided.
    """
    written = tuple(instructions(text))
    exported = exports(written)
    context = replace(context, kept=context.kept | exported) if context.files is not None else context
    stages, found = _stages(written, text, context, ())
    beside = [any(other.uses_uv and one in _line(other) for other in stages) for one in stages]
    if any(beside):
        stages, found = _stages(written, text, context, beside)
    for stage in stages:
        found += _finished(stage, context)
    if any(stage.uses_uv or stage.copies_conda for stage in stages):
        found += doubts([_seen(stage) for stage in stages], context)
    return settled(sorted(dict.fromkeys(found), key=lambda one: (one.line, one.end)), context.rules)


def _line(stage: _Stage) -> list[_Stage]:
    """Returns a stage and those that it is made of."""
    return [stage, *(_line(stage.parent) if stage.parent else [])]


def _seen(stage: _Stage) -> Seen:
    first = min(stage.synced, default=0)
    own = bool(stage.venv) or stage.in_project
    return Seen(
        stage.image,
        stage.instructions,
        frozenset(stage.names),
        stage.uses_uv,
        own,
        first,
        stage.everything_from,
        any(one.is_conda for one in _line(stage)),
        stage.copies_conda,
    )


def _stages(
    written: Sequence[Instruction], text: str, context: Context, beside: Sequence[bool]
) -> tuple[list[_Stage], list[Change]]:
    stages: list[_Stage] = []
    arguments: dict[str, str] = {}
    found: list[Change] = []
    for instruction in written:
        if instruction.name == "FROM":
            stages.append(_from(instruction, (stages, arguments), text, context))
        elif stages:
            at_stage = replace(context, beside=bool(beside) and beside[len(stages) - 1])
            stages[-1].instructions.append(instruction)
            _change(stages[-1], instruction, at_stage)
        elif instruction.name == "ARG":
            name, _, value = instruction.plain.partition("=")
            arguments[name.strip()] = value.strip("\"' ")
            found += [one] if (one := _variables(instruction)) else []
    return stages, found


def _from(instruction: Instruction, known: tuple[list[_Stage], dict[str, str]], text: str, context: Context) -> _Stage:
    flags, rest = words_of(instruction)
    written = rest[0] if rest else ""
    image = re.sub(r"\$\{?(\w+)(?::?-[^}]*)?\}?", lambda found: known[1].get(found[1]) or found[0], written)
    parent = next((one for one in reversed(known[0]) if image.lower() in one.names), None)
    stage = _Stage([instruction], parent.image if parent else image, parent, names={str(len(known[0]))})
    if parent:
        stage.made, stage.in_project, stage.workdir = parent.made, parent.in_project, parent.workdir
        stage.variables, stage.lock_in, stage.inexact = parent.variables, parent.lock_in, parent.inexact
        stage.everything_from = 1 if parent.everything_from else 0
        stage.copies = dict(parent.copies)
    if len(rest) > 2 and rest[1].lower() == "as":
        stage.names.add(rest[2].lower())
    if _IMAGES.search(image) or (_CONDA_IMAGE.match(image) and "conda" in image):
        stage.is_conda = True
        stage.image = f"python:{context.python}" + ("" if _NEEDS_MORE.search(text) else "-slim")
        if re.search(r"(?<!mini)anaconda3|datascience|scipy|tensorflow|jupyter", image):
            stage.changed(CONDA, instruction, image, "It comes with packages that no file declares.", None)
            return stage
        new = (" ".join(["FROM", *flags, stage.image, *rest[1:]]), *_setup(context, path=True))
        stage.changed(CONDA, instruction, image, f"{stage.image} with uv's binary.", new)
    return stage


def _setup(context: Context, *, path: bool) -> tuple[str, ...]:
    """Returns the instructions that put uv into a stage, and with ``path`` an environment on PATH."""
    return (f"COPY --from={IMAGE} /uv /uvx /bin/", *_apt(context), *([_PATH] if path else []))


def _apt(context: Context) -> tuple[str, ...]:
    if not context.apt:
        return ()
    return (
        "RUN apt-get update \\",
        f"    && apt-get install -y --no-install-recommends {' '.join(context.apt)} \\",
        "    && rm -rf /var/lib/apt/lists/*",
    )


def _change(stage: _Stage, instruction: Instruction, context: Context) -> None:
    handlers = {
        "RUN": _run,
        "CMD": _command,
        "ENTRYPOINT": _command,
        "HEALTHCHECK": _command,
        "COPY": _copy,
        "ADD": _copy,
        "SHELL": _shell,
        "ENV": _environment,
        "ARG": _environment,
    }
    if instruction.name == "WORKDIR":
        stage.workdir = at(stage.workdir, instruction.plain)
    elif handler := handlers.get(instruction.name):
        handler(stage, instruction, context)


def _environment(stage: _Stage, instruction: Instruction, context: Context) -> None:
    del context
    stage.variables += f"{instruction.plain}\n"
    if re.search(r"POETRY_VIRTUALENVS_IN_PROJECT[= ]+[\"']?(?:1|true)", instruction.plain, re.I):
        stage.in_project = True
    if one := _variables(instruction):
        stage.changes.append(one)


def _run(stage: _Stage, instruction: Instruction, context: Context) -> None:
    raw = instruction.raw
    if raw.lstrip().startswith("["):
        _command(stage, instruction, context)
        return
    flags = re.match(r"(?:--\S+\s+(?:\\\n\s*)?)*", raw)
    head = flags[0] if flags else ""
    lines = raw[len(head) :].split("\n")
    comments = [line for line in lines if line.lstrip().startswith("#")]
    body = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    _own_environment(stage, instruction)
    context = replace(context, copies=tuple(_copies(stage)))
    around = replace(context, venv=ENVIRONMENT if stage.venv else "", inexact=stage.inexact)
    result, after = walked(body, "docker", around)
    stage.inexact = after.inexact
    text = body if result is None else result.new
    if text is not None and (named := _named(text, context)):
        text = without_removal(text, named)
        if text is None:
            stage.changed(PIP, instruction, instruction.plain[:200], f"It needs {named[0]}, which uv does not.", None)
            return
    elif result is None:
        return
    found = result.found if result else ()
    rule = found[0][1].rule if found else PIP
    what = "; ".join(what for what, _ in found) or "rm"
    advice = " ".join(dict.fromkeys(one.advice for _, one in found)) or "Such a file is not in the image any more."
    new: tuple[str, ...] | None = None
    if text is not None:
        text = text.strip()
        if "uv sync" in text:
            text, head, doubt = _synced(stage, instruction, (text, head), context)
            advice, new = (doubt, None) if doubt else (advice, ())
        if "uv pip install" in text.partition("uv sync")[0] and not stage.synced[:-1] and not stage.has_environment:
            advice, new, text = "It comes before the project is installed: move it behind.", None, "uv sync"
        stage.needs_uv = stage.needs_uv or re.search(r"\buv (?!sync)", text) is not None
        if new is not None or "uv sync" not in text:
            new = (*comments, *f"RUN {head}{text}".split("\n")) if text else tuple(comments)
    stage.changed(rule, instruction, what, advice, new)


def _copies(stage: _Stage) -> Iterator[tuple[str, str]]:
    """Yields the files of the project that are in the image, by their paths there, absolute and from where it is."""
    for target, source in stage.copies.items():
        yield target, source
        if target.startswith(f"{stage.workdir.rstrip('/')}/"):
            inside = target.removeprefix(stage.workdir).strip("/")
            yield from ((inside, source), (f"./{inside}", source))


def _own_environment(stage: _Stage, instruction: Instruction) -> None:
    if re.search(r"virtualenvs\.in-project\s+true", instruction.plain):
        stage.in_project = True
    if made := _MADE.search(instruction.plain):
        stage.made = at(stage.workdir, made[1])


def _on_path(folder: str, variables: str) -> bool:
    """Whether variables of a Dockerfile put an environment's programs on PATH, by its path or by another variable."""
    values = dict(re.findall(r"(\w+)[= ][\"']?([^\s\"']+)", variables))
    named = {name for name, value in values.items() if value.rstrip("/") == folder}
    name = folder.strip("${}")
    named |= {name} if folder.startswith("$") else set()
    paths = {folder, *(values[one] for one in named if one in values)}
    forms = {f"{one}/bin" for one in paths} | {f"${one}/bin" for one in named} | {f"${{{one}}}/bin" for one in named}
    return any(form in variables for form in forms)


def _named(text: str, context: Context) -> list[str]:
    """Returns the files that were migrated and are named in a command."""
    names = {path.rpartition("/")[2] for path, _ in context.files or ()}
    words = re.findall(r"[\w./*-]+", text)
    return [word for word in words if word.rpartition("/")[2] in names and is_migrated(word, context)]


def _synced(
    stage: _Stage, instruction: Instruction, written: tuple[str, str], context: Context
) -> tuple[str, str, str]:
    """Returns the commands and flags of a RUN that installs the project, and why that is not certain."""
    text, head = written
    if re.search(r"\b(?:cd|pushd)\s", text.partition("uv sync")[0]):
        return text, head, "It goes to another folder first: uv looks for pyproject.toml where it is."
    if stage.made and not stage.venv and "--active" not in text and "UV_PROJECT_ENVIRONMENT" not in text:
        return text, head, f"{stage.made} is made, and this pip installs past it."
    stage.synced.append(instruction.line)
    mounted = [one for one in re.findall(r"--mount=\S+", head) if "type=bind" in one and _named(one, context)]
    if mounted:
        bound = " ".join(f"--mount=type=bind,source={name},target={name}" for name in ("pyproject.toml", "uv.lock"))
        head = head.replace(mounted[0], bound)
        for one in mounted[1:]:
            head = re.sub(rf"{re.escape(one)}\s*(?:\\\n\s*)?", "", head)
    elif stage.lock_in != stage.workdir:
        stage.changes.append(Change("", instruction.line, instruction.line - 1, "", "", (_COPIED,)))
        stage.lock_in = stage.workdir
    flags = re.search(r"uv sync((?: --?[\w-]+(?: [\w-]+)?)*)", text)
    stage.flags = flags[1] if flags else ""
    if context.package and "--no-install-project" not in text and not stage.copied:
        text = re.sub(r"(uv sync(?: --?[\w-]+(?: [\w-]+)?)*)", r"\1 --no-install-project", text, count=1)
        stage.deferred = stage.flags
    elif "--no-install-project" not in text:
        stage.deferred = ""
    return text, head, ""


def _command(stage: _Stage, instruction: Instruction, context: Context) -> None:
    raw = instruction.raw.strip()
    head = re.match(r"(?:--\S+\s+)*(?:CMD\s+)?", raw) if instruction.name == "HEALTHCHECK" else None
    prefix = head[0] if head else ""
    body = raw[len(prefix) :].replace("\\\n", " ")
    words = json_words(body) if body.startswith("[") else None
    if body.startswith("[") and not words:
        return
    inner = bool(words) and len(words) == 3 and words[1] in ("-c", "-lc", "-ec") and _is_shell(words[0])
    text = body if not words else words[2] if inner else shlex.join(words)
    result, _ = walked(text, "docker", replace(context, venv=ENVIRONMENT if stage.venv else ""))
    if result is None:
        return
    advice = " ".join(dict.fromkeys(one.advice for _, one in result.found))
    what = " ".join(words) if words else "; ".join(found for found, _ in result.found)
    new = result.new
    if new is None or "uv sync" in new or "uv pip" in new or (words and not inner and "&&" in new):
        written: tuple[str, ...] | None = None
    elif not words:
        written = (f"{instruction.name} {prefix}{new.strip()}",)
    else:
        after = [*words[:2], new.strip()] if inner else shlex.split(new)
        written = (f"{instruction.name} {prefix}{json.dumps(after, ensure_ascii=False)}",) if after else ()
    stage.changed(result.found[0][1].rule, instruction, what, advice, written)


def _is_shell(word: str) -> bool:
    return word.rpartition("/")[2] in ("sh", "bash")


def _shell(stage: _Stage, instruction: Instruction, context: Context) -> None:
    del context
    what = f"SHELL {instruction.plain}"
    if re.search(r"\b(?:conda|mamba|micromamba)\b", instruction.raw):
        stage.changed(CONDA, instruction, what, "The environment is on PATH.", ())
    elif stage.is_conda and re.search(r"--login|\"-\w*l", instruction.raw):
        words = [re.sub(r"^(-\w*?)l", r"\1", one) for one in json_words(instruction.plain) or [] if one != "--login"]
        words = [one for one in words if one != "-"]
        advice = "A login shell sets PATH anew: it was needed to activate conda."
        stage.changed(CONDA, instruction, what, advice, (f"SHELL {json.dumps(words)}",))


def _copy(stage: _Stage, instruction: Instruction, context: Context) -> None:
    if "<<" in instruction.lines[0]:
        return
    flags, rest = words_of(instruction)
    if len(rest) < 2:
        return
    sources, target = rest[:-1], rest[-1]
    raw = f"{instruction.name} {instruction.plain}"
    if any(flag.startswith("--from=") for flag in flags):
        if _CONDA_PATH.search(" ".join(rest)):
            stage.copies_conda = True
            line = " ".join(["COPY", *flags, _VENV, _VENV])
            stage.changed(CONDA, instruction, raw, "The environment is in one folder.", (line,))
        return
    for one in sources:
        name = one.rpartition("/")[2]
        folder = len(sources) > 1 or target.endswith("/") or at(stage.workdir, target) == stage.workdir
        place = at(stage.workdir, target)
        stage.copies[f"{place.rstrip('/')}/{name}" if folder else place] = context.place(one)
    rules = [rule for one in sources if (rule := _rule_of(one, context))]
    others = [one for one in sources if not _rule_of(one, context)]
    if any("." not in one.rstrip("/").rpartition("/")[2].strip(".") for one in others):
        stage.copied = instruction.end
    if any(one in (".", "./") for one in others):
        stage.everything_from, stage.lock_in = instruction.line, at(stage.workdir, target)
    if not rules:
        if {"pyproject.toml", "uv.lock"} <= {one.rpartition("/")[2] for one in others}:
            stage.lock_in = at(stage.workdir, target)
        return
    if context.folder and any(context.place(one).startswith(f"{context.folder}/") for one in sources):
        stage.changed(rules[0], instruction, raw, "pyproject.toml is not in the folder that it is built from.", None)
        return
    new = [*others, *(one for one in ("pyproject.toml", "uv.lock") if one not in others)]
    here = at(stage.workdir, target) == stage.workdir
    if here or not others:
        # Where more than one file is copied, the target has to end in a slash.
        place = "./" if not here or target == stage.workdir else target
        lines = (" ".join(["COPY", *flags, *new, place]),)
    else:
        lines = (
            " ".join([instruction.name, *flags, *others, target]),
            " ".join(["COPY", *flags, *(one for one in new if one not in others), "./"]),
        )
    stage.lock_in = stage.workdir
    stage.changed(rules[0], instruction, raw, "uv needs pyproject.toml and uv.lock.", lines)


def _rule_of(path: str, context: Context) -> str:
    """Returns the rule for a file that nothing needs any more, empty for any other file."""
    rule = next((rule for rule, pattern in _FILES.items() if pattern.search(path)), "")
    return rule if rule == POETRY or is_migrated(path, context) else ""


def _variables(instruction: Instruction) -> Change | None:
    raw = instruction.plain
    legacy = re.match(r"^([\w.]+)\s+([^=].*)$", raw) if instruction.name == "ENV" else None
    if legacy:
        pairs = [(legacy[1], legacy[2], raw)]
    else:
        pairs = [
            (found[1], found[2] or "", found[0])
            for found in re.finditer(r"([\w.]+)(?:=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|\S*))?", raw)
        ]
    after = [(text, _without(name, value, text)) for name, value, text in pairs]
    if not pairs or all(text == new for text, new in after):
        return None
    kept = [new for _, new in after if new]
    gone = " ".join(text for text, new in after if text != new)
    rule = POETRY if "POETRY" in gone else CONDA
    new = (f"{instruction.name} {' '.join(kept)}",) if kept else ()
    if any(_CONDA_PATH.search(one) for one in kept):
        return Change(rule, instruction.line, instruction.end, gone, "It names a folder of conda.")
    return Change(rule, instruction.line, instruction.end, gone, "The environment of uv is on PATH already.", new)


def _without(name: str, value: str, text: str) -> str:
    """Returns a variable without what is conda's or Poetry's in it, empty where nothing is left."""
    if _GONE_VARIABLES.match(name):
        return ""
    if not _CONDA_PATH.search(value):
        return text
    if name != "PATH":
        # As it is, so that it is seen that a person has to decide.
        return f"{text} "
    parts = [one for one in value.strip("\"'").split(":") if not _CONDA_PATH.search(one) and "CONDA" not in one]
    plain = [one for one in parts if one.strip("${}") != "PATH"]
    return text.replace(value, '"' + ":".join(parts) + '"') if plain else ""


def _finished(stage: _Stage, context: Context) -> list[Change]:
    changes = list(stage.changes)
    start = stage.instructions[0]
    if stage.deferred and stage.copied > max(stage.synced):
        new = (f"RUN uv sync{stage.deferred}",)
        changes.append(Change("", stage.copied + 1, stage.copied, "", "", new))
    elif stage.deferred:
        advice = "The project is installed before its files are there: copy them before."
        changes.append(Change(PIP, start.line, start.end, " ".join(start.lines[0].split()), advice))
    if context.readme and context.package and stage.synced and not stage.everything_from:
        changes = [_with_readme(one, context.readme) for one in changes]
    if (stage.synced or stage.needs_uv) and not stage.is_conda and not stage.has_uv:
        own = bool(stage.venv) or stage.in_project or not stage.synced
        changes.append(Change("", start.end + 1, start.end, "", "", _setup(context, path=not own)))
        if stage.venv and stage.synced:
            first = min(stage.synced)
            changes.append(Change("", first, first - 1, "", "", (f"ENV UV_PROJECT_ENVIRONMENT={stage.venv}",)))
    elif stage.copies_conda and not stage.synced:
        new = (*_apt(context), f'ENV PATH="{_VENV}/bin:$PATH"')
        changes.append(Change("", start.end + 1, start.end, "", "", new))
    if stage.in_project and stage.synced and ".venv/bin" not in stage.variables and "VENV_PATH" not in stage.variables:
        new = (f'ENV PATH="{stage.workdir}/.venv/bin:$PATH"',)
        last = max(stage.synced)
        changes.append(Change("", last, last - 1, "", "", new))
    return changes


def _with_readme(change: Change, readme: str) -> Change:
    lines = change.new or ()
    new = tuple(
        line.replace(" pyproject.toml uv.lock", f" pyproject.toml uv.lock {readme}") if readme not in line else line
        for line in lines
    )
    return replace(change, new=new) if change.new is not None else change
