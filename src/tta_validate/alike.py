"""Which of several findings with one text stood in a file before, told by the lines that did not change."""

import difflib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tta_validate.baseline import Entry
from tta_validate.report import ReportedFinding


@dataclass(frozen=True, slots=True)
class Then:
    """A file as it was: its text, and the lines of its findings by entry."""

    text: str
    lines: Mapping[Entry, Sequence[int]]


def unchanged_first(
    findings: Sequence[ReportedFinding],
    known: Counter[Entry],
    then: Mapping[str, Then],
    text: Callable[[str], str | None],
) -> list[ReportedFinding]:
    """Returns findings in their order, but those first that were there before, where only some of one text were.

    ``then`` are files as they were, by the paths that they have today; ``text`` gives the text of today.
    """
    today = Counter(map(Entry.of, findings))
    crowded = [entry for entry, count in known.items() if 0 < count < today[entry] and entry.path in then]
    kept: set[tuple[Entry, int]] = set()
    for path in {entry.path for entry in crowded}:
        line_of = _moves(then[path].text, text(path) or "")
        for entry in crowded:
            if entry.path == path:
                kept.update((entry, line_of[line]) for line in then[path].lines.get(entry, ()) if line in line_of)
    return sorted(findings, key=lambda finding: (Entry.of(finding), finding.line) not in kept)


def _moves(before: str, after: str) -> dict[int, int]:
    """Returns the line, from 1, at which each line that did not change stands now."""
    matcher = difflib.SequenceMatcher(None, before.split("\n"), after.split("\n"), autojunk=False)
    blocks = matcher.get_matching_blocks()
    return {block.a + at + 1: block.b + at + 1 for block in blocks for at in range(block.size)}
