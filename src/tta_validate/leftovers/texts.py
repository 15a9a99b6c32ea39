"""Finds and rewrites commands in scripts, Makefiles, YAML files and prose, line by line."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace

from tta_validate.leftovers.docker_text import json_words
from tta_validate.leftovers.lines import Rewritten, heredoc_of, walked
from tta_validate.leftovers.model import ACTIVATE, CONDA, Change, Context, Where

_KEYS = (
    "run|script|before_script|after_script|install|before_install|command|entrypoint|bash|pwsh|powershell"
    "|postCreateCommand"
)
_YAML_HEAD = re.compile(rf"^(\s*(?:-\s+)*(?:(?:{_KEYS})\s*:\s*)?)(.*?)(\s*)$")
_OTHER_KEY = re.compile(r"^[\w.\"'-]+\s*:(?:\s|$)")
_ASSIGNED = re.compile(
    r"^[\w.-]+\s*(?::{0,3}|\?|\+)=.*"
    r"(?:(?<![\w.-])(?:conda|mamba|micromamba)(?![\w-])|source\s+activate).*$"
)
_PROSE_HEAD = re.compile(r"^(\s*(?:[-*]\s+|\d+\.\s+)?(?:`+|RUN\s+)?(?:\(?[\w.-]*\)?[$%>]\s+|PS>\s*)?)(.*?)(`*\s*)$")
_PROSE_START = re.compile(
    r"^(?:conda|mamba|micromamba|poetry|pip3?|python3?\s+-m\s+pip|source|curl|wget|bash)\s|\bvalidate-(?:llm|cost)-"
)

_STEP = re.compile(r"^\s*(?:-\s|run\s*:|steps\s*:)")
_PROGRAMS = frozenset(
    {
        *("pytest", "tox", "coverage", "ruff", "black", "mypy", "flake8", "isort", "sphinx-build", "mkdocs", "jupyter"),
        *("uvicorn", "gunicorn", "hypercorn", "flask", "django-admin", "celery", "streamlit", "alembic", "accelerate"),
        *("torchrun", "deepspeed", "huggingface-cli", "pre-commit", "ipython", "jupyter-lab", "mlflow", "dvc"),
    }
)


_HINTS = ("conda", "mamba", "poetry", "pip", "requirements", "validate-", "activate", "venv", "virtualenv", "setup.py")
"""What any command that is looked for contains. Documents are long, and each line of one stands for itself."""


def _hints(low: str) -> bool:
    return any(word in low for word in _HINTS)


def script_changes(text: str, where: Where, context: Context) -> tuple[Change, ...]:
    """Returns what is left behind in a shell script, a Makefile or a list of commands."""
    found = command_changes(text, where, context)
    if where != "prose" and any(installs(one) for one in found):
        found = command_changes(text, where, replace(context, beside=True))
    return _activating(found, text, context) if where == "script" else found


def command_changes(text: str, where: Where, context: Context) -> tuple[Change, ...]:
    """Returns what is left behind, as it is where the context says: beside an installed project or not."""
    return tuple(_changes(text, where, context))


def installs(change: Change) -> bool:
    """Whether a change installs the project with uv."""
    return "uv sync" in " ".join(change.new or ())


def _changes(text: str, where: Where, context: Context) -> Iterator[Change]:
    at_first, synced = context, ""
    for start, end, logical in _logical(text, where):
        if where == "prose" and not _hints(logical.lower()):
            continue
        if where == "make" and (named := _ASSIGNED.match(logical)):
            yield Change(CONDA, start, end, named[0].strip(), "It names conda; with uv the environment is .venv.")
            continue
        if where not in ("script", "windows") and (where != "ci" or _STEP.match(logical)):
            # Each line of a Makefile, and each step, has a shell of its own; what is installed stays.
            same_job = where == "ci" and not re.match(r"\s*steps\s*:", logical)
            context = replace(at_first, inexact=context.inexact and same_job)
        head, body, tail = _parts(logical, where)
        if not body.strip() or body.lstrip().startswith(("#", "::", "REM ", "rem ")):
            continue
        if where in ("compose", "ci") and body.startswith("["):
            yield from _listed((start, end), (head, body, tail), where, context)
            continue
        if where != "ci" or _STEP.match(logical):
            synced = "" if where != "script" else synced
        result, context = walked(body, where, context)
        if result is None:
            continue
        change = _change(result, start, end, (head, tail), where)
        command = (result.new or "").strip()
        if not head.strip() and command == synced and re.fullmatch(r"uv sync[\w =-]*", command):
            change = replace(change, new=())
        synced = command if command.startswith("uv sync") else synced
        yield change


def _listed(lines: tuple[int, int], parts: tuple[str, str, str], where: Where, context: Context) -> Iterator[Change]:
    """Yields the change of a command that is a list of words on one line."""
    head, body, tail = parts
    words = json_words(body) or []
    result, _ = walked(shlex.join(words), where, context)
    if result is None:
        return
    plain = result.new is not None and not re.search(r"&&|;|\|", result.new)
    after = shlex.split(result.new) if result.new and plain else []
    new = (f"{head}{json.dumps(after, ensure_ascii=False)}{tail}",) if after else None
    yield Change(result.found[0][1].rule, *lines, " ".join(words), result.found[0][1].advice, new)


def _activating(found: tuple[Change, ...], text: str, context: Context) -> tuple[Change, ...]:
    """Lets what a script runs after it installed the project run in its environment."""
    first = next((one for one in found if installs(one)), None)
    if first is None or any("activate" in " ".join(one.new or ()) or one.new is None for one in found):
        return found
    programs = "|".join(map(re.escape, sorted({*_PROGRAMS, *context.declared})))
    runs = re.compile(rf"^\s*(?:(?:exec|nohup|time)\s+|[A-Za-z_]\w*=\S*\s+)*(?:python[\d.]*|{programs})(?=\s|$)")
    changed = {number for one in found for number in range(one.line, one.end + 1)}
    after = [line for number, line in enumerate(text.split("\n"), 1) if number > first.end and number not in changed]
    own = " ".join(first.new or ())
    if "--active" in own or "UV_PROJECT_ENVIRONMENT" in own:
        return found
    if not any(runs.match(line) for line in after) and not re.search(
        rf"uv sync[^&;|]*(?:&&|;)\s*(?:{programs})\b", own
    ):
        return found
    if re.search(r"(?:\b(?:if|elif|while|until)|!)\s", own):
        return tuple(replace(one, new=None) if one is first else one for one in found)
    new = tuple(re.sub(r"(\buv sync(?: --?[\w=-]+)*)", rf"\1 && {ACTIVATE}", line) for line in first.new or ())
    return tuple(replace(one, new=new) if one is first else one for one in found)


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
        if where not in ("prose", "windows") and (word := heredoc_of("\n".join(lines[start : at + 1]))):
            at = next((n for n in range(at + 1, min(len(lines), at + 2_000)) if lines[n].strip() == word), at)
        yield start + 1, at + 1, "\n".join(lines[start : at + 1])
        at += 1
