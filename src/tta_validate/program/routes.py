"""Hand-made choices of a model: branches, loops over models, another model after a failure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from tta_validate import facts as f
from tta_validate.hints import MODEL_WORDS
from tta_validate.program.calls import Calls
from tta_validate.program.loops import exits, fed, goes_on, leaves, names, under
from tta_validate.program.render import last_name, unparse
from tta_validate.program.scopes import Context, Scope, Use
from tta_validate.program.values import Thunk, Unknown
from tta_validate.sites import NO_GUARD, Guard, Reach, State

_ROUTE = re.compile(MODEL_WORDS, re.IGNORECASE)
_SCHEMA = re.compile(
    r"(?:response|request|result|output|input|data|base|pydantic|schema|form|django|orm|db|table|user)_?model|model_?"
    r"(?:dump|validate|fields|config|json|copy|construct|schema|class|cls|validator)",
    re.IGNORECASE,
)
"""What is called a model and is a shape of data."""

_MODEL_KEYS = frozenset({"model", "model_name", "model_id", "engine", "provider"})
_STREAMED = re.compile(r"(?:_with_response)?_?stream", re.IGNORECASE)
"""What distinguishes the name of a streamed request from the other one's."""

_SHAPE = re.compile(r"""["'](?:chat|text|completions?|embeddings?|json|stream)["']""")
"""A test for the shape of the request, not for the model."""


@dataclass(slots=True)
class Routes:
    """Finds hand-made routes."""

    calls: Calls
    _exits: dict[int, list[Context]] = field(default_factory=dict[int, list[Context]])
    _tries: dict[int, list[Context]] = field(default_factory=dict[int, list[Context]])

    def of_use(self, use: Use) -> Guard:
        """Returns the hand-made choice of a model that the function around a call makes."""
        context = use.context
        for at in context.chain() if context is not None else ():
            if at.kind in {"then", "else"} and isinstance(at.node, f.If) and self._branches(at.node, use):
                return _manual(use.scope, at.node.line, "if/elif by model")
            if at.kind == "case" and isinstance(at.node, f.Match) and self._cases(at.node, use):
                return _manual(use.scope, at.node.line, "match by model")
            if at.kind == "for" and isinstance(at.node, f.For) and _tries_next(at, use):
                return _manual(use.scope, at.node.line, "the next model is tried")
            if at.kind in {"try", "except"} and isinstance(at.node, f.Try) and self._falls_back(at.node, use):
                return _manual(use.scope, at.node.line, "another model is tried in except")
        follows = self._follows(use)
        if follows is not None:
            return _manual(use.scope, follows.line, "another model is tried after a failure")
        early = self._early(use)
        if early is not None:
            return _manual(use.scope, early.line, "if by model, with an early return")
        return NO_GUARD

    def _branches(self, node: f.If, use: Use) -> bool:
        """Tells whether an if decides by model or provider between different model calls."""
        if not by_model(node.test):
            return False
        sides: dict[str, list[Use]] = {"then": [], "else": []}
        for other in use.scope.uses:
            side = next((c.kind for c in other.context.chain() if c.node is node), None) if other.context else None
            named = last_name(other.call.func) in self.calls.program.callables.attributes
            if side in sides and (named or self.calls.leads(other)):
                sides[side].append(other)
        return bool(sides["then"] and sides["else"]) and not self._same(sides["then"], sides["else"])

    def _cases(self, node: f.Match, use: Use) -> bool:
        """Tells whether a match decides by model or provider between different model calls."""
        if not by_model(node.subject):
            return False
        sides: dict[int, list[Use]] = {}
        for other in use.scope.uses:
            case = next((c for c in other.context.chain() if c.node is node), None) if other.context else None
            named = last_name(other.call.func) in self.calls.program.callables.attributes
            if case is not None and case.kind == "case" and (named or self.calls.leads(other)):
                sides.setdefault(id(case), []).append(other)
        first, *others = sides.values() or [[]]
        return any(not self._same(first, side) for side in others)

    def _early(self, use: Use) -> f.If | None:
        """Returns the if that answers for one model and leaves, where the rest of the function asks another."""
        chain = set(map(id, use.context.chain())) if use.context is not None else set[int]()
        if id(use.scope) not in self._exits:
            self._exits[id(use.scope)] = _early_exits(use.scope)
        for at in self._exits[id(use.scope)]:
            assert isinstance(at.node, f.If)
            inside = [o for o in use.scope.uses if _within(o, at)]
            after = [o for o in use.scope.uses if o.order > at.order and not _within(o, at)]
            mine = use in inside or (use in after and id(at) not in chain)
            lead = mine and any(map(self.calls.leads, inside)) and any(map(self.calls.leads, after))
            if lead and not self._same(inside, after):
                return at.node
        return None

    def _falls_back(self, node: f.Try, use: Use) -> bool:
        """Tells whether a try and one of its handlers ask different models."""
        handlers = {id(handler) for handler in node.handlers}
        tried: list[Use] = []
        caught: list[Use] = []
        for other in use.scope.uses:
            if self.calls.site(other) is None:
                continue
            chain = list(other.context.chain()) if other.context is not None else []
            if any(id(c.node) in handlers for c in chain):
                caught.append(other)
            elif any(c.kind == "try" and c.node is node for c in chain):
                tried.append(other)
        if not (use in tried or use in caught):
            return False
        return any(
            _differs(one, two, handlers) and not self._same([one], [two], request=False)
            for one in tried
            for two in caught
        )

    def _follows(self, use: Use) -> f.Try | None:
        """Returns the try that answers with one model and leaves, after whose failure the function asks another."""
        if id(use.scope) not in self._tries:
            self._tries[id(use.scope)] = _answering_tries(use.scope)
        for at in self._tries[id(use.scope)]:
            assert isinstance(at.node, f.Try)
            inside = [o for o in use.scope.uses if _within(o, at)]
            after = [o for o in use.scope.uses if o.order > at.order and _after(o, at)]
            if use not in inside and use not in after:
                continue
            for one in filter(self.calls.leads, inside):
                ways = (two for two in after if self.calls.leads(two) or self._stands_in(one, two))
                if any(use in (one, two) and self._others(one, two) for two in ways):
                    return at.node
        return None

    def _stands_in(self, one: Use, two: Use) -> bool:
        """Tells whether a call hands the same input to an object from outside that is named for a provider."""
        func = two.call.func
        if not isinstance(func, f.Attr) or not self._inputs(one) & self._inputs(two):
            return False
        words = set(re.split(r"[\W_]+", unparse(func.value).lower()))
        providers = {
            sdk.provider or sdk.name for sdk in self.calls.program.tables.sdks if sdk.types and sdk.kind == "sdk"
        }
        return bool(words & providers) and all(isinstance(v, Unknown) for v in self.calls.program.callees(two))

    @staticmethod
    def _inputs(use: Use) -> set[str]:
        return {name for arg in use.call.args if arg.keyword not in _MODEL_KEYS for name in names(arg.value)} - {"self"}

    def _others(self, one: Use, two: Use) -> bool:
        """Tells whether two calls ask different models: of different libraries or providers, or by another name."""
        first, second = self._asked(one), self._asked(two)
        if not first or not second:
            return _differs(one, two, set())
        return first != second or (_models(one) != _models(two) and bool(_models(one) and _models(two)))

    def _same(self, some: list[Use], others: list[Use], *, request: bool = True) -> bool:
        """Tells whether some calls and others ask the same model of one object, by the same request unless streamed."""
        asked = [{one for use in uses for one in self._requests(use, request)} for uses in (some, others)]
        return len(asked[0]) == 1 and asked[0] == asked[1] and None not in asked[0]

    def _requests(self, use: Use, request: bool) -> Iterator[tuple[int | str, str, str] | None]:
        """Yields what the requests that a call leads to are made on, how, and for which model; None where unknown."""
        for target in (target for site in self.calls.reached(use) for target in site.targets):
            receiver = target.receiver
            if receiver is not None and not receiver.calls:
                yield None
                continue
            named = [dict(target.args.keywords).get(key) for key in target.row.model]
            models = ",".join(unparse(thing.expr) for thing in named if isinstance(thing, Thunk))
            how = _STREAMED.sub("", target.path if receiver is None else ".".join(receiver.tail)) if request else ""
            yield target.sdk.name if receiver is None else id(receiver.calls[0].call), how, models

    def _asked(self, use: Use) -> set[str]:
        site = self.calls.site(use)
        found: set[str] = set()
        for target in site.targets if site is not None else ():
            found |= self.calls.families(target.receiver) if target.receiver is not None else {target.sdk.name}
        return found


def _answering_tries(scope: Scope) -> list[Context]:
    """Returns the bodies of tries that return and whose handlers all let the function go on, outside of loops."""
    found: dict[int, Context] = {}
    for statement, context in scope.flows:
        chain = list(context.chain()) if context is not None else []
        if isinstance(statement, f.Return) and not any(c.kind in {"handler", "for", "while"} for c in chain):
            for c in chain:
                if c.kind == "try" and isinstance(c.node, f.Try) and _passes(c.node):
                    found[id(c)] = c
    return list(found.values())


def _passes(node: f.Try) -> bool:
    return not any(leaves(handler.body) for handler in node.handlers)


def _after(use: Use, at: Context) -> bool:
    """Tells whether a call stands behind a try, where the function goes when it fails."""
    chain = list(use.context.chain()) if use.context is not None else []
    if any(c.node is at.node or (c.kind == "except" and c.node is at.node) for c in chain):
        return False
    blocks = [c for c in (at.outer.chain() if at.outer is not None else ()) if c.kind in {"then", "else", "case"}]
    return not any(c.node is block.node and c.kind != block.kind for block in blocks for c in chain)


def by_model(test: f.Expr) -> bool:
    """Tells whether a test decides by model or provider: by its names, not by the words it compares with."""
    if _SHAPE.search(unparse(test, 400)):
        return False
    kinds = [part.args[1].value for part in f.walk(test) if _asks_for_class(part)]
    beside = {id(part) for kind in kinds for part in f.walk(kind)}
    parts = [part for part in f.walk(test) if id(part) not in beside]
    words = [p.id for p in parts if isinstance(p, f.Name)] + [p.name for p in parts if isinstance(p, f.Attr)]
    words += [p.index.value for p in parts if isinstance(p, f.Subscript) and isinstance(p.index, f.Str)]
    words += [a.value.value for p in parts if _looks_up(p) for a in p.args[:2] if isinstance(a.value, f.Str)]
    return any(_ROUTE.search(_SCHEMA.sub("", word)) for word in words)


def _asks_for_class(part: f.Node) -> TypeGuard[f.Call]:
    return isinstance(part, f.Call) and last_name(part.func) in {"isinstance", "issubclass"} and len(part.args) == 2


def _looks_up(part: f.Node) -> TypeGuard[f.Call]:
    return isinstance(part, f.Call) and last_name(part.func) in {"getattr", "get"}


def _early_exits(scope: Scope) -> list[Context]:
    """Returns the bodies of ifs by model that leave the function and have no else."""
    found: dict[int, Context] = {}
    for use in scope.uses:
        for at in use.context.chain() if use.context is not None else ():
            if at.kind != "then" or not isinstance(at.node, f.If) or at.node.orelse or id(at) in found:
                continue
            if by_model(at.node.test) and leaves(at.node.body):
                found[id(at)] = at
    return list(found.values())


def _within(use: Use, at: Context) -> bool:
    return use.context is not None and any(c is at for c in use.context.chain())


def _differs(one: Use, two: Use, handlers: set[int]) -> bool:
    """Tells whether two calls ask different models: by another callee, receiver or model argument."""
    if unparse(one.call.func, 300) != unparse(two.call.func, 300):
        return True
    root = one.call.func
    while isinstance(root, f.Attr | f.Call):
        root = root.value if isinstance(root, f.Attr) else root.func
    for name in names(root):
        for binding in two.scope.bindings.get(name, ()):
            if binding.context is not None and any(id(c.node) in handlers for c in binding.context.chain()):
                return True
    return _models(one) != _models(two)


def _models(use: Use) -> list[str]:
    return [unparse(arg.value, 200) for arg in use.call.args if arg.keyword in _MODEL_KEYS]


def _has_model(loop: f.For, targets: set[str]) -> bool:
    """Tells whether what a loop goes through has a model or provider (``config.model``, ``config["provider"]``)."""
    for part in (part for statement in loop.body for part in f.walk(statement)):
        match part:
            case f.Attr(value=f.Name(id=name), name=key) | f.Subscript(value=f.Name(id=name), index=f.Str(value=key)):
                if name in targets and key in _MODEL_KEYS:
                    return True
            case _:
                continue
    return False


def _tries_next(at: Context, use: Use) -> bool:
    """Tells whether a loop goes through models or providers until one answers."""
    assert isinstance(at.node, f.For)
    text = unparse(at.node.iter, 200) + " " + unparse(at.node.target, 80)
    targets = names(at.node.target)
    chosen = {n for a in use.call.args if a.keyword in _MODEL_KEYS for n in names(a.value)}
    if not _ROUTE.search(text) and not chosen & targets and not _has_model(at.node, targets):
        return False
    if not (fed(use, use.scope, at) & targets):
        return False
    tried = any(c.kind == "try" and goes_on(c) for c in (use.context.chain() if use.context else ()) if under(c, at))
    return tried and exits(at, use.scope)


def _manual(scope: Scope, line: int, by: str) -> Guard:
    return Guard(State.MANUAL, Reach.FUNCTION, by, scope.place(line))
