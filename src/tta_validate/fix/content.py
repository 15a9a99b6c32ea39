"""A file as it is on disk: its bytes, encoding, byte order mark and line ends, kept through edits."""

import codecs
import io
import tokenize
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tta_validate.fix.changes import Change, applied


class Unfixable(Exception):
    """A file cannot be edited; the message says why."""


@dataclass(frozen=True)
class Content:
    """The text of a file, line ends as they are, and what its bytes are besides."""

    raw: str
    encoding: str = "utf-8"
    mark: bytes = b""

    @cached_property
    def text(self) -> str:
        """The text with every line end as ``\\n``."""
        return self.raw.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def newline(self) -> str:
        """The line end that most lines have."""
        pairs = self.raw.count("\r\n")
        counts = Counter({"\n": self.raw.count("\n") - pairs, "\r\n": pairs, "\r": self.raw.count("\r") - pairs})
        return max(counts, key=lambda end: counts[end])

    @cached_property
    def _pairs(self) -> list[int]:
        """The offsets in the text of those line ends that are two characters in the file."""
        found: list[int] = []
        at = self.raw.find("\r\n")
        while at >= 0:
            found.append(at - len(found))
            at = self.raw.find("\r\n", at + 2)
        return found

    def edited(self, changes: Iterable[Change]) -> bytes:
        """Returns the file with changes of its text; raises Unfixable where encoding or line ends cannot hold them."""
        own = sorted(set(changes))
        parts: list[str] = []
        at = 0
        for change in own:
            parts += [self.raw[at : self._raw(change.start)], change.text.replace("\n", self.newline)]
            at = self._raw(change.end)
        after = "".join([*parts, self.raw[at:]])
        if "\r" in self.raw and Content(after).text != applied(self.text, own):
            raise Unfixable("its line ends are a mixture that the repair would change")
        try:
            return self.mark + after.encode(self.encoding)
        except (UnicodeError, ValueError):
            raise Unfixable(f"its encoding, {self.encoding}, cannot hold the repair") from None

    def _raw(self, offset: int) -> int:
        return offset + bisect_left(self._pairs, offset)


def read(path: Path) -> Content:
    """Returns a file; raises Unfixable where it cannot be read as text."""
    try:
        return decoded(path.read_bytes(), python=path.suffix in (".py", ".pyi"))
    except OSError as error:
        raise Unfixable(f"cannot be read: {error.strerror}") from None


def decoded(data: bytes, *, python: bool) -> Content:
    """Returns the content of bytes, of Python source in the encoding that it declares; raises Unfixable for others."""
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    encoding = "utf-8"
    try:
        if python:
            encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0].removesuffix("-sig")
        return Content(data.removeprefix(mark).decode(encoding), encoding, mark)
    except (UnicodeError, ValueError, LookupError, SyntaxError):
        raise Unfixable(f"is not {encoding} text") from None
