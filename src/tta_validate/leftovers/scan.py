"""Which files can hold commands of conda, Poetry and pip, and what is in them."""

import re
from dataclasses import replace
from pathlib import PurePosixPath

from tta_validate.leftovers.dockerfile import dockerfile_changes
from tta_validate.leftovers.model import CONDA, Change, Context, Where, settled
from tta_validate.leftovers.settings import settings_changes, settings_kind
from tta_validate.leftovers.texts import script_changes
from tta_validate.leftovers.workflows import workflow_changes

LARGEST = 1 << 20
"""Files with more bytes are left out: people do not write such files."""

_DOCKER = re.compile(r"^(?:Dockerfile|Containerfile)(?:[.-].*)?$|\.[Dd]ockerfile$")
_COMPOSE = re.compile(r"^(?:docker-)?compose[\w.-]*\.ya?ml$")
_MAKE = re.compile(r"^(?:GNUmakefile|[Mm]akefile(?:\..+)?|[\w.-]+\.mk|[Jj]ustfile)$")
_SCRIPT = re.compile(r"\.(?:sh|bash|zsh|envrc|command)$|^(?:Procfile|\.envrc|postBuild|apt\.sh)$")
_WINDOWS = re.compile(r"\.(?:ps1|bat|cmd)$", re.I)
_CI = re.compile(
    r"^(?:\.gitlab-ci\.ya?ml|azure-pipelines[\w.-]*\.ya?ml|\.travis\.ya?ml|\.?appveyor\.ya?ml|bitbucket-pipelines\.ya?ml"
    r"|\.readthedocs\.ya?ml|\.pre-commit-config\.ya?ml|\.drone\.ya?ml|Taskfile\.ya?ml|cloudbuild\.ya?ml)$"
)
_PROSE = re.compile(
    r"^(?:README|CONTRIBUTING|INSTALL|INSTALLATION|DEVELOP\w*|SETUP|QUICKSTART)[\w.-]*\.(?:md|rst|txt)$|^(?:README|INSTALL)$",
    re.I,
)
_WORKFLOW = re.compile(r"^\.(?:github|gitea|forgejo)/(?:workflows/[^/]+|actions/.+/action)\.ya?ml$")
_EDITOR = re.compile(
    r"^(?:.*/)?(?:\.vscode/(?:tasks|settings|launch)\.json|\.devcontainer/devcontainer\.json|devcontainer\.json)$"
)
_IMAGE = re.compile(
    r"^(\s*(?:-\s+)?(?:image|container)\s*:\s*)[\"']?(\S*(?:continuumio/|condaforge/|mambaorg/|/?miniconda)\S*?)[\"']?\s*$"
)
_WORDS = (
    *(b"conda", b"mamba", b"poetry", b"requirements", b"validate-llm-efficiency", b"validate-cost-optimization"),
    b"package-ecosystem",
)
_PIP = re.compile(rb"pip3?\s+install|pip[\"',\s]+install|cache:\s*[\"']?pip")


def is_scanned(path: str) -> bool:
    """Whether a file, by its path from the root, can hold commands that are looked for."""
    return _kind(path) != ""


def mentions(data: bytes) -> bool:
    """Whether a file's content can hold one of them at all."""
    low = data.lower()
    return any(word in low for word in _WORDS) or (b"pip" in low and _PIP.search(low) is not None)


def _kind(path: str) -> str:
    name = PurePosixPath(path).name
    if _DOCKER.search(name):
        return "docker"
    if _WORKFLOW.match(path):
        return "workflow"
    for kind, pattern in (
        ("compose", _COMPOSE),
        ("make", _MAKE),
        ("script", _SCRIPT),
        ("windows", _WINDOWS),
        ("ci", _CI),
    ):
        if pattern.search(name):
            return kind
    if path.startswith((".circleci/", ".azure-pipelines/", ".buildkite/")) and name.endswith((".yml", ".yaml")):
        return "ci"
    if _EDITOR.match(path):
        return "editor"
    if settings_kind(path):
        return "settings"
    is_docs = path.startswith(("docs/", "doc/")) and name.endswith((".md", ".rst"))
    return "prose" if _PROSE.match(name) or is_docs else ""


def is_prose(path: str) -> bool:
    """Whether a file is read by people and not run."""
    return _kind(path) == "prose"


def changes(path: str, text: str, context: Context) -> tuple[Change, ...]:
    """Returns what is left behind in a file, in order of lines.

    A file that runs as a whole, and a job of a workflow, is decided as a whole: half of it would not run.
    """
    kind = _kind(path)
    context = replace(context, folder=path.rpartition("/")[0])
    if kind == "docker":
        return _apart(text, dockerfile_changes(text, context))
    if kind == "workflow":
        return tuple(
            sorted((*workflow_changes(text, context), *_images(text, context)), key=lambda one: (one.line, one.end))
        )
    if kind == "editor":
        return _editor(text)
    images_of = [stays for name, stays in context.scripts if kind == "script" and name == PurePosixPath(path).name]
    where: dict[str, Where] = {
        "compose": "compose",
        "make": "make",
        "script": "docker" if images_of else "script",
        "windows": "windows",
        "ci": "ci",
    }
    if kind in where:
        own = script_changes(text, where[kind], context)
        images = {"ci": lambda: _images(text, context), "compose": lambda: _services(text)}
        further = images[kind]() if kind in images else ()
        seen = {one.line for one in own}
        further = (*further, *(one for one in settings_changes(path, text, context) if one.line not in seen))
        found = sorted((*own, *further), key=lambda one: one.line)
        if any(images_of) or (context.image_stays and kind == "compose"):
            # It runs in an image that is not that of uv yet.
            found = [replace(one, decided=False) for one in found]
        return _apart(text, settled(found, context.rules))
    if kind == "settings":
        return tuple(settings_changes(path, text, context))
    return script_changes(text, "prose", context) if kind == "prose" else ()


_CREATES = re.compile(
    r"(?:conda|mamba|micromamba)\s+(?:env\s+)?create\b[^\n&;|]*?\s(?:-n|--name|-p|--prefix)[ =]+([^\s&;|]+)"
)


def _apart(text: str, found: tuple[Change, ...]) -> tuple[Change, ...]:
    """Leaves a file as it is that makes several environments of conda: a project of uv has one."""
    names = set(_CREATES.findall(text))
    if len(names) < 2:
        return found
    advice = f"There are several environments here, {', '.join(sorted(names))}: uv has one for a project."
    return tuple(
        replace(one, new=None, advice=advice) if one.rule == CONDA else replace(one, decided=False)
        for one in found
        if one.rule
    )


def _images(text: str, context: Context) -> tuple[Change, ...]:
    found: list[Change] = []
    for number, line in enumerate(text.split("\n"), 1):
        if match := _IMAGE.match(line):
            image = f"ghcr.io/astral-sh/uv:python{context.python}-bookworm-slim"
            found.append(
                Change(CONDA, number, number, match[2], f"{image} has Python and uv.", (f"{match[1]}{image}",))
            )
    return tuple(found)


def _services(text: str) -> tuple[Change, ...]:
    advice = "An image with the project in it is to be built: say `build: .`."
    return tuple(replace(one, advice=advice, new=None) for one in _images(text, Context()))


def _editor(text: str) -> tuple[Change, ...]:
    """Finds conda, Poetry and replaced scripts in the settings of an editor, which are only reported."""
    from tta_validate.leftovers.lines import rewritten

    found: list[Change] = []
    for number, line in enumerate(text.split("\n"), 1):
        if re.search(r'"python\.(?:condaPath|poetryPath)"', line):
            rule = CONDA if "condaPath" in line else "migration-poetry-command"
            found.append(Change(rule, number, number, line.strip(), "The environment is .venv, which editors find."))
            continue
        for string in re.findall(r'"((?:[^"\\]|\\.)*)"', line):
            if re.search(r"(?:mini|ana)conda\d?[/\\]|miniforge\d?[/\\]|mambaforge[/\\]|/opt/conda/", string):
                found.append(Change(CONDA, number, number, string, "The environment is .venv, which editors find."))
                continue
            result = rewritten(string, "script", Context()) if len(string) > 5 else None
            if result:
                new = result.new.strip() if result.new else ""
                advice = f"Instead: {new}." if new else result.found[0][1].advice
                found.append(Change(result.found[0][1].rule, number, number, string, advice))
    return tuple(found)
