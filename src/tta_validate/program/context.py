"""What stands around a piece of code inside its scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tta_validate import facts as f


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """Something that stands around a piece of code inside its scope, innermost first.

    ``kind``: ``arg`` (an argument of a call), ``with``, ``for``, ``while``, ``try`` (a try's body), ``handler``,
    ``final``, ``then`` and ``else`` (of an if), ``comp``, ``outside`` (what sets another scope's name).
    """

    kind: str
    node: f.Node
    outer: Context | None
    order: int

    def chain(self) -> Iterator[Context]:
        """Yields this context and those around it, outwards."""
        at: Context | None = self
        while at is not None:
            yield at
            at = at.outer
