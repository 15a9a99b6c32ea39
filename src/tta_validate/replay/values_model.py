"""The values that flow through a test set: what a recorded value is now, and where it was put."""

import json
import re
from dataclasses import dataclass

from tta_validate.replay.compare_json import is_number, parse_json
from tta_validate.replay.compare_noise import Path

LONG = 8
"""From this many characters on, a text is replaced also inside other text."""

_ID_NAME = re.compile(r"(?:^|[_-]|(?<=[a-z]))(?:id|ids|pk|uuid|guid|slug|token|key|number|ref)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Substitution:
    """A recorded value that was replaced: where the new one came from (``set/case body.token``), where it was put."""

    old: str
    new: str
    source: str
    where: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a recorded value is now. ``number`` tells whether it is a JSON number; ``name`` is the field it stood in."""

    old: str
    new: str
    source: str
    number: bool = False
    name: str = ""

    @property
    def within(self) -> bool:
        """Whether the value is long enough to be replaced inside other text."""
        return len(self.old) >= LONG and not self.number

    @property
    def value(self) -> object:
        """The new value as JSON holds it."""
        found = parse_json(self.new) if self.number else self.new
        return found if is_number(found) else self.new


def is_id_name(name: str) -> bool:
    """Returns whether a field or parameter of that name holds an id or token."""
    return bool(_ID_NAME.search(name))


def field_name(path: Path) -> str:
    """Returns the name of the field that a path leads to, whatever its position in an array."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def shown(value: object) -> str:
    """Returns a scalar of JSON as text: a text as it is."""
    return value if isinstance(value, str) else json.dumps(value)
