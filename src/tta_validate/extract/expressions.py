"""Expressions of a libcst tree to facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from tta_validate import facts as f
from tta_validate.extract.cursor import Cursor, Unreadable

if TYPE_CHECKING:
    import libcst as cst

_T = TypeVar("_T")
Table: TypeAlias = dict[type[Any], _T]
"""What to do with a node, by its class: filled by name, since it may be of libcst's classes or of those in `tree`."""


def chosen(table: Table[_T], names: dict[str, _T], kind: type[Any]) -> _T:
    """Returns what to do with a node of a class. Raises `Unreadable` for one that is not known."""
    found = names.get(kind.__name__)
    if found is None:
        raise Unreadable(f"unknown syntax {kind.__name__}")
    table[kind] = found
    return found


def is_a(node: object, *names: str) -> bool:
    """Tells whether a node is of one of some classes."""
    return type(node).__name__ in names


class Reader(Cursor):
    """Reads the expressions of a libcst tree in source order."""

    def expr(self, node: cst.CSTNode) -> f.Expr:
        """Returns an expression; the cursor stands behind it then. Raises `Unreadable`."""
        kind = type(node)
        read = _BY_CLASS.get(kind) or chosen(_BY_CLASS, _EXPR, kind)
        left = cast("Sequence[cst.LeftParen]", getattr(node, "lpar", ()))
        if not left:
            return read(self, node)
        for _ in left:
            self.find("(")
        out = read(self, node)
        for _ in left:
            self.find(")")
        return out

    def maybe(self, node: cst.CSTNode | None) -> f.Expr | None:
        """Returns an expression, or None for none."""
        return None if node is None else self.expr(node)


def _name(r: Reader, node: cst.Name) -> f.Expr:
    r.find(node.value)
    return _CONSTANTS.get(node.value) or f.Name(node.value)


_CONSTANTS: dict[str, f.Expr] = {
    "None": f.Const(None, "None"),
    "True": f.Const(True, "True"),
    "False": f.Const(False, "False"),
}


def _attribute(r: Reader, node: cst.Attribute) -> f.Expr:
    value = r.expr(node.value)
    r.find(node.attr.value)
    return f.Attr(value, node.attr.value)


def _call(r: Reader, node: cst.Call) -> f.Expr:
    r.start()
    begin = _expression_start(r, node)
    func = r.expr(node.func)
    r.find("(")
    args = tuple(argument(r, arg) for arg in node.args)
    r.find(")")
    line, column = r.place(begin)
    end_line, end_column = r.place(r.at)
    return f.Call(func, args, line, column, end_line, end_column)


def _expression_start(r: Reader, node: cst.CSTNode) -> int:
    """Returns where an expression starts: at its first parenthesis or at its leftmost token."""
    first = node
    while not (getattr(first, "lpar", ()) and first is not node):
        below = _leftmost(first)
        if below is None:
            break
        first = below
    token = "(" if first is not node and getattr(first, "lpar", ()) else _first_token(first)
    at = r.at
    begin = r.find(token)
    r.at = at
    return begin


def _leftmost(node: cst.CSTNode) -> cst.CSTNode | None:
    field = _LEFT.get(type(node).__name__)
    return None if field is None else cast("cst.CSTNode", getattr(node, field))


_LEFT = {"Attribute": "value", "Subscript": "value", "Call": "func", "ConcatenatedString": "left"}
_OPENERS = {"List": "[", "ListComp": "[", "Set": "{", "SetComp": "{", "Dict": "{", "DictComp": "{"}


def _first_token(node: cst.CSTNode) -> str:
    if is_a(node, "FormattedString", "TemplatedString"):
        return cast("cst.FormattedString", node).start
    value = getattr(node, "value", None)
    return _OPENERS.get(type(node).__name__) or (value if isinstance(value, str) else "(")


def argument(r: Reader, node: cst.Arg) -> f.Arg:
    """Returns an argument of a call or class."""
    keyword = None
    if node.keyword is not None:
        keyword = node.keyword.value
        r.find(keyword)
    return f.Arg(r.expr(node.value), keyword, node.star)


def _string(r: Reader, node: cst.SimpleString) -> f.Expr:
    r.find(node.value)
    return f.Str(_literal(node.value))


def _literal(source: str) -> str:
    """Returns a literal's text with the common escapes decoded; bytes come as latin-1 text."""
    prefix = len(source) - len(source.lstrip("bBfFrRtTuU"))
    quotes = 3 if source.startswith(source[prefix] * 3, prefix) else 1
    raw = source[prefix + quotes : -quotes]
    if "\\" not in raw or "r" in source[:prefix].lower():
        return raw
    return _ESCAPE.sub(_unescape, raw)


_ESCAPE = re.compile(r"\\(\r\n|[\s\S])")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "\n": "", "\r\n": "", "0": "\0"}


def _unescape(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[1], match[0])


def _joined(r: Reader, node: cst.ConcatenatedString) -> f.Expr:
    left, right = r.expr(node.left), r.expr(node.right)
    if isinstance(left, f.Str) and isinstance(right, f.Str):
        return f.Str(left.value + right.value)
    parts = (left.parts if isinstance(left, f.FStr) else (left,)) + (
        right.parts if isinstance(right, f.FStr) else (right,)
    )
    return f.FStr(parts)


def _formatted(r: Reader, node: cst.FormattedString | cst.TemplatedString) -> f.Expr:
    r.find(node.start)
    parts = _pieces(r, node.parts)
    r.at += len(node.end)
    return f.FStr(parts)


def _pieces(r: Reader, parts: Sequence[cst.CSTNode]) -> tuple[f.Expr, ...]:
    out: list[f.Expr] = []
    for part in parts:
        if is_a(part, "FormattedStringText", "TemplatedStringText"):
            text = cast("cst.FormattedStringText", part).value
            out.append(f.Str(text))
            r.at += len(text)
            continue
        piece = cast(Any, part)
        r.at += 1
        out.append(r.expr(piece.expression))
        if piece.equal is not None:
            r.behind("=")
        if piece.conversion is not None:
            r.behind("!" + piece.conversion)
        if piece.format_spec is not None:
            r.behind(":")
            out += [part for part in _pieces(r, piece.format_spec) if not isinstance(part, f.Str)]
        r.behind("}")
    return tuple(out)


def _number(r: Reader, node: cst.Integer | cst.Float | cst.Imaginary) -> f.Expr:
    r.find(node.value.lstrip("."))
    value: int | float | None = None
    text = node.value.replace("_", "")
    if is_a(node, "Integer"):
        value = int(text, 0) if len(text) < 20 and not re.fullmatch(r"0\d+", text) else None
        value = None if value is not None and abs(value) >= 1 << 63 else value
    elif is_a(node, "Float"):
        value = float(text)
    return f.Const(value, node.value)


def _ellipsis(r: Reader, _node: cst.Ellipsis) -> f.Expr:
    r.behind("...")
    return f.Const(None, "...")


def _sequence(kind: str, opener: str, closer: str) -> Callable[[Reader, Any], f.Expr]:
    def read(r: Reader, node: cst.List | cst.Tuple | cst.Set) -> f.Expr:
        if opener:
            r.find(opener)
        items = tuple(_element(r, element) for element in node.elements)
        if closer:
            r.find(closer)
        return f.Seq(kind, items)

    return read


def _element(r: Reader, node: cst.BaseElement) -> f.Expr:
    return _starred(r, cast("cst.StarredElement", node)) if is_a(node, "StarredElement") else r.expr(node.value)


def _starred(r: Reader, node: cst.StarredElement) -> f.Expr:
    return f.Star(r.expr(node.value))


def _dict(r: Reader, node: cst.Dict) -> f.Expr:
    r.find("{")
    items: list[f.DictItem] = []
    for element in node.elements:
        key = r.expr(cast("cst.DictElement", element).key) if is_a(element, "DictElement") else None
        items.append(f.DictItem(key, r.expr(element.value)))
    r.find("}")
    return f.Dict(tuple(items))


def operator(node: cst.CSTNode) -> str:
    """Returns how an operator is written."""
    return _OPERATORS.get(type(node).__name__.removesuffix("Assign"), "?")


_OPERATORS = {
    "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "FloorDivide": "//", "Modulo": "%", "Power": "**",
    "BitOr": "|", "BitAnd": "&", "BitXor": "^", "LeftShift": "<<", "RightShift": ">>", "MatrixMultiply": "@",
    "And": "and", "Or": "or", "Not": "not", "Minus": "-", "Plus": "+", "BitInvert": "~", "Equal": "==",
    "NotEqual": "!=", "LessThan": "<", "LessThanEqual": "<=", "GreaterThan": ">", "GreaterThanEqual": ">=",
    "In": "in", "NotIn": "not in", "Is": "is", "IsNot": "is not",
}  # fmt: skip


def _binary(r: Reader, node: cst.BinaryOperation) -> f.Expr:
    return f.Binary(operator(node.operator), r.expr(node.left), r.expr(node.right))


def _boolean(r: Reader, node: cst.BooleanOperation) -> f.Expr:
    op = operator(node.operator)
    left, right = r.expr(node.left), r.expr(node.right)
    if isinstance(left, f.Bool) and left.op == op and not getattr(node.left, "lpar", ()):
        return f.Bool(op, (*left.values, right))
    return f.Bool(op, (left, right))


def _unary(r: Reader, node: cst.UnaryOperation) -> f.Expr:
    return f.Unary(operator(node.operator), r.expr(node.expression))


def _compare(r: Reader, node: cst.Comparison) -> f.Expr:
    left = r.expr(node.left)
    ops = tuple(operator(target.operator) for target in node.comparisons)
    return f.Compare(left, ops, tuple(r.expr(target.comparator) for target in node.comparisons))


def _ifexp(r: Reader, node: cst.IfExp) -> f.Expr:
    body = r.expr(node.body)
    test = r.expr(node.test)
    return f.IfExp(test, body, r.expr(node.orelse))


def _subscript(r: Reader, node: cst.Subscript) -> f.Expr:
    value = r.expr(node.value)
    r.find("[")
    items = tuple(_slice(r, element.slice) for element in node.slice)
    r.find("]")
    return f.Subscript(value, items[0] if len(items) == 1 else f.Seq("tuple", items))


def _slice(r: Reader, node: cst.BaseSlice) -> f.Expr:
    if is_a(node, "Index"):
        index = cast("cst.Index", node)
        return f.Star(r.expr(index.value)) if index.star else r.expr(index.value)
    part = cast("cst.Slice", node)
    found = (r.maybe(part.lower), r.maybe(part.upper), r.maybe(part.step))
    return f.Group(tuple(item for item in found if item is not None))


def _await(r: Reader, node: cst.Await) -> f.Expr:
    r.find("await")
    return f.Await(r.expr(node.expression))


def _lambda(r: Reader, node: cst.Lambda) -> f.Expr:
    line = r.place(r.find("lambda"))[0]
    params = parameters(r, node.params)
    return f.Lambda(params, r.expr(node.body), line)


def _comp(kind: str, opener: str, closer: str) -> Callable[[Reader, Any], f.Expr]:
    def read(r: Reader, node: cst.BaseComp) -> f.Expr:
        if opener:
            r.find(opener)
        pair = cast(Any, node)
        key = r.expr(pair.key) if kind == "dict" else None
        element = r.expr(pair.value if kind == "dict" else pair.elt)
        clauses: list[f.Clause] = []
        part: cst.CompFor | None = node.for_in
        while part is not None:
            r.find("for")
            target, source = r.expr(part.target), r.expr(part.iter)
            clauses.append(f.Clause(target, source, tuple(r.expr(test.test) for test in part.ifs)))
            part = part.inner_for_in
        if closer:
            r.find(closer)
        return f.Comp(kind, element, tuple(clauses), key)

    return read


def _yield(r: Reader, node: cst.Yield) -> f.Expr:
    r.find("yield")
    value = node.value
    if is_a(value, "From"):
        return f.Yield(r.expr(cast("cst.From", value).item))
    return f.Yield(r.maybe(cast("cst.BaseExpression | None", value)))


def _walrus(r: Reader, node: cst.NamedExpr) -> f.Expr:
    target = r.expr(node.target)
    return f.Walrus(target, r.expr(node.value))


_BY_CLASS: Table[Callable[[Reader, Any], f.Expr]] = {}
_EXPR: dict[str, Callable[[Reader, Any], f.Expr]] = {
    "Name": _name,
    "Attribute": _attribute,
    "Call": _call,
    "SimpleString": _string,
    "ConcatenatedString": _joined,
    "FormattedString": _formatted,
    "TemplatedString": _formatted,
    "Integer": _number,
    "Float": _number,
    "Imaginary": _number,
    "Ellipsis": _ellipsis,
    "List": _sequence("list", "[", "]"),
    "Tuple": _sequence("tuple", "", ""),
    "Set": _sequence("set", "{", "}"),
    "Dict": _dict,
    "BinaryOperation": _binary,
    "BooleanOperation": _boolean,
    "UnaryOperation": _unary,
    "Comparison": _compare,
    "IfExp": _ifexp,
    "Subscript": _subscript,
    "Await": _await,
    "Lambda": _lambda,
    "ListComp": _comp("list", "[", "]"),
    "SetComp": _comp("set", "{", "}"),
    "DictComp": _comp("dict", "{", "}"),
    "GeneratorExp": _comp("generator", "", ""),
    "Yield": _yield,
    "NamedExpr": _walrus,
    "StarredElement": _starred,
}


def parameters(r: Reader, node: cst.Parameters) -> tuple[f.Param, ...]:
    """Returns the parameters of a function or lambda."""
    out = [_param(r, param, "/") for param in node.posonly_params]
    out += [_param(r, param, "") for param in node.params]
    if is_a(node.star_arg, "Param"):
        out.append(_param(r, cast("cst.Param", node.star_arg), "*"))
    out += [_param(r, param, "k") for param in node.kwonly_params]
    if node.star_kwarg is not None:
        out.append(_param(r, node.star_kwarg, "**"))
    return tuple(out)


def _param(r: Reader, node: cst.Param, kind: str) -> f.Param:
    r.find(node.name.value)
    annotation = r.expr(node.annotation.annotation) if node.annotation is not None else None
    return f.Param(node.name.value, kind, r.maybe(node.default), annotation)
