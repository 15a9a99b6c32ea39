"""The edits of Python code that rules about call sites ask for."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tta_validate.findings import Location
from tta_validate.fix.changes import Change, Lines
from tta_validate.fix.content import Unfixable
from tta_validate.fix.imports import parsed, place_of, with_imports
from tta_validate.fix.request import Changes, Request

if TYPE_CHECKING:
    import libcst as cst

    from tta_validate.fix.calls import Code


_WIDEST = 88


def keyword(request: Request) -> Changes:
    """Yields the changes that give calls a keyword with a value."""
    from tta_validate.fix.calls import Code, with_keyword

    for path, line, column, end_line, end_column, name, value in json.loads(request.data["slots"]):
        lines = request.lines(path)
        code = Code.around(lines, line)
        call = code.call(Location(path, line, column, end_line, end_column))
        for change in code.replaced(call, with_keyword(call, name, value)):
            yield path, change


def wrapped(request: Request) -> Changes:
    """Yields the changes that make an awaited call a step of a primitive that runs at once.

    ``before`` and ``after`` are the text around the step; ``{again}`` in it is the call with other arguments.
    """
    place, data = request.place, request.data
    lines = request.lines(place.path)
    code, call = _awaited(lines, place)
    names: list[str] = json.loads(data["names"])
    start, end = code.span(call)
    if data.get("primitive") and (inner := _executed(call)):
        inner = _tried(inner) if "TimeoutPrimitive" in names else inner
        first, last = code.span(inner)
        step, run = lines.text[first:last], ""
        start, end = first, last
    else:
        source = code.source(call)
        if re.search(r"\b_(?:input|context)\b", source):
            raise Unfixable("the names of the step's arguments are in use")
        step, run = f"LambdaPrimitive(lambda _input, _context: {source})", ".execute(None, WorkflowContext())"
        names += ["LambdaPrimitive", "WorkflowContext"]
        if "model" in data:
            step += f", LambdaPrimitive(lambda _input, _context: {_other_model(code, call, data)})"
    yield place.path, Change(start, end, _laid_out(lines, start, (data["before"], step, data["after"]), run))
    for change in with_imports(lines, data["module"], names):
        yield place.path, change


def _laid_out(lines: Lines, start: int, parts: tuple[str, str, str], run: str) -> str:
    """Returns a primitive around a step: on one line where there is room, else its arguments a line each."""
    before, step, after = parts
    line, column = lines.place(start)
    plain = f"{before}{step}{after}{run}"
    first = lines.text[lines.offset(line, 1) : lines.end(line)]
    if "\n" not in step and column + len(plain) <= _WIDEST:
        return plain
    if re.search(r"\"\"\"|\'\'\'|\\\\$", step, re.MULTILINE):
        return plain
    indent = first[: len(first) - len(first.lstrip())] + "    "
    lambda_head, colon, body = step.partition(": ")
    if step.startswith("LambdaPrimitive(lambda ") and colon:
        inner = f"{lambda_head.removeprefix('LambdaPrimitive(')}: {body[:-1]}".replace("\n", "\n        ")
        step = f"LambdaPrimitive(\n{indent}    {inner}\n{indent})"
    else:
        step = step.replace("\n", "\n    ")
    rest = after.removeprefix(", ").removesuffix(")")
    tail = f"\n{indent}{rest}," if rest else ""
    return f"{before}\n{indent}{step},{tail}\n{indent[4:]}){run}"


def _executed(call: "cst.Call") -> "cst.BaseExpression | None":
    """Returns the workflow that a call runs."""
    import libcst as cst

    runs = isinstance(call.func, cst.Attribute) and call.func.attr.value == "execute"
    return call.func.value if isinstance(call.func, cst.Attribute) and runs else None


def _tried(workflow: "cst.BaseExpression") -> "cst.BaseExpression":
    """Returns what a RetryPrimitive repeats, so that a timeout bounds each try; anything else as it is."""
    import libcst as cst

    named = isinstance(workflow, cst.Call) and isinstance(workflow.func, cst.Name)
    if isinstance(workflow, cst.Call) and named and workflow.args and workflow.args[0].keyword is None:
        return workflow.args[0].value if getattr(workflow.func, "value", "") == "RetryPrimitive" else workflow
    return workflow


def _other_model(code: "Code", call: "cst.Call", data: Mapping[str, str]) -> str:
    import libcst as cst

    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value == "model" and isinstance(arg.value, cst.SimpleString):
            start, end = code.span(arg.value)
            first, last = code.span(call)
            text = code.lines.text
            return f"{text[first:start]}{json.dumps(data['model'])}{text[end:last]}"
    raise Unfixable("the call does not name its model")


def _awaited(lines: Lines, place: Location) -> "tuple[Code, cst.Call]":
    """Returns a call that is awaited where it stands, and holds nothing that a lambda cannot hold."""
    import libcst as cst
    from libcst import matchers

    from tta_validate.fix.calls import Code

    code = Code.around(lines, place.line)
    call = code.call(place)
    if not isinstance(code.parent(call), cst.Await):
        raise Unfixable("the call is not awaited where it stands")
    if matchers.findall(call, matchers.Await() | matchers.Yield() | matchers.NamedExpr()):
        raise Unfixable("the arguments wait for something")
    return code, call


def awaited_for(request: Request) -> Changes:
    """Yields the changes that put a TimeoutPrimitive in the place of the `asyncio.wait_for` around a call."""
    import libcst as cst
    from libcst import matchers

    from tta_validate.fix.calls import Code

    place, data = request.place, request.data
    lines = request.lines(place.path)
    code = Code.around(lines, place.line)
    call = code.call(place)
    waits = code.parent(code.parent(call) or call)
    if not isinstance(waits, cst.Call) or not isinstance(code.parent(waits), cst.Await):
        raise Unfixable("the call does not stand in an awaited wait_for")
    if matchers.findall(call, matchers.Await() | matchers.Yield() | matchers.NamedExpr()):
        raise Unfixable("the arguments wait for something")
    bounds = [arg for arg in waits.args if arg.value is not call]
    if len(waits.args) != 2 or bounds[0].star or (bounds[0].keyword and bounds[0].keyword.value != "timeout"):
        raise Unfixable("the time is not written there")
    step = f"LambdaPrimitive(lambda _input, _context: {code.source(call)})"
    start, end = code.span(waits)
    text = f"TimeoutPrimitive({step}, {code.source(bounds[0].value)}).execute(None, WorkflowContext())"
    yield place.path, Change(start, end, text)
    for change in with_imports(lines, data["module"], ["LambdaPrimitive", "TimeoutPrimitive", "WorkflowContext"]):
        yield place.path, change


def decorated(request: Request) -> Changes:
    """Yields the changes that put a decorator on the function around a call."""
    place, data = request.place, request.data
    lines = request.lines(place.path)
    around = list(_functions(lines.text, place))
    if any(_covers(node, place) for node in ast.walk(parsed(lines.text)) if isinstance(node, ast.Lambda)):
        raise Unfixable("the call stands in a lambda")
    if not around or (data.get("plain") and (len(around) > 1 or not _plain(around[-1]))):
        raise Unfixable("there is no function that the decorator fits")
    function = around[-1]
    if any(data["decorator"].partition("(")[0] in ast.unparse(one) for one in function.decorator_list):
        raise Unfixable("the function has such a decorator")
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own_nodes(function)):
        raise Unfixable("the function is a generator")
    at = lines.offset(function.lineno, 1)
    indent = lines.text[at : lines.end(function.lineno)]
    indent = indent[: len(indent) - len(indent.lstrip())]
    yield place.path, Change(at, at, f"{indent}@{data['decorator']}\n")
    for change in with_imports(lines, data["module"], json.loads(data["names"])):
        yield place.path, change


Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(text: str, place: Location) -> Iterator[Function]:
    """Yields the functions around a place, the outermost first."""
    for node in ast.walk(parsed(text)):
        if isinstance(node, Function) and node.body[0].lineno <= place.line <= (node.end_lineno or 0):
            yield node


def _covers(node: ast.Lambda, place: Location) -> bool:
    return node.lineno <= place.line and place.end_line <= (node.end_lineno or 0)


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)


def _plain(function: Function) -> bool:
    """Tells whether a function is one that a cache fits: no coroutine, no method, of hashable arguments."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    hashable = {"str", "int", "float", "bool", "bytes"}
    known = all(isinstance(arg.annotation, ast.Name) and arg.annotation.id in hashable for arg in every)
    return isinstance(function, ast.FunctionDef) and known and not arguments.vararg and not arguments.kwarg


def renamed(request: Request) -> Changes:
    """Yields the changes that give an imported name its right spelling, in the import and where it is used."""
    place, old, new = request.place, request.data["old"], request.data["new"]
    lines = request.lines(place.path)
    tree = parsed(lines.text)
    named = [node for node in ast.walk(tree) if isinstance(node, ast.alias) and node.name == old]
    others = [node for node in named if node.lineno != place.line]
    if others or len(named) != 1:
        raise Unfixable("the name is imported in several places")
    start, end = lines.offset(place.line, place.column), lines.offset(place.end_line, place.end_column)
    if lines.text[start:end] != old:
        raise Unfixable("the name is not written there")
    yield place.path, Change(start, end, new)
    if named[0].asname is not None:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == old:
            yield place.path, Change(*place_of(lines, node), new)
        elif isinstance(node, ast.Name | ast.arg) and new in (getattr(node, "id", ""), getattr(node, "arg", "")):
            raise Unfixable(f"{new} is the name of something else here")
