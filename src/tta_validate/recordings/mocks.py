"""Mocks out of their files, one document at a time: a file of 50 MB is split first and read as it is asked for."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tta_validate.recordings.exchanges import request, response
from tta_validate.recordings.fields import is_mapping, mapping, moment, pairs, pick, text, texts, without
from tta_validate.recordings.model import Mock, Place, Skipped
from tta_validate.recordings.trees import Piece, Unreadable, pieces, read_json, read_yaml

LARGEST_FILE = 512 * 1024 * 1024
"""The largest file of mocks that is read, in bytes."""
_TOP = frozenset(("version", "kind", "name", "spec", "connectionId", "noise"))
_KIND = re.compile(rb"^[\"']?kind[\"']?:[ \t]*[\"']?([\w.-]+)", re.MULTILINE)
_NAME = re.compile(rb"^[\"']?name[\"']?:[ \t]*[\"']?([^\"'\r\n]+?)[\"']?[ \t]*\r?$", re.MULTILINE)
_JSON_KIND = re.compile(rb'"kind"\s*:\s*"([^"]*)"')
_JSON_NAME = re.compile(rb'"name"\s*:\s*"([^"]*)"')
_HTTP = frozenset(("http", "http2", "https"))


@dataclass(frozen=True, slots=True)
class MockEntry:
    """A mock that is not read yet; ``name`` and ``kind`` are what a glance at its text shows, and may be empty."""

    name: str
    kind: str
    place: Place
    data: bytes = field(repr=False)


def mock_entries(path: Path, shown: str | None = None) -> Iterator[MockEntry | Skipped]:
    """Yields the mocks of a ``mocks.yaml`` or ``mocks.json`` unread; ``shown`` is the path that places carry."""
    place = Place(shown or str(path), 1)
    if path.suffix == ".gob":
        yield Skipped(place, path.name, "is Go's binary format: record again with storageFormat yaml or json")
        return
    try:
        if path.stat().st_size > LARGEST_FILE:
            yield Skipped(place, path.name, f"is larger than {LARGEST_FILE // 1024 // 1024} MiB")
            return
        data = path.read_bytes()
    except OSError as error:
        yield Skipped(place, path.name, f"cannot be read: {error.strerror}")
        return
    if is_json(data):
        yield from (_entry(piece, place.path, _JSON_NAME, _JSON_KIND) for piece in _json_pieces(data))
    else:
        yield from (_entry(piece, place.path, _NAME, _KIND) for piece in pieces(data))


def load_mock(entry: MockEntry) -> Mock | Skipped:
    """Returns the mock of an entry, or why it cannot be used."""
    line = entry.place.line
    try:
        tree = read_json(entry.data, line) if is_json(entry.data) else read_yaml(entry.data, line, lined=1)
    except Unreadable as error:
        return Skipped(Place(entry.place.path, error.line), entry.name, error.reason)
    spec = mapping(tree.values.get("spec"))
    kind = text(tree.values.get("kind"))
    name = text(tree.values.get("name"))
    if not kind or not spec:
        return Skipped(entry.place, name, "has no kind or no spec: it is no recorded mock")
    http = kind.lower() in _HTTP
    noise = tree.values.get("noise")
    return Mock(
        name=name,
        kind=kind,
        place=Place(entry.place.path, tree.line("name")),
        spec=spec,
        at=moment(pick(spec, "reqTimestampMock", "reqtimestampmock")),
        until=moment(pick(spec, "resTimestampMock", "restimestampmock")),
        connection=text(tree.values.get("connectionId")) or text(mapping(spec.get("metadata")).get("connID")),
        metadata=pairs(spec.get("metadata")),
        request=request(spec.get("req")) if http else None,
        response=response(spec.get("resp")) if http else None,
        noise=texts(mapping(noise).get("value") if is_mapping(noise) else noise),
        extra=without(tree.values, _TOP),
    )


def read_mocks(paths: Iterable[str | Path], kinds: Collection[str] = ()) -> Iterator[Mock | Skipped]:
    """Yields the mocks of the files in their order; with ``kinds``, only those, and others are never parsed."""
    wanted = {kind.lower() for kind in kinds}
    for path in paths:
        for entry in mock_entries(Path(path)):
            if isinstance(entry, Skipped):
                yield entry
            elif not wanted or not entry.kind or entry.kind.lower() in wanted:
                found = load_mock(entry)
                if isinstance(found, Skipped) or not wanted or found.kind.lower() in wanted:
                    yield found


def is_json(data: bytes) -> bool:
    """Returns whether a file or document is JSON, by its first character; the name of a file decides nothing."""
    return data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def _entry(piece: Piece, path: str, name: re.Pattern[bytes], kind: re.Pattern[bytes]) -> MockEntry:
    head = piece.data[:4096]
    named, kinded = name.search(head), kind.search(head)
    return MockEntry(
        named[1].decode("utf-8", "replace") if named else "",
        kinded[1].decode("utf-8", "replace") if kinded else "",
        Place(path, piece.first),
        piece.data,
    )


def _json_pieces(data: bytes) -> Iterator[Piece]:
    """Yields the objects of NDJSON; where a line is no whole object, objects that span lines."""
    lines = data.split(b"\n")
    if all(not line.strip() or (line.lstrip(b"\xef\xbb\xbf").startswith(b"{") and _closed(line)) for line in lines):
        yield from (Piece(line, number) for number, line in enumerate(lines, 1) if line.strip())
        return
    source = data.decode("utf-8-sig", "replace")
    decoder, at = json.JSONDecoder(), 0
    while at < len(source):
        start = at + len(source[at:]) - len(source[at:].lstrip())
        if start >= len(source):
            return
        try:
            _, at = decoder.raw_decode(source, start)
        except (ValueError, RecursionError):
            at = len(source)
        yield Piece(source[start:at].encode(), 1 + source.count("\n", 0, start))


def _closed(line: bytes) -> bool:
    return line.rstrip().endswith(b"}")
