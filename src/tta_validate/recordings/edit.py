"""Changes single values of a YAML document in its text, so that comments and everything else stay as they are.

An edit is checked by reading the text again; where the text cannot be edited in place, the document is written anew
with its leading comments.
"""

from collections.abc import Sequence
from typing import Final, cast

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from tta_validate.recordings.emit import INDENT, block, dump, flow
from tta_validate.recordings.fields import is_list, is_mapping
from tta_validate.recordings.trees import Unreadable, compose, read_yaml

DELETE: Final = object()
"""The value that stands for taking a key away."""

Path = Sequence[str]


def edited(text: str, path: Path, value: object) -> str:
    """Returns the text of one document with the value at the path of keys set or, for DELETE, taken away.

    Mappings on the way are made where they are missing. Raises Unreadable for a document that cannot be read.
    """
    before = read_yaml(text.encode()).values
    wanted = _changed(before, path, value)
    if wanted == before:
        return text
    found = _in_place(text, path, value)
    if found is not None and _reads_as(found, wanted):
        return found
    return _leading_comments(text) + dump(wanted)


def _reads_as(text: str, wanted: dict[str, object]) -> bool:
    try:
        return read_yaml(text.encode()).values == wanted
    except Unreadable:
        return False


def _leading_comments(text: str) -> str:
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.strip() and not line.startswith(("#", "---")):
            break
        lines.append(line)
    return "".join(lines)


def _changed(values: dict[str, object], path: Path, value: object) -> dict[str, object]:
    changed = dict(values)
    key, rest = path[0], path[1:]
    if rest:
        inner = changed.get(key)
        if value is DELETE and not is_mapping(inner):
            return changed
        changed[key] = _changed(inner if is_mapping(inner) else {}, rest, value)
    elif value is DELETE:
        changed.pop(key, None)
    else:
        changed[key] = value
    return changed


def _in_place(text: str, path: Path, value: object) -> str | None:
    """Returns the edited text, or None where no single place can be edited."""
    root = compose(text)
    parents: list[MappingNode] = []
    node: Node | None = root
    for at, key in enumerate(path):
        if not isinstance(node, MappingNode):
            return None
        parents.append(node)
        found = _pair(node, key)
        if found is None:
            return None if value is DELETE else _with_key(text, node, key, _nested(path[at + 1 :], value))
        node = found[1]
    if value is DELETE:
        return _without_key(text, parents[-1], path[-1])
    assert node is not None
    return _with_value(text, parents[-1], node, value)


def _nested(path: Path, value: object) -> object:
    for key in reversed(path):
        value = {key: value}
    return value


def _pair(node: MappingNode, key: str) -> tuple[Node, Node] | None:
    pairs = cast("list[tuple[Node, Node]]", node.value)
    return next((pair for pair in reversed(pairs) if isinstance(pair[0], ScalarNode) and pair[0].value == key), None)


def _index(node: Node) -> int:
    return cast("int", node.start_mark.index)


def _end(text: str, node: Node) -> int:
    """Returns the end of what is written for a node: a block's own mark stands where the next thing begins."""
    if isinstance(node, MappingNode | SequenceNode) and node.flow_style is False and node.value:
        last = cast("Node | tuple[Node, Node]", node.value[-1])
        return _end(text, last[1] if isinstance(last, tuple) else last)
    end = cast("int", node.end_mark.index)
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        end = _index(node) + len(text[_index(node) : end].rstrip())
    return end


def _with_value(text: str, parent: MappingNode, node: Node, value: object) -> str:
    start, end = _index(node), _end(text, node)
    if (is_mapping(value) or is_list(value)) and value and parent.flow_style is False:
        column = cast("int", cast("list[tuple[Node, Node]]", parent.value)[0][0].start_mark.column)
        start = len(text[:start].rstrip())
        return text[:start] + _below(value, column + INDENT, text) + text[end:]
    written = flow(value)
    gap = "" if text[start - 1 : start].isspace() else " "
    return text[:start] + gap + written + text[end:]


def _below(value: dict[str, object] | list[object], depth: int, text: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    return "".join(newline + line for line in block(value, depth))


def _with_key(text: str, node: MappingNode, key: str, value: object) -> str | None:
    """Returns the text with a key after the last one of a block mapping."""
    pairs = cast("list[tuple[Node, Node]]", node.value)
    if not pairs or node.flow_style is not False:
        return None
    column = cast("int", pairs[0][0].start_mark.column)
    end = _end(text, pairs[-1][1])
    line_end = text.find("\n", end)
    end = len(text) if line_end < 0 else line_end - (text[line_end - 1] == "\r")
    return text[:end] + _below({key: value}, column, text) + text[end:]


def _without_key(text: str, node: MappingNode, key: str) -> str | None:
    """Returns the text without the lines of a key, or None where it shares its line with something else."""
    pair = _pair(node, key)
    if pair is None or node.flow_style is not False or len(node.value) == 1:
        return None
    start = _index(pair[0])
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip():
        return None
    after = text.find("\n", _end(text, pair[1]))
    return text[:line] + ("" if after < 0 else text[after + 1 :])
