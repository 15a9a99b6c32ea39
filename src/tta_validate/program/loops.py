"""Loops around a call: which of them send the same input again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tta_validate import facts as f
from tta_validate.program.render import last_name, unparse
from tta_validate.program.scopes import Binding, Context, Mutation, Scope, Use


def goes_on(at: Context) -> bool:
    """Tells whether a try has a handler after which the loop around it can go on."""
    assert isinstance(at.node, f.Try)
    return any(not leaves(handler.body) or _continues(handler.body) for handler in at.node.handlers)


def _continues(body: tuple[f.Stmt, ...]) -> bool:
    """Tells whether a block can go on with the next turn of the loop around it."""
    for statement in body:
        if isinstance(statement, f.Flow) and statement.word == "continue":
            return True
        if isinstance(statement, f.If) and (_continues(statement.body) or _continues(statement.orelse)):
            return True
    return False


def _waits(at: Context) -> bool:
    """Tells whether a handler of a try waits before it lets the loop go on."""
    assert isinstance(at.node, f.Try)
    return any(
        isinstance(part, f.Call) and last_name(part.func) == "sleep"
        for handler in at.node.handlers
        for statement in handler.body
        for part in f.walk(statement)
    )


def leaves(body: tuple[f.Stmt, ...]) -> bool:
    """Tells whether a block always ends the loop or the function."""
    for statement in body:
        if isinstance(statement, f.Return | f.Raise) or (isinstance(statement, f.Flow) and statement.word == "break"):
            return True
        if isinstance(statement, f.If) and statement.orelse and leaves(statement.body) and leaves(statement.orelse):
            return True
        if isinstance(statement, f.Do) and _quits(statement.value):
            return True
    return False


def _quits(expr: f.Expr) -> bool:
    return isinstance(expr, f.Call) and unparse(expr.func) in {"sys.exit", "exit", "quit", "os._exit"}


def retries(loop: Context, use: Use, tried: bool) -> bool:
    """Tells whether a loop around a call can send the same input again."""
    scope = use.scope
    inputs = fed(use, scope, loop)
    if inputs & _varying(loop, scope) and not any(
        inputs.isdisjoint(_varying(loop, scope, _on_way(use, handler))) for handler in _repeating(use, loop)
    ):
        return False
    node = loop.node
    if isinstance(node, f.For):
        if not _counts(node.iter):
            return False
        if not tried and _left_at_once(loop, scope):
            return False
        return exits(loop, scope, use) or any(c.kind == "try" and _waits(c) for c in _between(use, loop))
    assert isinstance(node, f.While)
    if _asks(loop, scope):
        return False
    test = names(node.test)
    if test & _results(use, scope):
        return True
    return tried and (exits(loop, scope, use) or bool(test & _flags(loop, scope)))


def _between(use: Use, loop: Context) -> Iterator[Context]:
    """Yields what stands around a call inside a loop."""
    for at in use.context.chain() if use.context is not None else ():
        if at.node is loop.node:
            return
        yield at


def _results(use: Use, scope: Scope) -> set[str]:
    """Returns the names that hold a call's answer, or what is made of it."""
    found: set[str] = set()
    for _ in range(2):
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                value = binding.value
                if value is None or binding.kind not in {"value", "unpack"}:
                    continue
                if any(part is use.call for part in f.walk(value)) or (found & names(value) and name not in found):
                    found.add(name)
    return found


def _flags(loop: Context, scope: Scope) -> set[str]:
    """Returns the names that a loop sets to True or False."""
    return {
        name
        for name, bindings in scope.bindings.items()
        if any(
            under(b.context, loop) and isinstance(b.value, f.Const) and isinstance(b.value.value, bool)
            for b in bindings
        )
    }


def _counts(iterable: f.Expr) -> bool:
    """Tells whether a for loop counts instead of going through data."""
    if isinstance(iterable, f.Call):
        name = last_name(iterable.func)
        if name == "range":
            return not any(_has_len(arg.value) for arg in iterable.args)
        if name in {"count", "repeat"}:
            return True
        if name in {"trange", "tqdm"} and iterable.args:
            return name == "trange" or _counts(iterable.args[0].value)
    return False


def _has_len(expr: f.Expr) -> bool:
    return any(isinstance(e, f.Call) and last_name(e.func) == "len" for e in f.walk(expr))


def _asks(loop: Context, scope: Scope) -> bool:
    """Tells whether a loop is a conversation: it reads input from a person."""
    return any(
        last_name(use.call.func) in {"input", "chat_input", "prompt", "readline", "receive_text", "get_message"}
        for use in scope.uses
        if use.context is not None and any(c is loop for c in use.context.chain())
    )


def exits(loop: Context, scope: Scope, use: Use | None = None) -> bool:
    """Tells whether a loop is left after success: by return or break outside of a handler.

    With the call in it, that has to be each time, or decided by what the call answered: not by something else.
    """
    answers = _results(use, scope) if use is not None else set[str]()
    either_way = _left_either_way(scope) if use is not None else set[int]()
    for statement, context in scope.flows:
        if use is not None and not _after_success(statement, context, use, answers, either_way):
            continue
        if context is None or not any(c is loop or c.node is loop.node for c in context.chain()):
            continue
        kinds: list[str] = []
        for c in context.chain():
            if c.node is loop.node:
                break
            kinds.append(c.kind)
        if "handler" in kinds or "for" in kinds or "while" in kinds:
            if isinstance(statement, f.Return) and "handler" not in kinds:
                return True
            continue
        if isinstance(statement, f.Return) or (isinstance(statement, f.Flow) and statement.word == "break"):
            return True
    return False


def _left_at_once(loop: Context, scope: Scope) -> bool:
    """Tells whether nothing decides on a return or break of a loop: there is no second turn."""
    for statement, context in scope.flows:
        if not under(context, loop) or context is None:
            continue
        if not (isinstance(statement, f.Return) or (isinstance(statement, f.Flow) and statement.word == "break")):
            continue
        inside = [at for at in context.chain() if under(at, loop) and at.node is not loop.node]
        if all(at.kind == "with" or (at.kind == "try" and not goes_on(at)) for at in inside):
            return True
    return False


def _left_either_way(scope: Scope) -> set[int]:
    """Returns the ids of the ifs both of whose sides have a return or break in them."""
    sides: dict[int, set[str]] = {}
    for statement, context in scope.flows:
        if isinstance(statement, f.Return) or (isinstance(statement, f.Flow) and statement.word == "break"):
            for c in context.chain() if context is not None else ():
                if isinstance(c.node, f.If):
                    sides.setdefault(id(c.node), set()).add(c.kind)
    return {node for node, kinds in sides.items() if len(kinds) > 1}


def _after_success(
    statement: f.Stmt, context: Context | None, use: Use, answers: set[str], either_way: set[int]
) -> bool:
    """Tells whether nothing but a call's answer decides on a return or break that is not around the call."""
    around = {id(c.node) for c in use.context.chain()} if use.context is not None else set[int]()
    around |= either_way
    if isinstance(statement, f.Return) and statement.value is not None:
        told = names(statement.value) & answers or any(part is use.call for part in f.walk(statement.value))
        if told:
            return True
    for c in context.chain() if context is not None else ():
        if isinstance(c.node, f.If) and id(c.node) not in around:
            test = c.node.test
            if not names(test) & answers and not any(part is use.call for part in f.walk(test)):
                return False
    return True


def under(context: Context | None, loop: Context) -> bool:
    """Tells whether something stands in a loop."""
    return context is not None and any(c.node is loop.node for c in context.chain())


def _repeating(use: Use, loop: Context) -> Iterator[f.Handler]:
    """Yields the handlers around a call which end in ``continue``: what follows the call in the loop is not run."""
    for at in _between(use, loop):
        if at.kind == "try" and isinstance(at.node, f.Try):
            yield from (one for one in at.node.handlers if one.body and _is_continue(one.body[-1]))


def _is_continue(statement: f.Stmt) -> bool:
    return isinstance(statement, f.Flow) and statement.word == "continue"


def _on_way(use: Use, handler: f.Handler) -> Callable[[Context | None, int], bool]:
    """Returns what tells whether something may run between two tries of a call, where a handler comes in between."""

    def runs(context: Context | None, order: int) -> bool:
        caught = [c.node for c in (context.chain() if context is not None else ()) if isinstance(c.node, f.Handler)]
        return handler in caught or (order < use.order and not caught)

    return runs


def _varying(
    loop: Context, scope: Scope, runs: Callable[[Context | None, int], bool] = lambda _context, _order: True
) -> set[str]:
    """Returns the names whose value differs from one turn of a loop to the next, by what is run."""
    found: set[str] = set()
    for name, every in scope.bindings.items():
        bindings = [binding for binding in every if runs(binding.context, binding.order)]
        if any(under(b.context, loop) and b.kind != "value" and b.kind != "with" for b in bindings):
            found.add(name)
        for binding in bindings:
            if not under(binding.context, loop) or binding.kind != "value":
                continue
            if (_self_fed(name, binding) and not _spared(binding, loop)) or _read_anew(binding.value):
                found.add(name)
    for change in scope.mutations:
        if not runs(change.context, change.order):
            continue
        if under(change.context, loop) and isinstance(change.target, f.Name) and _rewords(change):
            found.add(change.target.id)
    for attribute in scope.attrs:
        binding = attribute.binding
        if (
            under(binding.context, loop)
            and runs(binding.context, binding.order)
            and isinstance(attribute.target, f.Name)
        ):
            found.add(f"{attribute.target.id}.{attribute.name}")
    return found


def _read_anew(value: f.Expr | None) -> bool:
    """Tells whether a value is what an object has next (``queue.get()``): a method's answer to no arguments."""
    call = value.value if isinstance(value, f.Await) else value
    return isinstance(call, f.Call) and isinstance(call.func, f.Attr) and not call.args


def _spared(binding: Binding, loop: Context) -> bool:
    """Tells whether a handler rewords the input for some errors only, and goes on as it was for the others."""
    chain = list(binding.context.chain()) if binding.context is not None else []
    branch = next((c for c in chain if c.kind == "then" and isinstance(c.node, f.If)), None)
    handler = next((c.node for c in chain if isinstance(c.node, f.Handler)), None)
    if branch is None or handler is None or not isinstance(branch.node, f.If) or branch.node not in handler.body:
        return False
    rest = handler.body[handler.body.index(branch.node) + 1 :]
    return under(branch, loop) and not leaves((*branch.node.orelse, *rest))


def _rewords(change: Mutation) -> bool:
    """Tells whether a change in a loop makes the next turn's input another one."""
    if change.verb in {"set", "update"}:
        return change.context is not None and any(c.kind == "handler" for c in change.context.chain())
    return True


def _self_fed(name: str, binding: Binding) -> bool:
    return binding.value is not None and name in names(binding.value)


def fed(use: Use, scope: Scope, loop: Context) -> set[str]:
    """Returns the names that a call's arguments depend on, through what the loop assigns."""
    waiting = {n for arg in use.call.args for n in names(arg.value)} | names(use.call.func)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for binding in scope.bindings.get(name, ()):
            if (
                under(binding.context, loop)
                and binding.value is not None
                and binding.kind in {"value", "unpack", "with"}
            ):
                waiting |= names(binding.value) - seen
    return seen


def names(expr: f.Expr) -> set[str]:
    """Returns the names in an expression, and the attributes taken from names, as ``name.attribute``."""
    return {e.id for e in f.walk(expr) if isinstance(e, f.Name)} | {
        f"{e.value.id}.{e.name}" for e in f.walk(expr) if isinstance(e, f.Attr) and isinstance(e.value, f.Name)
    }


def decorator_retries(scope: Scope) -> bool:
    """Tells whether a decorator of the project calls what it decorates in a retry loop."""
    for at in scope.walk():
        if at.kind != "def":
            continue
        for use in at.uses:
            if not isinstance(use.call.func, f.Name) or use.context is None:
                continue
            if _is_outer_parameter(at, use.call.func.id):
                tried = False
                for c in use.context.chain():
                    if c.kind == "try":
                        tried = tried or goes_on(c)
                    if c.kind in {"for", "while"} and retries(c, use, tried):
                        return True
    return False


def _is_outer_parameter(scope: Scope, name: str) -> bool:
    at: Scope | None = scope
    while at is not None:
        if any(b.kind == "param" for b in at.bindings.get(name, ())) and at.kind == "def":
            return True
        at = at.parent
    return False
