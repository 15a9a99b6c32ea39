"""Which groups and extras the commands of a repository install."""

import re
from collections.abc import Iterator

from tta_validate.findings import Severity
from tta_validate.hygiene.commands import Command
from tta_validate.hygiene.declared import DEV
from tta_validate.hygiene.repairs import flagged
from tta_validate.hygiene.view import Trouble, View
from tta_validate.lock_model import normalised

_GROUP = re.compile(r"(?:--(?:only-|no-)?group[= ]+|\bgroups?:|-[a-z]*G[= ]+)[\"']?([A-Za-z0-9][\w.-]*)")
_ANY_GROUP = re.compile(r"--all-groups|--all-extras --all-groups")
_GROUPS = re.compile(r"group", re.IGNORECASE)


def never_installed(view: View) -> Iterator[Trouble]:
    """Yields the groups that nothing in the repository installs, includes or names."""
    texts = _texts(view)
    if not any(one.program in ("uv", "nox", "tox", "hatch", "pdm", "poetry") for one in view.written.commands):
        return
    if any(_ANY_GROUP.search(text) for text in texts):
        return
    lines = [line for text in texts for line in _near_group(text)]
    for manifest in view.manifests:
        if manifest.get("tool", "uv", "default-groups") == "all":
            continue
        included = {inner for inners in manifest.includes.values() for inner in inners}
        for key, name in manifest.groups.items():
            if key in manifest.default_groups or key in included or key == DEV:
                continue
            spelled = "[-_.]+".join(map(re.escape, re.split(r"[-_.]+", name)))
            word = re.compile(rf"(?<![\w.-]){spelled}(?![\w-])", re.IGNORECASE)
            if not any(word.search(line) for line in lines):
                why = (
                    f"no CI job, image, Makefile, tool configuration or document installs group {name}: "
                    "nobody notices when it stops resolving or working"
                )
                yield Trouble(why, manifest.path, manifest.line("dependency-groups", name), name)


def _texts(view: View) -> list[str]:
    """Returns the files in which a group can be installed, Python of tools such as nox among them."""
    found = [view.given.text(file.path) or "" for file in view.files.every if not file.path.endswith("pyproject.toml")]
    for file in view.tree.files:
        name = file.path.rpartition("/")[2]
        if (
            name in ("noxfile.py", "tasks.py", "dodo.py", "fabfile.py")
            or "scripts/" in file.path
            or "/" not in file.path
        ):
            found.append(view.given.text(file.path) or "")
    for manifest in view.manifests:
        found.append(_besides_groups(manifest.text))
    return found


def _besides_groups(text: str) -> str:
    """Returns a pyproject.toml without its table of groups."""
    return re.sub(r"^\[dependency-groups\]\n(?:(?!\[[a-z]).*\n?)*", "", text, flags=re.MULTILINE)


def _near_group(text: str) -> Iterator[str]:
    """Yields the lines that speak of groups, each with a few around it: lists of names may take several."""
    if not _GROUPS.search(text):
        return
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if _GROUPS.search(line):
            yield "\n".join(lines[max(at - 2, 0) : at + 6])


def unknown(view: View) -> Iterator[Trouble]:
    """Yields the commands of uv that name a group or an extra that no member has."""
    groups = {name for one in view.manifests for name in one.groups}
    if any(one.get("tool", "uv", "dev-dependencies") is not None for one in view.manifests):
        groups.add("dev")
    extras = {name for one in view.manifests for name in one.extras}
    if any(one.is_dynamic for one in view.manifests):
        return
    for command in view.written.commands:
        if command.program != "uv" or len(command.words) < 2 or command.words[1] not in ("sync", "run", "export"):
            continue
        if command.has("--project", "--directory", "--script", "--no-project", "--isolated"):
            continue
        for kind, name in _asked(command):
            known = groups if kind == "group" else extras
            if re.fullmatch(r"[A-Za-z0-9][\w.-]*", name) and normalised(name) not in known and _at_root(view, command):
                why = f"`{command.text}` names the {kind} {name}, which no pyproject.toml of the workspace has"
                yield Trouble(why, command.path, command.line, name)


def _at_root(view: View, command: Command) -> bool:
    """Tells whether a command surely runs in the workspace: nothing near it changes the folder."""
    if command.kind == "docker":
        return False
    if view.is_elsewhere(command.path):
        return False
    same = (one for one in view.written.commands if (one.path, one.job) == (command.path, command.job))
    moved = any(one.program in ("cd", "pushd") for one in same)
    return not moved and "working-directory" not in (view.given.text(command.path) or "")


def _asked(command: Command) -> Iterator[tuple[str, str]]:
    flags = {"--group": "group", "--only-group": "group", "--extra": "extra"}
    words = list(command.words)
    end = words.index("--") if "--" in words else len(words)
    for at, word in enumerate(words[:end]):
        flag, equals, value = word.partition("=")
        if flag in flags:
            yield flags[flag], value if equals else words[at + 1] if at + 1 < end else ""
        elif at > 1 and not word.startswith("-") and words[1] == "run" and not words[at - 1].startswith("-"):
            return


def leaking(view: View) -> Iterator[Trouble]:
    """Yields the installations in an image for production that bring the default groups along."""
    held = sorted({name for one in view.manifests for name in one.default_groups if name in one.groups})
    if any(one.get("tool", "uv", "dev-dependencies") is not None for one in view.manifests):
        held = sorted({*held, "dev"})
    runtime = view.settings.runtime_groups
    held = [name for name in held if name not in runtime]
    if not held:
        return
    for command in view.written.commands:
        if (
            command.kind not in ("docker", "compose")
            or view.is_elsewhere(command.path)
            or command.program != "uv"
            or command.words[1:2] != ("sync",)
        ):
            continue
        if command.has(*_NO_GROUPS) or _on(command, "UV_NO_DEV") or _on(command, "UV_NO_DEFAULT_GROUPS"):
            continue
        if _for_development(command):
            continue
        brought = [name for name in held if name not in _left_out(command)]
        if not brought:
            continue
        flag = "--no-dev" if brought == ["dev"] else "--no-default-groups"
        why = f"`{command.text}` installs {' and '.join(brought)} into the image; add {flag}"
        repair = flagged(view, [command], flag, safe=False)
        yield Trouble(why, command.path, command.line, "", Severity.WARNING, fix=repair)


_NO_GROUPS = (
    "--no-dev",
    "--no-default-groups",
    "--only-group",
    "--only-dev",
    "--dev",
    "--group",
    "--all-groups",
    "--help",
)


def _left_out(command: Command) -> set[str]:
    """Returns the groups that ``--no-group`` names."""
    words = command.words
    pairs = zip(words, (*words[1:], ""), strict=True)
    found = (
        value if word == "--no-group" else word.removeprefix("--no-group=")
        for word, value in pairs
        if "--no-group" in word
    )
    return {normalised(name) for name in found}


def _for_development(command: Command) -> bool:
    about = f"{command.path}/{command.job}".lower()
    return bool(re.search(r"dev|test|ci\b|lint|docs?\b|debug|bench|e2e", about))


def _on(command: Command, variable: str) -> bool:
    return command.variables.get(variable, "").lower() in ("1", "true", "yes", "on", "t", "y")


def leaking_default(view: View) -> Iterator[Trouble]:
    """Yields ``default-groups`` that make every plain ``uv sync`` install more than what development needs."""
    for manifest in view.manifests:
        value = manifest.get("tool", "uv", "default-groups")
        if value == "all" and len(manifest.groups) > 1 and any(one.uses_uv for one in view.manifests):
            why = (
                'default-groups = "all" installs every group wherever `uv sync` runs without flags, also on a server; '
                "name the groups that everybody needs"
            )
            yield Trouble(why, manifest.path, manifest.line("tool", "uv", "default-groups"), "all", Severity.INFO)
