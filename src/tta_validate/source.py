"""The text of a Python file, as the interpreter would decode it."""

import codecs
import re

_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?\r?$")


class Undecodable(Exception):
    """The bytes are no Python source; the message says why."""


def decode(data: bytes) -> str:
    """Returns the text with newlines as ``\\n``; raises Undecodable with the reason.

    Source: PEP 263 and PEP 3120. Text codecs only: a coding line cannot name one that runs something else.
    """
    if b"\0" in data:
        raise Undecodable("a NUL byte in the source")
    marked = data.startswith(codecs.BOM_UTF8)
    body = data[3:] if marked else data
    name = _declared(body)
    if marked and name not in (None, "utf-8"):
        raise Undecodable(f"a UTF-8 byte order mark and a coding line that says {name}")
    text = _decoded(body, name or "utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _decoded(body: bytes, name: str) -> str:
    try:
        return body.decode(name)
    except LookupError:
        raise Undecodable(f"an unknown encoding: {name[:40]}") from None
    except UnicodeDecodeError as error:
        raise Undecodable(f"not {name[:40]} text at byte {error.start}") from None
    except (UnicodeError, ValueError):
        raise Undecodable(f"not {name[:40]} text") from None


def _declared(body: bytes) -> str | None:
    """Returns the encoding that one of the first two lines declares, ``utf-8`` in its plain spelling."""
    for line in re.split(rb"\r\n|\r|\n", body[:4096], maxsplit=2)[:2]:
        if found := _CODING.match(line):
            name = found[1].decode("ascii", "replace")
            plain = name[:12].lower().replace("_", "-")
            return "utf-8" if plain == "utf-8" or plain.startswith("utf-8-") else name
        if not _BLANK.match(line):
            return None
    return None
