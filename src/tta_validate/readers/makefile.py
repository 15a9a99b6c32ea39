"""Reads Makefiles, and justfiles as far as they are alike: the lines of recipes, with simple variables put in."""

import re
from dataclasses import dataclass

_ASSIGNED = re.compile(r"^(?:export\s+|override\s+)*([A-Za-z_][\w.-]*)\s*(?:::?:?|\?|\+|!)?=\s*(.*)$")
_TARGET = re.compile(r"^([^\s:=#@][^:=]*?)\s*::?(?!=)")
_RECIPE = re.compile(r"^@?([A-Za-z_][\w-]*)\b[^:=]*:(?!=)")
_USE = re.compile(r"\$\(([\w.-]+)\)|\$\{([\w.-]+)\}|\{\{\s*([\w.-]+)\s*\}\}")
_CALL = re.compile(r"(?<!\$)\$\((?=[a-z-]+\s)")
_MAX_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Recipe:
    """The lines of a target's recipe as (line number, text), without the marks ``@``, ``-`` and ``+``."""

    target: str
    lines: tuple[tuple[int, str], ...]


def parse_makefile(text: str, *, just: bool = False) -> tuple[Recipe, ...]:
    """Returns the recipes of a Makefile, or of a justfile; variables that are assigned once in it are put in."""
    variables: dict[str, str] = {}
    found: list[Recipe] = []
    target = ""
    lines: list[tuple[int, str]] = []
    for number, line in _joined(text):
        indented = line.startswith("\t") or (just and line.startswith("  "))
        if indented and target:
            if plain := line.strip().lstrip("@-+ "):
                lines.append((number, plain))
            continue
        if assigned := _ASSIGNED.match(line):
            variables.setdefault(assigned[1], assigned[2].strip().strip("\"'" if just else ""))
        elif header := (_RECIPE if just else _TARGET).match(line):
            if target:
                found.append(Recipe(target, tuple(lines)))
            target, lines = header[1], []
            after = line[header.end() :].partition(";")[2] if not just else ""
            if after.strip():
                lines.append((number, after.strip().lstrip("@-+ ")))
    if target:
        found.append(Recipe(target, tuple(lines)))
    return tuple(Recipe(one.target, tuple((at, _put_in(line, variables)) for at, line in one.lines)) for one in found)


def _joined(text: str) -> list[tuple[int, str]]:
    lines: list[tuple[int, str]] = []
    open_ = False
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.rstrip()
        if open_:
            lines[-1] = (lines[-1][0], lines[-1][1] + " " + stripped.removesuffix("\\").strip())
        else:
            lines.append((number, stripped.removesuffix("\\")))
        open_ = stripped.endswith("\\")
    return lines


def _without_functions(line: str) -> str:
    """Returns a line with each call of a function of make, such as ``$(if A,B)``, as one word that says nothing."""
    parts: list[str] = []
    at = 0
    while found := _CALL.search(line, at):
        end, depth = found.end(), 1
        while end < len(line) and depth:
            depth += {"(": 1, ")": -1}.get(line[end], 0)
            end += 1
        if depth:
            break
        parts += [line[at : found.start()], "${make}"]
        at = end
    return "".join([*parts, line[at:]])


def _put_in(line: str, variables: dict[str, str]) -> str:
    for _ in range(_MAX_ROUNDS):
        new = _USE.sub(lambda use: variables.get(use[1] or use[2] or use[3], use[0]), line)
        if new == line or len(new) > 10_000:
            break
        line = new
    line = _without_functions(line)
    # What is left is a variable of make or of the environment: one word, unlike the shell's own $(command).
    return re.sub(r"(?<!\$)\$\(([\w.-]+)\)", r"${\1}", line).replace("$$", "$")
