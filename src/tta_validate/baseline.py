"""Known findings: a file of fingerprints that survives moved lines, counts how often, and only shrinks by itself."""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from tta_validate.errors import InputError
from tta_validate.findings import Finding
from tta_validate.report import Metric, ReportedFinding

_CONFLICT = re.compile(rb"^(?:<{7}|>{7}|\|{7}|={7})(?: |\r?$)", re.MULTILINE)
"""A line that git puts into a file where two branches disagree."""

_TRAILING = re.compile(r",(?=[)\]}])")

DEFAULT = "tta-baseline.json"
"""The file that ``tta-validate baseline`` writes when none is configured."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """What makes a finding known: its path, its rule, and the hash of its source text."""

    path: str
    rule: str
    text: str

    @classmethod
    def of(cls, finding: ReportedFinding) -> "Entry":
        """Returns the entry of a finding."""
        return cls(finding.path, finding.rule, finding.text)


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    rule: str
    text: str
    count: Annotated[int, msgspec.Meta(ge=1)] = 1


class _Best(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    metric: str
    value: Annotated[float, msgspec.Meta(ge=0, le=100)]
    member: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    findings: tuple[_Line, ...]
    best: tuple[_Best, ...] = ()


Best = Mapping[tuple[str, str | None], float]
"""(metric, member) -> the best value seen, in percent."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a baseline file holds: how often each entry is known, and the best values that metrics have had."""

    known: Counter[Entry]
    best: Best


def text_hash(finding: Finding, source: str) -> str:
    """Returns 16 hexadecimal digits for rule, subject and source text.

    What formatters change does not count: whitespace, trailing commas and the kind of quotes.
    """
    normal = _TRAILING.sub("", "".join(source.split())).replace("'", '"')
    return hashlib.sha256("\0".join((finding.rule, finding.subject, normal)).encode()).hexdigest()[:16]


def fingerprint(entry: Entry, occurrence: int) -> str:
    """Returns 16 hexadecimal digits for the ``occurrence``-th finding, from 0, of an entry."""
    return hashlib.sha256("\0".join((entry.path, entry.text, str(occurrence))).encode()).hexdigest()[:16]


def read(path: Path, shown: str) -> Counter[Entry]:
    """Returns how often each entry is known; raises InputError for a file that cannot be used."""
    return read_all(path, shown).known


def read_all(path: Path, shown: str, *, joining: bool = False) -> Baseline:
    """Returns all that a file holds; raises InputError for one that cannot be used.

    One with the conflict of a merge in it is that too, unless ``joining``, which takes what either side has.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{shown}: there is no such baseline; `tta-validate baseline` writes it") from None
    except OSError as error:
        raise InputError(f"{shown}: cannot be read: {error.strerror}") from None
    if conflict := _CONFLICT.search(data):
        if joining:
            return _joined(data, shown)
        line = data.count(b"\n", 0, conflict.start()) + 1
        raise InputError(
            f"{shown}:{line}: has a merge conflict; `tta-validate baseline` joins both sides and loses no entry"
        )
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"{shown}:1: is not a baseline: {error}; delete it, and `tta-validate baseline` writes a new one"
        ) from None
    if file.schema != 1:
        raise InputError(f"{shown}:1: has schema {file.schema}, which this version cannot read")
    known: Counter[Entry] = Counter()
    for line in file.findings:
        known[Entry(line.path, line.rule, line.text)] += line.count
    return Baseline(known, {(one.metric, one.member): one.value for one in file.best})


def _joined(data: bytes, shown: str) -> Baseline:
    """Returns what either side of a merge conflict knows: of each entry the higher count, of each metric the best."""
    known: Counter[Entry] = Counter()
    best: dict[tuple[str, str | None], float] = {}
    common = False
    for number, raw in enumerate(data.split(b"\n"), 1):
        line = raw.strip().removesuffix(b",")
        # Between these two is what both sides come from, in the conflict style diff3.
        common = (common or line.startswith(b"|||||||")) and not line.startswith(b"=======")
        if common or not line.startswith(b'{"'):
            continue
        try:
            one = msgspec.json.decode(line, type=_Best if line.startswith(b'{"metric"') else _Line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InputError(f"{shown}:{number}: is no entry of a baseline: {error}; delete the line") from None
        if isinstance(one, _Line):
            known |= Counter({Entry(one.path, one.rule, one.text): one.count})
        else:
            best[one.metric, one.member] = max(one.value, best.get((one.metric, one.member), 0))
    return Baseline(known, best)


def dump(known: Counter[Entry], best: Best | None = None) -> str:
    """Returns the file's text: sorted, one entry a line, the same bytes for the same findings."""
    lines = [
        json.dumps({"path": entry.path, "rule": entry.rule, "text": entry.text, "count": count}, ensure_ascii=False)
        for entry, count in sorted(known.items())
        if count > 0
    ]
    values = [
        json.dumps({"metric": metric, "member": member, "value": value}, ensure_ascii=False)
        for (metric, member), value in sorted((best or {}).items(), key=lambda one: (one[0][0], one[0][1] or ""))
    ]
    parts = ['  "schema": 1', f'  "findings": {_listed(lines)}', *([f'  "best": {_listed(values)}'] if values else [])]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _listed(lines: Sequence[str]) -> str:
    body = ",\n    ".join(lines)
    return f"[\n    {body}\n  ]" if lines else "[]"


def ratcheted(best: Best, found: Iterable[Metric], *, lower: bool) -> Best:
    """Returns the best values with those of today, which only raise them unless they may ``lower`` them too.

    What a comment or a setting silences is counted as guarded, as it is where they are judged: ``found`` has to be
    measured without any baseline. They are rounded down to a tenth of a percent, so that what is stored is met.
    """
    today = {
        (one.name, one.member): math.floor(1000 * (one.numerator + one.excused) / one.denominator) / 10
        for one in found
        if one.denominator and one.target is not None
    }
    return {**best, **{key: value if lower else max(value, best.get(key, 0)) for key, value in today.items()}}


@dataclass(frozen=True, slots=True)
class Split:
    """Findings told apart by a baseline; ``gone`` are the entries, with their count, that nothing matches any more."""

    new: tuple[ReportedFinding, ...]
    known: tuple[ReportedFinding, ...]
    gone: Counter[Entry]


def split(findings: Sequence[ReportedFinding], known: Counter[Entry], held: Collection[str] = ()) -> Split:
    """Tells known findings from new ones, each entry standing for as many findings as its count.

    An entry that its own file has no more use for matches by rule and text alone: the code went to another file, or
    the file was renamed. ``held`` are files that were not looked at, whose entries stay theirs.
    """
    left = Counter(known)
    new: list[ReportedFinding] = []
    old: list[ReportedFinding] = []
    for finding in findings:
        entry = Entry.of(finding)
        if left[entry] > 0:
            left[entry] -= 1
            old.append(finding)
        else:
            new.append(finding)
    moved: dict[tuple[str, str], list[Entry]] = {}
    for entry, count in sorted(left.items(), reverse=True):
        if count > 0 and entry.path not in held:
            moved.setdefault((entry.rule, entry.text), []).extend([entry] * count)
    still_new: list[ReportedFinding] = []
    for finding in new:
        if spare := moved.get((finding.rule, finding.text)):
            left[spare.pop()] -= 1
            old.append(finding)
        else:
            still_new.append(finding)
    return Split(tuple(still_new), tuple(old), +left)


def shrink(known: Counter[Entry], findings: Sequence[ReportedFinding], unread: Collection[str] = ()) -> Counter[Entry]:
    """Returns the part of the baseline that findings still match, under the paths that they have today.

    Entries of files that could not be read are kept as they are.
    """
    kept = Counter({entry: count for entry, count in known.items() if entry.path in unread})
    return kept + Counter(Entry.of(finding) for finding in split(findings, known - kept).known)


def grow(findings: Iterable[ReportedFinding]) -> Counter[Entry]:
    """Returns the baseline that knows all of the findings."""
    return Counter(Entry.of(finding) for finding in findings)
