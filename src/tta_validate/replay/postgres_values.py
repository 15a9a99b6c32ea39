"""Values of PostgreSQL in their text and binary formats, for the types that applications have in tables.

Source: the ``*send`` and ``*out`` functions in PostgreSQL's ``src/backend/utils/adt``; a type that is not here has the
same bytes in both formats, as texts and enumerations do.
"""

import datetime
import re
import struct
import uuid
from collections.abc import Callable, Iterator

BOOL, BYTEA, INT8, INT2, INT4, TEXT, OID = 16, 17, 20, 21, 23, 25, 26
ARRAYS = {
    **{1000: 16, 1001: 17, 1002: 18, 1003: 19, 1005: 21, 1007: 23, 1009: 25, 1014: 1042, 1015: 1043, 1016: 20},
    **{1021: 700, 1022: 701, 1028: 26, 1115: 1114, 1182: 1082, 1183: 1083, 1185: 1184, 1187: 1186, 1231: 1700},
    **{2951: 2950, 199: 114, 3807: 3802},
}
"""The element type of each array type."""

_EPOCH = datetime.datetime(2000, 1, 1)
_DAY = datetime.timedelta(days=1)
_MICRO = datetime.timedelta(microseconds=1)
_ENDLESS = {"infinity": 1, "-infinity": -1}
_ZONE = re.compile(r"([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?$")
_TIME = re.compile(r"(-?)(\d+):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?")
_SPAN = re.compile(r"(-?\d+) (year|mon|day)")


def to_binary(oid: int, value: bytes) -> bytes:
    """Returns a value in text format as binary; unchanged where it is none of that type."""
    return _converted(_TO_BINARY, oid, value)


def to_text(oid: int, value: bytes) -> bytes:
    """Returns a binary value in text format; unchanged where it is none of that type."""
    return _converted(_TO_TEXT, oid, value)


def _converted(table: dict[int, Callable[[bytes], bytes]], oid: int, value: bytes) -> bytes:
    convert = table.get(oid)
    try:
        return value if convert is None else convert(value)
    except (ValueError, struct.error, OverflowError, IndexError):
        return value


def _struct(form: str, parse: Callable[[str], object]) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    packer = struct.Struct(form)

    def binary(text: bytes) -> bytes:
        return packer.pack(parse(text.decode()))

    def plain(data: bytes) -> bytes:
        found = packer.unpack(data)[0]
        text = repr(found) if isinstance(found, float) else str(found)
        return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(text, text.removesuffix(".0")).encode()

    return binary, plain


def _single(data: bytes) -> bytes:
    """The shortest text that gives the same number of 4 bytes again."""
    (found,) = struct.unpack(">f", data)
    for digits in range(1, 10):
        text = f"{found:.{digits}g}"
        if struct.pack(">f", float(text)) == data:
            return text.encode()
    return repr(found).encode()


def _bytea(text: bytes) -> bytes:
    if text.startswith(b"\\x"):
        return bytes.fromhex(text[2:].decode())
    plain = re.sub(rb"\\(\\|[0-7]{3})", lambda found: b"\\" if found[1] == b"\\" else bytes([int(found[1], 8)]), text)
    return plain


def _date(text: bytes) -> bytes:
    word = text.decode()
    if word in _ENDLESS:
        return struct.pack(">i", 0x7FFFFFFF if _ENDLESS[word] > 0 else -0x80000000)
    return struct.pack(">i", (datetime.date.fromisoformat(word) - _EPOCH.date()).days)


def _date_text(data: bytes) -> bytes:
    (days,) = struct.unpack(">i", data)
    if days in (0x7FFFFFFF, -0x80000000):
        return b"infinity" if days > 0 else b"-infinity"
    return (_EPOCH.date() + days * _DAY).isoformat().encode()


def _zone(word: str) -> tuple[str, int]:
    """Returns a time without its zone, and the zone in seconds east of Greenwich."""
    found = _ZONE.search(word)
    if found is None:
        return word, 0
    east = int(found[2]) * 3600 + int(found[3] or 0) * 60 + int(found[4] or 0)
    return word[: found.start()], -east if found[1] == "-" else east


def _timestamp(text: bytes) -> bytes:
    word = text.decode()
    if word in _ENDLESS:
        return struct.pack(">q", 0x7FFFFFFFFFFFFFFF if _ENDLESS[word] > 0 else -0x8000000000000000)
    bare, east = _zone(word) if ":" in word else (word, 0)
    moment = datetime.datetime.fromisoformat(bare) - datetime.timedelta(seconds=east)
    return struct.pack(">q", (moment - _EPOCH) // _MICRO)


def _timestamp_text(data: bytes) -> str:
    (micros,) = struct.unpack(">q", data)
    if micros in (0x7FFFFFFFFFFFFFFF, -0x8000000000000000):
        return "infinity" if micros > 0 else "-infinity"
    return _trimmed((_EPOCH + micros * _MICRO).isoformat(" "))


def _timestamptz_text(data: bytes) -> bytes:
    text = _timestamp_text(data)
    return (text if "infinity" in text else text + "+00").encode()


def _trimmed(text: str) -> str:
    return text.rstrip("0") if "." in text else text


def _micros(word: str) -> int:
    found = _TIME.fullmatch(word)
    if found is None:
        raise ValueError(word)
    seconds = int(found[2]) * 3600 + int(found[3]) * 60 + int(found[4] or 0)
    micros = seconds * 1_000_000 + int((found[5] or "0").ljust(6, "0"))
    return -micros if found[1] else micros


def _clock(micros: int) -> str:
    sign, micros = ("-", -micros) if micros < 0 else ("", micros)
    seconds, rest = divmod(micros, 1_000_000)
    text = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return _trimmed(f"{text}.{rest:06}") if rest else text


def _timetz(text: bytes) -> bytes:
    bare, east = _zone(text.decode())
    return struct.pack(">qi", _micros(bare), -east)


def _timetz_text(data: bytes) -> bytes:
    micros, west = struct.unpack(">qi", data)
    minutes = abs(west) // 60
    zone = f"{'-' if west > 0 else '+'}{minutes // 60:02}" + (f":{minutes % 60:02}" if minutes % 60 else "")
    return (_clock(micros) + zone).encode()


def _interval(text: bytes) -> bytes:
    word = text.decode()
    parts = dict.fromkeys(("year", "mon", "day"), 0)
    for number, unit in _SPAN.findall(word):
        parts[unit] += int(number)
    clock = re.search(r"(?:^| )([+-]?\d+:\d.*)$", word)
    micros = _micros(clock[1].removeprefix("+")) if clock else 0
    return struct.pack(">qii", micros, parts["day"], parts["year"] * 12 + parts["mon"])


def _interval_text(data: bytes) -> bytes:
    micros, days, months = struct.unpack(">qii", data)
    years, rest = int(months / 12), months - int(months / 12) * 12
    words = [
        f"{number} {unit}{'' if abs(number) == 1 else 's'}"
        for number, unit in ((years, "year"), (rest, "mon"), (days, "day"))
        if number
    ]
    if micros or not words:
        words.append(_clock(micros))
    return " ".join(words).encode()


_NUMERIC_SIGNS = {0xC000: b"NaN", 0xD000: b"Infinity", 0xF000: b"-Infinity"}


def _numeric(text: bytes) -> bytes:
    """Groups of four digits to the base 10,000, with the weight of the first."""
    for sign, word in _NUMERIC_SIGNS.items():
        if text == word:
            return struct.pack(">hhHh", 0, 0, sign, 0)
    negative = text.startswith(b"-")
    mantissa, _, exponent = text.decode().lower().lstrip("+-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    shift = int(exponent or 0)
    digits, point = whole + fraction, len(whole) + shift
    if not digits.isdigit():
        raise ValueError(text)
    digits = "0" * max(0, -point) + digits + "0" * max(0, point - len(digits))
    point = max(0, point)
    scale = max(0, len(digits) - point)
    padded = digits[:point].rjust(-(-point // 4) * 4, "0") + digits[point:].ljust(-(-scale // 4) * 4, "0")
    groups = [int(padded[at : at + 4]) for at in range(0, len(padded), 4)]
    weight = -(-point // 4) - 1
    while groups and groups[0] == 0:
        groups.pop(0)
        weight -= 1
    while groups and groups[-1] == 0:
        groups.pop()
    if not groups:
        weight = 0
    head = struct.pack(">hhHh", len(groups), weight, 0x4000 if negative and groups else 0, scale)
    return head + struct.pack(f">{len(groups)}h", *groups)


def _numeric_text(data: bytes) -> bytes:
    count, weight, sign, scale = struct.unpack_from(">hhHh", data)
    if sign in _NUMERIC_SIGNS:
        return _NUMERIC_SIGNS[sign]
    groups = struct.unpack_from(f">{count}h", data, 8)
    whole = "".join(f"{groups[at] if at < count else 0:04}" for at in range(weight + 1)).lstrip("0") or "0"
    places = range(weight + 1, weight + 1 + -(-scale // 4))
    fraction = "".join(f"{groups[at] if 0 <= at < count else 0:04}" for at in places)[:scale]
    return (("-" if sign == 0x4000 else "") + whole + (f".{fraction}" if scale else "")).encode()


_Nested = bytes | None | list["_Nested"]


def _array(element: int) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    def binary(text: bytes) -> bytes:
        start = text.index(b"{")
        tree, _ = _braced(text, start)
        dimensions: list[int] = []
        level: _Nested = tree
        while isinstance(level, list) and level:
            dimensions.append(len(level))
            level = level[0]
        leaves = list(_leaves(tree))
        head = struct.pack(">iiI", len(dimensions), int(None in leaves), element)
        sizes = b"".join(struct.pack(">ii", size, 1) for size in dimensions)
        return head + sizes + b"".join(map(value, leaves))

    def value(leaf: bytes | None) -> bytes:
        if leaf is None:
            return struct.pack(">i", -1)
        data = to_binary(element, leaf)
        return struct.pack(">i", len(data)) + data

    def plain(data: bytes) -> bytes:
        count, _, kind = struct.unpack_from(">iiI", data)
        sizes = [struct.unpack_from(">i", data, 12 + 8 * at)[0] for at in range(count)]
        at = 12 + 8 * count
        found: list[bytes] = []
        while at < len(data):
            (size,) = struct.unpack_from(">i", data, at)
            at += 4
            found.append(b"NULL" if size < 0 else _quoted(to_text(kind, data[at : at + size])))
            at += max(0, size)
        for size in reversed(sizes[1:]):
            found = [b"{" + b",".join(found[one : one + size]) + b"}" for one in range(0, len(found), size)]
        return b"{" + b",".join(found) + b"}"

    return binary, plain


def _quoted(text: bytes) -> bytes:
    if text and text.lower() != b"null" and not re.search(rb'[{}",\\\s]', text):
        return text
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _braced(text: bytes, at: int) -> tuple[list[_Nested], int]:
    found: list[_Nested] = []
    at += 1
    while text[at : at + 1] != b"}":
        if at >= len(text):
            raise ValueError(text)
        if text[at : at + 1] == b"{":
            inner, at = _braced(text, at)
            found.append(inner)
        elif text[at : at + 1] == b'"':
            end = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.S).match(text, at)
            if end is None:
                raise ValueError(text)
            found.append(re.sub(rb"\\(.)", rb"\1", end[1], flags=re.S))
            at = end.end()
        else:
            end = re.compile(rb"[^,}]*").match(text, at)
            assert end is not None
            found.append(None if end[0].lower() == b"null" else end[0])
            at = end.end()
        at += text[at : at + 1] == b","
    return found, at + 1


def _leaves(tree: _Nested) -> Iterator[bytes | None]:
    if isinstance(tree, list):
        for inner in tree:
            yield from _leaves(inner)
    else:
        yield tree


_PAIRS: dict[int, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    **{array: _array(element) for array, element in ARRAYS.items()},
    BOOL: (lambda text: b"\1" if text[:1] in b"tT1yY" else b"\0", lambda data: b"t" if data == b"\1" else b"f"),
    BYTEA: (_bytea, lambda data: b"\\x" + data.hex().encode()),
    INT8: _struct(">q", int),
    INT2: _struct(">h", int),
    INT4: _struct(">i", int),
    OID: _struct(">I", int),
    700: (_struct(">f", float)[0], _single),
    701: _struct(">d", float),
    1082: (_date, _date_text),
    1083: (
        lambda text: struct.pack(">q", _micros(text.decode())),
        lambda data: _clock(*struct.unpack(">q", data)).encode(),
    ),
    1114: (_timestamp, lambda data: _timestamp_text(data).encode()),
    1184: (_timestamp, _timestamptz_text),
    1186: (_interval, _interval_text),
    1266: (_timetz, _timetz_text),
    1700: (_numeric, _numeric_text),
    2950: (lambda text: uuid.UUID(text.decode()).bytes, lambda data: str(uuid.UUID(bytes=data)).encode()),
    3802: (lambda text: b"\1" + text, lambda data: data[1:] if data[:1] == b"\1" else data),
}
_TO_BINARY = {oid: pair[0] for oid, pair in _PAIRS.items()}
_TO_TEXT = {oid: pair[1] for oid, pair in _PAIRS.items()}
