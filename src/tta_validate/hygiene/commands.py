"""Every command that a repository has written down: CI, images, Makefiles, editor tasks, scripts, hooks."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tta_validate.hygiene.files import File, Files
from tta_validate.readers import shell
from tta_validate.readers.dockerfile import Instruction, parse_dockerfile
from tta_validate.readers.makefile import parse_makefile
from tta_validate.readers.yaml_nodes import Node, flaw, parse_json_with_comments, parse_yaml

Variables = Mapping[str, str]

_SCRIPTS = frozenset(
    {
        *(
            "run",
            "script",
            "before_script",
            "after_script",
            "command",
            "commands",
            "entry",
            "bash",
            "cmds",
            "cmd",
            "install",
        ),
        *("before_install", "after_success", "post_install", "post_create_environment", "create_environment", "build"),
        *("pre_build", "post_checkout", "entrypoint", "args_command", "pre_create_environment", "shell_script"),
    }
)
_VARIABLES = frozenset({"env", "variables", "environment", "envs"})
_TASKS = frozenset({"command", "postCreateCommand", "onCreateCommand", "updateContentCommand", "postStartCommand"})


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command at a line; ``kind`` is that of its file, ``job`` its job, stage or target.

    ``variables``: what the file sets for it, with its own assignments. ``folder``: the one that it runs in, if known.
    """

    words: tuple[str, ...]
    path: str
    line: int
    kind: str
    job: str = ""
    variables: Variables = field(default_factory=dict[str, str])
    piped: str = ""
    order: int = 0

    @property
    def program(self) -> str:
        """The last part of the first word."""
        return self.words[0].rpartition("/")[2]

    @property
    def text(self) -> str:
        """The words, joined."""
        return " ".join(self.words)

    def has(self, *flags: str) -> bool:
        """Tells whether one of some flags is given, with or without ``=value``."""
        return any(word == flag or word.startswith(f"{flag}=") for word in self.words for flag in flags)


@dataclass(frozen=True, slots=True)
class Action:
    """A step of a GitHub workflow that uses an action: ``uses`` as written, and its inputs."""

    uses: str
    path: str
    line: int
    job: str
    inputs: Variables


@dataclass(frozen=True)
class Written:
    """The commands and actions of a repository, and the instructions of its Dockerfiles by path."""

    commands: tuple[Command, ...]
    actions: tuple[Action, ...]
    images: Mapping[str, tuple[Instruction, ...]]
    unread: tuple[tuple[str, str], ...] = ()
    """Files that are none of what their name says, with the place and the reason."""


def read_commands(files: Files) -> Written:
    """Returns what the files of the tree say; those that cannot be read are listed."""
    commands: list[Command] = []
    actions: list[Action] = []
    images: dict[str, tuple[Instruction, ...]] = {}
    unread: list[tuple[str, str]] = []
    for file in files.every:
        text = None if file.kind == "text" else files.text(file.path)
        if text is None:
            continue
        if file.kind in ("github", "ci", "docs", "compose", "taskfile", "hook"):
            node = parse_yaml(text)
            if node is None:
                unread += [(file.path, why)] if "{{" not in file.path and (why := flaw(text)) else []
                continue
            commands += _in_yaml(file, node)
            actions += _actions(file, node)
            for path, inline in _inlined(file, node):
                images[path] = (*images.get(path, ()), *inline)
                commands += _in_image(File(path, "docker"), inline)
        elif file.kind == "docker":
            images[file.path] = parse_dockerfile(text)
            commands += _in_image(file, images[file.path])
        else:
            if file.kind in ("tasks", "devcontainer") and (why := flaw(text, json=True)):
                unread.append((file.path, why))
            commands += _elsewhere(file, text)
    numbered = tuple(
        Command(one.words, one.path, one.line, one.kind, one.job, one.variables, one.piped, at)
        for at, one in enumerate(commands)
    )
    return Written(numbered, tuple(actions), images, tuple(unread))


def _elsewhere(file: File, text: str) -> Iterator[Command]:
    if file.kind in ("make", "just"):
        for recipe in parse_makefile(text, just=file.kind == "just"):
            yield from _split(file, recipe.lines, recipe.target, {})
    elif file.kind in ("tasks", "devcontainer"):
        node = parse_json_with_comments(text)
        yield from _in_json(file, node) if node is not None else ()
    elif file.kind == "script":
        yield from _split(file, list(enumerate(text.split("\n"), 1)), "", {})


def _split(file: File, lines: Iterable[tuple[int, str]], job: str, variables: Variables) -> Iterator[Command]:
    """Yields the commands of a script; what it exports holds for the rest of it."""
    exported = dict(variables)
    for one in shell.commands(lines):
        if one.words[0] == "export":
            exported |= dict(word.split("=", 1) for word in one.words[1:] if "=" in word)
        if one.words[0] == "echo" and any("GITHUB_ENV" in word for word in one.words):
            exported |= dict(word.split("=", 1) for word in one.words[1:] if "=" in word)
        yield Command(one.words, file.path, one.line, file.kind, job, {**exported, **dict(one.variables)}, one.piped)


def _in_yaml(file: File, top: Node) -> Iterator[Command]:
    """Yields what stands under keys such as ``run`` and ``script``, with the variables of all mappings around it."""
    waiting: list[tuple[Node, Variables, str, int]] = [(top, {}, "", 0)]
    while waiting:
        node, variables, job, depth = waiting.pop()
        for name in _VARIABLES & set(node.fields):
            variables = {**variables, **_named(node.fields[name])}
        for key, below in node.fields.items():
            if key in _SCRIPTS:
                yield from _scripts(file, below, job, variables)
        inside = [(below, variables, job, depth + 1) for below in node.items]
        for key, below in node.fields.items():
            inner = key if (depth == 1 and job == "jobs") or (depth == 0 and key not in _VARIABLES) else job
            inside.append((below, variables, inner, depth + 1))
        waiting += reversed(inside)


def _named(node: Node) -> Variables:
    if node.fields:
        return {name: below.text for name, below in node.fields.items() if below.text is not None}
    pairs = (below.text or "" for below in node.items)
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def _scripts(file: File, node: Node, job: str, variables: Variables) -> Iterator[Command]:
    if node.text is not None:
        yield from _split(file, list(node.lines()), job, variables)
    elif file.kind == "compose" and node.items and all(one.text is not None for one in node.items):
        yield from _listed(file, node, job, variables)
    else:
        lines = [line for one in node.items if one.text is not None for line in one.lines()]
        yield from _split(file, lines, job, variables)


_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ash"})


def _listed(file: File, node: Node, job: str, variables: Variables) -> Iterator[Command]:
    """Yields the command of a list of words; of ``sh -c TEXT`` those in the text."""
    words = tuple(one.text or "" for one in node.items)
    at = next((at for at, word in enumerate(words[:-1]) if re.fullmatch(r"-[a-z]*c", word)), 0)
    if at and words[0].rpartition("/")[2] in _SHELLS:
        yield from _split(file, node.items[at + 1].lines(), job, variables)
    else:
        yield Command(words, file.path, node.line, file.kind, job, variables)


def _actions(file: File, top: Node) -> Iterator[Action]:
    if file.kind != "github":
        return
    groups = [(name, job) for name, job in (top.get("jobs") or top).fields.items()]
    for name, job in groups:
        steps = job.get("steps")
        for step in steps.items if steps is not None else ():
            if uses := step.scalar("uses"):
                given = step.get("with")
                inputs = {key: one.text for key, one in given.fields.items() if one.text is not None} if given else {}
                yield Action(uses, file.path, step.keys.get("uses", step.line), name, inputs)


def _in_image(file: File, instructions: tuple[Instruction, ...]) -> Iterator[Command]:
    """Yields the commands of a Dockerfile, each with the ENV of its stage and of those it starts from."""
    variables: dict[str, dict[str, str]] = {}
    stage = ""
    for one in instructions:
        if one.name == "FROM":
            stage = one.stage_name.lower() or str(one.stage)
            variables[stage] = dict(variables.get(one.image.lower(), {}))
        elif one.name in ("ENV", "ARG"):
            variables.setdefault(stage, {}).update(_assigned(one.text))
        elif one.name in ("RUN", "CMD", "ENTRYPOINT"):
            yield from _instruction(file, one, stage, dict(variables.get(stage, {})))


def _inlined(file: File, top: Node) -> Iterator[tuple[str, tuple[Instruction, ...]]]:
    """Yields the Dockerfiles that a compose file holds, with the lines of the file."""
    for node in top.walk() if file.kind == "compose" else ():
        inline = node.get("dockerfile_inline")
        if inline is not None and inline.text is not None:
            first = inline.text_line or inline.line
            yield (
                file.path,
                tuple(
                    Instruction(
                        one.name,
                        one.line + first - 1,
                        tuple((number + first - 1, text) for number, text in one.parts),
                        one.stage,
                        tuple((number + first - 1, text) for number, text in one.here),
                    )
                    for one in parse_dockerfile(inline.text)
                ),
            )


def _assigned(text: str) -> dict[str, str]:
    pairs = re.findall(r"([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|\S*)", text)
    if pairs:
        return {name: value.strip("\"'") for name, value in pairs}
    name, _, value = text.partition(" ")
    return {name: value.strip()} if value else {}


def _instruction(file: File, one: Instruction, stage: str, variables: Variables) -> Iterator[Command]:
    text = one.text
    if text.startswith("["):
        try:
            words = json.loads(text)
        except ValueError:
            return
        if isinstance(words, list) and words and all(isinstance(word, str) for word in words):  # pyright: ignore[reportUnknownVariableType]
            yield Command(tuple(words), file.path, one.line, file.kind, stage, variables)  # pyright: ignore[reportUnknownArgumentType]
        return
    *first, last = one.parts
    lines = [(number, _FLAG.sub("", part) + " \\") for number, part in first]
    lines.append((last[0], _FLAG.sub("", last[1])))
    yield from _split(file, [*lines, *one.here], stage, variables)


_FLAG = re.compile(r"^\s*(?:--[a-z]+=\S+\s*)+")


def _in_json(file: File, top: Node) -> Iterator[Command]:
    for node in top.walk():
        for key in _TASKS & set(node.fields):
            below = node.fields[key]
            if below.text is not None:
                arguments = node.get("args")
                more = [one.text or "" for one in arguments.items] if arguments is not None else []
                yield from _split(file, [(below.line, " ".join((below.text, *more)))], node.scalar("label"), {})
