"""Writes values as YAML the way Keploy does: block style, four spaces, texts that no reader takes for numbers."""

import base64
import re
from collections.abc import Iterable

from tta_validate.recordings.fields import is_list, is_mapping
from tta_validate.recordings.model import Tagged

INDENT = 4
_PLAIN = re.compile(r"[A-Za-z_/][\w./+-]*(?:[ :][\w./+;=%-]+)*")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_RESERVED = re.compile(r"(?i:null|true|false|yes|no|on|off|y|n|\.inf|\.nan|=|<<)")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\x1b": "\\e"}


def dump(values: dict[str, object]) -> str:
    """Returns the document as text that ends with a newline."""
    return "".join(f"{line}\n" for line in block(values, 0)) or "{}\n"


def block(value: dict[str, object] | list[object], depth: int) -> Iterable[str]:
    """Yields the lines of a mapping or list, indented by ``depth`` spaces."""
    pad = " " * depth
    if is_mapping(value):
        for key, inner in value.items():
            yield from _entry(f"{pad}{scalar(key)}:", inner, depth + INDENT)
    elif is_list(value):
        for inner in value:
            yield from _item(pad, inner, depth)


def _entry(head: str, value: object, depth: int) -> Iterable[str]:
    if isinstance(value, Tagged) and not isinstance(value.value, str):
        head, value = f"{head} {_tag(value)}", value.value
    if (is_mapping(value) or is_list(value)) and value:
        yield head
        yield from block(value, depth)
    else:
        yield f"{head} {flow(value)}"


def _item(pad: str, value: object, depth: int) -> Iterable[str]:
    if is_mapping(value) and value:
        lines = list(block(value, depth + 2))
        yield f"{pad}- {lines[0][depth + 2 :]}"
        yield from lines[1:]
    else:
        yield f"{pad}- {flow(value)}"


def flow(value: object) -> str:
    """Returns the value on one line."""
    if isinstance(value, Tagged):
        return f"{_tag(value)} {flow(value.value)}"
    if is_mapping(value):
        return "{" + ", ".join(f"{quoted(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if is_list(value):
        return "[" + ", ".join(_flow_item(inner) for inner in value) + "]"
    return scalar(value)


def _flow_item(value: object) -> str:
    return quoted(value) if isinstance(value, str) else flow(value)


def _tag(value: Tagged) -> str:
    """A tag that a shorthand cannot spell is written whole. Source: YAML 1.2.2 section 6.9.1."""
    return value.tag if re.fullmatch(r"![\w!/.-]*", value.tag) else f"!<{value.tag}>"


def scalar(value: object) -> str:
    """Returns a scalar on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return repr(value)
        case bytes():
            return f"!!binary {base64.b64encode(value).decode()}" if value else '!!binary ""'
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    """Only moments, and texts that begin with a letter and hold no colon before a blank, stay plain."""
    if _MOMENT.fullmatch(text):
        return text
    if _PLAIN.fullmatch(text) and not _RESERVED.fullmatch(text) and len(text) < 1000:
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """Returns the text in single quotes, or with escapes in double ones where it has unprintable characters."""
    if not _UNPRINTABLE.search(text):
        return "'" + text.replace("'", "''") + "'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _UNPRINTABLE.sub(_escape, escaped) + '"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
