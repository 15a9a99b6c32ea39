"""Retry loops made by hand, and what takes their place."""

import ast
import builtins
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tta_validate.findings import Location
from tta_validate.fix.changes import Change, Lines
from tta_validate.fix.content import Unfixable
from tta_validate.fix.imports import parsed, place_of, with_imports
from tta_validate.fix.request import Changes, Request

_WIDEST = 88
_LOGS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "log", "print"})
_ABOUT_REQUESTS = frozenset({"Exception", "OSError", "ConnectionError", "TimeoutError"})


@dataclass(frozen=True, slots=True)
class Loop:
    """A counting loop around one ``try``: how often it tries, on which errors again, and how long it waits."""

    node: ast.For
    tried: ast.Try
    tries: str
    errors: str
    wait: str
    is_async: bool
    name: str


def retried(request: Request) -> Changes:
    """Yields the changes that make tenacity (or what ``style`` says) repeat what a loop repeats."""
    place, lines = request.place, request.lines(request.place.path)
    loop = _loop(lines, place)
    if request.data["style"] == "tenacity":
        for change in _by_tenacity(lines, loop):
            yield place.path, change
        return
    _refuse_other_errors(loop)
    yield from _unlooped(request, lines, loop)


def _loop(lines: Lines, place: Location) -> Loop:
    tree = parsed(lines.text)
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.For | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.While | ast.AsyncFor)
        and node.lineno <= place.line
        and place.end_line <= (node.end_lineno or 0)
    ]
    node = max(around, key=lambda one: (one.lineno, -(one.end_lineno or 0)), default=None)
    if not isinstance(node, ast.For) or node.orelse or len(node.body) != 1 or not isinstance(node.target, ast.Name):
        raise Unfixable("the loop does more than to try again")
    tried = node.body[0]
    if not isinstance(tried, ast.Try) or tried.finalbody or len(tried.handlers) != 1:
        raise Unfixable("the loop does more than to try again")
    inside = [*tried.body, *tried.orelse]
    if not tried.body[0].lineno <= place.line <= (tried.body[-1].end_lineno or 0):
        raise Unfixable("the call is not what is tried")
    _refuse(node.target.id, inside)
    functions = [one for one in around if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    awaits = any(isinstance(one, ast.Await) for part in inside for one in ast.walk(part))
    wait = _wait(lines, node, tried.handlers[0])
    errors = tried.handlers[0].type
    text = _source(lines, errors) if errors is not None else "Exception"
    is_async = bool(functions) and isinstance(functions[-1], ast.AsyncFunctionDef) and awaits
    return Loop(node, tried, _tries(lines, node.iter), text, wait, is_async, node.target.id)


def _refuse(name: str, inside: Sequence[ast.stmt]) -> None:
    """Raises Unfixable where what is tried uses the count, goes on by itself, or does not end the loop."""
    for part in (one for statement in inside for one in ast.walk(statement)):
        if isinstance(part, ast.Continue) or (isinstance(part, ast.Name) and part.id == name):
            raise Unfixable("what is tried depends on the loop")
    if not isinstance(inside[-1], ast.Return | ast.Break):
        raise Unfixable("an answer does not end the loop")


def _tries(lines: Lines, iterable: ast.expr) -> str:
    """Returns how often a loop goes round, as source text."""
    if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name) and iterable.func.id == "range":
        match iterable.args:
            case [count]:
                return _source(lines, count)
            case [ast.Constant(value=int(first)), ast.Constant(value=int(last))] if last > first:
                return str(last - first)
            case [ast.Constant(value=1), ast.BinOp(left=count, op=ast.Add(), right=ast.Constant(value=1))]:
                return _source(lines, count)
            case _:
                pass
    raise Unfixable("how often the loop tries is not written there")


def _wait(lines: Lines, loop: ast.For, handler: ast.ExceptHandler) -> str:
    """Returns the tenacity wait of what a handler sleeps, empty where it does not; raises Unfixable if it does more."""
    assert isinstance(loop.target, ast.Name)
    count = loop.target.id
    sleeps: list[ast.expr] = []
    given: dict[str, ast.expr] = {}
    for statement in _flat(handler.body, count):
        match statement:
            case ast.Expr(value=ast.Call() as call) | ast.Expr(value=ast.Await(value=ast.Call() as call)):
                called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                if called == "sleep" and len(call.args) == 1:
                    sleeps.append(call.args[0])
                elif called not in _LOGS:
                    raise Unfixable("the handler does more than to wait")
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                given[name] = value
            case ast.Continue() | ast.Pass() | ast.Raise():
                pass
            case _:
                raise Unfixable("the handler does more than to wait")
    if not sleeps:
        return ""
    value = sleeps[0]
    if isinstance(value, ast.Name) and value.id in given:
        value = given[value.id]
    names = {one.id for one in ast.walk(value) if isinstance(one, ast.Name)}
    if len(sleeps) > 1 or handler.name in names or names & given.keys():
        raise Unfixable("how long it waits depends on the error")
    if count not in names:
        return f"wait_fixed({_source(lines, value)})"
    from_zero = isinstance(loop.iter, ast.Call) and len(loop.iter.args) == 1
    if ast.unparse(value) == f"2 ** {count}" and from_zero:
        return "wait_exponential()"
    return (
        f"lambda state: {_renamed(value, count, 'state.attempt_number - 1' if from_zero else 'state.attempt_number')}"
    )


def _renamed(value: ast.expr, name: str, text: str) -> str:
    class _Rename(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return ast.parse(text, mode="eval").body if node.id == name else node

    return ast.unparse(_Rename().visit(ast.parse(ast.unparse(value), mode="eval").body))


def _flat(body: Iterable[ast.stmt], count: str) -> Iterator[ast.stmt]:
    """Yields the statements of a handler, those under a test of the count among them."""
    for statement in body:
        if isinstance(statement, ast.If) and any(
            isinstance(one, ast.Name) and one.id == count for one in ast.walk(statement.test)
        ):
            yield from _flat(statement.body, count)
            yield from _flat(statement.orelse, count)
        else:
            yield statement


def _source(lines: Lines, node: ast.expr) -> str:
    start, end = place_of(lines, node)
    return lines.text[start:end]


# --- tenacity ---------------------------------------------------------------------------------------------------------


def _by_tenacity(lines: Lines, loop: Loop) -> Iterator[Change]:
    name = "attempt" if loop.name == "_" else loop.name
    maker = "AsyncRetrying" if loop.is_async else "Retrying"
    told = [f"stop=stop_after_attempt({loop.tries})"]
    told += [f"wait={loop.wait}"] if loop.wait else []
    told += [] if loop.errors == "Exception" else [f"retry=retry_if_exception_type({loop.errors})"]
    told.append("reraise=True")
    head = f"{'async ' if loop.is_async else ''}for {name} in {maker}("
    indent = " " * loop.node.col_offset
    line = f"{head}{', '.join(told)}):"
    if len(indent + line) > _WIDEST:
        line = f"{head}\n" + "".join(f"{indent}    {one},\n" for one in told) + f"{indent}):"
    start, _ = place_of(lines, loop.node)
    begun, _ = place_of(lines, loop.tried)
    yield Change(start, lines.end(_header_end(lines, loop)), line)
    yield Change(begun, begun + len("try"), f"with {name}")
    yield _without_handler(lines, loop)
    names = {maker, "stop_after_attempt"}
    names |= {loop.wait.partition("(")[0]} if loop.wait.startswith("wait_") else set()
    names |= set() if loop.errors == "Exception" else {"retry_if_exception_type"}
    yield from with_imports(lines, "tenacity", names)


def _header_end(lines: Lines, loop: Loop) -> int:
    """Returns the line on which the head of the loop ends; raises Unfixable where something else stands on it."""
    line = loop.node.iter.end_lineno or loop.node.lineno
    _, end = place_of(lines, loop.node.iter)
    if lines.text[end : lines.end(line)].strip() != ":":
        raise Unfixable("a comment stands beside the loop")
    return line


def _without_handler(lines: Lines, loop: Loop) -> Change:
    handler = loop.tried.handlers[0]
    start, last = lines.offset(handler.lineno, 1), handler.end_lineno or handler.lineno
    if not loop.tried.orelse:
        end = lines.end(last)
        return Change(start - 1, end, "")
    first = loop.tried.orelse[0].lineno
    for line in range(last + 1, first):
        if lines.text[lines.offset(line, 1) : lines.end(line)].strip() == "else:":
            return Change(start, lines.end(line) + 1, "")
    raise Unfixable("the else stands beside something")


# --- no loop at all ---------------------------------------------------------------------------------------------------


def _refuse_other_errors(loop: Loop) -> None:
    """Raises Unfixable where the loop repeats for errors that are not the library's own."""
    errors = ast.parse(loop.errors, mode="eval").body
    every = errors.elts if isinstance(errors, ast.Tuple) else [errors]
    for one in every:
        own = isinstance(one, ast.Name) and hasattr(builtins, one.id) and one.id not in _ABOUT_REQUESTS
        if own or ast.unparse(one).endswith(("DecodeError", "ValidationError")):
            raise Unfixable("the loop is about what an answer says")


def _unlooped(request: Request, lines: Lines, loop: Loop) -> Changes:
    """Yields the changes that leave what is tried without the loop, and have the client or a primitive repeat it."""
    from tta_validate.fix.calls import Code, with_keyword
    from tta_validate.fix.unloop import without_loop

    if not loop.tries.isdecimal() or int(loop.tries) < 2:
        raise Unfixable("how often the loop tries is not written there")
    retries = str(int(loop.tries) - 1)
    code = Code.around(lines, loop.node.lineno)
    if request.data["style"] == "keyword":
        for path, line, column, end_line, end_column, name, _ in json.loads(request.data["slots"]):
            other = Lines(request.lines(path).text)
            there = Code.around(other, line)
            if path == request.place.path and there.line == code.line:
                raise Unfixable("the client is made where the loop stands")
            call = there.call(Location(path, line, column, end_line, end_column))
            for change in there.replaced(call, with_keyword(call, name, retries)):
                yield path, change
        wrap = None
    else:
        wrap = (request.place, retries)
        names = ["LambdaPrimitive", "RetryPrimitive", "RetryStrategy", "WorkflowContext"]
        for change in with_imports(lines, request.data["module"], names):
            yield request.place.path, change
    for change in without_loop(code, loop.node, wrap):
        yield request.place.path, change
