"""The values of a comparison: its rules, each difference with its class, and the verdict."""

from dataclasses import dataclass, field
from typing import Literal

from tta_validate.recordings.model import Noise, Patterns

Class = Literal["behaviour", "drift", "volatile"]
"""What a difference means: the app does something else; its environment changed; or the value is new every time."""

Change = Literal["changed", "missing", "added", "type"]
"""How two sides differ: another value, gone from the answer, new in the answer, or a value of another type."""

CLASSES: tuple[Class, ...] = ("behaviour", "drift", "volatile")
"""The classes, the one that matters most first."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How answers are compared.

    ``noise`` holds entries in Keploy's own vocabulary, from recordings and ``keploy.yml``; ``ignore`` entries of our
    config, which keep their case and may be globs and JSON paths (``header.X-*``, ``body.items.*.id``,
    ``$.items[0].id``). ``compat`` gives Keploy's verdict also where it is unsound: other bodies than JSON are not
    compared (unless ``compare_all``), added keys pass, and assertions replace the comparison. ``fail_on`` names the
    classes that fail. ``replayed_at`` is when the app believes to answer, in nanoseconds.
    """

    noise: Noise = field(default_factory=Noise)
    ignore: Patterns = ()
    ignore_ordering: bool = True
    compat: bool = False
    compare_all: bool = False
    schema_match: bool = False
    auto_header_noise: bool = True
    fail_on: tuple[Class, ...] = ("behaviour",)
    replayed_at: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where an answer is not what was recorded.

    ``expected`` and ``actual`` are JSON values or texts, None for the side where there is nothing (``change`` tells).
    ``noise`` is the entry that would silence it, empty where none can. ``why`` says what made its class.
    """

    where: str
    kind: Class
    change: Change
    expected: object = None
    actual: object = None
    noise: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences of an answer in the order of status, headers and body, and whether it passes."""

    differences: tuple[Difference, ...]
    passed: bool

    def of(self, kind: Class) -> tuple[Difference, ...]:
        """Returns the differences of one class."""
        return tuple(difference for difference in self.differences if difference.kind == kind)
