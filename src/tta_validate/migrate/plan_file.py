"""Writes the plan of a migration: what a person has to decide, install and look at."""

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
        lines += ["## Still there", "", "Commands of the tools that were used before, for you to replace.", ""]
        lines += [_left(one) for one in left]
        lines.append("")
    lines += ["## Then", "", *_then(draft, locked=locked)]
    return "\n".join(lines) + "\n"


def _rows(notes: Iterable[Note]) -> Iterator[str]:
    for note in notes:
        box = "- [ ] " if note.kind in ("decide", "system") else "- "
        yield f"{box}`{_plain(str(note.place))}`: `{_plain(note.what)}`. {clean(note.advice)}"


def _left(one: Left) -> str:
    place = f"{_plain(one.path)}:{one.change.line}"
    return f"- [ ] `{place}`: `{_plain(one.change.found)}`. {clean(redact(one.change.advice))}"


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
