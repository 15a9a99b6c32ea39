"""Everything that reading finds out about a program beside its call sites and their guards."""

from __future__ import annotations

from collections.abc import Iterable

from tta_validate.observations import Observation, Observed
from tta_validate.program import forgetful, patience, swallowed
from tta_validate.program.decorations import decorations
from tta_validate.program.describe import Describer
from tta_validate.program.guards import Guards
from tta_validate.program.imported import imported
from tta_validate.program.made import made
from tta_validate.program.parallel import parallel
from tta_validate.program.sequences import sequences

_OF_DECORATORS = (
    swallowed.of_generator,
    swallowed.swallowed,
    forgetful.of_coroutine,
    forgetful.remade,
    forgetful.empty,
    forgetful.changing,
    forgetful.of_passing_object,
    patience.once,
    patience.outlived,
)
_OF_PRIMITIVES = (forgetful.primitives, patience.cut_short)


def observe(guards: Guards, packages: Iterable[str]) -> Observed:
    """Returns what the linked program shows, each kind in the order of places; ``packages`` are those of primitives."""
    calls = guards.calls
    describer = Describer(calls, guards)
    ineffective = [
        seen for at in decorations(calls, guards.settings) for look in _OF_DECORATORS for seen in look(calls, at)
    ]
    ineffective += [seen for look in _OF_PRIMITIVES for seen in look(calls)]
    return Observed(
        _in_order(parallel(calls, describer)),
        _in_order(sequences(calls, describer)),
        _in_order(ineffective),
        tuple(sorted(imported(calls.program, packages), key=lambda seen: (seen.path, seen.line, seen.name))),
        tuple(sorted(made(calls, packages), key=lambda seen: (seen.location, seen.name))),
    )


def _in_order(found: Iterable[Observation]) -> tuple[Observation, ...]:
    return tuple(sorted(dict.fromkeys(found), key=lambda seen: (seen.location, seen.what)))
