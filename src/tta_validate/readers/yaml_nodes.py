"""Reads YAML, and JSON with comments, into values that know their lines."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

MAX_BYTES = 1 << 20
"""Longer texts are not read: these are files that people write."""

_MAX_NODES = 50_000
_MAX_DEPTH = 100
_JSON = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/|\t', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Node:
    """A value: ``text`` of a scalar, ``items`` of a sequence, ``fields`` of a mapping; ``line`` counts from 1.

    ``lines_of_text`` is the line on which the text itself starts, which for a block scalar is the one after its mark;
    ``folded`` tells that the text's line ends are not those of the file.
    """

    line: int
    text: str | None = None
    items: tuple["Node", ...] = ()
    fields: Mapping[str, "Node"] = field(default_factory=dict[str, "Node"])
    keys: Mapping[str, int] = field(default_factory=dict[str, int])
    text_line: int = 0
    folded: bool = False

    def get(self, *names: str) -> "Node | None":
        """Returns what the names lead to, or None."""
        node: Node | None = self
        for name in names:
            node = node.fields.get(name) if node is not None else None
        return node

    def scalar(self, *names: str) -> str:
        """Returns the text that the names lead to, empty where there is none."""
        node = self.get(*names)
        return (node.text or "") if node is not None else ""

    def walk(self) -> Iterator["Node"]:
        """Yields this node and all below it."""
        yield self
        for below in (*self.items, *self.fields.values()):
            yield from below.walk()

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yields each line of the text with its number in the file."""
        start = self.text_line or self.line
        for at, one in enumerate((self.text or "").split("\n")):
            yield (start if self.folded else start + at), one


class _TooLarge(Exception):
    pass


@dataclass(slots=True)
class _Budget:
    """Counts nodes: an alias stands for a copy of what it names, and copies of copies grow without bound."""

    left: int = _MAX_NODES

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _TooLarge


def parse_yaml(text: str) -> Node | None:
    """Returns the first document of a YAML text, None for one that is empty, broken, too large or too deep."""
    found = _read(text)
    return None if isinstance(found, str) else found


def flaw(text: str, *, json: bool = False) -> str:
    """Returns why a YAML text, or one of JSON with comments, cannot be read, with the line; empty for one that can."""
    found = _read(_JSON.sub(_plain, text) if json else text)
    return found if isinstance(found, str) else ""


def _read(text: str) -> Node | str | None:
    import yaml

    if len(text) > MAX_BYTES:
        return f"is larger than {MAX_BYTES} bytes"
    loader = cast("type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        composed = next(iter(yaml.compose_all(text, Loader=loader)), None)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType, reportUnknownVariableType]
        return None if composed is None else _node(composed, _Budget(), 0)  # pyright: ignore[reportUnknownArgumentType]
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark
        return f"line {place.line + 1 if place else 1}: cannot be read: {error.problem or error.context}"
    except (yaml.YAMLError, ValueError) as error:
        return f"cannot be read: {str(error).partition(chr(10))[0]}"
    except (_TooLarge, RecursionError):
        return "holds more than is read, or lies too deep"


def parse_json_with_comments(text: str) -> Node | None:
    """Returns a JSON text that may have comments, tabs and commas at ends, None for one that cannot be read.

    Such a text without its comments and tabs is YAML in the flow style, but for the escape ``\\/``.
    """
    if len(text) > MAX_BYTES:
        return None
    return parse_yaml(_JSON.sub(_plain, text))


def _plain(found: re.Match[str]) -> str:
    token = found[0]
    if token[0] == '"':
        return token.replace("\\/", "/")
    return re.sub(r"[^\n]", " ", token)


def _node(node: object, budget: _Budget, depth: int) -> Node:
    import yaml

    budget.take()
    if depth > _MAX_DEPTH:
        raise _TooLarge
    if isinstance(node, yaml.ScalarNode):
        line = node.start_mark.line + 1
        block = node.style in ("|", ">")
        text = cast("str", node.value)
        return Node(line, text, text_line=line + block, folded=node.style != "|" and "\n" in text)
    if isinstance(node, yaml.SequenceNode):
        below = cast("list[object]", node.value)
        return Node(node.start_mark.line + 1, items=tuple(_node(one, budget, depth + 1) for one in below))
    mapping = cast("yaml.MappingNode", node)
    fields: dict[str, Node] = {}
    keys: dict[str, int] = {}
    for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", mapping.value):
        if isinstance(key, yaml.ScalarNode):
            fields[str(key.value)] = _node(value, budget, depth + 1)
            keys[str(key.value)] = key.start_mark.line + 1
    return Node(mapping.start_mark.line + 1, fields=fields, keys=keys)
