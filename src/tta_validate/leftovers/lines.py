"""Rewrites shell text: each simple command in it on its own, and nothing else."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tta_validate.leftovers.commands import instead
from tta_validate.leftovers.instead import Instead
from tta_validate.leftovers.model import SCRIPT, Context, Where
from tta_validate.leftovers.scripts import replaced_script

_PREFIX = re.compile(
    r"^(?:\s|\\\n|[({](?=[\s\w./])|[@+-](?=[\w./$@+({-])|(?:sudo(?:\s+-[EHnS])*|exec|call|time|nohup|then|do|else|if|elif|while|until|!)\s|[A-Za-z_]\w*=\S*\s)*"
)
_IF_THERE = re.compile(
    r"if \[+ -[fe] [\w./\"'-]*(?:requirements|environment|poetry|setup)[\w./\"'-]* \]+ ?; ?then "
    r"(uv sync[^;\n]*?) ?; ?fi"
)
_TAIL = re.compile(r"(?:(?:\s|\\\n)+#[^'\"\n]*)?(?:\s|\\\n)*$")
_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text after its commands were replaced: what was found, each with what takes its place.

    ``new`` is None where a person has to decide about one of them; empty where nothing of the text is left.
    """

    found: tuple[tuple[str, Instead], ...]
    new: str | None


def rewritten(text: str, where: Where, context: Context) -> Rewritten | None:
    """Returns the shell text with the commands of conda, Poetry and pip replaced, None where it has none."""
    return walked(text, where, context)[0]


def walked(text: str, where: Where, context: Context) -> tuple[Rewritten | None, Context]:
    """Returns the text rewritten, as `rewritten` does, and the context of the commands after it."""
    if len(text) > _MAX:
        return None, context
    found: list[tuple[str, Instead]] = []
    kept: list[tuple[str, str]] = []
    undecided = swallowing = False
    for segment, separator, has_text in _segments(text):
        if swallowing:
            swallowing = separator == "|"
            if kept:
                kept[-1] = (kept[-1][0], separator)
            continue
        one = _judged(segment.split("\n")[0] if has_text else segment, where, context)
        if one is not None and has_text:
            one = replace(one, new=None)
        swallowing = one is not None and one.piped and separator == "|"
        prefix = _PREFIX.match(segment)
        head = prefix[0] if prefix else ""
        context = _after(segment[len(head) :], one, context)
        if one is None:
            kept.append((segment, separator))
            continue
        found.append((" ".join(segment[len(head) :].replace("\\\n", " ").split()), one))
        grouped = re.search(r"[({]", head) is not None or _closes(segment)
        if one.new is None or (not one.new and (grouped or re.search(r"\b(?:if|elif|while|until)\s", head))):
            undecided = True
            kept.append((segment, separator))
        elif one.new:
            tail = _TAIL.search(segment)
            closing = ")" if _closes(segment) else ""
            head = _SUDO.sub("", head) if one.new.startswith("uv ") else head
            kept.append((head + one.new + closing + (tail[0] if tail else ""), separator))
    if not found:
        return None, context
    if undecided:
        return Rewritten(tuple(found), None), context
    new = _rejoined(_without_repeats(kept))
    return Rewritten(tuple(found), _IF_THERE.sub(r"\1", new)), context


_SUDO = re.compile(r"\bsudo(?:\s+-[EHnS])*\s+")
_ACTIVATED = re.compile(r"^(?:(?:source|\.|call)\s+)?[\"']?([^\s\"']*[/\\])(?:bin|Scripts)[/\\][Aa]ctivate(?:\.\w+)?\b")
_PIP_INSTALL = re.compile(r"^(?:\S*/)?(?:python[\d.]*\s+-m\s+)?pip[\d.]*\s+install\s")


def _after(command: str, one: Instead | None, context: Context) -> Context:
    """Returns the context after a command: which environment is active, and whether more was installed into it."""
    if one is not None:
        new = one.new or ""
        more = "uv pip install " in new or re.search(r"uv sync.*--(?:group|extra|all-)", new)
        return replace(context, inexact=True) if more else context
    if (found := _ACTIVATED.match(command)) and "conda" not in command and found[1].strip("/\\") != ".venv":
        return replace(context, venv="active")
    if re.match(r"deactivate\b", command):
        return replace(context, venv="")
    if context.venv and context.beside and _PIP_INSTALL.match(command):
        return replace(context, inexact=True)
    return context


def _without_repeats(kept: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Drops a `uv sync` that follows the same one."""
    result: list[tuple[str, str]] = []
    for segment, separator in kept:
        if segment.strip().startswith("uv sync") and any(segment.strip() == one.strip() for one, _ in result):
            continue
        result.append((segment, separator))
    return result


def _closes(segment: str) -> bool:
    """Whether a command ends the group of commands that an earlier one, or itself, opened."""
    plain = _TAIL.sub("", segment)
    prefix = _PREFIX.match(plain)
    opened = plain[prefix.end() if prefix else 0 :]
    return opened.endswith(")") and opened.count(")") > opened.count("(")


def _judged(segment: str, where: Where, context: Context) -> Instead | None:
    prefix = _PREFIX.match(segment)
    text = segment[prefix.end() if prefix else 0 :]
    plain = _TAIL.sub("", text).replace("\\\n", " ").strip()
    plain = plain[:-1].rstrip() if _closes(segment) else plain
    if not plain or plain.startswith("#"):
        return None
    try:
        words = shlex.split(plain, comments=True, posix=True)
    except ValueError:
        words = plain.split()
    if not words:
        return None
    inner = _inner(words, text, where, context)
    if inner is not None:
        return inner
    script = replaced_script(plain)
    if script:
        return Instead(SCRIPT, script.new, script.advice)
    return instead(words, plain, where, context)


def _inner(words: list[str], text: str, where: Where, context: Context) -> Instead | None:
    """Returns what takes the place of ``bash -c "..."`` where the commands in it are replaced."""
    is_shell = words[0].rpartition("/")[2] in ("bash", "sh", "zsh") and len(words) > 2
    if not is_shell or not re.fullmatch(r"-[a-z]*c", words[1]) or words[2] not in text:
        return None
    result = rewritten(words[2], where, context)
    if result is None:
        return None
    first = result.found[0][1]
    new = None if result.new is None else text.replace(words[2], result.new.strip()).rstrip()
    return Instead(first.rule, new if new is None or result.new else "", first.advice)


def _rejoined(kept: list[tuple[str, str]]) -> str:
    if not any(segment.strip() for segment, _ in kept):
        return ""
    text = ""
    for at, (segment, separator) in enumerate(kept):
        last = at == len(kept) - 1
        text += segment + ("" if last and separator in ("&&", "||", "|") else separator)
    return text.rstrip().rstrip("\\").rstrip() if text.rstrip().endswith("\\") else text


_HEREDOC = re.compile(r"(?<!<)<<-?[ \t]*(['\"]?)([A-Za-z_]\w*)\1(?![\w<])")
_SHELL = re.compile(r"(?:.*/)?(?:ba|z|da)?sh\b(?![^<]*-c)")


def heredoc(command: str) -> re.Match[str] | None:
    """Returns the mark after which a command has text of its own, None where that text is commands again."""
    found = _HEREDOC.search(command.split("\n")[0])
    before = command[: found.start()].strip() if found else ""
    return found if found and before and not _SHELL.match(before) else None


def heredoc_of(line: str) -> str:
    """Returns the word that closes the text which follows a line, empty where none follows."""
    found = _HEREDOC.search(line) if not line.lstrip().startswith("#") else None
    return found[2] if found else ""


def _heredoc_end(text: str, start: int, at: int) -> int:
    """Returns where the line ends that closes the text which a command of this line has, ``at`` for none."""
    line = text[max(text.rfind("\n", 0, at) + 1, 0) : at]
    commands = [_PREFIX.sub("", one, count=1) for one in re.split(r"&&|\|\||;|\|", line)]
    here = next((found for one in commands if (found := heredoc(one))), None)
    if here is None or start == at:
        return at
    end = re.compile(rf"^[ \t]*{re.escape(here[2])}[ \t]*$", re.MULTILINE).search(text, at)
    return end.end() if end else at


def _segments(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yields the simple commands of a text, each with the separator after it, and whether text of its own follows it.

    Quotes and ``$(...)`` hold together.
    """
    start = at = 0
    has_text = False
    quote = ""
    depth = 0
    while at < len(text):
        character = text[at]
        if quote:
            at += 1 if character == "\\" and quote == '"' else 0
            quote = "" if text[at : at + 1] == quote else quote
        elif character == "\\":
            at += 1
        elif character in "\"'`":
            quote = character
        elif text.startswith("$(", at):
            depth += 1
            at += 1
        elif character == ")" and depth:
            depth -= 1
        elif not depth and (found := re.compile(r"&&|\|\||;|\||\n").match(text, at)):
            if found[0] == "\n" and (end := _heredoc_end(text, start, at)) > at:
                at, has_text = end, True
                continue
            yield text[start:at], found[0], has_text
            at = start = found.end()
            has_text = False
            continue
        at += 1
    if text[start:].strip():
        yield text[start:], "", has_text
