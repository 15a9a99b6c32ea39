"""Source text to facts. The only reader of Python syntax, by libcst; it knows no library.

libcst's nodes carry no positions and its providers for them are slow, so a cursor follows the source while the tree is
walked in source order: every name, literal and bracket of the tree is looked up from where the last one ended.
"""

import bisect
import re
from collections.abc import Callable, Sequence
from typing import Any, cast

import libcst as cst

from tta_validate import facts as f

_SKIP = re.compile(r"(?:[^\w#\"'()\[\]{}@*,]+|#[^\r\n]*)+")
_WORD = re.compile(r"\w+|.", re.DOTALL)
_TRIVIA = re.compile(r"(?:[\s;:,]+|\\\r?\n|#[^\r\n]*)+")
_NEWLINE = re.compile(r"\r\n|\r|\n")


class Unreadable(Exception):
    """The text is no Python that any supported version reads; the message says what and, from 0, on which line."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def extract(text: str) -> f.Facts:
    """Returns the facts of a module's text, or of some whole top-level statements of one.

    Raises `Unreadable`.
    """
    try:
        module = cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise Unreadable(f"syntax error: {error.message.strip().splitlines()[0]}", error.raw_line - 1) from None
    reader = _Reader(text)
    return f.Facts(reader.block(module.body), len(reader.starts))


class _Cursor:
    """Where the walk is in the source."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(m.end() for m in _NEWLINE.finditer(text))]

    def find(self, token: str) -> int:
        """Returns where the next occurrence of a token starts, and moves behind it."""
        text, at, size = self.text, self.at, len(self.text)
        word = token.isidentifier()
        while at < size:
            if gap := _SKIP.match(text, at):
                at = gap.end()
            if text.startswith(token, at):
                end = at + len(token)
                if not word or end >= size or not (text[end].isalnum() or text[end] == "_"):
                    self.at = end
                    return at
            step = _WORD.match(text, at)
            at = step.end() if step else at + 1
        return self.at

    def behind(self, token: str) -> None:
        """Moves behind the next occurrence of an operator."""
        found = self.text.find(token, self.at)
        self.at = self.at if found < 0 else found + len(token)

    def start(self) -> int:
        """Returns where the next statement starts."""
        if gap := _TRIVIA.match(self.text, self.at):
            self.at = gap.end()
        return self.at

    def place(self, offset: int) -> tuple[int, int]:
        """Returns line and column of an offset, both from 0."""
        line = bisect.bisect_right(self.starts, offset) - 1
        return line, offset - self.starts[line]


class _Reader(_Cursor):
    """Walks a libcst tree in source order."""

    def block(self, body: Sequence[cst.CSTNode]) -> tuple[f.Stmt, ...]:
        out: list[f.Stmt] = []
        for node in body:
            if isinstance(node, cst.SimpleStatementLine | cst.SimpleStatementSuite):
                for small in node.body:
                    out.extend(self.small(small))
            else:
                out.append(_COMPOUND[type(node)](self, node))
        return tuple(out)

    def suite(self, node: cst.BaseSuite) -> tuple[f.Stmt, ...]:
        if isinstance(node, cst.IndentedBlock):
            return self.block(node.body)
        return self.block([node])

    def line(self) -> int:
        return self.place(self.start())[0]

    def small(self, node: cst.BaseSmallStatement) -> Sequence[f.Stmt]:
        line = self.line()
        return _SMALL[type(node)](self, node, line)

    def expr(self, node: cst.CSTNode) -> f.Expr:
        read = _EXPR.get(type(node))
        if read is None:
            raise Unreadable(f"unknown syntax {type(node).__name__}")
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
        return None if node is None else self.expr(node)


# --- expressions ------------------------------------------------------------------------------------------------------


def _name(r: _Reader, node: cst.Name) -> f.Expr:
    r.find(node.value)
    return _CONSTANTS.get(node.value) or f.Name(node.value)


_CONSTANTS: dict[str, f.Expr] = {
    "None": f.Const(None, "None"),
    "True": f.Const(True, "True"),
    "False": f.Const(False, "False"),
}


def _attribute(r: _Reader, node: cst.Attribute) -> f.Expr:
    value = r.expr(node.value)
    r.find(node.attr.value)
    return f.Attr(value, node.attr.value)


def _call(r: _Reader, node: cst.Call) -> f.Expr:
    if gap := _TRIVIA.match(r.text, r.at):
        r.at = gap.end()
    begin = _expression_start(r, node)
    func = r.expr(node.func)
    r.find("(")
    args = tuple(_arg(r, arg) for arg in node.args)
    r.find(")")
    line, column = r.place(begin)
    end_line, end_column = r.place(r.at)
    return f.Call(func, args, line, column, end_line, end_column)


def _expression_start(r: _Reader, node: cst.CSTNode) -> int:
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
    match node:
        case cst.Attribute() | cst.Subscript():
            return node.value
        case cst.Call():
            return node.func
        case cst.ConcatenatedString():
            return node.left
        case _:
            return None


_OPENERS: dict[type[cst.CSTNode], str] = {
    cst.List: "[", cst.ListComp: "[", cst.Set: "{", cst.SetComp: "{", cst.Dict: "{", cst.DictComp: "{",
}  # fmt: skip


def _first_token(node: cst.CSTNode) -> str:
    if isinstance(node, cst.FormattedString | cst.TemplatedString):
        return node.start
    value = getattr(node, "value", None)
    return _OPENERS.get(type(node)) or (value if isinstance(value, str) else "(")


def _arg(r: _Reader, node: cst.Arg) -> f.Arg:
    keyword = None
    if node.keyword is not None:
        keyword = node.keyword.value
        r.find(keyword)
    return f.Arg(r.expr(node.value), keyword, node.star)


def _string(r: _Reader, node: cst.SimpleString) -> f.Expr:
    r.find(node.value)
    return f.Str(_literal(node.value, node.prefix, node.raw_value))


def _literal(source: str, prefix: str, raw: str) -> str:
    """Returns a literal's text with the common escapes decoded; bytes come as latin-1 text."""
    if "\\" not in raw or "r" in prefix.lower():
        return raw
    return _ESCAPE.sub(_unescape, raw)


_ESCAPE = re.compile(r"\\(\r\n|[\s\S])")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "\n": "", "\r\n": "", "0": "\0"}


def _unescape(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[1], match[0])


def _joined(r: _Reader, node: cst.ConcatenatedString) -> f.Expr:
    left, right = r.expr(node.left), r.expr(node.right)
    if isinstance(left, f.Str) and isinstance(right, f.Str):
        return f.Str(left.value + right.value)
    parts = (left.parts if isinstance(left, f.FStr) else (left,)) + (
        right.parts if isinstance(right, f.FStr) else (right,)
    )
    return f.FStr(parts)


def _formatted(r: _Reader, node: cst.FormattedString | cst.TemplatedString) -> f.Expr:
    r.find(node.start)
    parts = _pieces(r, node.parts)
    r.at += len(node.end)
    return f.FStr(parts)


def _pieces(r: _Reader, parts: Sequence[cst.CSTNode]) -> tuple[f.Expr, ...]:
    out: list[f.Expr] = []
    for part in parts:
        if isinstance(part, cst.FormattedStringText | cst.TemplatedStringText):
            out.append(f.Str(part.value))
            r.at += len(part.value)
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
            _pieces(r, piece.format_spec)
        r.behind("}")
    return tuple(out)


def _number(r: _Reader, node: cst.Integer | cst.Float | cst.Imaginary) -> f.Expr:
    r.find(node.value.lstrip("."))
    value: int | float | None = None
    text = node.value.replace("_", "")
    if isinstance(node, cst.Integer):
        value = int(text, 0) if len(text) < 20 and not re.fullmatch(r"0\d+", text) else None
        value = None if value is not None and abs(value) >= 1 << 63 else value
    elif isinstance(node, cst.Float):
        value = float(text)
    return f.Const(value, node.value)


def _ellipsis(r: _Reader, _node: cst.Ellipsis) -> f.Expr:
    r.behind("...")
    return f.Const(None, "...")


def _sequence(kind: str, opener: str, closer: str) -> Callable[[_Reader, Any], f.Expr]:
    def read(r: _Reader, node: cst.List | cst.Tuple | cst.Set) -> f.Expr:
        if opener:
            r.find(opener)
        items = tuple(_element(r, element) for element in node.elements)
        if closer:
            r.find(closer)
        return f.Seq(kind, items)

    return read


def _element(r: _Reader, node: cst.BaseElement) -> f.Expr:
    if isinstance(node, cst.StarredElement):
        return f.Star(r.expr(node.value))
    return r.expr(node.value)


def _dict(r: _Reader, node: cst.Dict) -> f.Expr:
    r.find("{")
    items: list[f.DictItem] = []
    for element in node.elements:
        key = r.expr(element.key) if isinstance(element, cst.DictElement) else None
        items.append(f.DictItem(key, r.expr(element.value)))
    r.find("}")
    return f.Dict(tuple(items))


def _operator(node: cst.CSTNode) -> str:
    return _OPERATORS.get(type(node).__name__.removesuffix("Assign"), "?")


_OPERATORS = {
    "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "FloorDivide": "//", "Modulo": "%", "Power": "**",
    "BitOr": "|", "BitAnd": "&", "BitXor": "^", "LeftShift": "<<", "RightShift": ">>", "MatrixMultiply": "@",
    "And": "and", "Or": "or", "Not": "not", "Minus": "-", "Plus": "+", "BitInvert": "~", "Equal": "==",
    "NotEqual": "!=", "LessThan": "<", "LessThanEqual": "<=", "GreaterThan": ">", "GreaterThanEqual": ">=",
    "In": "in", "NotIn": "not in", "Is": "is", "IsNot": "is not",
}  # fmt: skip


def _binary(r: _Reader, node: cst.BinaryOperation) -> f.Expr:
    return f.Binary(_operator(node.operator), r.expr(node.left), r.expr(node.right))


def _boolean(r: _Reader, node: cst.BooleanOperation) -> f.Expr:
    op = _operator(node.operator)
    left, right = r.expr(node.left), r.expr(node.right)
    if isinstance(left, f.Bool) and left.op == op and not getattr(node.left, "lpar", ()):
        return f.Bool(op, (*left.values, right))
    return f.Bool(op, (left, right))


def _unary(r: _Reader, node: cst.UnaryOperation) -> f.Expr:
    return f.Unary(_operator(node.operator), r.expr(node.expression))


def _compare(r: _Reader, node: cst.Comparison) -> f.Expr:
    left = r.expr(node.left)
    ops = tuple(_operator(target.operator) for target in node.comparisons)
    return f.Compare(left, ops, tuple(r.expr(target.comparator) for target in node.comparisons))


def _ifexp(r: _Reader, node: cst.IfExp) -> f.Expr:
    body = r.expr(node.body)
    test = r.expr(node.test)
    return f.IfExp(test, body, r.expr(node.orelse))


def _subscript(r: _Reader, node: cst.Subscript) -> f.Expr:
    value = r.expr(node.value)
    r.find("[")
    items = tuple(_slice(r, element.slice) for element in node.slice)
    r.find("]")
    return f.Subscript(value, items[0] if len(items) == 1 else f.Seq("tuple", items))


def _slice(r: _Reader, node: cst.BaseSlice) -> f.Expr:
    if isinstance(node, cst.Index):
        return f.Star(r.expr(node.value)) if node.star else r.expr(node.value)
    part = cast("cst.Slice", node)
    found = (r.maybe(part.lower), r.maybe(part.upper), r.maybe(part.step))
    return f.Group(tuple(item for item in found if item is not None))


def _await(r: _Reader, node: cst.Await) -> f.Expr:
    r.find("await")
    return f.Await(r.expr(node.expression))


def _lambda(r: _Reader, node: cst.Lambda) -> f.Expr:
    line = r.place(r.find("lambda"))[0]
    params = _params(r, node.params)
    return f.Lambda(params, r.expr(node.body), line)


def _comp(kind: str, opener: str, closer: str) -> Callable[[_Reader, Any], f.Expr]:
    def read(r: _Reader, node: cst.BaseComp) -> f.Expr:
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


def _yield(r: _Reader, node: cst.Yield) -> f.Expr:
    r.find("yield")
    value = node.value
    if isinstance(value, cst.From):
        return f.Yield(r.expr(value.item))
    return f.Yield(r.maybe(value))


def _walrus(r: _Reader, node: cst.NamedExpr) -> f.Expr:
    target = r.expr(node.target)
    return f.Walrus(target, r.expr(node.value))


_EXPR: dict[type[cst.CSTNode], Callable[[_Reader, Any], f.Expr]] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _joined,
    cst.FormattedString: _formatted,
    cst.TemplatedString: _formatted,
    cst.Integer: _number,
    cst.Float: _number,
    cst.Imaginary: _number,
    cst.Ellipsis: _ellipsis,
    cst.List: _sequence("list", "[", "]"),
    cst.Tuple: _sequence("tuple", "", ""),
    cst.Set: _sequence("set", "{", "}"),
    cst.Dict: _dict,
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _boolean,
    cst.UnaryOperation: _unary,
    cst.Comparison: _compare,
    cst.IfExp: _ifexp,
    cst.Subscript: _subscript,
    cst.Await: _await,
    cst.Lambda: _lambda,
    cst.ListComp: _comp("list", "[", "]"),
    cst.SetComp: _comp("set", "{", "}"),
    cst.DictComp: _comp("dict", "{", "}"),
    cst.GeneratorExp: _comp("generator", "", ""),
    cst.Yield: _yield,
    cst.NamedExpr: _walrus,
}


# --- statements -------------------------------------------------------------------------------------------------------


def _dotted(node: cst.CSTNode | None) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def _aliases(names: Sequence[cst.ImportAlias] | cst.ImportStar) -> tuple[f.Alias, ...]:
    if isinstance(names, cst.ImportStar):
        return (f.Alias("*", None),)
    return tuple(f.Alias(_dotted(a.name), _dotted(a.asname.name) if a.asname else None) for a in names)


def _import(r: _Reader, node: cst.Import, line: int) -> Sequence[f.Stmt]:
    r.find("import")
    _consume(r, node.names)
    return (f.Import(line, _aliases(node.names)),)


def _from(r: _Reader, node: cst.ImportFrom, line: int) -> Sequence[f.Stmt]:
    r.find("from")
    if node.module is not None:
        r.expr(node.module)
    r.find("import")
    if node.lpar:
        r.find("(")
    if isinstance(node.names, cst.ImportStar):
        r.find("*")
    else:
        _consume(r, node.names)
    if node.rpar:
        r.find(")")
    return (f.From(line, len(node.relative), _dotted(node.module), _aliases(node.names)),)


def _consume(r: _Reader, names: Sequence[cst.ImportAlias]) -> None:
    for alias in names:
        r.expr(alias.name)
        if alias.asname is not None:
            r.expr(alias.asname.name)


def _assign(r: _Reader, node: cst.Assign, line: int) -> Sequence[f.Stmt]:
    targets = tuple(r.expr(target.target) for target in node.targets)
    return (f.Assign(line, targets, r.expr(node.value)),)


def _annotated(r: _Reader, node: cst.AnnAssign, line: int) -> Sequence[f.Stmt]:
    target = r.expr(node.target)
    annotation = r.expr(node.annotation.annotation)
    return (f.Assign(line, (target,), r.maybe(node.value), annotation),)


def _augmented(r: _Reader, node: cst.AugAssign, line: int) -> Sequence[f.Stmt]:
    target = r.expr(node.target)
    return (f.Assign(line, (target,), r.expr(node.value), None, _operator(node.operator)),)


def _do(r: _Reader, node: cst.Expr, line: int) -> Sequence[f.Stmt]:
    return (f.Do(line, r.expr(node.value)),)


def _return(r: _Reader, node: cst.Return, line: int) -> Sequence[f.Stmt]:
    r.find("return")
    return (f.Return(line, r.maybe(node.value)),)


def _raise(r: _Reader, node: cst.Raise, line: int) -> Sequence[f.Stmt]:
    r.find("raise")
    value = r.maybe(node.exc)
    if node.cause is not None:
        r.expr(node.cause.item)
    return (f.Raise(line, value),)


def _assert(r: _Reader, node: cst.Assert, line: int) -> Sequence[f.Stmt]:
    r.find("assert")
    test = r.expr(node.test)
    message = r.maybe(node.msg)
    return (f.Do(line, f.Group((test, message) if message is not None else (test,))),)


def _delete(r: _Reader, node: cst.Del, line: int) -> Sequence[f.Stmt]:
    r.find("del")
    return (f.Do(line, f.Group((r.expr(node.target),))),)


def _word(word: str) -> Callable[[_Reader, Any, int], Sequence[f.Stmt]]:
    def read(r: _Reader, _node: cst.CSTNode, line: int) -> Sequence[f.Stmt]:
        r.find(word)
        return (f.Flow(line, word),)

    return read


def _scoped(word: str) -> Callable[[_Reader, Any, int], Sequence[f.Stmt]]:
    def read(r: _Reader, node: cst.Global | cst.Nonlocal, line: int) -> Sequence[f.Stmt]:
        r.find(word)
        for item in node.names:
            r.expr(item.name)
        return (f.Scoped(line, word, tuple(item.name.value for item in node.names)),)

    return read


def _type_alias(r: _Reader, node: cst.TypeAlias, line: int) -> Sequence[f.Stmt]:
    r.find("type")
    name = r.expr(node.name)
    return (f.Assign(line, (name,), r.expr(node.value)),)


_SMALL: dict[type[cst.CSTNode], Callable[[_Reader, Any, int], Sequence[f.Stmt]]] = {
    cst.Import: _import,
    cst.ImportFrom: _from,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Expr: _do,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Assert: _assert,
    cst.Del: _delete,
    cst.Pass: _word("pass"),
    cst.Break: _word("break"),
    cst.Continue: _word("continue"),
    cst.Global: _scoped("global"),
    cst.Nonlocal: _scoped("nonlocal"),
    cst.TypeAlias: _type_alias,
}


def _params(r: _Reader, node: cst.Parameters) -> tuple[f.Param, ...]:
    out = [_param(r, param, "/") for param in node.posonly_params]
    out += [_param(r, param, "") for param in node.params]
    if isinstance(node.star_arg, cst.Param):
        out.append(_param(r, node.star_arg, "*"))
    out += [_param(r, param, "k") for param in node.kwonly_params]
    if node.star_kwarg is not None:
        out.append(_param(r, node.star_kwarg, "**"))
    return tuple(out)


def _param(r: _Reader, node: cst.Param, kind: str) -> f.Param:
    r.find(node.name.value)
    annotation = r.expr(node.annotation.annotation) if node.annotation is not None else None
    return f.Param(node.name.value, kind, r.maybe(node.default), annotation)


def _decorators(r: _Reader, nodes: Sequence[cst.Decorator]) -> tuple[f.Expr, ...]:
    out: list[f.Expr] = []
    for node in nodes:
        r.find("@")
        out.append(r.expr(node.decorator))
    return tuple(out)


def _def(r: _Reader, node: cst.FunctionDef) -> f.Stmt:
    decorators = _decorators(r, node.decorators)
    line = r.place(r.find("async" if node.asynchronous else "def"))[0]
    r.find(node.name.value)
    if node.type_parameters is not None:
        _skip(r, node.type_parameters)
    r.find("(")
    params = _params(r, node.params)
    r.find(")")
    returns = r.expr(node.returns.annotation) if node.returns is not None else None
    return f.Def(line, node.name.value, params, r.suite(node.body), decorators, returns, node.asynchronous is not None)


def _class(r: _Reader, node: cst.ClassDef) -> f.Stmt:
    decorators = _decorators(r, node.decorators)
    line = r.place(r.find("class"))[0]
    r.find(node.name.value)
    if node.type_parameters is not None:
        _skip(r, node.type_parameters)
    bases = tuple(_arg(r, arg) for arg in (*node.bases, *node.keywords))
    if isinstance(node.rpar, cst.RightParen):
        r.find(")")
    return f.Class(line, node.name.value, bases, r.suite(node.body), decorators)


def _if(r: _Reader, node: cst.If) -> f.Stmt:
    line = r.line()
    r.at += 2
    test = r.expr(node.test)
    body = r.suite(node.body)
    orelse: tuple[f.Stmt, ...] = ()
    if isinstance(node.orelse, cst.If):
        orelse = (_if(r, node.orelse),)
    elif node.orelse is not None:
        r.find("else")
        orelse = r.suite(node.orelse.body)
    return f.If(line, test, body, orelse)


def _else(r: _Reader, node: cst.Else | None) -> tuple[f.Stmt, ...]:
    if node is None:
        return ()
    r.find("else")
    return r.suite(node.body)


def _for(r: _Reader, node: cst.For) -> f.Stmt:
    line = r.line()
    r.find("for")
    target, source = r.expr(node.target), r.expr(node.iter)
    return f.For(line, target, source, r.suite(node.body), _else(r, node.orelse))


def _while(r: _Reader, node: cst.While) -> f.Stmt:
    line = r.line()
    r.find("while")
    return f.While(line, r.expr(node.test), r.suite(node.body), _else(r, node.orelse))


def _try(r: _Reader, node: cst.Try | cst.TryStar) -> f.Stmt:
    line = r.line()
    r.find("try")
    body = r.suite(node.body)
    handlers: list[f.Handler] = []
    for handler in node.handlers:
        at = r.place(r.find("except"))[0]
        caught = r.maybe(handler.type)
        name = handler.name.name if handler.name is not None else None
        if isinstance(name, cst.Name):
            r.find(name.value)
        handlers.append(f.Handler(at, caught, _dotted(name) or None, r.suite(handler.body)))
    orelse = _else(r, node.orelse)
    final: tuple[f.Stmt, ...] = ()
    if node.finalbody is not None:
        r.find("finally")
        final = r.suite(node.finalbody.body)
    return f.Try(line, body, tuple(handlers), orelse, final)


def _with(r: _Reader, node: cst.With) -> f.Stmt:
    line = r.line()
    r.find("with")
    if isinstance(node.lpar, cst.LeftParen):
        r.find("(")
    items: list[f.Item] = []
    for item in node.items:
        value = r.expr(item.item)
        items.append(f.Item(value, r.expr(item.asname.name) if item.asname is not None else None))
    if isinstance(node.rpar, cst.RightParen):
        r.find(")")
    return f.With(line, tuple(items), r.suite(node.body))


class _Captures(cst.CSTVisitor):
    """The names that a pattern binds."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def visit_MatchAs(self, node: cst.MatchAs) -> None:
        if node.name is not None:
            self.names.append(node.name.value)

    def visit_MatchStar(self, node: cst.MatchStar) -> None:
        if node.name is not None:
            self.names.append(node.name.value)

    def visit_MatchMapping(self, node: cst.MatchMapping) -> None:
        if node.rest is not None:
            self.names.append(node.rest.value)


def _match(r: _Reader, node: cst.Match) -> f.Stmt:
    line = r.line()
    r.find("match")
    subject = r.expr(node.subject)
    cases: list[f.Case] = []
    for case in node.cases:
        r.find("case")
        _skip(r, case.pattern)
        captures = _Captures()
        case.pattern.visit(captures)
        guard = r.maybe(case.guard)
        cases.append(f.Case(tuple(captures.names), guard, r.suite(case.body)))
    return f.Match(line, subject, tuple(cases))


def _skip(r: _Reader, node: cst.CSTNode) -> None:
    """Moves the cursor behind a node of which nothing is kept."""
    source = cst.Module([]).code_for_node(node).strip()
    found = r.text.find(source, r.at)
    r.at = found + len(source) if found >= 0 else r.at


_COMPOUND: dict[type[cst.CSTNode], Callable[[_Reader, Any], f.Stmt]] = {
    cst.FunctionDef: _def,
    cst.ClassDef: _class,
    cst.If: _if,
    cst.For: _for,
    cst.While: _while,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.With: _with,
    cst.Match: _match,
}
