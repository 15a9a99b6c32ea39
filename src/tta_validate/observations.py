"""What reading finds out about a program beside its call sites: values that rules turn into findings."""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Observed:
    """What was found out: model calls started side by side, model calls that feed each other, guards without effect."""

    parallel: tuple[Observation, ...] = ()
    sequences: tuple[Observation, ...] = ()
    ineffective: tuple[Observation, ...] = ()
    imports: tuple[Imported, ...] = ()
    """The imports of packages that give primitives, in the order of places."""
