"""Packets of MySQL's client/server protocol, and its values in the formats of text and of prepared statements.

Source: https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
"""

import asyncio
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tta_validate.replay.mock_bytes import LARGEST, Garbled, exactly

CAPABILITIES = 0x3FA20F
"""What is offered: protocol 4.1 with plugins and several results; not TLS, compression, files or fewer EOF packets."""

CONNECT_WITH_DB, PLUGIN_AUTH, LENENC_AUTH, SECURE = 0x8, 0x80000, 0x200000, 0x8000
NATIVE = b"mysql_native_password"
_FULL = 0xFFFFFF

TINY, SHORT, LONG, FLOAT, DOUBLE, NULL, TIMESTAMP, LONGLONG, INT24 = 1, 2, 3, 4, 5, 6, 7, 8, 9
DATE, TIME, DATETIME, YEAR = 10, 11, 12, 13
_INTEGERS = {TINY: "b", SHORT: "h", LONG: "i", LONGLONG: "q", INT24: "i", YEAR: "h"}
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?")
_SPAN = re.compile(r"(-?)(?:(\d+) )?(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?")
_UNSIGNED = 32


@dataclass(frozen=True, slots=True)
class Field:
    """A column as a server describes it."""

    name: bytes
    type: int = 253
    flags: int = 0
    charset: int = 255
    length: int = 1024
    decimals: int = 0
    schema: bytes = b""
    table: bytes = b""
    org_table: bytes = b""
    org_name: bytes = b""


async def read_packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Returns the number and content of the next packet. Raises Garbled, and IncompleteReadError at the end."""
    parts: list[bytes] = []
    total = 0
    while True:
        head = await reader.readexactly(4)
        size = int.from_bytes(head[:3], "little")
        total += size
        if total > LARGEST:
            raise Garbled(f"a packet of more than {LARGEST} bytes")
        parts.append(await exactly(reader, size))
        if size < _FULL:
            return head[3], b"".join(parts)


def packets(contents: Iterable[bytes], number: int) -> bytes:
    """Returns packets as they are sent, numbered on."""
    parts: list[bytes] = []
    for content in contents:
        at = 0
        while True:
            part = content[at : at + _FULL]
            parts.append(len(part).to_bytes(3, "little") + bytes([number & 255]) + part)
            number += 1
            at += _FULL
            if len(part) < _FULL:
                break
    return b"".join(parts)


def counted(number: int) -> bytes:
    """Returns a length-encoded integer."""
    if number < 251:
        return bytes([number])
    for mark, size in ((b"\xfc", 2), (b"\xfd", 3)):
        if number < 1 << 8 * size:
            return mark + number.to_bytes(size, "little")
    return b"\xfe" + number.to_bytes(8, "little")


def text(value: bytes | None) -> bytes:
    """Returns a length-encoded text, or the mark of NULL."""
    return b"\xfb" if value is None else counted(len(value)) + value


class Scan:
    """Reads fields of a packet, one after the other. Raises Garbled at its end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        """Returns so many bytes."""
        end = self.at + size
        if end > len(self.data):
            raise Garbled("a packet that ends too early")
        found, self.at = self.data[self.at : end], end
        return found

    def integer(self, size: int) -> int:
        """Returns an unsigned integer of so many bytes."""
        return int.from_bytes(self.take(size), "little")

    def counted(self) -> int:
        """Returns a length-encoded integer."""
        first = self.integer(1)
        return first if first < 251 else self.integer({0xFC: 2, 0xFD: 3}.get(first, 8))

    def zeroed(self) -> bytes:
        """Returns the bytes up to the next zero byte."""
        end = self.data.find(b"\0", self.at)
        end = len(self.data) if end < 0 else end
        found, self.at = self.data[self.at : end], end + 1
        return found


def greeting(version: bytes) -> bytes:
    """Returns the packet that a server begins with; what is in it to be hashed does not matter to us."""
    nonce = bytes(range(65, 85))
    low, high = CAPABILITIES & 0xFFFF, CAPABILITIES >> 16
    head = b"\x0a" + version + b"\0" + struct.pack("<I", 1) + nonce[:8] + b"\0"
    return head + struct.pack("<HBHHB", low, 255, 2, high, 21) + bytes(10) + nonce[8:] + b"\0" + NATIVE + b"\0"


_REFUSED = 0x20 | 0x800 | 0x800000 | 0x1000000 | 0x4000000 | 0x8000000
"""Compression, TLS, changes of the session's state, results without EOF packets, zstd, optional metadata."""


def plain_greeting(packet: bytes) -> bytes:
    """Returns a server's first packet without the offers that would make what follows hard to read."""
    end = packet.find(b"\0", 5)
    low, high = end + 14, end + 19
    if packet[4:5] != b"\x0a" or end < 0 or len(packet) < high + 13:
        return packet
    flags = int.from_bytes(packet[low : low + 2], "little") | int.from_bytes(packet[high : high + 2], "little") << 16
    flags &= ~_REFUSED
    found = bytearray(packet)
    found[low : low + 2] = (flags & 0xFFFF).to_bytes(2, "little")
    found[high : high + 2] = (flags >> 16).to_bytes(2, "little")
    if flags & 1 == 0:
        # MariaDB announces extensions of its own where MySQL leaves zeros.
        found[high + 9 : high + 13] = bytes(4)
    return bytes(found)


def contents(data: bytes) -> list[bytes]:
    """Returns the contents of recorded packets, up to one that is not whole."""
    found: list[bytes] = []
    at, part = 0, b""
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 3], "little")
        if at + 4 + size > len(data):
            break
        part += data[at + 4 : at + 4 + size]
        at += 4 + size
        if size < _FULL:
            found.append(part)
            part = b""
    return found


def plugin_of(response: bytes) -> bytes:
    """Returns the name of the plugin that a client answered the greeting with. Raises Garbled."""
    scan = Scan(response)
    flags = scan.integer(4)
    if not flags & 0x200:
        raise Garbled("a client older than MySQL 4.1")
    scan.take(28)
    scan.zeroed()
    if flags & LENENC_AUTH:
        scan.take(scan.counted())
    elif flags & SECURE:
        scan.take(scan.integer(1))
    else:
        scan.zeroed()
    if flags & CONNECT_WITH_DB:
        scan.zeroed()
    return scan.zeroed() if flags & PLUGIN_AUTH else NATIVE


def ok(affected: int = 0, inserted: int = 0, status: int = 2, warnings: int = 0, info: bytes = b"") -> bytes:
    """Returns an OK packet."""
    return b"\0" + counted(affected) + counted(inserted) + struct.pack("<HH", status, warnings) + info


def eof(status: int = 2, warnings: int = 0) -> bytes:
    """Returns an EOF packet."""
    return b"\xfe" + struct.pack("<HH", warnings, status)


def failure(code: int, state: str, message: str) -> bytes:
    """Returns an ERR packet."""
    return b"\xff" + struct.pack("<H", code) + b"#" + state.encode()[:5].ljust(5, b"0") + message.encode()


def definition(field: Field) -> bytes:
    """Returns the definition of a column."""
    names = (b"def", field.schema, field.table, field.org_table, field.name, field.org_name)
    rest = struct.pack("<HIBHBH", field.charset, field.length, field.type, field.flags, field.decimals, 0)
    return b"".join(map(text, names)) + b"\x0c" + rest


def binary_row(values: Sequence[bytes | None], fields: Sequence[Field]) -> bytes:
    """Returns a row as the answer to a prepared statement has it."""
    marks = bytearray((len(fields) + 9) // 8)
    parts: list[bytes] = []
    for number, (value, field) in enumerate(zip(values, fields, strict=True), 2):
        if value is None:
            marks[number // 8] |= 1 << number % 8
        else:
            parts.append(_packed(value, field.type, unsigned=bool(field.flags & _UNSIGNED)))
    return b"\0" + bytes(marks) + b"".join(parts)


def _packed(value: bytes, kind: int, *, unsigned: bool) -> bytes:
    word = value.decode("utf-8", "replace")
    try:
        if kind in _INTEGERS:
            form = _INTEGERS[kind]
            return struct.pack("<" + (form.upper() if unsigned else form), int(word))
        if kind in (FLOAT, DOUBLE):
            return struct.pack("<f" if kind == FLOAT else "<d", float(word))
        if kind in (DATE, DATETIME, TIMESTAMP):
            return _moment(word)
        if kind == TIME:
            return _span(word)
    except (ValueError, struct.error):
        return b"\0" if kind in (DATE, DATETIME, TIMESTAMP, TIME) else bytes(struct.calcsize(_INTEGERS.get(kind, "d")))
    return text(value)


def _moment(word: str) -> bytes:
    found = _MOMENT.match(word)
    if found is None:
        raise ValueError(word)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    micros = int((found[7] or "0").ljust(6, "0"))
    if not any((year, month, day, hour, minute, second, micros)):
        return b"\0"
    data = struct.pack("<HBB", year, month, day)
    if hour or minute or second or micros:
        data += bytes((hour, minute, second)) + (struct.pack("<I", micros) if micros else b"")
    return bytes([len(data)]) + data


def _span(word: str) -> bytes:
    found = _SPAN.match(word)
    if found is None:
        raise ValueError(word)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:5])
    days, hours = days + hours // 24, hours % 24
    micros = int((found[6] or "0").ljust(6, "0"))
    if not any((days, hours, minutes, seconds, micros)):
        return b"\0"
    data = bytes([bool(found[1])]) + struct.pack("<IBBB", days, hours, minutes, seconds)
    data += struct.pack("<I", micros) if micros else b""
    return bytes([len(data)]) + data


def unpacked(scan: Scan, kind: int, *, unsigned: bool) -> bytes:
    """Returns a value of a prepared statement as text. Raises Garbled."""
    if kind in _INTEGERS:
        form = _INTEGERS[kind]
        size = struct.calcsize("<" + form)
        return str(struct.unpack("<" + (form.upper() if unsigned else form), scan.take(size))[0]).encode()
    if kind in (FLOAT, DOUBLE):
        number = struct.unpack("<f", scan.take(4))[0] if kind == FLOAT else struct.unpack("<d", scan.take(8))[0]
        return repr(number).encode()
    if kind in (DATE, DATETIME, TIMESTAMP):
        data = scan.take(scan.integer(1)).ljust(11, b"\0")
        year, month, day, hour, minute, second, micros = struct.unpack("<HBBBBBI", data[:11])
        date = f"{year:04}-{month:02}-{day:02}"
        return (date if kind == DATE else f"{date} {_clock(hour, minute, second, micros)}").encode()
    if kind == TIME:
        negative, days, hours, minutes, seconds, micros = struct.unpack(
            "<BIBBBI", scan.take(scan.integer(1)).ljust(12, b"\0")[:12]
        )
        return (("-" if negative else "") + _clock(days * 24 + hours, minutes, seconds, micros)).encode()
    return scan.take(scan.counted())


def _clock(hours: int, minutes: int, seconds: int, micros: int) -> str:
    return f"{hours:02}:{minutes:02}:{seconds:02}" + (f".{micros:06}" if micros else "")
