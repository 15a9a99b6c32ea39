"""The edits that a rule can ask for, by name."""

import json
import re
from collections.abc import Callable, Mapping

from tta_validate.findings import Location
from tta_validate.fix import codemods, loops
from tta_validate.fix.changes import Change, Lines, between
from tta_validate.fix.content import Unfixable
from tta_validate.fix.request import Changes, Request
from tta_validate.fix.toml_operations import operated

_LISTED = re.compile(r"\[([^\]\n]*)\]")


def _replace(request: Request) -> Changes:
    place, lines = request.place, request.lines(request.place.path)
    yield place.path, _range(lines, place, request.data["text"])


def _range(lines: Lines, place: Location, text: str) -> Change:
    end = lines.offset(place.end_line or place.line, place.end_column or place.column)
    start = lines.offset(place.line, place.column)
    if end < start:
        raise Unfixable("the range ends before it starts")
    return Change(start, end, text)


def _whole_lines(request: Request) -> Changes:
    place, lines = request.place, request.lines(request.place.path)
    new: list[str] = json.loads(request.data["lines"])
    start, end = lines.offset(place.line, 1), lines.end(max(place.line, place.end_line))
    if new:
        yield place.path, Change(start, end, "\n".join(new))
    else:
        yield place.path, _without(lines, start, end)


def _without(lines: Lines, start: int, end: int) -> Change:
    """Returns the change that removes whole lines with one newline."""
    if end < len(lines.text):
        return Change(start, end + 1, "")
    return Change(max(start - 1, 0), end, "")


def _ranges(request: Request) -> Changes:
    for path, line, column, end_line, end_column, text in json.loads(request.data["edits"]):
        yield path, _range(request.lines(path), Location(path, line, column, end_line, end_column), text)


def _remove_comment(request: Request) -> Changes:
    place, lines = request.place, request.lines(request.place.path)
    start, end = lines.offset(place.line, place.column), lines.offset(place.line, place.end_column)
    first, last = lines.offset(place.line, 1), lines.end(place.line)
    before = lines.text[first:start].rstrip()
    if not before and not lines.text[end:last].strip():
        yield place.path, _without(lines, first, last)
    else:
        yield place.path, Change(first + len(before), last if not lines.text[end:last].strip() else end, "")


def _remove_names(request: Request) -> Changes:
    place, lines = request.place, request.lines(request.place.path)
    names: list[str] = json.loads(request.data["names"])
    start = lines.offset(place.line, place.column)
    found = _LISTED.search(lines.text, start, lines.offset(place.line, place.end_column))
    if found is None:
        raise Unfixable("there is no list of names")
    kept = [name for part in found[1].split(",") if (name := part.strip()) and name not in names]
    if kept:
        yield place.path, Change(found.start(1), found.end(1), ", ".join(kept))
    else:
        yield from _remove_comment(request)


def _toml(request: Request) -> Changes:
    path = request.data["path"] or request.place.path
    lines = request.lines(path)
    after = operated(lines.text, path, json.loads(request.data["operations"]))
    for change in between(lines.text, after):
        yield path, change


EDITS: Mapping[str, Callable[[Request], Changes]] = {
    "replace": _replace,
    "lines": _whole_lines,
    "ranges": _ranges,
    "remove-comment": _remove_comment,
    "remove-names": _remove_names,
    "toml": _toml,
    "keyword": codemods.keyword,
    "primitive": codemods.wrapped,
    "wait-for": codemods.awaited_for,
    "decorator": codemods.decorated,
    "retry-loop": loops.retried,
    "import-name": codemods.renamed,
}
"""What makes changes of a request, by the name of its edit; raises Unfixable where it cannot be made."""
