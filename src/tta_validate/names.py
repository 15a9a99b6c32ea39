"""Which files of a tree can matter to a question about some modules, by bytes alone.

Every line that holds the word ``import`` is kept, with what its brackets or backslashes join to it; nothing is parsed
until a file turns out to be near one that matters.
"""

import hashlib
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from tta_validate import apart
from tta_validate.bindings import Import, imports
from tta_validate.discover import Skip, SourceFile, Tree
from tta_validate.modules import Modules

MAX_BYTES = 1 << 20
"""The size from which a file is skipped: generated data, which no parser here reads in bearable time."""

_FORMAT = 2
_WORD = re.compile(rb"[\w\x80-\xff]+")
_WORD_BYTES = frozenset(bytes([code]) for code in range(256) if _WORD.match(bytes([code])))
_DOTS = re.compile(rb"from[ \t]*\.[. \t]*import\b")
_CALLED = re.compile(r"""(?:import_module|__import__)\s*\(\s*[rRuU]?["']([.\w]+)["']""")


@dataclass(frozen=True, slots=True)
class Triggers:
    """What makes a file matter: imports of ``modules`` (dotted names), or any of ``texts`` anywhere in it.

    ``near``: further modules, each with texts. Their import matters only where a value could come from code that has
    one of the texts: that code, what imports it however indirectly, and what all of these import.
    """

    modules: tuple[str, ...] = ()
    texts: tuple[bytes, ...] = ()
    near: tuple[tuple[tuple[str, ...], tuple[bytes, ...]], ...] = ()

    @property
    def looked_for(self) -> tuple[bytes, ...]:
        """All texts, for `Names`."""
        return tuple(dict.fromkeys((*self.texts, *(text for _, texts in self.near for text in texts))))


@dataclass(frozen=True, slots=True)
class Screening:
    """``direct``: files that hold a trigger. ``reach``: those, and what imports them through project modules.

    ``read`` tells how many files were read for this, ``known`` how many an earlier run had read.
    """

    direct: frozenset[str]
    reach: frozenset[str]
    skipped: tuple[Skip, ...]
    read: int
    known: int


class Store(Protocol):
    """Where bytes survive a run; see `cache.Cache`."""

    def get(self, key: bytes) -> bytes | None:
        """Returns what was put under the key, or None."""
        ...

    def put(self, key: bytes, value: bytes) -> None:
        """Keeps the value."""
        ...


class _Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is kept of one file: its import lines joined by NUL bytes, which texts it holds, a digest of its content."""

    file: SourceFile
    lines: bytes
    texts: tuple[int, ...]
    digest: bytes


class _Saved(msgspec.Struct, frozen=True, array_like=True):
    entries: tuple[_Entry, ...]
    trusted: int
    """Nanoseconds: what changed later is read again."""


def import_ranges(data: bytes) -> Iterator[tuple[int, int]]:
    """Yields the start and end of each line that says ``import``, with what brackets or backslashes join to it."""
    at = data.find(b"import")
    while at >= 0:
        if data[at + 6 : at + 7].isalpha() and not data.startswith(b"lib", at + 6):
            at = data.find(b"import", at + 6)
            continue
        start = data.rfind(b"\n", 0, at) + 1
        while data.endswith((b"\\\n", b"\\\r\n"), 0, start) and start:
            start = data.rfind(b"\n", 0, start - 1) + 1
        end = _line_end(data, at)
        yield start, end
        at = data.find(b"import", end)


def _import_lines(data: bytes) -> bytes:
    """Returns the lines of the file that say ``import``, joined by NUL bytes."""
    return b"\0".join([data[start:end] for start, end in import_ranges(data)])


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    if end < 0:
        return len(data)
    opened = data.find(b"(", at, end)
    if opened >= 0 and data.find(b")", opened, end) < 0:
        closed = data.find(b")", end)
        end = data.find(b"\n", closed) if closed >= 0 else -1
    while end > 0 and data.endswith((b"\\", b"\\\r"), 0, end):
        end = data.find(b"\n", end + 1)
    return len(data) if end < 0 else end


def read_line(line: bytes) -> tuple[Import, ...]:
    """Returns the imports of such a line; a module named in a call of ``import_module`` counts."""
    text = line.decode("utf-8", "replace").replace("\r", "")
    called: list[str] = _CALLED.findall(text) if "(" in text else []
    dynamic = [Import(name.lstrip("."), len(name) - len(name.lstrip(".")), (), (None,)) for name in called]
    return (*imports(text), *dynamic)


_NEEDLE_BYTES = 4

_Needle = tuple[bytes, list[tuple[bytes, int, int]]]
"""A piece that several texts have in common, with those texts, where it stands in each, and the number of each."""


def _needles(texts: Sequence[bytes]) -> list[_Needle]:
    """Returns pieces for which to search: one search rules several texts out."""
    found: list[_Needle] = []
    left = dict.fromkeys(texts)
    while left:
        holders: dict[bytes, list[bytes]] = {}
        for text in left:
            pieces = (text[at : at + _NEEDLE_BYTES] for at in range(max(1, len(text) - _NEEDLE_BYTES + 1)))
            for piece in dict.fromkeys(pieces):
                holders.setdefault(piece, []).append(text)
        needle = max(holders, key=lambda piece: len(holders[piece]))
        alone = holders[needle][0] if len(holders[needle]) == 1 else needle
        found.append((alone, [(text, text.index(alone), texts.index(text)) for text in holders[needle]]))
        for text in holders[needle]:
            del left[text]
    return found


def _held(data: bytes, needles: Iterable[_Needle]) -> tuple[int, ...]:
    """Returns the numbers of the texts that are in the data, in order."""
    found: set[int] = set()
    for needle, texts in needles:
        at = data.find(needle)
        while at >= 0:
            found.update(
                [number for text, offset, number in texts if at >= offset and data.startswith(text, at - offset)]
            )
            at = data.find(needle, at + 1)
    return tuple(sorted(found))


_Hit = tuple[str, bytes]
"""A file and one of its import lines."""

_READ = msgspec.msgpack.Decoder(tuple[bytes, tuple[int, ...], bytes] | str)

_WORTH_A_FORK = 2 << 20
"""Bytes: what takes longer to read than a fork takes to start."""

_MAX_SEARCHES = 200
"""So many searches through all lines cost about as much as an index of all words."""


@dataclass(slots=True)
class _Lines:
    """The import lines of all files, to be searched by word."""

    files: dict[str, bytes]
    _holders: dict[bytes, list[_Hit]] = field(init=False)
    """The different lines, each with the files that hold it: most files import what others do."""
    _joined: bytes = field(init=False)
    _searches: int = field(default=0, init=False)
    _words: dict[bytes, list[_Hit]] | None = field(default=None, init=False)
    _relative: list[_Hit] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        holders: dict[bytes, list[_Hit]] = {}
        for path, joined in self.files.items():
            for line in joined.split(b"\0"):
                if line in holders:
                    holders[line].append((path, line))
                else:
                    holders[line] = [(path, line)]
        self._holders = holders
        self._joined = b"\0".join(holders) + b"\0"

    def holding(self, word: bytes) -> list[_Hit]:
        """Returns the lines that hold a word."""
        self._searches += 1
        if self._searches > _MAX_SEARCHES:
            if self._words is None:
                self._words = self._by_word()
            return self._words.get(word, [])
        return list(self._search(word))

    def _search(self, word: bytes) -> Iterator[_Hit]:
        joined = self._joined
        at = joined.find(word)
        while at >= 0:
            end = at + len(word)
            if joined[max(at - 1, 0) : at] not in _WORD_BYTES and joined[end : end + 1] not in _WORD_BYTES:
                stop = joined.index(b"\0", end)
                yield from self._holders[joined[joined.rfind(b"\0", 0, at) + 1 : stop]]
                end = stop
            at = joined.find(word, end)

    def _by_word(self) -> dict[bytes, list[_Hit]]:
        words: dict[bytes, list[_Hit]] = {}
        for line, hits in self._holders.items():
            for word in set(_WORD.findall(line)):
                words.setdefault(word, []).extend(hits)
        return words

    def relative(self) -> list[_Hit]:
        """Returns the lines that import from a package without naming it (``from . import``)."""
        if self._relative is None:
            self._relative = []
            for match in _DOTS.finditer(self._joined):
                start = self._joined.rfind(b"\0", 0, match.start() + 1) + 1
                self._relative += self._holders[self._joined[start : self._joined.index(b"\0", match.end())]]
        return self._relative


@dataclass(slots=True)
class Names:
    """The import lines of every file of a tree.

    ``store`` keeps them between runs: a file whose size, times and inode are as before is not read again. Files that
    changed less than ``settled`` seconds before they were read are read again: times could not show a later change.
    """

    tree: Tree
    modules: Modules
    texts: tuple[bytes, ...] = ()
    store: Store | None = None
    settled: float = 2.0
    jobs: int = 1
    skipped: list[Skip] = field(default_factory=list[Skip], init=False)
    known: int = field(default=0, init=False)
    _entries: dict[str, _Entry] = field(init=False)
    _searched: _Lines | None = field(default=None, init=False)
    _needles: list[_Needle] = field(init=False)
    _targets: dict[str, frozenset[str]] = field(init=False)
    _imports: dict[bytes, tuple[Import, ...]] = field(init=False)
    _leads: dict[tuple[bytes, str], frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._targets, self._imports, self._leads = {}, {}, {}
        self._needles = _needles(self.texts)
        key = self._key()
        before, trusted = self._load(key)
        started = time.time_ns()
        self._entries = {}
        fresh: list[SourceFile] = []
        for file in self.tree.files:
            old = before.get(file.path)
            if old is not None and old.file == file and max(file.modified, file.changed) < trusted:
                self._entries[file.path] = old
            else:
                fresh.append(file)
        self._read_all(fresh)
        self.known = sum(entry is before.get(path) for path, entry in self._entries.items())
        if self.store is not None and (self.known < len(self._entries) or len(before) != len(self._entries)):
            saved = _Saved(tuple(self._entries.values()), started - int(self.settled * 1e9))
            self.store.put(key, msgspec.msgpack.encode(saved))

    @property
    def _lines(self) -> _Lines:
        if self._searched is None:
            self._searched = _Lines({path: entry.lines for path, entry in self._entries.items()})
        return self._searched

    def _key(self) -> bytes:
        parts = [b"names", str(_FORMAT).encode(), str(self.tree.root).encode("utf-8", "surrogateescape"), *self.texts]
        return hashlib.blake2b(b"\0".join(parts), digest_size=20).digest()

    def _load(self, key: bytes) -> tuple[dict[str, _Entry], int]:
        data = self.store.get(key) if self.store is not None else None
        if data is None:
            return {}, 0
        try:
            saved = msgspec.msgpack.decode(data, type=_Saved)
        except (ValueError, RecursionError):
            return {}, 0
        return {entry.file.path: entry for entry in saved.entries}, saved.trusted

    def _read_all(self, files: Sequence[SourceFile]) -> None:
        jobs = self.jobs if sum(file.size for file in files) > _WORTH_A_FORK else 1
        for file, data in zip(files, apart.results(self._read, files, jobs), strict=True):
            read = _READ.decode(data)
            if isinstance(read, str):
                self.skipped.append(Skip(file.path, read))
            else:
                lines, texts, digest = read
                self._entries[file.path] = _Entry(file, lines, texts, digest)

    def _read(self, file: SourceFile) -> bytes:
        """Returns what `_READ` decodes: what a file holds, or why it cannot be read."""
        if file.size > MAX_BYTES:
            return msgspec.msgpack.encode(f"larger than {MAX_BYTES >> 20} MiB")
        try:
            data = self.tree.read(file.path)
        except OSError as error:
            return msgspec.msgpack.encode(error.strerror or "cannot be read")
        digest = hashlib.blake2b(data, digest_size=16).digest()
        return msgspec.msgpack.encode((_import_lines(data), _held(data, self._needles), digest))

    def _parsed(self, line: bytes) -> tuple[Import, ...]:
        if line not in self._imports:
            self._imports[line] = read_line(line)
        return self._imports[line]

    def imports(self, path: str) -> tuple[Import, ...]:
        """Returns the imports of a file, at any depth; lines of string literals may count, too."""
        entry = self._entries.get(path)
        return tuple(one for line in entry.lines.split(b"\0") for one in self._parsed(line)) if entry else ()

    def digest(self, path: str) -> bytes:
        """Returns a digest of a file's content, empty for one that could not be read."""
        entry = self._entries.get(path)
        return entry.digest if entry is not None else b""

    def digests(self) -> list[tuple[str, bytes]]:
        """Returns every file that could be read with a digest of its content, in the order of paths."""
        return sorted((path, entry.digest) for path, entry in self._entries.items())

    def targets(self, path: str) -> frozenset[str]:
        """Returns the files of the tree that a file imports."""
        if path not in self._targets:
            entry = self._entries.get(path)
            lines = entry.lines.split(b"\0") if entry else ()
            self._targets[path] = frozenset[str]().union(*(self._led(line, path) for line in lines))
        return self._targets[path]

    def _led(self, line: bytes, path: str) -> frozenset[str]:
        """Returns the files that an import line of a file means: the same for all files of a folder but themselves."""
        folder = path.rpartition("/")[0]
        found = self._leads.get((line, folder))
        if found is None:
            found = self._leads[line, folder] = self._leads_to(line, f"{folder}/")
        return self._leads_to(line, path) if path in found else found

    def _leads_to(self, line: bytes, path: str) -> frozenset[str]:
        every = {place for one in self._parsed(line) for place in self._meant(one, path)}
        return frozenset(place for place in every if place is not None)

    def _meant(self, one: Import, path: str) -> Iterator[str | None]:
        resolve = self.modules.resolve
        if one.module or one.level:
            yield resolve(one.module, path, one.level)
        for name in one.names:
            yield resolve(f"{one.module}.{name}" if one.module else name, path, one.level)
        if not one.names:
            parts = one.module.split(".")
            for count in range(1, len(parts)):
                yield resolve(".".join(parts[:count]), path, one.level)

    def importers(self, path: str) -> frozenset[str]:
        """Returns the files of the tree that import a file."""
        folder, _, name = path.rpartition("/")
        if name != "__init__.py":
            hits = self._lines.holding(name.removesuffix(".py").encode())
        else:
            hits = self._lines.holding(folder.rpartition("/")[2].encode()) if folder else []
            inside = f"{folder}/" if folder else ""
            hits = [*hits, *(hit for hit in self._lines.relative() if hit[0].startswith(inside))]
        found: set[str] = set()
        for other, line in hits:
            if other not in found and path in self._led(line, other):
                found.add(other)
        return frozenset(found)

    def holding(self, triggers: Triggers) -> frozenset[str]:
        """Returns the files that hold a trigger; ``triggers.texts`` must be among the texts that were looked for."""
        wanted = {self.texts.index(text) for text in triggers.texts}
        found: set[str] = set()
        if wanted:
            found.update(path for path, entry in self._entries.items() if not wanted.isdisjoint(entry.texts))
        for module in triggers.modules:
            top, *rest = (part.encode() for part in module.split("."))
            for path, _ in self._lines.holding(top):
                if all(part in self._entries[path].lines for part in rest):
                    found.add(path)
        return frozenset(found)

    def screen(self, triggers: Triggers) -> Screening:
        """Returns the files that hold a trigger and those that import them, however indirectly."""
        direct = self.holding(triggers)
        reach = self._with_importers(direct)
        for modules, texts in triggers.near:
            if using := self.holding(Triggers(modules)):
                around = self._with_importers(self.holding(Triggers(texts=texts)))
                using &= self._with_targets(around)
                direct |= using
                reach |= using | around if using else frozenset()
        read = len(self._entries) - self.known
        return Screening(direct, reach, tuple(sorted(self.skipped)), read, self.known)

    def _with_importers(self, paths: Iterable[str]) -> frozenset[str]:
        """Returns some files and those that import them, however indirectly."""
        found = set(paths)
        pending = sorted(found)
        while pending:
            new = self.importers(pending.pop()) - found
            found |= new
            pending.extend(sorted(new))
        return frozenset(found)

    def _with_targets(self, paths: Iterable[str]) -> frozenset[str]:
        """Returns some files and those that they import, however indirectly."""
        found: set[str] = set()
        waiting = set(paths)
        while waiting:
            found |= waiting
            waiting = {target for path in waiting for target in self.targets(path)} - found
        return frozenset(found)
