"""Guards that are assigned to a client after it was made: ``client.timeout = 5``."""

from __future__ import annotations

from collections.abc import Iterator

from tta_validate import facts as f
from tta_validate.program.calls import Target
from tta_validate.program.lookup import dominates
from tta_validate.program.scopes import Binding, Scope
from tta_validate.program.settings import Settings, nearest, unknown
from tta_validate.program.values import Args, Ext, Thunk
from tta_validate.sdk import GuardName
from tta_validate.sites import NO_GUARD, Guard, Reach, State

_FIRST = {"__init__", "__post_init__", "__new__", "__enter__", "__aenter__"}
"""The methods that have run before any other of an object."""


def on_client(settings: Settings, target: Target, guard: GuardName) -> Guard:
    """Returns what the object says that a model call starts from: its constructor, what was assigned since."""
    receiver = target.receiver
    if receiver is None:
        return NO_GUARD
    made = settings.of_client(receiver, guard)
    said = [at for key in _keys(settings, receiver, guard) for at in _sets(settings, receiver, key, target.args)]
    if not said:
        return made
    found = _guard(settings, *said[-1])
    fixed = found.state == State.NONE and len(receiver.calls) == 1
    return found if fixed else nearest([made, found])


def _keys(settings: Settings, receiver: Ext, guard: GuardName) -> list[str]:
    """Returns the constructor's keys that are attributes too which some code assigns."""
    keys = receiver.type.guards.get(guard, ()) if receiver.type is not None and receiver.calls else ()
    holds = settings.calls.program.code.reading.holds
    return [key for key in keys if key.isidentifier() and holds(key)]


def _sets(settings: Settings, receiver: Ext, key: str, args: Args) -> Iterator[tuple[Binding, Scope, str, bool]]:
    """Yields the assignments to an attribute of the very object that come before a call, and whether each is sure."""
    program = settings.calls.program
    for attribute in program.code.sets(key):
        binding, scope = attribute.binding, attribute.binding.scope
        if binding.kind != "value" or binding.value is None:
            continue
        sure = _before(binding, scope, receiver, args)
        if sure is None:
            continue
        for value in program.eval(Thunk(attribute.target, program.env(scope), binding.order, binding.context)):
            if isinstance(value, Ext) and value.calls and value.calls[0].call is receiver.calls[0].call:
                yield binding, scope, key, sure
                break


def _before(binding: Binding, scope: Scope, receiver: Ext, args: Args) -> bool | None:
    """Tells whether an assignment has surely been made when a call is; None where it does not count."""
    made = receiver.calls[0]
    if scope is args.env.scope:
        return dominates(binding.context, args.context) if binding.order < args.order else None
    if scope.kind == "module" or scope is made.env.scope:
        return dominates(binding.context, made.context)
    owner, at = scope.owner(), args.env.scope
    while owner is not None and at.parent is not None and at.owner() is not owner:
        at = at.parent
    if owner is None or at.owner() is not owner:
        return None
    return scope.name in _FIRST and dominates(binding.context, None)


def _guard(settings: Settings, binding: Binding, scope: Scope, key: str, sure: bool) -> Guard:
    program = settings.calls.program
    assert binding.value is not None
    where = scope.place(binding.line)
    call = f.Call(f.Name(key), (), binding.line, 0, 0, 0)
    thunk = Thunk(binding.value, program.env(scope), binding.order, binding.context)
    args = Args(call, program.env(scope), binding.order, binding.context, keywords=((key, thunk),))
    found = settings.keyed(args, (key,), Reach.CLIENT)
    return found if sure or found.state == State.UNKNOWN else unknown(f"{key} is set on some paths only", where)
