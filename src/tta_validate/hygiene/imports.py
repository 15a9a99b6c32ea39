"""Every import of a tree with its line and what stands around it, by bytes; nothing is parsed."""

import hashlib
import re
import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from tta_validate.bindings import Import
from tta_validate.discover import SourceFile, Tree
from tta_validate.names import MAX_BYTES, Store, import_ranges, read_line

TYPING = 1
"""Under ``if TYPE_CHECKING``: never run."""
GUARDED = 2
"""In a ``try`` that catches its failure, or in the ``except`` of one: may be missing."""
CONDITIONAL = 4
"""Under any other ``if``."""
LOCAL = 8
"""In a function: not run by importing the module."""
QUOTED = 16
"""Perhaps in a string, or named in a call: tells of a use, and of nothing else."""

SHARED = frozenset(
    {"google", "azure", "opentelemetry", "zope", "ruamel", "backports", "jaraco", "snowflake", "llama_index"}
)
"""Namespaces that several distributions share, so that the names below them count."""

_FORMAT = 2
_HEADER = re.compile(
    rb"([ \t]*)(async[ \t]+def|def|class|if|elif|else|try|except\*?|finally|with|async[ \t]+with|for|while|match|case)"
    rb"\b([^\n]*)"
)
_TRIPLE = re.compile(rb"\"\"\"|'''")
_LITERAL = re.compile(
    rb"#[^\n]*+|(\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*+''')"
    rb"|\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'",
    re.DOTALL,
)
_CATCHES = re.compile(rb"except\*?\s*(?::|.*\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b)")
_SUPPRESS = re.compile(rb"\bsuppress\s*\(.*(?:ImportError|ModuleNotFoundError|Exception)")
_IMPORT = re.compile(rb"\s*(?:import|from)\b")
_MAX_BACK = 2_000


_Name = tuple[str, int, tuple[str, ...]]
"""What `Seen` says without the place: module, level and names."""


class Seen(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An import: a dotted name, its line, and the flags of what is around it.

    ``level`` counts the dots in front; ``names`` are those taken from the module, which may be modules themselves.
    """

    module: str
    line: int
    flags: int = 0
    level: int = 0
    names: tuple[str, ...] = ()

    @property
    def top(self) -> str:
        """The first name, empty for a relative import."""
        return "" if self.level else self.module.partition(".")[0]


class _Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    file: SourceFile
    imports: tuple[Seen, ...]


class _Saved(msgspec.Struct, frozen=True, array_like=True):
    entries: tuple[_Entry, ...]
    trusted: int


@dataclass(slots=True)
class Imports:
    """The imports of every file of a tree; ``store`` keeps them by file, size and times, as `names` does."""

    tree: Tree
    store: Store | None = None
    settled: float = 2.0
    files: dict[str, tuple[Seen, ...]] = field(default_factory=dict[str, tuple[Seen, ...]], init=False)
    _parsed: dict[bytes, tuple[_Name, ...]] = field(default_factory=dict[bytes, tuple[_Name, ...]], init=False)

    def __post_init__(self) -> None:
        parts = (b"imports", str(_FORMAT).encode(), str(self.tree.root).encode("utf-8", "surrogateescape"))
        key = hashlib.blake2b(b"\0".join(parts), digest_size=20).digest()
        before, trusted = self._load(key)
        started = time.time_ns()
        entries: list[_Entry] = []
        for file in self.tree.files:
            old = before.get(file.path)
            if old is None or old.file != file or max(file.modified, file.changed) >= trusted:
                old = _Entry(file, self._read(file))
            entries.append(old)
        self.files = {entry.file.path: entry.imports for entry in entries}
        known = sum(entry is before.get(entry.file.path) for entry in entries)
        if self.store is not None and (known < len(entries) or len(before) != len(entries)):
            saved = _Saved(tuple(entries), started - int(self.settled * 1e9))
            self.store.put(key, msgspec.msgpack.encode(saved))

    def _load(self, key: bytes) -> tuple[dict[str, _Entry], int]:
        data = self.store.get(key) if self.store is not None else None
        try:
            saved = msgspec.msgpack.decode(data, type=_Saved) if data is not None else _Saved((), 0)
        except (ValueError, RecursionError):
            saved = _Saved((), 0)
        return {entry.file.path: entry for entry in saved.entries}, saved.trusted

    def _read(self, file: SourceFile) -> tuple[Seen, ...]:
        if file.size > MAX_BYTES:
            return ()
        try:
            data = self.tree.read(file.path)
        except OSError:
            return ()
        return tuple(self._found(data.replace(b"\r\n", b"\n")))

    def _found(self, data: bytes) -> Iterator[Seen]:
        quoted: list[tuple[int, int]] | None = None
        line, counted = 1, 0
        for start, end in import_ranges(data):
            text = data[start:end]
            line += data.count(b"\n", counted, start)
            counted = start
            names = self._names(text)
            if not names:
                continue
            if quoted is None:
                quoted = _strings(data)
            flags = _around(data, start) if text[:1] in (b" ", b"\t") else 0
            if _inside(quoted, start) or not _IMPORT.match(text):
                flags |= QUOTED
            for name, level, taken in names:
                yield Seen(name, line, flags, level, taken)

    def _names(self, text: bytes) -> tuple[_Name, ...]:
        if text not in self._parsed:
            self._parsed[text] = tuple(dict.fromkeys(name for one in read_line(text) for name in _dotted(one)))
        return self._parsed[text]


def _dotted(one: Import) -> Iterator[_Name]:
    if not one.level and one.names and one.module.partition(".")[0] in SHARED:
        yield from ((f"{one.module}.{name}", 0, ()) for name in one.names)
    elif one.module or one.level:
        yield one.module, one.level, one.names


def _inside(spans: list[tuple[int, int]], at: int) -> bool:
    place = bisect_right(spans, (at, len(spans) and spans[-1][1])) - 1
    return place >= 0 and spans[place][0] <= at < spans[place][1]


def _strings(data: bytes) -> list[tuple[int, int]]:
    """Returns where strings over several lines start and end."""
    spans: list[tuple[int, int]] = []
    at = 0
    while found := _TRIPLE.search(data, at):
        start, mark = found.start(), found[0]
        before = data[data.rfind(b"\n", 0, start) + 1 : start]
        if b"#" in before or before.count(b'"') % 2 or before.count(b"'") % 2:
            return [(one.start(), one.end()) for one in _LITERAL.finditer(data) if one[1]]
        end = data.find(mark, start + 3)
        while end > 0 and data.endswith(b"\\", start, end):
            end = data.find(mark, end + 1)
        at = len(data) if end < 0 else end + 3
        spans.append((start, at))
    return spans


def _around(data: bytes, start: int) -> int:
    """Returns the flags of the blocks around an indented line."""
    flags = 0
    indent = _indent(data, start)
    at = start
    for _ in range(_MAX_BACK):
        if at <= 0 or indent == 0:
            break
        at = data.rfind(b"\n", 0, at - 1) + 1
        header = _HEADER.match(data, at)
        if header is None or len(header[1].expandtabs()) >= indent:
            continue
        indent = len(header[1].expandtabs())
        word = header[2]
        if word.endswith(b"def"):
            return flags | LOCAL
        flags |= _flag(data, start, header, word)
    return flags


def _flag(data: bytes, start: int, header: re.Match[bytes], word: bytes) -> int:
    if word in (b"if", b"elif"):
        condition = header[3]
        if b"TYPE_CHECKING" in condition:
            return CONDITIONAL if re.search(rb"\bnot\b", condition) else TYPING
        return CONDITIONAL
    if word in (b"else", b"match", b"case", b"for", b"while"):
        return CONDITIONAL
    if word.startswith(b"except") or (word.endswith(b"with") and _SUPPRESS.search(header[3])):
        return GUARDED
    if word == b"try":
        clause = re.compile(rb"^" + re.escape(header[1]) + rb"(except\b[^\n]*|finally\b[^\n]*|\S[^\n]*)", re.MULTILINE)
        at = clause.search(data, start)
        while at and at[1].startswith(b"except"):
            text = data[at.start(1) : data.find(b":", at.start(1)) + 1].replace(b"\n", b" ")
            if _CATCHES.match(text):
                return GUARDED
            at = clause.search(data, at.end())
    return 0


def _indent(data: bytes, at: int) -> int:
    end = at
    while data[end : end + 1] in (b" ", b"\t"):
        end += 1
    return len(data[at:end].expandtabs())
