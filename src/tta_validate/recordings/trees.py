"""YAML and JSON documents as plain values with the lines of their keys; hostile ones are refused.

Scalars keep their text: a number or boolean is converted only where writing it again gives the same text, so that
``007`` or ``1.10`` in a header stays what it was. Moments stay texts, since a datetime holds no nanoseconds.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, cast

from yaml import CSafeLoader, MappingNode, Node, ScalarNode, SequenceNode, YAMLError
from yaml.events import CollectionEndEvent, CollectionStartEvent

from tta_validate.recordings.model import Tagged

LARGEST = 64 * 1024 * 1024
"""The largest document that is read, in bytes."""
_DEEPEST = 100
_MOST_NODES = 500_000
_LINED_DEPTH = 5
_STANDARD = "tag:yaml.org,2002:"
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_PLAIN = f"{_STANDARD}plain"
_CONSTANTS: dict[str, object] = {**dict.fromkeys(_NULLS), "true": True, "false": False}
_SEPARATOR = re.compile(rb"^(?:---|\.\.\.)(?=[ \t\r\n]|\Z)", re.MULTILINE)
_BRACKET = re.compile(r"[\[{\]}]")
_STAIRS = re.compile(r"^(?:[ ]{0,999}[-?:] ){50}|^ {200}", re.MULTILINE)
_CONTENT = re.compile(rb"^[ \t]*[^#%\s]", re.MULTILINE)
_CONTENT_AFTER = re.compile(rb"[ \t]*[^#%\s]")
_NAME = re.compile(r'"name"\s*:')


class Unreadable(Exception):
    """A document that cannot be read; ``line`` is where, from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Tree:
    """A document's values, and the line of each key down to the fifth level by its path."""

    values: dict[str, object]
    lines: dict[tuple[str, ...], int] = field(default_factory=dict[tuple[str, ...], int])
    first: int = 1

    def line(self, *keys: str) -> int:
        """Returns the line of the key, of the nearest key around it, or of the document."""
        for length in range(len(keys), 0, -1):
            if keys[:length] in self.lines:
                return self.lines[keys[:length]]
        return self.first


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of one document of a stream, and its first line from 1."""

    data: bytes
    first: int


class _Composer(CSafeLoader):
    """Leaves the type of plain scalars open: PyYAML's own resolver takes a third of the time of composing."""

    def descend_resolver(self, current_node: object, current_index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass

    def resolve(self, kind: type, value: object, implicit: object) -> str:
        if kind is ScalarNode:
            return _PLAIN if isinstance(implicit, tuple) and implicit[0] else f"{_STANDARD}str"
        return f"{_STANDARD}map" if kind is MappingNode else f"{_STANDARD}seq"


class _Loader(Protocol):
    """The part of the C loader that the stubs of PyYAML leave untyped."""

    def get_single_node(self) -> Node | None: ...
    def check_event(self) -> bool: ...
    def get_event(self) -> object: ...
    def dispose(self) -> None: ...


def pieces(data: bytes) -> Iterator[Piece]:
    """Yields the documents of a YAML stream that hold anything but comments, without parsing them.

    Source: YAML 1.2.2 section 9.1: ``---`` or ``...`` at the start of a line ends a document wherever it stands.
    """
    start, line = 0, 1
    for found in [*(match.start() for match in _SEPARATOR.finditer(data)), len(data)]:
        if _CONTENT_AFTER.match(data, start, found) or _CONTENT.search(data, start, found):
            yield Piece(data[start:found], line)
        line += data.count(b"\n", start, found)
        start = found
        if data[found : found + 3] in (b"---", b"..."):
            start = found + 3


def read_json(data: bytes, first: int = 1) -> Tree:
    """Returns the JSON object; raises Unreadable."""
    text = decoded(data, first)
    try:
        values: object = json.loads(text, parse_float=_float)
    except RecursionError:
        raise Unreadable(first, "is nested too deeply") from None
    except ValueError as error:
        line = first + getattr(error, "lineno", 1) - 1
        raise Unreadable(line, f"is not valid JSON: {error}") from None
    if not isinstance(values, dict):
        raise Unreadable(first, "holds no mapping")
    named = _NAME.search(text)
    at = first + (text.count("\n", 0, named.start()) if named else 0)
    return Tree(cast("dict[str, object]", values), {("name",): at}, first)


def read_yaml(data: bytes, first: int = 1, lined: int = _LINED_DEPTH) -> Tree:
    """Returns the single document, whose first line is ``first``, with lines of ``lined`` levels; raises Unreadable."""
    text = decoded(data, first)
    builder = _Builder(first, lined)
    root = compose(text, first)
    if not isinstance(root, MappingNode):
        raise Unreadable(first, "holds no mapping")
    values = builder.value(root, ())
    return Tree(cast("dict[str, object]", values), builder.lines, first)


def decoded(data: bytes, first: int = 1) -> str:
    """Returns the bytes as UTF-8 text without a byte order mark; raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(first, f"is larger than {LARGEST // 1024 // 1024} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(first + data.count(b"\n", 0, error.start), f"is not UTF-8 at byte {error.start}") from None


def compose(text: str, first: int = 1) -> Node | None:
    """Returns the node of the only document in the text; raises Unreadable for broken or too deep YAML."""
    _refuse_depth(text, first)
    loader = cast("_Loader", _Composer(text))
    try:
        return loader.get_single_node()
    except (YAMLError, ValueError, RecursionError) as error:
        raise _unreadable(error, first) from None
    finally:
        loader.dispose()


def _unreadable(error: Exception, first: int) -> Unreadable:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).split("\n")[0]
    return Unreadable(first + (mark.line if mark else 0), f"is not valid YAML: {reason}")


def _refuse_depth(text: str, first: int) -> None:
    """Composing recurses in C: a document too deep would end the process, so depth is counted over events first."""
    if not (_STAIRS.search(text) or _bracket_depth(text) > _DEEPEST):
        return
    depth = 0
    loader = cast("_Loader", CSafeLoader(text))
    try:
        while loader.check_event():
            event = loader.get_event()
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > _DEEPEST:
                raise Unreadable(first, f"is nested more than {_DEEPEST} levels deep")
    except (YAMLError, ValueError) as error:
        raise _unreadable(error, first) from None
    finally:
        loader.dispose()


def _bracket_depth(text: str) -> int:
    """Returns an upper bound of the depth of flow collections: brackets inside texts count too."""
    if text.count("[") + text.count("{") <= _DEEPEST:
        return 0
    depth = deepest = 0
    for found in _BRACKET.finditer(text):
        if found[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest


class _Builder:
    """Turns nodes into values; aliases are counted each time they are used, so a bomb is refused early."""

    def __init__(self, first: int, lined: int) -> None:
        self.first = first
        self._lined = lined
        self.lines: dict[tuple[str, ...], int] = {}
        self._nodes = 0
        self._open: set[int] = set()

    def value(self, node: Node, path: tuple[str, ...]) -> object:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise Unreadable(self.first, f"holds more than {_MOST_NODES} values once its aliases are followed")
        if isinstance(node, ScalarNode):
            return scalar(node)
        if id(node) in self._open or len(self._open) > _DEEPEST:
            raise Unreadable(self._line(node), "holds an alias to something around it")
        self._open.add(id(node))
        built = self._mapping(node, path) if isinstance(node, MappingNode) else self._sequence(node, path)
        self._open.discard(id(node))
        return built if node.tag.startswith(_STANDARD) else Tagged(node.tag, built)

    def _mapping(self, node: MappingNode, path: tuple[str, ...]) -> dict[str, object]:
        built: dict[str, object] = {}
        lined = len(path) < self._lined
        for key_node, value_node in cast("list[tuple[Node, Node]]", node.value):
            if not isinstance(key_node, ScalarNode):
                raise Unreadable(self._line(key_node), "has a key that is no text")
            key = str(key_node.value)
            inner = (*path, key) if lined else path
            if lined:
                self.lines[inner] = self._line(key_node)
            built[key] = self.value(value_node, inner)
        return built

    def _sequence(self, node: Node, path: tuple[str, ...]) -> list[object]:
        assert isinstance(node, SequenceNode)
        items = cast("list[Node]", node.value)
        if len(path) >= self._lined:
            return [self.value(item, path) for item in items]
        return [self.value(item, (*path, str(at))) for at, item in enumerate(items)]

    def _line(self, node: Node) -> int:
        return self.first + cast("int", node.start_mark.line)


def scalar(node: ScalarNode) -> object:
    """Returns the value of a scalar: text, bytes, None, or a boolean or number that writes back as the same text."""
    tag, text = str(node.tag), str(node.value)
    if tag == f"{_STANDARD}binary":
        try:
            return base64.b64decode(text, validate=False)
        except binascii.Error:
            raise Unreadable(1 + cast("int", node.start_mark.line), "holds a !!binary that is not base64") from None
    if not tag.startswith(_STANDARD):
        return Tagged(tag, text)
    if tag != _PLAIN:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return _number(text) if text[0] in "-0123456789" else text


def _number(text: str) -> object:
    found = _integer(text)
    return _float(text) if isinstance(found, str) else found


def _integer(text: str) -> int | str:
    """Digits beyond 4,300 are refused by Python's int, and mean a text here anyway."""
    if len(text) > 40 or not text.lstrip("-").isdecimal():
        return text
    number = int(text)
    return number if str(number) == text else text


def _float(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if repr(number) == text else text
