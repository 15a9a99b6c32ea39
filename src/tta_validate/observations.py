"""What reading finds out about a program beside its call sites: values that rules turn into findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tta_validate.findings import Location, Related


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that stands at a place; ``what`` is a sentence without its full stop."""

    what: str
    location: Location
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """An import of a package that must be there when the module runs.

    ``name`` is what is taken from ``module``, empty for a plain import; ``line`` is the statement's first.
    ``top`` is the file of the tree that the package's top-level name means, or None.
    """

    path: str
    line: int
    module: str
    name: str
    top: str | None


Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Made:
    """An object that the project makes; ``name`` is the last name of its class.

    ``passed`` holds the names of the arguments, and as ``outer.inner`` those that an argument was itself made with.
    ``values`` holds what is known of arguments and defaults by name, a list as texts. ``open``: there may be more.
    """

    name: str
    location: Location
    passed: tuple[str, ...] = ()
    values: Mapping[str, Scalar | tuple[str, ...]] = field(default_factory=dict[str, "Scalar | tuple[str, ...]"])
    open: bool = False

    def number(self, key: str) -> float | None:
        """Returns an argument that is a number; None for anything else."""
        value = self.values.get(key)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def text(self, key: str) -> str:
        """Returns an argument that is a text; an empty one for anything else."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Returns an argument that is a list of texts; an empty one for anything else."""
        value = self.values.get(key)
        return value if isinstance(value, tuple) else ()


@dataclass(frozen=True, slots=True)
class Observed:
    """What was found out: model calls started side by side, or that feed each other, guards without effect ..."""

    parallel: tuple[Observation, ...] = ()
    sequences: tuple[Observation, ...] = ()
    ineffective: tuple[Observation, ...] = ()
    imports: tuple[Imported, ...] = ()
    """The imports of packages that give primitives, in the order of places."""
    made: tuple[Made, ...] = ()
    """Caches, models with a budget and requests that are made with arguments of their own, in the order of places."""
