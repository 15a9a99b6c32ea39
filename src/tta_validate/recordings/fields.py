"""Fields of a document in the type that a reader wants, whatever type the file gave them."""

from collections.abc import Mapping
from typing import TypeGuard

from tta_validate.recordings.model import Pairs, Tagged
from tta_validate.recordings.moments import nanoseconds


def text(value: object) -> str:
    """Returns a scalar as the text that stood in the file; an empty text for nothing and for a collection."""
    if isinstance(value, Tagged):
        value = value.value
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case bytes():
            return value.decode("utf-8", "replace")
        case int() | float():
            return str(value)
        case _:
            return ""


def content(value: object) -> str | bytes:
    """Returns a body: bytes as they are, anything else as text."""
    return value if isinstance(value, bytes) else text(value)


def integer(value: object, default: int = 0) -> int:
    """Returns a whole number, or the default for anything that is none."""
    found = text(value).strip()
    try:
        return int(found)
    except ValueError:
        return default


def seconds(value: object, default: float) -> float:
    """Returns a number of seconds; Go's durations (``500ms``, ``1m30s``) are understood."""
    found = text(value).strip()
    units = {"ns": 1e-9, "us": 1e-6, "\u00b5s": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
    total, number, rest = 0.0, "", found + "\0"
    unit = ""
    for character in rest:
        if character.isdigit() or character in ".-\0":
            if unit:
                if unit not in units or not _is_number(number):
                    return default
                total, number, unit = total + float(number) * units[unit], "", ""
            number += character.strip("\0")
        else:
            unit += character
    if number:
        return float(number) if number == found and _is_number(number) else default
    return total if found else default


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def moment(value: object) -> int | None:
    """Returns a moment in nanoseconds, or None."""
    return nanoseconds(text(value))


def is_mapping(value: object) -> TypeGuard[dict[str, object]]:
    """Returns whether the value is a mapping of a document."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Returns whether the value is a list of a document."""
    return isinstance(value, list)


def mapping(value: object) -> Mapping[str, object]:
    """Returns a mapping, empty for anything that is none."""
    if isinstance(value, Tagged):
        value = value.value
    return value if is_mapping(value) else {}


def items(value: object) -> tuple[object, ...]:
    """Returns the elements of a list; nothing for nothing; a lone scalar as one element."""
    if isinstance(value, Tagged):
        value = value.value
    if is_list(value):
        return tuple(value)
    return () if value is None or is_mapping(value) else (value,)


def texts(value: object) -> tuple[str, ...]:
    """Returns the elements of a list as texts."""
    return tuple(text(item) for item in items(value))


def pairs(value: object) -> Pairs:
    """Returns a mapping of names to texts in its order; several values of a name become pairs of that name."""
    found: list[tuple[str, str]] = []
    for key, inner in mapping(value).items():
        found += [(key, text(item)) for item in (items(inner) if is_list(inner) else (inner,))]
    return tuple(found)


def without(values: Mapping[str, object], known: frozenset[str]) -> dict[str, object]:
    """Returns the fields that are not known."""
    return {key: value for key, value in values.items() if key not in known}


def pick(values: Mapping[str, object], *names: str) -> object:
    """Returns the first of the fields that is there; Go writes keys without a tag in lower case."""
    return next((values[name] for name in names if name in values), None)
