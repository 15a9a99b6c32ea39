"""Writes the plan of a migration: what a person has to decide, install and look at."""

import re
from collections.abc import Iterable, Iterator, Sequence

from tta_validate.findings import redact
from tta_validate.leftovers.found import Left
from tta_validate.migrate.model import Draft, Kind, Note
from tta_validate.plain_text import clean

FILE = "MIGRATION.md"
MARK = "<!-- Made by tta-validate migrate. -->"
"""What stands in a plan, so that it may be written anew."""

_TITLES: tuple[tuple[Kind, str, str], ...] = (
    ("decide", "Decide", "What could not be decided, and what was decided in a way that may not suit you."),
    ("system", "Install with the system's package manager", "uv installs Python packages only."),
    ("changed", "Said in another way", "Nothing to do; know it when something behaves in another way."),
    ("dropped", "Left out", "Nothing takes its place."),
)

_STILL = "Still there"
_ABOUT_STILL = (
    "Commands of the tools that were used before, for you to replace. "
    "A file, or a job, in which one of them is not certain is left as it is, all of it."
)


def plan_text(command: str, draft: Draft, changed: Sequence[str], left: Sequence[Left], *, locked: bool) -> str:
    """Returns the plan as Markdown: boxes for what is to be done, each with the place it comes from."""
    lines = ["# Migration to uv", "", MARK, ""]
    lines += [f"`{_plain(command)}` wrote {_listed(changed)}. Delete this file when nothing in it is left to do.", ""]
    for kind, title, about in _TITLES:
        notes = sorted(
            (note for note in draft.notes if note.kind == kind), key=lambda one: (one.place.path, one.place.line)
        )
        if notes:
            lines += [f"## {title}", "", about, "", *_rows(notes), ""]
        if kind == "system" and draft.apt:
            lines += ["```sh", f"apt-get install --no-install-recommends {' '.join(draft.apt)}", "```", ""]
    if left:
        lines += [f"## {_STILL}", "", _ABOUT_STILL, ""]
        lines += [_left(one) for one in left]
        lines.append("")
    lines += [_THEN, "", *_then(draft, locked=locked)]
    return "\n".join(lines) + "\n"


def _rows(notes: Iterable[Note]) -> Iterator[str]:
    for note in notes:
        box = "- [ ] " if note.kind in ("decide", "system") else "- "
        yield f"{box}`{_plain(str(note.place))}`: `{_plain(note.what)}`. {clean(note.advice)}"


def _left(one: Left) -> str:
    place = f"{_plain(one.path)}:{one.change.line}"
    new = "; ".join(" ".join(line.split()) for line in one.change.new or () if line.strip())
    instead = f" Instead: `{_plain(new)}`." if new else " Nothing takes its place." if one.change.new == () else ""
    return f"- [ ] `{place}`: `{_plain(one.change.found)}`. {clean(redact(one.change.advice))}{instead}"


def _plain(text: str) -> str:
    return clean(redact(text)).replace("`", "'")


def _listed(paths: Sequence[str]) -> str:
    return ", ".join(f"`{_plain(path)}`" for path in paths) if paths else "nothing"


def _then(draft: Draft, *, locked: bool) -> list[str]:
    steps = [] if locked else ["Lock: `uv lock`."]
    steps += [
        "Install: `uv sync`, and run the tests: `uv run pytest`.",
        "Commit pyproject.toml and uv.lock.",
        "See what is still left: `tta-validate check --select migration,groups,workspace,lock`.",
    ]
    if draft.replaced:
        steps.append(
            f"Delete what nothing needs any more: `git rm {' '.join(_plain(path) for path in draft.replaced)}`."
        )
    return [f"{at}. {step}" for at, step in enumerate(steps, 1)]


def merged(before: str, text: str, *, wrote: bool) -> str:
    """Returns a plan that is there with what a new one has more; its ticks and all that was written into it stay.

    An item is the same whatever its line number is. ``wrote`` tells whether the new one is about files that changed.
    """
    lines = before.rstrip("\n").split("\n")
    known = {_key(line) for line in lines}
    new = text.rstrip("\n").split("\n")
    if wrote and new[4] not in lines:
        at = lines.index(MARK) + 1 if MARK in lines else 0
        lines[at:at] = ["", new[4]]
    for title, about, items in _sections(new):
        missing = [item for item in items if _key(item) not in known]
        if missing:
            _add(lines, title, about, missing)
    if _LOCK in lines and _LOCK not in new:
        _without_lock(lines)
    return "\n".join(lines) + "\n"


_THEN = "## Then"
_LOCK = "1. Lock: `uv lock`."


def _without_lock(lines: list[str]) -> None:
    """Takes the step that locks out of the last section, and counts the others anew."""
    at = lines.index(_LOCK)
    del lines[at]
    number = 0
    for place in range(at, len(lines)):
        if found := re.match(r"\d+\. ", lines[place]):
            number += 1
            lines[place] = f"{number}. {lines[place][found.end() :]}"


def _key(line: str) -> str:
    """Returns an item without its box and the number of its line, empty for a line that is none."""
    found = re.match(r"- (?:\[[ xX]\] )?(`[^`]*`.*)", line)
    return re.sub(r"^`([^`]*?):\d+`", r"`\1`", found[1]) if found else ""


def _sections(lines: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    starts = [at for at, line in enumerate(lines) if line.startswith("## ") and line != _THEN]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start], lines[start + 2], [line for line in lines[start:end] if _key(line)]


def _add(lines: list[str], title: str, about: str, items: list[str]) -> None:
    if title not in lines:
        at = lines.index(_THEN) if _THEN in lines else len(lines)
        lines[at:at] = [title, "", about, "", *items, ""]
        return
    start = lines.index(title)
    end = next((at for at in range(start + 1, len(lines)) if lines[at].startswith("## ")), len(lines))
    last = max((at for at in range(start, end) if _key(lines[at])), default=start + 2)
    lines[last + 1 : last + 1] = items
