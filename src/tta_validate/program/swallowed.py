"""Retries that never see a failure: it is swallowed inside, or only making the thing is retried."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tta_validate import facts as f
from tta_validate.observations import Observation
from tta_validate.program.calls import Calls
from tta_validate.program.decorations import Decoration, related, sites_in
from tta_validate.program.observation import values_of
from tta_validate.program.render import last_name, unparse
from tta_validate.program.scopes import Context, Scope, Use
from tta_validate.program.values import Func

_EVERYTHING = {
    "Exception", "BaseException", "APIError", "APIStatusError", "OpenAIError", "AnthropicError", "HTTPError",
    "RequestException", "RequestError", "ClientError", "GroqError", "MistralError", "ApiError", "GoogleAPIError",
}  # fmt: skip
"""The last names of exceptions that cover what a failing model call raises."""

_RAISING = re.compile(r"raise|abort|reraise|throw", re.IGNORECASE)
_ON_RESULTS = re.compile(r"result|predicate|lambda|response|message", re.IGNORECASE)
_BLIND_TO_GENERATORS = {"tenacity", "backoff", "retrying", "retry", "functools", "cachetools"}


def swallowed(calls: Calls, at: Decoration) -> Iterator[Observation]:
    """Yields an observation where a function catches, without raising again, all that its retry could see."""
    if at.guard != "retry" or _retries_results(at):
        return
    uses = sites_in(calls, at.scope)
    if not uses or _raises(at.scope):
        return
    if all(_caught(calls, use) for use in uses):
        name = at.node.name
        what = f"{at.shown} never tries {name}() again: {name}() catches the failure of its model call and returns"
        yield Observation(what, at.location, related(calls, at.scope))


def of_generator(calls: Calls, at: Decoration) -> Iterator[Observation]:
    """Yields an observation where what is decorated is a generator: calling it only makes it, and cannot fail."""
    if not at.scope.yields or not at.innermost or at.library not in _BLIND_TO_GENERATORS:
        return
    kind = "an asynchronous generator" if at.node.is_async else "a generator"
    if at.guard == "retry":
        what = f"{at.shown} never tries {at.node.name}() again: calling {kind} only makes it, and that cannot fail"
    else:
        what = f"{at.shown} remembers {kind}, which can be read once, and not what {at.node.name}() yields"
    yield Observation(what, at.location, related(calls, at.scope))


def _retries_results(at: Decoration) -> bool:
    """Tells whether a retry looks at what the function returns."""
    if at.by.rpartition(".")[2] == "on_predicate":
        return True
    if not isinstance(at.expr, f.Call):
        return False
    keywords = [arg for arg in at.expr.args if arg.keyword or arg.star]
    return any(
        arg.star or "result" in (arg.keyword or "") or (arg.keyword == "retry" and _ON_RESULTS.search(_full(arg.value)))
        for arg in keywords
    )


def _full(expr: f.Expr) -> str:
    words = [
        node.id if isinstance(node, f.Name) else node.name for node in f.walk(expr) if isinstance(node, f.Name | f.Attr)
    ]
    return " ".join(words) + (" lambda" if any(isinstance(node, f.Lambda) for node in f.walk(expr)) else "")


def _raises(scope: Scope) -> bool:
    """Tells whether a function raises something itself, so that a retry can see failures after all."""
    if any(isinstance(statement, f.Raise) for statement, _ in scope.flows):
        return True
    return any(last_name(use.call.func) == "raise_for_status" and not _in_try(use) for use in scope.uses)


def _in_try(use: Use) -> bool:
    return use.context is not None and any(at.kind == "try" for at in use.context.chain())


def _caught(calls: Calls, use: Use) -> bool:
    """Tells whether a try around a call catches all of its failures and goes on without raising."""
    for at in use.context.chain() if use.context is not None else ():
        if at.kind == "try" and isinstance(at.node, f.Try):
            wide = [handler for handler in at.node.handlers if _wide(handler.caught)]
            if wide and not any(_may_raise(calls, use, at, handler) for handler in at.node.handlers):
                return True
    return False


def _wide(caught: f.Expr | None) -> bool:
    if caught is None:
        return True
    if isinstance(caught, f.Seq):
        return any(_wide(item) for item in caught.items)
    return last_name(caught) in _EVERYTHING


def _may_raise(calls: Calls, use: Use, at: Context, handler: f.Handler) -> bool:
    """Tells whether something that a handler calls may raise."""
    for other in use.scope.uses:
        inside = other.context is not None and any(c.node is handler for c in other.context.chain())
        if not inside:
            continue
        if _RAISING.search(unparse(other.call.func, 200)) or calls.site(other):
            return True
        for value in values_of(calls, other.call.func, other):
            if isinstance(value, Func) and any(isinstance(s, f.Raise) for s, _ in value.scope.flows):
                return True
    return False
