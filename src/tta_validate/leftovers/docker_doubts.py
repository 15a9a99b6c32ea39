"""Says why a Dockerfile cannot be rewritten with certainty: what in it rests on where pip put the packages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from tta_validate.leftovers.docker_text import Instruction, words_of
from tta_validate.leftovers.model import CONDA, PIP, Change, Context


@dataclass(slots=True)
class Seen:
    """A stage as far as doubts go: its image, its instructions, and whether uv installs the project in it.

    ``own`` tells that the environment stands where it stood before. ``first`` is the line of the first `uv sync`.
    """

    image: str
    instructions: Sequence[Instruction]
    names: frozenset[str]
    uses_uv: bool
    own: bool
    first: int
    everything_from: int = 0
    conda: bool = False
    copies_conda: bool = False


_OFFICIAL = re.compile(
    r"^(?:docker\.io/|index\.docker\.io/)?(?:library/)?python(?:[:@]|$)|^ghcr\.io/astral-sh/uv:.*python"
)
_WINDOWS = re.compile(r"windowsservercore|nanoserver")
_MINOR = re.compile(r"python:?(3\.\d+)")
_INTERPRETERS = re.compile(r"/usr/(?:local/)?bin/(?:python|pip|gunicorn|uvicorn|flask|celery|streamlit|pytest|jupyter)")
_ENVIRONMENT_PATH = re.compile(
    r"site-packages|dist-packages|^/usr/local(?:/(?:lib|bin)(?:/.*)?)?/?$|/\.local(?:/|$)|^/(?:install|wheels|venv|env)\b|wheels?/?$"
    r"|/\.?venv/?$|^\$(?:\{)?VIRTUAL_ENV|^/root(?:/\.cache.*)?/?$"
)
_VARIABLES = re.compile(
    r"\b(PIP_INDEX_URL|PIP_EXTRA_INDEX_URL|PIP_TARGET|PIP_USER|PIP_PREFIX|PIP_FIND_LINKS|PYTHONUSERBASE|PYTHONHOME)\b"
)
_OTHER_SYSTEM = re.compile(r"(?:^|[\s;&|])(apk|yum|dnf|microdnf|zypper|tdnf)\s")


def doubts(stages: Sequence[Seen], context: Context) -> Iterator[Change]:
    """Yields a change that needs a person for each thing that a rewritten file might break."""
    uv = frozenset(name for stage in stages if stage.uses_uv and not stage.own for name in stage.names)
    for stage in stages:
        if stage.uses_uv:
            yield from _of_image(stage, context)
            yield from _of_place(stage, context)
            if not stage.own:
                yield from _of_user(stage)
        if stage.copies_conda:
            yield from _of_copied(stage, context)
        for one in stage.instructions:
            yield from _of_copies(one, uv)


def _change(one: Instruction, advice: str, rule: str = PIP) -> Change:
    first = " ".join(one.lines[0].split())
    return Change(rule, one.line, one.end, first, advice)


def _of_image(stage: Seen, context: Context) -> Iterator[Change]:
    base = stage.instructions[0]
    if stage.conda:
        return
    if not _OFFICIAL.match(stage.image) or _WINDOWS.search(stage.image):
        advice = f"{stage.image} has a Python and packages of its own: start from python:{context.python}-slim."
        yield _change(base, advice)
        return
    found = _MINOR.search(stage.image)
    if found and context.requires and not _allows(context.requires, found[1]):
        yield _change(base, f"requires-python is {context.requires}, which is not this Python.")


def _allows(requires: str, version: str) -> bool:
    try:
        specifier = SpecifierSet(requires)
    except InvalidSpecifier:
        return False
    return any(f"{version}.{patch}" in specifier for patch in range(40))


def _of_copied(stage: Seen, context: Context) -> Iterator[Change]:
    found = _MINOR.search(stage.image)
    if not _OFFICIAL.match(stage.image) or not found or found[1] != context.python:
        advice = f"An environment of uv has no Python in it: start from python:{context.python}-slim here, too."
        yield _change(stage.instructions[0], advice, CONDA)


def _of_place(stage: Seen, context: Context) -> Iterator[Change]:
    at = next((one for one in stage.instructions if one.line == stage.first), None)
    if at is None:
        return
    if context.ignored:
        yield _change(at, context.ignored)
    if context.local and not 0 < stage.everything_from < stage.first:
        yield _change(at, "uv sync needs the folders of tool.uv.sources: copy them before.")


def _of_user(stage: Seen) -> Iterator[Change]:
    for one in stage.instructions:
        text = one.plain
        if one.name == "USER" and one.line < stage.first and text.split(":")[0] not in ("root", "0"):
            yield _change(one, "This user cannot write where uv makes the environment: UV_PROJECT_ENVIRONMENT.")
        if one.name in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
            if found := _INTERPRETERS.search(text):
                yield _change(one, f"{found[0]} is outside the environment of uv.")
            if one.name != "RUN" and re.search(r"\bcrond?\b|(?:bash|sh)[\"',\s]+-\w*l|--login", text):
                yield _change(one, "What it starts does not have the PATH of the image.")
        if one.name == "RUN" and stage.conda and (found := _OTHER_SYSTEM.search(text)):
            yield _change(one, f"The image of Python has no {found[1]}.", CONDA)
        if stage.conda and "MAMBA_USER" in text:
            yield _change(one, "The image of Python has no such user.", CONDA)
        if one.name in ("ENV", "ARG") and (found := _VARIABLES.search(text)):
            yield _change(one, f"uv does not read {found[1]}.")


def _of_copies(one: Instruction, uv: frozenset[str]) -> Iterator[Change]:
    flags, words = words_of(one) if one.name == "COPY" else ([], [])
    source = next((flag.partition("=")[2].lower() for flag in flags if flag.startswith("--from=")), "")
    if source in uv and any(_ENVIRONMENT_PATH.search(word) for word in words[:-1]):
        yield _change(one, "Packages of uv are in its environment, /opt/venv: copy that, and put it on PATH.")
