"""Finds and rewrites commands in scripts, Makefiles, YAML files and prose, line by line."""

import re
from collections.abc import Iterator

from tta_validate.leftovers.lines import Rewritten, rewritten
from tta_validate.leftovers.model import CONDA, Change, Context, Where

_KEYS = (
    "run|script|before_script|after_script|install|before_install|command|entrypoint|bash|pwsh|powershell"
    "|postCreateCommand"
)
_YAML_HEAD = re.compile(rf"^(\s*(?:-\s+)*(?:(?:{_KEYS})\s*:\s*)?)(.*?)(\s*)$")
_OTHER_KEY = re.compile(r"^[\w.\"'-]+\s*:(?:\s|$)")
_ASSIGNED = re.compile(r"^[\w.-]+\s*(?::{0,3}|\?|\+)=.*(?<![\w.-])(?:conda|mamba|micromamba)(?![\w-]).*$")
_PROSE_HEAD = re.compile(r"^(\s*(?:[-*]\s+|\d+\.\s+)?(?:`+|RUN\s+)?(?:\(?[\w.-]*\)?[$%>]\s+|PS>\s*)?)(.*?)(`*\s*)$")
_PROSE_START = re.compile(
    r"^(?:conda|mamba|micromamba|poetry|pip3?|python3?\s+-m\s+pip|source|curl|wget|bash)\s|\bvalidate-(?:llm|cost)-"
)


def script_changes(text: str, where: Where, context: Context) -> tuple[Change, ...]:
    """Returns what is left behind in a shell script, a Makefile or a list of commands."""
    return tuple(_changes(text, where, context))


def _changes(text: str, where: Where, context: Context) -> Iterator[Change]:
    for start, end, logical in _logical(text, where):
        if where == "make" and (named := _ASSIGNED.match(logical)):
            yield Change(CONDA, start, end, named[0].strip(), "It names conda; with uv the environment is .venv.")
            continue
        head, body, tail = _parts(logical, where)
        if not body.strip() or body.lstrip().startswith(("#", "::", "REM ", "rem ")):
            continue
        result = rewritten(body, where, context)
        if result is not None:
            yield _change(result, start, end, (head, tail), where)


def _change(result: Rewritten, start: int, end: int, around: tuple[str, str], where: Where) -> Change:
    what = "; ".join(found for found, _ in result.found)
    advice = " ".join(dict.fromkeys(one.advice for _, one in result.found))
    new: tuple[str, ...] | None = None
    if result.new is not None:
        head, tail = around
        body = result.new.strip(" \n") if not head.strip() else result.new.strip()
        if body:
            new = tuple(f"{head}{body}{tail}".split("\n"))
        elif head.strip() and where in ("ci", "compose"):
            # An item or key of YAML cannot be left without a value.
            new = (f"{head}'true'{tail}",) if '"' not in head and "'" not in head else None
        else:
            new = ()
    if where == "prose":
        new = None
    shown = f" Instead: {result.new.strip()}." if where == "prose" and result.new and result.new.strip() else ""
    return Change(result.found[0][1].rule, start, end, what, f"{advice}{shown}", new)


def _parts(logical: str, where: Where) -> tuple[str, str, str]:
    """Returns what stands before the commands of a line, the commands, and what stands after them."""
    if where in ("ci", "compose"):
        found = (
            _YAML_HEAD.match(logical)
            if "\n" not in logical
            else re.match(r"^(\s*(?:-\s+)?)(.*?)(\s*)$", logical, re.DOTALL)
        )
        if not found or _OTHER_KEY.match(found[2]) or re.fullmatch(r"[|>][+-]?\d*", found[2]):
            return "", "", ""
        head, body, tail = found[1], found[2], found[3]
        if len(body) > 1 and body[0] in "\"'" and body[-1] == body[0] and body[0] not in body[1:-1]:
            return head + body[0], body[1:-1], body[0] + tail
        return head, body, tail
    if where == "prose":
        found = _PROSE_HEAD.match(logical)
        return (found[1], found[2], found[3]) if found and _PROSE_START.match(found[2]) else ("", "", "")
    if where == "make":
        found = re.match(r"^(\s*[@+-]*\s*)(.*?)(\s*)$", logical, re.DOTALL)
        return (found[1], found[2], found[3]) if found and logical[:1] in "\t " else ("", "", "")
    found = re.match(r"^(\s*)(.*?)(\s*)$", logical, re.DOTALL)
    return (found[1], found[2], found[3]) if found else ("", logical, "")


def _logical(text: str, where: Where) -> Iterator[tuple[int, int, str]]:
    """Yields first and last line of each logical line with its text; a backslash or a caret joins the next one."""
    mark = "^" if where == "windows" else "\\"
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        start = at
        while lines[at].rstrip().endswith(mark) and at + 1 < len(lines) and at - start < 200:
            at += 1
        yield start + 1, at + 1, "\n".join(lines[start : at + 1])
        at += 1
