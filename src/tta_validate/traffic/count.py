"""Estimates of tokens by counting text, for answers that do not say what they used."""

import re
from collections.abc import Iterator

from tta_validate.traffic.values import is_list, is_mapping

_PIECE = re.compile(r"[^\W\d_]+|\d{1,3}|[^\w\s]+|_+|\n+")
_WIDE = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NO_TEXT = frozenset(("data", "url", "image_url", "file_data", "b64_json", "signature", "encrypted_content", "id"))
_MOST = 4_000_000


def estimate(value: object) -> int:
    """Returns about how many tokens the texts in a value are: a short word is one, and so is a run of signs.

    Common English words are one token of today's vocabularies, longer ones one for each seven letters or so.
    """
    return sum(_tokens(piece) for piece in texts(value))


def _tokens(piece: str) -> int:
    found = 0
    for part in _PIECE.findall(piece[:_MOST]):
        wide = len(_WIDE.findall(part)) if ord(max(part)) > 0xE00 else 0
        found += wide + -(-(len(part) - wide) // 7)
    return found


def texts(value: object) -> Iterator[str]:
    """Yields the texts in a decoded value, but for those under names that hold no text for a model."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif is_list(one):
            waiting.extend(one)
        elif is_mapping(one):
            waiting.extend(inner for key, inner in one.items() if key not in _NO_TEXT)
