"""Whether something bounds how much a model may write: in the call, in the body of a request, on the model."""

from __future__ import annotations

from dataclasses import dataclass

from tta_validate.program.calls import Calls, Site, Target
from tta_validate.program.containers import argument
from tta_validate.program.settings import Settings, nearest, on_all, unknown
from tta_validate.program.values import Ext
from tta_validate.sites import Guard, Reach, State

_MAX_NESTING = 6
_UNREAD = unknown("a limit cannot be told")


@dataclass(frozen=True, slots=True)
class Limits:
    """Finds limits of output tokens."""

    calls: Calls
    settings: Settings

    def of(self, site: Site) -> State:
        """Returns whether the call's output is bounded; unknown where it, or a model that it may ask, shows nothing."""
        return on_all([self._target(target) for target in site.targets], "only some of the clients have it").state

    def _target(self, target: Target) -> Guard:
        if target.row.embedding or (target.endpoint is not None and target.endpoint.embedding):
            return _UNREAD
        if target.endpoint is not None:
            return self._body(target)
        keys = target.row.limit
        held = [argument(self.calls.program, target.args, key) for key in keys]
        found = [self.settings.keyed(target.args, keys, Reach.CALL)]
        if any(one.open and not one.values for one in held):
            found.append(_UNREAD)
        model = self._model(target.receiver, 0) if target.receiver is not None else None
        return nearest(found if model is None and keys else [*found, model or _UNREAD])

    def _body(self, target: Target) -> Guard:
        """Returns what the JSON of a request says, which reading knows only where it is built in sight."""
        told = self.settings.keyed(target.args, target.row.limit, Reach.CALL)
        if told.state is not State.NONE:
            return told
        held = [argument(self.calls.program, target.args, key) for key in ("json", *target.row.limit)]
        return told if held[0].values and not any(one.open for one in held) else _UNREAD

    def _model(self, value: Ext, depth: int) -> Guard | None:
        """Returns what a model, or the models that an object runs, have; None for one that cannot have a limit."""
        kind = value.type
        if kind is None or kind.opaque or depth > _MAX_NESTING:
            return _UNREAD
        found = [self.settings.keyed(args, kind.limit, Reach.CLIENT) for args in value.calls] if kind.limit else []
        if value.injected and kind.limit:
            found.append(unknown(value.injected))
        parts = [part for part in self.calls.inner(value) if self.calls.makes_calls(part)]
        inside = [self._model(part, depth + 1) if isinstance(part, Ext) else _UNREAD for part in parts]
        if inside:
            found.append(on_all([one or _UNREAD for one in inside], "only some of the steps have it"))
        if not found:
            return None
        arms = [self._model(arm, depth + 1) or _UNREAD for arm in self.settings.arms(value)]
        return on_all([nearest(found), *arms], "only some of the fallbacks have it")
