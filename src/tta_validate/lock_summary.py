"""Tells what changed in a lock, as a reviewer would: for a terminal, and as Markdown for a comment."""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pydantic import JsonValue

from tta_validate.plain_text import clean, escaped
from tta_validate.report import ReportedFinding

Changes = Sequence[Mapping[str, JsonValue]]

MAX_MARKDOWN = 60_000
"""GitHub refuses comments of more than 65,536 characters."""

_KINDS = ("removed", "downgraded", "moved", "upgraded", "added", "versions", "files", "metadata")
_COUNTED = {kind: f"with other {kind}" for kind in ("versions", "files", "metadata")}
_SIZES = ("epoch", "major", "calendar", "minor", "patch", "pre", "post", "dev", "local", "same", "")
_MARKS = {"error": "ERROR", "warning": "WARN", "info": "info"}


class Row(NamedTuple):
    """A change as text."""

    name: str
    kind: str
    step: str
    scope: str
    way: str
    notes: str
    direct: bool
    rank: tuple[int, int, int, str]


def rows(changes: Changes) -> list[Row]:
    """Returns the changes of what is installed: direct ones first, then by how much they matter."""
    return sorted((_row(change) for change in changes if not change.get("noise")), key=lambda row: row.rank)


def _texts(value: JsonValue) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _row(change: Mapping[str, JsonValue]) -> Row:
    name, kind, size = (str(change.get(key) or "") for key in ("name", "kind", "size"))
    old, new = ", ".join(_texts(change.get("from"))), ", ".join(_texts(change.get("to")))
    step = f"{old} -> {new}" if old and new and old != new else new or old
    direct, path = _texts(change.get("direct")), _texts(change.get("path"))
    scope = str(change.get("scope") or "")
    way = ", ".join(direct) if direct else " > ".join(path[:-1])
    notes = [size] if size else []
    notes += _texts(change.get("flags"))
    if change.get("marker"):
        notes.append(f"only {change['marker']}")
    own = scope == "own"
    rank = (2 if own else 0 if direct else 1, _at(_SIZES, size), _at(_KINDS, kind), name)
    return Row(name, kind, step, "the project's own" if own else scope, way, "; ".join(notes), bool(direct), rank)


def _at(order: tuple[str, ...], name: str) -> int:
    return order.index(name) if name in order else len(order)


def headline(changes: Changes, alarms: Sequence[ReportedFinding]) -> str:
    """Returns the counts in one line, or that nothing changed."""
    if not changes and not alarms:
        return "No change."
    real = [change for change in changes if not change.get("noise")]
    counts = [(kind, sum(change.get("kind") == kind for change in real)) for kind in _KINDS]
    parts = [f"{count} {_COUNTED.get(kind, kind)}" for kind, count in counts if count]
    noise = len(changes) - len(real)
    parts += [f"{noise} with other sizes, times or addresses only"] if noise else []
    worst = [(level, sum(alarm.severity == level for alarm in alarms)) for level in ("error", "warning", "info")]
    told = [f"{count} {level}{'s' if count > 1 and level != 'info' else ''}" for level, count in worst if count]
    text = ", ".join(parts) if parts else "No package changed"
    return f"{text}. Alarms: {', '.join(told) or 'none'}."


def terminal(changes: Changes, alarms: Sequence[ReportedFinding], notes: Sequence[str] = (), width: int = 100) -> str:
    """Returns the whole text for a terminal, ending in a newline; what is wider goes on under its own line."""
    lines = [headline(changes, alarms), *(f"note: {clean(note)}" for note in notes)]
    for alarm in alarms:
        place = f"{alarm.path}:{alarm.line}"
        lines.append(f"{_MARKS[alarm.severity]:<5} {clean(alarm.message)} [{alarm.rule}] {clean(place)}")
    found = rows(changes)
    if found:
        table = [(row.name, row.kind, row.step, row.scope) for row in found]
        widths = [max(len(clean(cells[at])) for cells in table) for at in range(4)]
        lines.append("")
        for row, texts in zip(found, table, strict=True):
            cells = "  ".join(
                clean(text).ljust(min(most, 44)) for text, most in zip(texts, widths, strict=True)
            ).rstrip()
            by = f"by {clean(row.way)}" if row.way else ""
            more = [part for part in (by, clean(row.notes)) if part]
            whole = "  ".join([cells, *more])
            lines += [whole] if len(whole) <= width else [cells, *_under("; ".join(more), width)]
    return "\n".join(lines) + "\n"


def _under(text: str, width: int) -> list[str]:
    indent = " " * 4
    return textwrap.wrap(text, max(width, 40), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def code(text: str) -> str:
    """Returns text as code of Markdown; no backquote in it ends that."""
    return f"`{clean(text).replace('`', chr(39))}`"


def fenced(title: str, text: str) -> str:
    """Returns lines of text under a heading, as a block of code of Markdown that nothing in them ends."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"### {escaped(title)}\n\n{fence}text\n{text.rstrip()}\n{fence}\n"


def markdown(
    changes: Changes,
    alarms: Sequence[ReportedFinding],
    notes: Sequence[str] = (),
    budget: int = MAX_MARKDOWN,
    lock: str = "uv.lock",
) -> str:
    """Returns the whole text as Markdown of at most ``budget`` characters; what is left out is counted at its end."""
    found = rows(changes)
    parts = [f"### What changes in {code(lock)}\n\n{escaped(headline(changes, alarms))}\n"]
    parts += [f"> {escaped(note)}\n" for note in notes]
    loud = [alarm for alarm in alarms if alarm.severity != "info"]
    quiet = [alarm for alarm in alarms if alarm.severity == "info"]
    if loud:
        parts.append("\n" + "".join(_bullet(alarm) for alarm in loud[:100]))
        parts += [f"- and {len(loud) - 100} more\n"] if len(loud) > 100 else []
    left = budget - sum(map(len, parts)) - 400
    for title, chosen, folded in (
        ("Direct", [row for row in found if row.direct], False),
        ("Transitive", [row for row in found if not row.direct], True),
    ):
        text = _table(title, chosen, folded=folded, budget=left)
        left -= len(text)
        parts.append(text)
    if quiet and left > 1000:
        body = "".join(_bullet(alarm) for alarm in quiet[: left // 300])
        more = f"- and {len(quiet) - left // 300} more\n" if len(quiet) > left // 300 else ""
        parts.append(f"\n<details><summary>{len(quiet)} for information</summary>\n\n{body}{more}\n</details>\n")
    return "".join(parts)


def _bullet(alarm: ReportedFinding) -> str:
    return f"- **{alarm.severity}** {escaped(alarm.message)[:400]} (`{alarm.rule}`, line {alarm.line})\n"


def _table(title: str, found: Sequence[Row], *, folded: bool, budget: int) -> str:
    if not found:
        return ""
    head = "| package | change | versions | for | by | notes |\n|---|---|---|---|---|---|\n"
    body, dropped = "", 0
    for row in found:
        line = "| " + " | ".join(escaped(text)[:300] for text in row[:6]) + " |\n"
        if len(head) + len(body) + len(line) > budget:
            dropped += 1
        else:
            body += line
    more = f"\n{dropped} more are left out here; `tta-validate lock diff` lists all.\n" if dropped else ""
    if not folded:
        return f"\n**{title}** ({len(found)})\n\n{head}{body}{more}"
    return f"\n<details><summary>{title} ({len(found)})</summary>\n\n{head}{body}{more}\n</details>\n"


def noise(changes: Changes) -> Iterator[str]:
    """Yields the names of the packages in which only sizes, times or addresses changed."""
    yield from (str(change.get("name")) for change in changes if change.get("noise"))
