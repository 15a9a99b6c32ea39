"""Silencing: every finding ends active, or suppressed with what silenced it and why; none vanishes."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tta_validate.baseline import Entry, split
from tta_validate.ignores import IgnoreComment
from tta_validate.report import ReportedFinding, SuppressedFinding
from tta_validate.rule import JudgedComment


@dataclass(frozen=True, slots=True)
class Outcome:
    """Findings told apart, and the comments with the names in them that silenced something."""

    active: tuple[ReportedFinding, ...]
    suppressed: tuple[SuppressedFinding, ...]
    comments: tuple[JudgedComment, ...] = ()


def by_comments(findings: Sequence[ReportedFinding], comments: Iterable[IgnoreComment], today: date) -> Outcome:
    """Applies ignore comments; an expired or malformed one silences nothing."""
    used: dict[IgnoreComment, set[str]] = {}
    places: dict[tuple[str, int], list[IgnoreComment]] = {}
    for comment in comments:
        used[comment] = set()
        if not comment.problem:
            places.setdefault((comment.path, comment.covers), []).append(comment)
    active: list[ReportedFinding] = []
    suppressed: list[SuppressedFinding] = []
    for finding in findings:
        match = _matching(finding, places)
        if match is None:
            active.append(finding)
            continue
        comment, name = match
        used[comment].add(name)
        if comment.expired(today):
            active.append(finding)
        else:
            where = f"{comment.path}:{comment.line}"
            suppressed.append(_suppressed(finding, "comment", comment.reason or "no reason given", where))
    judged = tuple(JudgedComment(comment, frozenset(names)) for comment, names in used.items())
    return Outcome(tuple(active), tuple(suppressed), judged)


def _matching(
    finding: ReportedFinding, places: Mapping[tuple[str, int], list[IgnoreComment]]
) -> tuple[IgnoreComment, str] | None:
    for line in range(finding.line, max(finding.line, finding.end_line) + 1):
        for comment in places.get((finding.path, line), ()):
            if name := comment.names(finding.rule):
                return comment, name
    return None


def by_members(
    findings: Sequence[ReportedFinding], members: Mapping[str, str | None], ignored: Mapping[str, Collection[str]]
) -> Outcome:
    """Applies what the configuration ignores in a member; ``members`` maps a path to its member's name."""
    active: list[ReportedFinding] = []
    suppressed: list[SuppressedFinding] = []
    for finding in findings:
        member = members.get(finding.path) or ""
        names = ignored.get(member, ())
        if finding.rule in names or finding.rule.partition("-")[0] in names:
            suppressed.append(_suppressed(finding, "config", f"ignored in member {member}"))
        else:
            active.append(finding)
    return Outcome(tuple(active), tuple(suppressed))


def by_known(
    findings: Sequence[ReportedFinding],
    known: Counter[Entry],
    held: Collection[str],
    source: tuple[Literal["baseline", "since"], str],
) -> tuple[Outcome, Counter[Entry]]:
    """Applies known findings; returns with the outcome the entries that nothing matches any more.

    ``source`` tells what they are known from: a baseline or an earlier revision, and its name as shown. ``held`` are
    files that were not looked at, whose entries stay theirs.
    """
    by, shown = source
    parts = split(findings, known, held)
    reason, where = (f"known in {shown}", shown) if by == "baseline" else (f"already there at {shown}", "")
    suppressed = tuple(_suppressed(finding, by, reason, where) for finding in parts.known)
    return Outcome(parts.new, suppressed), parts.gone


def within(path: str, paths: Sequence[str]) -> bool:
    """Tells whether a path is one of the paths or below one; without any, every path is."""
    return not paths or any(top == "." or path == top or path.startswith(f"{top}/") for top in paths)


def gone_notes(gone: Counter[Entry], ran: Collection[str], paths: Sequence[str], shown: str) -> tuple[str, ...]:
    """Returns the note that a baseline knows more than there is, if it does, of the rules that ran below the paths."""
    number = sum(n for entry, n in gone.items() if entry.rule in ran and within(entry.path, paths))
    if not number:
        return ()
    subject = "1 finding is" if number == 1 else f"{number} findings are"
    return (f"{subject} known in {shown} and gone from the code; `tta-validate baseline` takes them out",)


def _suppressed(
    finding: ReportedFinding, by: Literal["comment", "baseline", "config", "since"], reason: str, where: str = ""
) -> SuppressedFinding:
    return SuppressedFinding(**dict(finding), by=by, reason=reason, where=where)
