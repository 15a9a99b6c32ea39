"""A linked call site as a value of the inventory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tta_validate import facts as f
from tta_validate.program.calls import Calls, Site, Target, line_of
from tta_validate.program.containers import argument
from tta_validate.program.guards import Guards
from tta_validate.program.limits import Limits
from tta_validate.program.offers import LIBRARY, is_opaque, offers
from tta_validate.program.render import unparse
from tta_validate.program.scopes import Scope
from tta_validate.program.slots import slots
from tta_validate.program.values import Args, DictVal, Ext, Lib, Lit, SeqVal, Thunk, Value
from tta_validate.sites import CallSite, Step


class Describer:
    """Turns linked call sites into values of the inventory."""

    def __init__(self, calls: Calls, guards: Guards) -> None:
        self.calls = calls
        self.guards = guards
        self.program = calls.program
        self.limits = Limits(calls, guards.settings)

    def describe(self, site: Site) -> CallSite:
        """Returns a call site with everything that is known of it but the member it belongs to."""
        use, target = site.use, site.targets[0]
        scope, call = use.scope, use.call
        embedding = all(_embeds(t) for t in site.targets)
        stream = any(t.row.stream or self._is(t.args, "stream", True) for t in site.targets)
        inside = self.primitive_around(scope)
        guards = self.guards.of(site)
        function = scope.function()
        return CallSite(
            path=scope.module.path,
            line=line_of(use),
            column=call.column + 1,
            end_line=scope.line(call.end_line),
            end_column=call.end_column + 1,
            callee=unparse(call.func, 400),
            kind=self._kind(target),
            provider=self._provider(target),
            model=self._model(target),
            function=function.qualname if function is not None else None,
            member=None,
            guards=guards,
            applies=frozenset(self._applies(site, embedding=embedding, stream=stream, inside=inside)),
            prompt_cache=_mentions(use.call.args, "cache_control"),
            stream=stream,
            embedding=embedding,
            output_limit=self.limits.of(site),
            in_primitive=inside,
            chain=tuple(self._chain(site)),
            offers=offers(site, self.calls),
            slots=slots(site, self.calls),
            notes={LIBRARY: target.sdk.title or target.sdk.name} if is_opaque(site) else {},
        )

    # --- what it calls ---

    def _kind(self, target: Target) -> str:
        kind = target.receiver.type.kind if target.receiver is not None and target.receiver.type is not None else None
        return target.row.kind or kind or target.sdk.kind

    def _provider(self, target: Target) -> str:
        if target.endpoint is not None:
            return target.endpoint.provider
        if target.row.provider:
            return target.row.provider
        receiver = target.receiver
        if receiver is not None and receiver.type is not None:
            own = receiver.type.provider
            if own not in {None, "unknown"}:
                return str(own)
            found = {p for p in self._inner_providers(receiver, 0) if p != "unknown"}
            if len(found) == 1:
                return found.pop()
            if own is not None:
                return own
        return target.sdk.provider or "unknown"

    def _inner_providers(self, value: Ext, depth: int) -> Iterator[str]:
        for inner in self.calls.inner(value) if depth < 6 else ():
            if isinstance(inner, Ext) and inner.type is not None:
                if inner.type.provider:
                    yield inner.type.provider
                yield from self._inner_providers(inner, depth + 1)

    def _model(self, target: Target) -> str | None:
        for key in target.row.model:
            if found := self._text(target.args, key):
                return found
        receiver = target.receiver
        return self._receiver_model(receiver, 0) if receiver is not None else None

    def _receiver_model(self, receiver: Ext, depth: int) -> str | None:
        if receiver.type is not None:
            for args in receiver.calls:
                for key in receiver.type.model:
                    if found := self._text(args, key):
                        return found
        for inner in self.calls.inner(receiver) if depth < 4 else ():
            if isinstance(inner, Ext) and (found := self._receiver_model(inner, depth + 1)):
                return found
        return None

    def _text(self, args: Args, key: str) -> str | None:
        values = argument(self.program, args, key).values
        texts = {v.value for v in values if isinstance(v, Lit) and isinstance(v.value, str)}
        return str(texts.pop()) if len(texts) == 1 and len(values) <= 2 else None

    # --- which guards make sense ---

    def _applies(self, site: Site, *, embedding: bool, stream: bool, inside: str | None) -> Iterator[str]:
        yield "timeout"
        if inside is not None:
            return
        yield "retry"
        if not stream and (embedding or any(self._repeats(t) for t in site.targets)):
            yield "cache"
        if not embedding:
            yield "route"

    def _repeats(self, target: Target) -> bool:
        """Tells whether a call asks for the same answer again: temperature 0, or a prompt that never changes."""
        receiver = target.receiver
        makers = receiver.calls if receiver is not None else ()
        keys = target.row.temperature
        if any(self._is(target.args, key, 0) for key in keys) or any(self._is(m, k, 0) for m in makers for k in keys):
            return True
        held = [argument(self.program, target.args, key) for key in target.row.prompt]
        prompts = [h for h in held if h.values]
        return bool(prompts) and all(self._constant(v, 0) for h in prompts for v in h.values)

    def _is(self, args: Args, key: str, wanted: float | bool) -> bool:
        values = argument(self.program, args, key).values
        return bool(values) and all(
            isinstance(v, Lit) and v.value is not None and not isinstance(v.value, str) and v.value == wanted
            for v in values
        )

    def _constant(self, value: Value, depth: int) -> bool:
        if isinstance(value, Lit):
            return isinstance(value.value, str) and bool(value.value)
        if depth > 4:
            return False
        things: Iterable[Thunk | Value]
        if isinstance(value, SeqVal) and value.items and not value.open:
            things = value.items
        elif isinstance(value, DictVal) and value.items and not value.changes and not value.open:
            things = [thing for _, thing in value.items]
        else:
            return False
        forced = [self.program.force(thing) for thing in things]
        return all(values and all(self._constant(v, depth + 1) for v in values) for values in forced)

    def primitive_around(self, scope: Scope) -> str | None:
        """Returns the name of the primitive class around a call, or None."""
        at: Scope | None = scope
        while at is not None:
            if at.kind == "class":
                for base in self.program.mro(at)[1:]:
                    if self.program.tables.encloses(base.path if isinstance(base, Lib) else base.dotted):
                        return at.name
            at = at.parent
        return None

    # --- how it was linked ---

    def _chain(self, site: Site) -> Iterator[Step]:
        scope, call = site.use.scope, site.use.call
        yield Step(scope.place(call.line), f"{unparse(call.func)}(...) is called")
        for target in site.targets:
            receiver = target.receiver
            if receiver is None:
                yield Step(target.args.where, f"{target.path} of {target.sdk.title or target.sdk.name}")
                continue
            yield from self._made(receiver, target)

    def _made(self, receiver: Ext, target: Target) -> Iterator[Step]:
        name = receiver.type.name if receiver.type is not None else receiver.path
        if receiver.injected:
            yield Step(target.args.where, f"on an object of {receiver.path}: {receiver.injected}")
        for args in receiver.calls:
            yield Step(args.where, f"the object ({name}) is made or set by {unparse(args.call.func)}(...)")
        for guard, method, args in receiver.adds:
            yield Step(args.where, f"{method} adds {guard}")
        for inner in self.calls.inner(receiver):
            if isinstance(inner, Ext) and inner.calls and inner is not receiver:
                yield Step(inner.calls[0].where, f"inside: {inner.path}")


def _embeds(target: Target) -> bool:
    return target.row.embedding or bool(target.endpoint is not None and target.endpoint.embedding)


def _mentions(args: tuple[f.Arg, ...], word: str) -> bool:
    nodes = [node for arg in args for node in f.walk(arg)]
    return any(
        (isinstance(n, f.Arg) and n.keyword == word) or (isinstance(n, f.Str) and n.value == word) for n in nodes
    )
