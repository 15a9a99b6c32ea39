"""Takes the loop away from what it repeats."""

import ast
from collections.abc import Iterator

import libcst as cst
from libcst import matchers
from libcst.metadata import PositionProvider

from tta_validate.findings import Location
from tta_validate.fix.calls import Code
from tta_validate.fix.changes import Change, between
from tta_validate.fix.content import Unfixable


def without_loop(code: Code, loop: ast.For, wrap: tuple[Location, str] | None) -> Iterator[Change]:
    """Yields the changes that leave what a loop tries, its call repeated by a RetryPrimitive where ``wrap`` says so.

    ``wrap``: the place of the call, and how often it is tried again.
    """
    node = _found(code, loop)
    tried = node.body.body[0]
    assert isinstance(tried, cst.Try)
    assert isinstance(tried.body, cst.IndentedBlock)
    kept = _statements(tried.body)
    if tried.orelse is not None:
        kept += _statements(tried.orelse.body)
    if matchers.matches(kept[-1], matchers.SimpleStatementLine(body=[matchers.Break()])):
        kept.pop()
    if not kept or any(matchers.findall(one, matchers.Break() | matchers.Continue()) for one in kept):
        raise Unfixable("the loop is left from inside")
    statements = kept
    if wrap is not None:
        statements = [_wrapped(code, one, *wrap) for one in statements]
    statements[0] = statements[0].with_changes(leading_lines=[*node.leading_lines, *statements[0].leading_lines])
    after = code.wrapper.module.visit(_Replaced(node, statements))
    assert isinstance(after, cst.Module)
    for change in between(code.text, after.code):
        yield Change(code.start + change.start, code.start + change.end, change.text)


_Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


def _statements(suite: cst.BaseSuite) -> list[_Statement]:
    found = [one for one in suite.body if isinstance(one, _Statement)]
    if len(found) != len(suite.body):
        raise Unfixable("the loop stands on one line")
    return found


def _found(code: Code, loop: ast.For) -> cst.For:
    for node, place in code.wrapper.resolve(PositionProvider).items():
        if isinstance(node, cst.For) and place.start.line + code.line - 1 == loop.lineno:
            return node
    raise Unfixable("there is no loop")


class _Replaced(cst.CSTTransformer):
    def __init__(self, node: cst.For, statements: list[_Statement]) -> None:
        super().__init__()
        self._node = node
        self._statements = statements

    def leave_For(
        self, original_node: cst.For, updated_node: cst.For
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        return cst.FlattenSentinel(self._statements) if original_node is self._node else updated_node


def _wrapped(
    code: Code, statement: cst.SimpleStatementLine | cst.BaseCompoundStatement, place: Location, retries: str
) -> cst.SimpleStatementLine | cst.BaseCompoundStatement:
    call = code.call(place)
    if not any(one is call for one in matchers.findall(statement, matchers.Call())):
        return statement
    if not isinstance(code.parent(call), cst.Await):
        raise Unfixable("the call is not awaited where it stands")
    if matchers.findall(call, matchers.Await() | matchers.Yield() | matchers.NamedExpr()):
        raise Unfixable("the arguments wait for something")
    template = "RetryPrimitive(LambdaPrimitive(lambda _input, _context: 0), RetryStrategy(max_retries={}))"
    made = cst.parse_expression(f"{template.format(retries)}.execute(None, WorkflowContext())")
    zero = matchers.findall(made, matchers.Lambda())[0]
    assert isinstance(zero, cst.Lambda)
    new = made.deep_replace(zero.body, call)
    after = statement.deep_replace(call, new)
    assert isinstance(after, cst.SimpleStatementLine | cst.BaseCompoundStatement)
    return after
