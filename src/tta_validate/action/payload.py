"""Reads JSON of GitHub, of which any part may be missing."""

from collections.abc import Mapping
from typing import cast


def table(value: object, *names: str) -> Mapping[str, object]:
    """Returns the object that some names lead to, an empty one where there is none."""
    found = _object(value)
    for name in names:
        found = _object(found.get(name))
    return found


def _object(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def text(value: object, *names: str) -> str:
    """Returns the text that some names lead to, an empty one where there is none."""
    found = table(value, *names[:-1]).get(names[-1])
    return found if isinstance(found, str) else ""


def number(value: object, *names: str) -> int | None:
    """Returns the whole number that some names lead to, None where there is none."""
    found = table(value, *names[:-1]).get(names[-1])
    return found if isinstance(found, int) and not isinstance(found, bool) else None
