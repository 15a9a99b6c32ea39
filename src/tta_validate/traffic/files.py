"""Finds recordings below a folder and tells by their content what they are."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tta_validate.recordings.trees import Unreadable, read_yaml
from tta_validate.traffic import cassettes, har, keploy, lines
from tta_validate.traffic.bodies import parsed
from tta_validate.traffic.exchange import Exchange, Left
from tta_validate.traffic.values import is_mapping

SUFFIXES = frozenset((".yaml", ".yml", ".json", ".jsonl", ".ndjson", ".har"))
"""What the name of a recording ends in."""

_LINES = frozenset((".jsonl", ".ndjson"))
"""Names that say JSON lines, which a log may begin with half a line or a heading of its own."""

_NEVER = frozenset((".git", ".venv", "node_modules", "__pycache__", "site-packages"))
_LARGEST = 512 * 1024 * 1024
_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class Recording:
    """A file that may hold exchanges; ``path`` is how it is shown."""

    file: Path
    path: str


def recordings(folder: Path, shown: str = "") -> list[Recording]:
    """Returns the files below a folder, or the file itself, whose names can be those of recordings, in order."""
    if folder.is_file():
        return [Recording(folder, shown or folder.name)]
    found: list[Recording] = []
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _NEVER)
        inside = Path(at).relative_to(folder).as_posix()
        prefix = "/".join(part for part in (shown, inside) if part not in ("", "."))
        for name in names:
            if Path(name).suffix.lower() in SUFFIXES:
                found.append(Recording(Path(at) / name, f"{prefix}/{name}" if prefix else name))
    return sorted(found, key=lambda one: one.path)


def exchanges(recording: Recording) -> Iterator[Exchange | Left]:
    """Yields what a file holds; nothing for one that is no recording at all, a note for one that cannot be read."""
    file, path = recording.file, recording.path
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
    except OSError as error:
        yield Left(path, 1, f"cannot be read: {error.strerror}")
        return
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if _is_lines(start) or (file.suffix.lower() in _LINES and any(_is_exchange(one) for one in head.splitlines())):
        with file.open("rb") as opened:
            yield from lines.exchanges(opened, path)
    elif _is_keploy(head, start):
        yield from keploy.exchanges(file, path)
    elif size > _LARGEST:
        yield Left(path, 1, f"is larger than {_LARGEST // 1024 // 1024} MiB")
    elif start[:1] == b"{":
        yield from _json(file.read_bytes(), path)
    elif b"interactions:" in head or b'"interactions"' in head:
        yield from _yaml(file.read_bytes(), path)
    elif reason := _unread(head, file.suffix.lower()):
        yield Left(path, 1, reason)


def _unread(head: bytes, suffix: str) -> str:
    """Returns why a file that says to be a recording by its name or in UTF-16 is none, or nothing."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", "ignore")
        return "is UTF-16, and recordings are UTF-8" if '"request"' in text or "interactions" in text else ""
    return "" if suffix != ".har" else "is no HAR file: it begins with no JSON object" if head else "is empty"


def _is_lines(start: bytes) -> bool:
    """JSON lines hold a whole object with request and response in the first line, or begin with one too long."""
    if start[:1] != b"{":
        return False
    first, newline, _ = start.partition(b"\n")
    return bool(newline or len(start) < _HEAD - 3) and _is_exchange(first)


def _is_exchange(line: bytes) -> bool:
    if b'"request"' not in line or b'"response"' not in line:
        return False
    value = parsed(line.strip())
    return is_mapping(value) and "request" in value and "response" in value


def _is_keploy(head: bytes, start: bytes) -> bool:
    if start[:1] == b"{":
        return b'"kind"' in start[:4096] and b'"spec"' in head and b'"version"' in start[:4096]
    return b"kind:" in head and b"spec:" in head and b"interactions:" not in head and b"api.keploy.io" in head


def _json(data: bytes, path: str) -> Iterator[Exchange | Left]:
    value = parsed(data.removeprefix(b"\xef\xbb\xbf"))
    if not is_mapping(value):
        if b'"interactions"' in data[:_HEAD] or b'"log"' in data[:200]:
            yield Left(path, 1, "is not valid JSON")
    elif "interactions" in value:
        yield from cassettes.exchanges(value, path, {})
    elif is_mapping(value.get("log")):
        yield from har.exchanges(value, path)


def _yaml(data: bytes, path: str) -> Iterator[Exchange | Left]:
    try:
        tree = read_yaml(data, lined=3)
    except Unreadable as error:
        yield Left(path, error.line, error.reason)
        return
    found: dict[int, int] = {}
    for keys, line in tree.lines.items():
        if len(keys) == 3 and keys[1].isdecimal():
            found[int(keys[1])] = min(line, found.get(int(keys[1]), line))
    yield from cassettes.exchanges(tree.values, path, found)
