"""Says which command of uv takes the place of a command of conda, Poetry or pip."""

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace

from tta_validate.leftovers.conda_names import known
from tta_validate.leftovers.instead import Instead
from tta_validate.leftovers.model import ACTIVATE, CONDA, POETRY, Context, Where, images
from tta_validate.leftovers.pip_commands import group_of, is_migrated, pip_instead
from tta_validate.lock_model import normalised

_CONDA = re.compile(
    r"(?:.*[/\\])?(?:conda|mamba|micromamba)(?:\.exe|\.bat)?$|\$(?:[({]?(?:(?:MICRO)?MAMBA|CONDA)(?:_EXE|_BIN)?[)}]?)$"
)
_ENVIRONMENT = re.compile(r"\.ya?ml$")
_INSTALLER = re.compile(
    r"(?:mini(?:conda|forge)|mambaforge|anaconda)\d?-[\w.${}()-]*\.(?:sh|exe)|micro\.mamba\.pm|\bmini(?:conda|forge)3?\.sh\b|/conda\.sh\b",
    re.I,
)
_RUNS_INSTALLER = re.compile(
    r"(?:wget|curl|bash|sh|source|\.|chmod|rm|Invoke-WebRequest|iwr|Start-Process|del|Remove-Item)$|[^\s=]*mini(?:conda|forge)",
    re.I,
)
_ACTIVATES = re.compile(r"^activate$|(?:conda|mamba).*[/\\]activate$", re.I)
_WORD = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:\\.|[^"\\])*"|'[^']*')+""", re.DOTALL)
_POETRY_INSTALLER = re.compile(r"install\.python-poetry\.org|get-poetry\.py")
_VALUED = frozenset({"-n", "--name", "-p", "--prefix", "-f", "--file", "-c", "--channel", "--platform", "--cwd"})


def instead(words: Sequence[str], text: str, where: Where, context: Context) -> Instead | None:
    """Returns what takes the place of a simple command, None where it is none of conda, Poetry or pip.

    ``words`` are the command's words without assignments before it; ``text`` is how it is written.
    """
    if _POETRY_INSTALLER.search(text):
        return Instead(POETRY, context.install_uv(where), "uv takes the place of Poetry.", piped=True)
    if _INSTALLER.search(text) and _RUNS_INSTALLER.match(words[0]):
        hook = "/conda.sh" in text or words[0] in ("source", ".", "chmod", "rm")
        download = words[0] in ("wget", "curl", "Invoke-WebRequest", "iwr")
        new = context.install_uv(where) if download and not hook else ""
        return Instead(CONDA, new, "uv takes the place of conda.", piped=True)
    if words[0] == "eval" and re.search(r"(?:conda|mamba)\S*\s+(?:shell|init)", text):
        return Instead(CONDA, "", "An environment of uv is a folder: nothing has to be set up.")
    if words[0] in ("source", ".") and len(words) > 1 and _ACTIVATES.search(words[1]):
        return Instead(CONDA, _activate(where), "`uv run` runs a command in the environment.")
    if words[0] in ("source", ".") and len(words) > 1 and re.search(r"conda|mamba", words[1]):
        return Instead(CONDA, "", "An environment of uv is a folder: nothing has to be set up.")
    if words[0] in ("activate", "deactivate") and where == "windows" and len(words) > 1:
        return Instead(CONDA, _activate(where), "`uv run` runs a command in the environment.")
    if _CONDA.match(words[0]):
        return _conda(list(words[1:]), text, where, context)
    python = re.fullmatch(r"(?:(.*)/)?python[\d.]*", words[0])
    module = words[2] if python and len(words) > 3 and words[1] == "-m" else ""
    if found := re.fullmatch(r"(?:(.*)/)?pip[\d.]*", words[0]) or (python if module == "pip" else None):
        rest = words[3:] if module else words[1:]
        return pip_instead(rest, where, _in_environment(found[1] or "", context))
    if words[0] == "poetry" or module == "poetry":
        return _poetry(list(words[3:] if module else words[1:]), text, where, context)
    if words[0] == "pipx" and len(words) > 2 and words[1] == "install" and words[2].startswith("poetry"):
        return Instead(POETRY, context.install_uv(where), "uv takes the place of Poetry.")
    return _around(words, text)


def _in_environment(folder: str, context: Context) -> Context:
    """Returns the context of a program in a folder, such as ``venv/bin``: that environment is installed into."""
    if not folder.endswith("/bin") or folder in ("/bin", "/usr/bin", "/usr/local/bin") or re.search(r"conda", folder):
        return context
    return replace(context, venv=folder.removesuffix("/bin"))


_NAMED = re.compile(r"(?<![\w./-])(?:conda|mamba|micromamba)(?![\w.-])|/opt/conda\b|(?:mini|ana)conda3?/|\bCONDA_\w+")


def _around(words: Sequence[str], text: str) -> Instead | None:
    """Returns what becomes of a command that only names conda: a line for a shell's start-up goes."""
    if not _NAMED.search(text):
        return None
    if words[0] in ("echo", "printf", "ln", "export", "cat", "tee") and re.search(r"bashrc|profile|\bPATH=", text):
        return Instead(CONDA, "", "An environment of uv is a folder: nothing has to be set up.")
    if words[0] in ("echo", "printf", "Write-Host", "cat", "grep", "@echo", "REM", "rem", "say"):
        return None
    return Instead(CONDA, None, "It names conda; with uv the environment is .venv.")


def _activate(where: Where) -> str:
    if where in ("docker", "compose"):
        return ""
    return r".venv\Scripts\activate" if where == "windows" else ACTIVATE


def _options(words: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Returns the words that are no options, and the values of the options that have one."""
    plain: list[str] = []
    options: dict[str, list[str]] = {}
    at = 0
    while at < len(words):
        word = words[at]
        name, equals, value = word.partition("=")
        if word in _VALUED and at + 1 < len(words):
            options.setdefault(word, []).append(words[at + 1])
            at += 1
        elif word.startswith("-"):
            options.setdefault(name, []).extend([value] if equals else [])
        else:
            plain.append(word)
        at += 1
    return plain, options


def _conda(words: list[str], text: str, where: Where, context: Context) -> Instead | None:
    plain, options = _options(words)
    if not plain:
        return None
    action, rest = plain[0], plain[1:]
    if action == "env" and rest:
        action, rest = f"env {rest[0]}", rest[1:]
    files = [*options.get("-f", []), *options.get("--file", [])]
    if action == "run":
        return _inside(_run(words), text, CONDA, (where, context))
    if action in ("env create", "env update") or (action in ("create", "install", "update") and files):
        return _conda_files(files, rest, where, context)
    if action in ("create", "install"):
        return _conda_install(action, rest, where, context)
    if action in ("activate",):
        return Instead(CONDA, _activate(where), "`uv run` runs a command in the environment.")
    if action == "deactivate":
        return Instead(
            CONDA, "" if where in ("docker", "ci", "make") else "deactivate", "`uv run` needs no activation."
        )
    if action in ("env remove", "remove") and (action == "env remove" or "--all" in options):
        return Instead(
            CONDA, "rm -rf .venv" if where != "windows" else "rmdir /s /q .venv", "The environment is .venv."
        )
    if action in ("env export",):
        return Instead(CONDA, None, "`uv.lock` says what is installed; `uv export` writes it as requirements.")
    if action in ("list",):
        return Instead(CONDA, "uv pip list", "`uv pip list` lists what is installed.")
    if action in ("init", "config", "clean", "info", "shell", "update", "upgrade", "env list", "self-update"):
        return Instead(CONDA, "", "It is about conda itself.")
    return None if where == "prose" else Instead(CONDA, None, f"uv has no counterpart of `conda {action}`.")


def _conda_files(files: list[str], packages: list[str], where: Where, context: Context) -> Instead:
    other = [one for one in files or ["environment.yml"] if not is_migrated(one, context)]
    if other:
        advice = f"uv does not know what is in it: `tta-validate migrate conda {' '.join(other)}`."
        return Instead(CONDA, None, advice)
    if packages:
        return Instead(
            CONDA, None, f"uv installs what pyproject.toml declares: see that {' '.join(packages)} is there."
        )
    groups = [group for one in files if (group := group_of(one, context)) and group != "dev"]
    dev = () if any(group_of(one, context) == "dev" for one in files) else _dev(where, context)
    flags = (*dev, *(f"--group {group}" for group in groups))
    flags = (*flags, "--no-install-project") if images(where) and context.package else flags
    return Instead(CONDA, context.synced(where, *flags), "uv installs what uv.lock says into .venv.")


def _run(words: list[str]) -> list[str]:
    """Returns the command that ``conda run`` runs."""
    at = words.index("run") + 1
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in _VALUED else 1
    return words[at:]


def _inside(words: list[str], whole: str, rule: str, around: tuple[Where, Context]) -> Instead:
    """Returns what takes the place of a command that ran in an environment of conda or Poetry, quoted as it was.

    ``words`` are the last ones of the ``whole``.
    """
    where, context = around
    written = list(_WORD.finditer(whole))
    if not words:
        return Instead(rule, None, "It says no command.")
    text = whole[written[-len(words)].start() :] if len(written) >= len(words) else shlex.join(words)
    inner = instead(words, text, where, context)
    if inner is not None:
        return Instead(rule, inner.new, inner.advice)
    return Instead(
        rule,
        text if where in ("docker", "compose") else f"uv run {text}",
        "`uv run` runs a command in the environment.",
    )


def _dev(where: Where, context: Context) -> tuple[str, ...]:
    return ("--no-dev",) if images(where) and context.leaves_dev else ()


def _conda_install(action: str, rest: list[str], where: Where, context: Context) -> Instead:
    apt: list[str] = []
    python: list[str] = []
    for word in rest:
        name = normalised(re.split(r"[=<>!~\[ ]", word.rpartition("::")[2])[0])
        about = known(name)
        if about.role == "system":
            apt += about.apt
        elif name != "python" and about.role != "plumbing":
            python.append(normalised(about.pypi.partition("[")[0]) or name)
    missing = [name for name in python if name not in context.names and name not in context.tools]
    advice = "uv installs what pyproject.toml declares"
    if missing:
        return Instead(
            CONDA, None, f"{advice}: `uv add {' '.join(missing)}`" + (f"; apt: {' '.join(apt)}." if apt else ".")
        )
    if apt and where == "docker":
        new = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(dict.fromkeys(apt))}"
        return Instead(CONDA, new, f"apt: {' '.join(apt)}.")
    if apt:
        return Instead(CONDA, None, f"apt: {' '.join(dict.fromkeys(apt))}.")
    if action == "create" and not python and context.files is not None:
        return Instead(CONDA, "", "`uv sync` makes the environment.")
    flags = (*_dev(where, context), *(["--no-install-project"] if images(where) and context.package else []))
    return Instead(CONDA, context.synced(where, *flags) if action == "create" else "", f"{advice}.")


_POETRY_SAME: dict[str, str] = {
    "build": "uv build",
    "add": "uv add",
    "remove": "uv remove",
    "lock": "uv lock",
    "init": "uv init",
    "show": "uv tree",
}


def _poetry(words: list[str], text: str, where: Where, context: Context) -> Instead | None:
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in ("-C", "--directory", "-P", "--project") else words[1:]
    if not words:
        return None
    action, rest = words[0], words[1:]
    special: dict[str, Callable[[], Instead]] = {
        "install": lambda: _poetry_install(rest, where, context),
        "sync": lambda: _poetry_install(rest, where, context),
        "run": lambda: _inside(rest, text, POETRY, (where, context)),
        "shell": lambda: Instead(POETRY, _activate(where), "`uv run` runs a command in the environment."),
        "update": lambda: Instead(
            POETRY,
            " ".join(["uv lock", *(f"--upgrade-package {name}" for name in rest if not name.startswith("-"))])
            if any(not name.startswith("-") for name in rest)
            else "uv lock --upgrade",
            "`uv lock --upgrade` takes the newest versions.",
        ),
        "publish": lambda: _poetry_publish(rest),
        "version": lambda: _poetry_version(rest),
        "check": lambda: Instead(POETRY, "uv lock --check", "`uv lock --check` says whether uv.lock is fresh."),
        "config": lambda: Instead(POETRY, "", "It is about Poetry itself."),
        "export": lambda: _poetry_export(rest),
        "env": lambda: Instead(POETRY, None, "The environment is .venv."),
        "self": lambda: Instead(POETRY, "" if where in ("docker", "ci") else None, "It is about Poetry itself."),
        "cache": lambda: Instead(POETRY, "", "It is about Poetry itself."),
    }
    if action in special:
        return special[action]()
    if action == "lock":
        rest = [one for one in rest if one not in ("--no-update", "--no-interaction", "-n", "--regenerate")]
    if action in _POETRY_SAME:
        return Instead(
            POETRY, " ".join([_POETRY_SAME[action], shlex.join(_known_flags(rest))]).strip(), "uv does the same."
        )
    return None if where == "prose" else Instead(POETRY, None, f"uv has no counterpart of `poetry {action}`.")


_FLAGS = {"-D": "--dev", "-G": "--group", "-E": "--extra", "--extras": "--extra", "-f": "--format"}


def _known_flags(words: list[str]) -> list[str]:
    return [_FLAGS.get(one, one) for one in words if one not in ("-n", "--no-interaction")]


def _poetry_install(words: list[str], where: Where, context: Context) -> Instead:
    flags: list[str] = []
    at = 0
    while at < len(words):
        name, equals, value = words[at].partition("=")
        if name in ("--with", "--without", "--only", "-E", "--extras") and not equals and at + 1 < len(words):
            value = words[at + 1]
            at += 1
        values = [one for one in re.split(r"[ ,]+", value) if one]
        if name == "--with":
            flags += [f"--group {one}" for one in values]
        elif name == "--without":
            flags += ["--no-dev" if one == "dev" else f"--no-group {one}" for one in values]
        elif name == "--only":
            flags += ["--no-default-groups" if one == "main" else f"--only-group {one}" for one in values]
        elif name in ("-E", "--extras"):
            flags += [f"--extra {one}" for one in values]
        elif name == "--no-dev":
            flags.append("--no-dev")
        elif name == "--all-extras":
            flags.append("--all-extras")
        elif name == "--all-groups":
            flags.append("--all-groups")
        elif name == "--no-root":
            flags.append("--no-install-project")
        elif name == "--only-root":
            flags.append("--no-default-groups")
        at += 1
    return Instead(POETRY, context.synced(where, *dict.fromkeys(flags)), "uv installs what uv.lock says into .venv.")


def _poetry_publish(words: list[str]) -> Instead:
    left = [one for one in words if one not in ("--build", "-n", "--no-interaction", "--skip-existing")]
    if left:
        advice = "`uv publish` takes --index, --token and --username, or UV_PUBLISH_TOKEN."
        return Instead(POETRY, None, advice)
    return Instead(POETRY, "uv build && uv publish" if "--build" in words else "uv publish", "uv does the same.")


def _poetry_version(words: list[str]) -> Instead:
    flags = {"-s": "--short", "--short": "--short"}
    said = [flags.get(one, one) for one in words]
    bumps = ("patch", "minor", "major")
    new = [f"--bump {one}" if one in bumps else one for one in said]
    return Instead(POETRY, " ".join(["uv version", *new]), "uv does the same.")


def _poetry_export(words: list[str]) -> Instead:
    found = re.search(r"(?:-o|--output)[= ](\S+)", " ".join(words))
    hashes = " --no-hashes" if "--without-hashes" in words else ""
    output = f" -o {found[1]}" if found else ""
    return Instead(POETRY, f"uv export --frozen{hashes}{output}", "`uv export` writes requirements.")
