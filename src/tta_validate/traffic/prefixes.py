"""Prefixes of prompts: the part of a request that a provider's prompt cache can have from an earlier one."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b

from msgspec.json import Encoder

from tta_validate.traffic.values import is_list, is_mapping

Block = tuple[int, int]
"""The identity of a prefix, and its length in bytes as JSON."""

_HEAD = ("tools", "toolConfig", "functions", "system", "systemInstruction", "system_instruction", "instructions")
_TURNS = ("messages", "contents", "input")
_SYSTEM = ("system", "developer")
_MOST = 48
_ENCODE = Encoder().encode


def blocks(request: Mapping[str, object], model: str) -> tuple[tuple[Block, ...], int]:
    """Returns the prefixes of a request that end at a message, shortest first, and the length of the whole.

    The first one is what stands before the first turn: tools and system prompt. A cache belongs to one model.
    """
    digest = blake2b(model.encode(), digest_size=8)
    length = 0
    for key in _HEAD:
        if value := request.get(key):
            data = _ENCODE(value)
            digest.update(data)
            length += len(data)
    found: list[Block] = []
    leading = True
    for turn in _turns(request):
        if leading and not (is_mapping(turn) and turn.get("role") in _SYSTEM):
            leading = False
            if length:
                found.append((int.from_bytes(digest.digest()), length))
        data = _ENCODE(turn)
        digest.update(data)
        length += len(data)
        if not leading:
            found.append((int.from_bytes(digest.digest()), length))
    if leading and length:
        found.append((int.from_bytes(digest.digest()), length))
    return tuple(found if len(found) <= _MOST else [found[0], *found[-_MOST:]]), length


def _turns(request: Mapping[str, object]) -> Iterator[object]:
    for key in _TURNS:
        value = request.get(key)
        if is_list(value):
            yield from value
        elif value:
            yield value
