"""Narrow looks into decoded values, whatever they turn out to be."""

from typing import TypeGuard, cast


def is_mapping(value: object) -> TypeGuard[dict[str, object]]:
    """Whether a decoded value is a mapping."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether a decoded value is a list."""
    return isinstance(value, list)


def mapping(value: object) -> dict[str, object]:
    """Returns the mapping, or an empty one for anything else."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Returns the list, or an empty one for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []


def text(value: object) -> str:
    """Returns the text, or an empty one for anything else."""
    return value if isinstance(value, str) else ""


def count(value: object) -> int | None:
    """Returns a number of tokens, a whole number from 0 to 10**12; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= 1_000_000_000_000 else None


def number(value: object) -> float | None:
    """Returns a finite number that is not negative; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e15 else None
