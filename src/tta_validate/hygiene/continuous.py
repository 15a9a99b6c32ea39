"""Troubles with how CI, images, Makefiles and editors run uv, or go round it."""

import re
from collections.abc import Iterator

from tta_validate.findings import Location, Related, Severity
from tta_validate.fixes import lines
from tta_validate.git import is_tracked
from tta_validate.hygiene.commands import Command
from tta_validate.hygiene.known import is_known_as
from tta_validate.hygiene.repairs import flagged, through_uv
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock_model import normalised

_CI = ("github", "ci")
_SYNCS = ("sync", "run")
_TRUE = ("1", "true", "yes", "on", "t", "y")
_INSTALLER = re.compile(
    r"https?://(?:astral\.sh|[\w./-]*github[\w./-]*astral-sh)/[^\s\"'|]*install\.(?:sh|ps1)|astral\.sh/uv/install"
)
_VERSIONED = re.compile(r"/uv/\d+\.\d+[\w.]*/install|/download/\d+\.\d+|UV_VERSION")
_IMAGE = re.compile(r"ghcr\.io/astral-sh/uv(?::([\w.-]+))?(?:@(sha256:\w+))?")
_VARIABLE = re.compile(r"[$%]|\{\{")


def _on(command: Command, *names: str) -> bool:
    return any(command.variables.get(name, "").strip("\"'").lower() in _TRUE for name in names)


def _locked(command: Command) -> bool:
    return command.has("--locked", "--check") or _on(command, "UV_LOCKED")


def _settled(command: Command) -> bool:
    if any(re.fullmatch(r"\$\{?\w*(?:OPT|ARG|FLAG)\w*\}?", word) for word in command.words):
        return True
    return _locked(command) or command.has("--frozen", "--no-sync") or _on(command, "UV_FROZEN", "UV_NO_SYNC")


def _of_project(command: Command) -> bool:
    """Tells whether a command of uv installs the project from its lock."""
    if command.program != "uv" or not set(_SYNCS) & set(command.words[1:4]):
        return False
    if command.has("--no-project", "--script", "--help", "--isolated"):
        return False
    words = [word for word in command.words[1:] if not word.startswith("-")]
    if not words or words[0] not in _SYNCS:
        return False
    return not (words[0] == "run" and len(words) > 1 and words[1].startswith("http"))


def unlocked_ci(view: View) -> Iterator[Trouble]:
    """Yields the first installation in CI, where no place in CI fails on a lock that is out of date."""
    if not view.given.locked.exists:
        return
    running = [
        one for one in view.written.commands if one.kind in (*_CI, "hook", "make", "just", "script", "taskfile", "text")
    ]
    if any(_checks_lock(one) for one in running) or _hooked(view) or _nox_checks(view):
        return
    found = [one for one in running if one.kind in _CI and _of_project(one) and not _settled(one)]
    after = [one for one in found if not _settled_before(view, one)]
    if after:
        first, *rest = after
        more = tuple(Related(Location(one.path, one.line), "and here") for one in rest[:5])
        why = (
            f"`{_shown(first)}` changes a stale uv.lock silently, and nothing in CI fails on one: add --locked, or "
            "UV_LOCKED=1 for the workflow"
        )
        repair = flagged(view, [one for one in after if "sync" in one.words[1:2]] or [first], "--locked")
        yield Trouble(why, first.path, first.line, "", None, more, repair)


def _checks_lock(one: Command) -> bool:
    if one.program == "tta-validate":
        return True
    if one.program != "uv":
        return "tta-validate" in one.words
    return ("lock" in one.words[1:3] and one.has("--check", "--locked", "--check-exists")) or (
        bool({"sync", "run", "export", "tree"} & set(one.words[1:4])) and _locked(one)
    )


def _hooked(view: View) -> bool:
    texts = (view.given.text(file.path) or "" for file in view.files.of("hook"))
    return any(re.search(r"id:\s*uv-lock\b|lock --check|--locked|tta-validate", text) for text in texts)


def _nox_checks(view: View) -> bool:
    """Tells whether Python or a tool's configuration runs uv with a check of the lock."""
    names = ("noxfile.py", "tox.ini", "tasks.py", "pyproject.toml", "tox.toml")
    texts = (view.given.text(name) or "" for name in names)
    return any("--locked" in text or "UV_LOCKED" in text or "lock --check" in text for text in texts)


def _settled_before(view: View, command: Command) -> bool:
    """Tells whether a locked or frozen installation came before in the same job, so that this one has nothing to do."""
    return any(
        one.path == command.path
        and one.job == command.job
        and one.order < command.order
        and _of_project(one)
        and _settled(one)
        for one in view.written.commands
    )


def _shown(command: Command) -> str:
    return command.text if len(command.text) < 80 else command.text[:77] + "..."


def unlocked_image(view: View) -> Iterator[Trouble]:
    """Yields installations in images that may change the lock."""
    if not view.given.locked.exists:
        return
    for one in view.written.commands:
        if view.is_elsewhere(one.path):
            continue
        if one.kind in ("docker", "compose") and _of_project(one) and "sync" in one.words[1:3] and not _settled(one):
            why = f"`{_shown(one)}` resolves anew where uv.lock is stale or missing; add --locked"
            repair = flagged(view, [one], "--locked", safe=_holds_lock(view, one.path))
            yield Trouble(why, one.path, one.line, fix=repair)


def _holds_lock(view: View, path: str) -> bool:
    """Tells whether an image gets uv.lock by name: without it, an installation that asks for it fails."""
    return "uv.lock" in (view.given.text(path) or "")


def unpinned_uv(view: View) -> Iterator[Trouble]:
    """Yields installations of uv of whatever version is the latest."""
    required = any(one.get("tool", "uv", "required-version") is not None for one in view.manifests) or (
        "required-version" in (view.given.text("uv.toml") or "")
    )
    setups: list[Location] = []
    for action in view.written.actions:
        if not action.uses.lower().startswith("astral-sh/setup-uv@") or required:
            continue
        version, file = (action.inputs.get(key, "").strip() for key in ("version", "version-file"))
        if version in ("", "latest") and not file:
            setups.append(Location(action.path, action.line))
    if setups:
        first, *rest = setups
        why = "setup-uv takes the newest uv, and each release changes CI; set `version` or tool.uv.required-version"
        more = tuple(Related(place, "and here") for place in rest[:5])
        yield Trouble(why, first.path, first.line, "setup-uv", None, more)
    kinds = (*_CI, "docker", "docs", "devcontainer")
    found = [one for one in view.written.commands if one.kind in kinds and _installs(one, "uv") and not required]
    for command, *rest in [found] if found else ():
        why = f"`{_shown(command)}` takes the newest uv; `uv==VERSION` does not"
        more = tuple(Related(Location(one.path, one.line), "and here") for one in rest[:5])
        yield Trouble(why, command.path, command.line, "", None, more)
    for path, instructions in view.written.images.items():
        for one in instructions:
            for match in _IMAGE.finditer(one.text) if one.name in ("FROM", "COPY") else ():
                if (
                    not match[2]
                    and match[1] in (None, "latest")
                    and not _VARIABLE.search(one.text[match.end() : match.end() + 2])
                ):
                    why = f"{match[0]} is another uv tomorrow; name a version: ghcr.io/astral-sh/uv:VERSION"
                    yield Trouble(why, path, one.line, match[0])


def _installs(command: Command, package: str) -> bool:
    """Tells whether pip installs a package by its bare name."""
    return package in _pip_words(command)


def _pip_words(command: Command) -> tuple[str, ...]:
    """Returns what a pip installs, none for other commands."""
    words = list(command.words)
    if command.program in ("python", "python3", "py", "python3.11", "python3.12", "python3.13") and words[1:3] == [
        "-m",
        "pip",
    ]:
        words = words[2:]
    elif command.program in ("uv", "poetry", "pdm") and words[1:2] == ["pip"]:
        words = words[1:]
    elif command.program not in ("pip", "pip3", "pipx"):
        return ()
    if words[1:2] != ["install"]:
        return ()
    found: list[str] = []
    skip = False
    for word in words[2:]:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _WITH_VALUE
        else:
            found.append(word)
    return tuple(found)


_WITH_VALUE = frozenset(
    {
        "-r",
        "-c",
        "-e",
        "-t",
        "-i",
        "--requirement",
        "--constraint",
        "--editable",
        "--target",
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "-f",
        "--prefix",
        "--root",
        "--python",
        "-p",
        "--cache-dir",
    }
)


def piped_installers(view: View) -> Iterator[Trouble]:
    """Yields installers of uv that are run as they come from the network, in whatever version."""
    for one in view.written.commands:
        if one.kind == "text" or not _INSTALLER.search(one.text) or _VERSIONED.search(one.text):
            continue
        if one.piped.rpartition("/")[2] in ("sh", "bash", "zsh", "iex") or one.program in (
            "sh",
            "bash",
            "powershell",
            "pwsh",
        ):
            instead = "take astral-sh/setup-uv, or " if one.kind == "github" else "take "
            why = f"the newest installer of uv is run unseen; {instead}https://astral.sh/uv/VERSION/install.sh"
            severity = None if one.kind in (*_CI, "docker") else Severity.INFO
            yield Trouble(why, one.path, one.line, "", severity)
        elif one.program in ("curl", "wget") and one.kind in (*_CI, "docker"):
            why = "the newest installer of uv is fetched; name its version: https://astral.sh/uv/VERSION/install.sh"
            yield Trouble(why, one.path, one.line)
    for path, instructions in view.written.images.items():
        for one in instructions:
            if one.name == "ADD" and _INSTALLER.search(one.text) and not _VERSIONED.search(one.text):
                why = "the newest installer of uv is fetched; name its version: https://astral.sh/uv/VERSION/install.sh"
                yield Trouble(why, path, one.line)


_PYTHONS = frozenset({"python", "python3"})
_RUN_IN_PROJECT = frozenset(
    {
        "pytest",
        "mypy",
        "pyright",
        "sphinx-build",
        "alembic",
        "celery",
        "gunicorn",
        "uvicorn",
        "flask",
        "django-admin",
        "coverage",
    }
)
_ENVIRONMENT = ("activate", ".venv/bin", "venv/bin", "$(VENV)", "VIRTUAL_ENV")


def bypassing(view: View) -> Iterator[Trouble]:
    """Yields commands of Makefiles, task runners and editors that use another environment than uv's."""
    if not view.given.locked.exists:
        return
    if any(one.program == "uv" and "run" in one.words and "make" in one.words for one in view.written.commands):
        return
    found: dict[tuple[str, str], list[Command]] = {}
    for one in view.written.commands:
        if one.kind not in ("make", "just", "tasks", "taskfile") or _VARIABLE.search(one.words[0]):
            continue
        if view.is_elsewhere(one.path):
            continue
        if not _environment(view, one.path) and (how := _past_uv(view, one)):
            found.setdefault((one.path, how), []).append(one)
    for (path, how), (first, *rest) in found.items():
        more = tuple(Related(Location(one.path, one.line), "and here") for one in rest[:5])
        repair = through_uv(view, [first, *rest]) if "uv run" in how else None
        yield Trouble(f"`{_shown(first)}` {how}", path, first.line, "", None, more, repair)


def _environment(view: View, path: str) -> bool:
    """Tells whether a file brings its own environment: it activates one, or puts one on the PATH."""
    return any(sign in (view.given.text(path) or "") for sign in _ENVIRONMENT)


def _past_uv(view: View, one: Command) -> str:
    words = one.words
    module = words[2] if len(words) > 2 and words[1] == "-m" else ""
    if (one.program in _PYTHONS and module == "pip") or one.program in ("pip", "pip3"):
        return "installs beside uv.lock; `uv sync` or `uv add` does not" if "install" in words else ""
    if one.program in _PYTHONS and module == "venv":
        return "makes an environment beside uv's; `uv sync` makes it from uv.lock"
    if one.program in _PYTHONS and module in _RUN_IN_PROJECT:
        return f"runs with whatever Python is on the PATH; `uv run {module}` with the project's"
    if one.words[0] == "sphinx-build" and "docs" in one.path.split("/")[:-1]:
        # The Makefile that sphinx-quickstart writes is run from an environment, and its commands are variables.
        return ""
    if one.words[0] in _RUN_IN_PROJECT and _declares(view, one.words[0]):
        return f"runs whatever is on the PATH; `uv run {one.words[0]}` what uv.lock has"
    return ""


def _declares(view: View, program: str) -> bool:
    package = {"sphinx-build": "sphinx", "django-admin": "django"}.get(program, program)
    return any(one.name == package for manifest in view.manifests for one in manifest.requirements)


def tools_by_pip(view: View) -> Iterator[Trouble]:
    """Yields installations of tools by pip that uvx runs without an installation."""
    if not view.uses_uv:
        return
    having = {one.path for one in view.written.commands if one.program in ("uv", "uvx")}
    having |= {one.path for one in view.written.actions if "setup-uv" in one.uses}
    for one in view.written.commands:
        # Where nothing runs uv, it may not be there to run tools.
        if one.path not in having or one.program == "pipx":
            continue
        tools = [
            normalised(match[0])
            for word in _pip_words(one)
            if (match := re.match(r"[A-Za-z0-9][\w.-]*", word)) and is_known_as(normalised(match[0]), "run by uvx")
        ]
        if tools and len(tools) == len(_pip_words(one)):
            why = f"`{_shown(one)}` installs {_instead(one, tools[0])}"
            yield Trouble(why, one.path, one.line, " ".join(tools))


def _instead(command: Command, tool: str) -> str:
    if tool == "build":
        return "what `uv build` does without it"
    if command.kind in ("docker", "devcontainer"):
        return f"what `uv tool install {tool}` keeps in an environment of its own"
    return f"what `uvx {tool}` runs in an environment of its own"


def ignored_lock(view: View) -> Iterator[Trouble]:
    """Yields patterns that keep uv.lock out of git, or out of the image that needs it."""
    for path, why in (
        (".gitignore", "uv.lock is kept out of git: everybody resolves for himself; commit it"),
        (".dockerignore", "uv.lock is kept out of the image, where `uv sync` then resolves anew or fails"),
    ):
        text = view.given.text(path) or ""
        if path == ".dockerignore" and not any(
            one.kind == "docker" and _of_project(one) for one in view.written.commands
        ):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if path == ".gitignore" and is_tracked(view.given.root, "uv.lock"):
                continue
            if line.strip() in ("uv.lock", "/uv.lock", "*.lock", "**/uv.lock", "**/*.lock") and not _taken_back(
                text, number
            ):
                severity = Severity.INFO if path == ".gitignore" and not view.uses_uv else None
                kept = [] if line.strip().endswith("uv.lock") else [line, "!uv.lock"]
                yield Trouble(why, path, number, line.strip(), severity, fix=lines(kept))


def _taken_back(text: str, number: int) -> bool:
    rest = text.split("\n")[number:]
    return any(line.strip().startswith("!") and line.strip().endswith("uv.lock") for line in rest)
