"""BSON to and from canonical extended JSON, the form in which recordings hold documents of MongoDB.

Source: https://bsonspec.org/spec.html and the specification "Extended JSON" of MongoDB.
"""

import base64
import binascii
import datetime
import decimal
import struct
from collections.abc import Mapping, Sequence
from typing import cast

from tta_validate.replay.mock_bytes import Garbled

Tree = Mapping[str, object]
"""A document: values are texts, booleans, None, lists and mappings, some of which stand for values of BSON."""

_DEEPEST = 120
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_WIDE = decimal.Context(prec=34, Emin=-6143, Emax=6144)


def decoded(data: bytes) -> dict[str, object]:
    """Returns a document. Raises Garbled."""
    try:
        found, end = _document(data, 0, 0)
    except (struct.error, IndexError, UnicodeDecodeError):
        raise Garbled("a document that cannot be read") from None
    if end != len(data):
        raise Garbled("a document of another length than it says")
    return found


def _document(data: bytes, at: int, depth: int) -> tuple[dict[str, object], int]:
    (size,) = struct.unpack_from("<i", data, at)
    end = at + size
    if depth > _DEEPEST or size < 5 or end > len(data) or data[end - 1] != 0:
        raise Garbled("a document that cannot be read")
    found: dict[str, object] = {}
    at += 4
    while at < end - 1:
        kind = data[at]
        name, at = _cstring(data, at + 1)
        found[name], at = _value(kind, data, at, depth)
    return found, end


def _cstring(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at)
    if end < 0:
        raise Garbled("a name without an end")
    return data[at:end].decode("utf-8", "replace"), end + 1


def _text(data: bytes, at: int) -> tuple[str, int]:
    (size,) = struct.unpack_from("<i", data, at)
    end = at + 4 + size
    if size < 1 or end > len(data):
        raise Garbled("a text that cannot be read")
    return data[at + 4 : end - 1].decode("utf-8", "replace"), end


_FIXED = {1: ("<d", "$numberDouble"), 16: ("<i", "$numberInt"), 18: ("<q", "$numberLong")}
_MARKS: dict[int, object] = {6: {"$undefined": True}, 10: None, 255: {"$minKey": 1}, 127: {"$maxKey": 1}}


def _value(kind: int, data: bytes, at: int, depth: int) -> tuple[object, int]:
    if kind in _FIXED:
        form, name = _FIXED[kind]
        number = struct.unpack_from(form, data, at)[0]
        return {name: _double(number) if kind == 1 else str(number)}, at + struct.calcsize(form)
    if kind in _MARKS:
        return _MARKS[kind], at
    match kind:
        case 2:
            return _text(data, at)
        case 3:
            return _document(data, at, depth + 1)
        case 4:
            inner, end = _document(data, at, depth + 1)
            return list(inner.values()), end
        case 5:
            (size,) = struct.unpack_from("<i", data, at)
            end = at + 5 + size
            if size < 0 or end > len(data):
                raise Garbled("bytes that cannot be read")
            plain = base64.b64encode(data[at + 5 : end]).decode()
            return {"$binary": {"base64": plain, "subType": f"{data[at + 4]:02x}"}}, end
        case 7:
            return {"$oid": data[at : at + 12].hex()}, at + 12
        case 8:
            return data[at] == 1, at + 1
        case 9:
            return {"$date": {"$numberLong": str(struct.unpack_from("<q", data, at)[0])}}, at + 8
        case 11:
            pattern, at = _cstring(data, at)
            options, at = _cstring(data, at)
            return {"$regularExpression": {"pattern": pattern, "options": options}}, at
        case 12:
            name, at = _text(data, at)
            return {"$dbPointer": {"$ref": name, "$id": {"$oid": data[at : at + 12].hex()}}}, at + 12
        case 13 | 14:
            word, at = _text(data, at)
            return {"$code" if kind == 13 else "$symbol": word}, at
        case 15:
            word, at = _text(data, at + 4)
            scope, at = _document(data, at, depth + 1)
            return {"$code": word, "$scope": scope}, at
        case 17:
            increment, seconds = struct.unpack_from("<II", data, at)
            return {"$timestamp": {"t": seconds, "i": increment}}, at + 8
        case 19:
            return {"$numberDecimal": _decimal_text(data[at : at + 16])}, at + 16
        case _:
            raise Garbled(f"a value of the type {kind}")


def _double(number: float) -> str:
    text = repr(number)
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(text, text)


def encoded(tree: Tree) -> bytes:
    """Returns a document as BSON; what is no extended JSON is taken for a plain document."""
    body = b"".join(_element(name, value) for name, value in tree.items())
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def _element(name: str, value: object) -> bytes:
    kind, data = _packed(value)
    return bytes([kind]) + name.encode("utf-8", "replace").replace(b"\0", b"") + b"\0" + data


def _packed(value: object) -> tuple[int, bytes]:
    if value is None:
        return 10, b""
    if isinstance(value, bool):
        return 8, bytes([value])
    if isinstance(value, str):
        return 2, _string(value)
    if isinstance(value, int):
        return (16, struct.pack("<i", value)) if -(2**31) <= value < 2**31 else (18, struct.pack("<q", value))
    if isinstance(value, float):
        return 1, struct.pack("<d", value)
    if isinstance(value, list):
        items = cast("list[object]", value)
        return 4, encoded({str(number): item for number, item in enumerate(items)})
    tree = cast("dict[str, object]", value)
    special = _special(tree) if tree and next(iter(tree)).startswith("$") else None
    return special if special is not None else (3, encoded(tree))


def _string(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return struct.pack("<i", len(data) + 1) + data + b"\0"


def _special(tree: dict[str, object]) -> tuple[int, bytes] | None:
    """Returns the value that a mapping of extended JSON stands for, None for one that is a document."""
    name, value = next(iter(tree.items()))
    try:
        match name:
            case "$numberInt":
                return 16, struct.pack("<i", int(str(value)))
            case "$numberLong":
                return 18, struct.pack("<q", int(str(value)))
            case "$numberDouble":
                return 1, struct.pack("<d", float(str(value)))
            case "$numberDecimal":
                return 19, _decimal(str(value))
            case "$oid":
                return 7, bytes.fromhex(str(value)).ljust(12, b"\0")[:12]
            case "$date":
                return 9, struct.pack("<q", _milliseconds(value))
            case "$binary" | "$uuid":
                return 5, _binary(tree)
            case "$timestamp":
                inner = cast("dict[str, object]", value)
                return 17, struct.pack("<II", int(str(inner["i"])), int(str(inner["t"])))
            case "$regularExpression":
                inner = cast("dict[str, object]", value)
                parts = (str(inner.get(key) or "").encode() + b"\0" for key in ("pattern", "options"))
                return 11, b"".join(parts)
            case "$minKey" | "$maxKey" | "$undefined" if len(tree) == 1:
                return {"$minKey": 255, "$maxKey": 127, "$undefined": 6}[name], b""
            case "$symbol":
                return 14, _string(str(value))
            case "$code":
                scope = tree.get("$scope")
                if scope is None:
                    return 13, _string(str(value))
                inner = _string(str(value)) + encoded(cast("dict[str, object]", scope))
                return 15, struct.pack("<i", len(inner) + 4) + inner
            case _:
                return None
    except (ValueError, KeyError, TypeError, AttributeError, struct.error, binascii.Error, decimal.DecimalException):
        return None


def _milliseconds(value: object) -> int:
    if isinstance(value, dict):
        return int(str(cast("dict[str, object]", value)["$numberLong"]))
    if isinstance(value, str):
        moment = datetime.datetime.fromisoformat(value)
        return (moment - _EPOCH) // datetime.timedelta(milliseconds=1)
    return int(str(value))


def _binary(tree: dict[str, object]) -> bytes:
    if "$uuid" in tree:
        data, kind = bytes.fromhex(str(tree["$uuid"]).replace("-", "")), 4
    elif isinstance(tree["$binary"], dict):
        inner = cast("dict[str, object]", tree["$binary"])
        data, kind = base64.b64decode(str(inner["base64"])), int(str(inner["subType"]), 16)
    else:
        data, kind = base64.b64decode(str(tree["$binary"])), int(str(tree.get("$type", "0")), 16)
    return struct.pack("<iB", len(data), kind) + data


def _decimal_text(data: bytes) -> str:
    """Source: IEEE 754-2008, decimal128 with a binary integer significand."""
    word = int.from_bytes(data, "little")
    sign = "-" if word >> 127 else ""
    top = word >> 122 & 0x1F
    if top == 0x1F:
        return "NaN"
    if top == 0x1E:
        return f"{sign}Infinity"
    if word >> 125 & 3 == 3:
        return f"{sign}0"
    exponent, digits = (word >> 113 & 0x3FFF) - 6176, word & (1 << 113) - 1
    return str(decimal.Decimal((int(bool(sign)), tuple(map(int, str(digits))), exponent)))


def _decimal(text: str) -> bytes:
    number = _WIDE.create_decimal(text)
    sign, digits, exponent = number.as_tuple()
    top = sign << 127
    if exponent in ("n", "N", "F"):
        word = top | (0x1E if exponent == "F" else 0x1F) << 122
    else:
        word = top | (int(exponent) + 6176) << 113 | int("".join(map(str, digits)) or 0)
    return word.to_bytes(16, "little")


def leaves(value: object, path: str = "") -> list[tuple[str, str]]:
    """Returns the values of a document with their paths; a value of BSON is one, whatever it is written as."""
    if isinstance(value, dict):
        tree = cast("dict[str, object]", value)
        name = next(iter(tree), "")
        if len(tree) <= 2 and name in _SCALARS:
            return [(path, _shown(tree[name]))]
        found = [one for key, inner in tree.items() for one in leaves(inner, f"{path}.{key}" if path else key)]
        return found or [(path, "{}")]
    if isinstance(value, list):
        items = cast("Sequence[object]", value)
        found = [one for number, inner in enumerate(items) for one in leaves(inner, f"{path}[{number}]")]
        return found or [(path, "[]")]
    return [(path, "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value))]


_SCALARS = frozenset(
    (
        *("$numberInt", "$numberLong", "$numberDouble", "$numberDecimal", "$oid", "$date", "$binary", "$uuid"),
        *("$timestamp", "$regularExpression", "$minKey", "$maxKey", "$undefined", "$symbol", "$code"),
    )
)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(str(inner) for inner in cast("dict[str, object]", value).values())
    text = str(value)
    return text.removesuffix(".0")
