"""Rewrites shell text: each simple command in it on its own, and nothing else."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from tta_validate.leftovers.commands import Instead, instead
from tta_validate.leftovers.model import SCRIPT, Context, Where
from tta_validate.leftovers.scripts import replaced_script

_PREFIX = re.compile(
    r"^(?:\s|\\\n|[@+-](?=[\w./$@+-])|(?:sudo|exec|time|nohup|then|do|else|if|elif|while|until|!)\s|[A-Za-z_]\w*=\S*\s)*"
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
    if len(text) > _MAX:
        return None
    found: list[tuple[str, Instead]] = []
    kept: list[tuple[str, str]] = []
    undecided = False
    swallowing = False
    for segment, separator in _segments(text):
        if swallowing:
            swallowing = separator == "|"
            if kept:
                kept[-1] = (kept[-1][0], separator)
            continue
        one = _judged(segment, where, context)
        swallowing = one is not None and one.piped and separator == "|"
        if one is None:
            kept.append((segment, separator))
            continue
        prefix = _PREFIX.match(segment)
        head = prefix[0] if prefix else ""
        found.append((" ".join(segment[len(head) :].replace("\\\n", " ").split()), one))
        if one.new is None or (not one.new and re.search(r"\b(?:if|elif|while|until)\s", head)):
            undecided = True
            kept.append((segment, separator))
        elif one.new:
            tail = _TAIL.search(segment)
            kept.append((head + one.new + (tail[0] if tail else ""), separator))
    if not found:
        return None
    if undecided:
        return Rewritten(tuple(found), None)
    new = _rejoined(_without_repeats(kept))
    return Rewritten(tuple(found), _IF_THERE.sub(r"\1", new))


def _without_repeats(kept: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Drops a `uv sync` that follows the same one."""
    result: list[tuple[str, str]] = []
    for segment, separator in kept:
        if segment.strip().startswith("uv sync") and any(segment.strip() == one.strip() for one, _ in result):
            continue
        result.append((segment, separator))
    return result


def _judged(segment: str, where: Where, context: Context) -> Instead | None:
    prefix = _PREFIX.match(segment)
    text = segment[prefix.end() if prefix else 0 :]
    plain = _TAIL.sub("", text).replace("\\\n", " ").strip()
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


def _segments(text: str) -> Iterator[tuple[str, str]]:
    """Yields the simple commands of a text, each with the separator after it; quotes and ``$(...)`` hold together."""
    start = at = 0
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
            yield text[start:at], found[0]
            at = start = found.end()
            continue
        at += 1
    if text[start:].strip():
        yield text[start:], ""
