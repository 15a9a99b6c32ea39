"""Facts by the interpreter's own parser, which takes a fraction of libcst's time.

What is beyond it only libcst reads: newer syntax than the interpreter's, the pieces of formatted strings and of strings
with escapes (its trees do not say how those are written, or where), and names that it spells in another way.
"""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, cast

from tta_validate import facts as f
from tta_validate.extract import tree
from tta_validate.extract.expressions import literal, number, unwrapped
from tta_validate.extract.statements import StatementReader

_OTHER_LAYOUT = re.compile(r"[\r\f\0\ud800-\udfff]")
"""Line ends that the interpreter makes one, what starts its columns anew, and what it does not take."""

_FOREIGN_WORD = re.compile(r"\w*[^\W\x00-\x7f]\w*")
_ONE_STRING = re.compile(
    r"""[bBuUrR]{0,2}(?:\"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*+'''"""
    r"""|"(?!"")(?:[^"\\\n]|\\.)*+"|'(?!'')(?:[^'\\\n]|\\.)*+')""",
    re.DOTALL,
)


class Beyond(Exception):
    """The text is not read in this way."""


def read(text: str) -> f.Facts:
    """Returns the facts that libcst's tree of the same text gives, too. Raises `Beyond`."""
    if _OTHER_LAYOUT.search(text) or (not text.isascii() and _respelled(text)):
        raise Beyond
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Beyond from None
    source = _Source(text)
    return f.Facts(_block(source, module.body), text.count("\n") + 1)


def _respelled(text: str) -> bool:
    if unicodedata.is_normalized("NFKC", text):
        return False
    return any(not unicodedata.is_normalized("NFKC", word) for word in _FOREIGN_WORD.findall(text))


class _Source:
    """The text behind a tree, whose columns count bytes of UTF-8."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.ascii = text.isascii()
        self.escapes = "\\" in text

    @cached_property
    def reader(self) -> StatementReader:
        """What reads pieces of it by libcst."""
        return StatementReader(self.text)

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    def column(self, line: int, offset: int) -> int:
        """Returns a column in code points; ``line`` counts from 1."""
        if self.ascii:
            return offset
        text = self._lines[line - 1]
        return offset if text.isascii() else len(text.encode()[:offset].decode())

    def range(self, node: ast.expr) -> tuple[int, int]:
        """Returns where an expression starts and ends in the text."""
        starts = self.reader.starts
        end = node.end_lineno or node.lineno
        return (
            starts[node.lineno - 1] + self.column(node.lineno, node.col_offset),
            starts[end - 1] + self.column(end, node.end_col_offset or 0),
        )

    def piece(self, node: ast.expr) -> f.Expr:
        """Returns an expression as libcst reads it."""
        start, end = self.range(node)
        try:
            module = tree.parse(f"({self.text[start:end]})\n")
        except tree.ParserSyntaxError:
            raise Beyond from None
        self.reader.at = start
        return unwrapped(self.reader, module.body[0].body[0].value)


# --- expressions ------------------------------------------------------------------------------------------------------


def _expr(s: _Source, node: ast.expr) -> f.Expr:
    read_it = _EXPRESSIONS.get(type(node))
    if read_it is None:
        raise Beyond
    return read_it(s, node)


def _maybe(s: _Source, node: ast.expr | None) -> f.Expr | None:
    return None if node is None else _expr(s, node)


def _all(s: _Source, nodes: Sequence[ast.expr]) -> tuple[f.Expr, ...]:
    return tuple([_expr(s, node) for node in nodes])


def _name(_s: _Source, node: ast.Name) -> f.Expr:
    return f.Name(node.id)


def _attribute(s: _Source, node: ast.Attribute) -> f.Expr:
    return f.Attr(_expr(s, node.value), node.attr)


def _call(s: _Source, node: ast.Call) -> f.Expr:
    end = node.end_lineno or node.lineno
    return f.Call(
        _expr(s, node.func),
        _arguments(s, node.args, node.keywords),
        node.lineno - 1,
        s.column(node.lineno, node.col_offset),
        end - 1,
        s.column(end, node.end_col_offset or 0),
    )


def _arguments(s: _Source, args: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> tuple[f.Arg, ...]:
    """Returns arguments in the order of the text: starred ones can stand behind keywords."""
    if not keywords:
        return tuple([_positional(s, arg) for arg in args])
    if not any(isinstance(arg, ast.Starred) for arg in args):
        return (*[f.Arg(_expr(s, arg)) for arg in args], *[_keyword(s, one) for one in keywords])
    things = [((arg.lineno, arg.col_offset), _positional(s, arg)) for arg in args]
    things += [((one.lineno, one.col_offset), _keyword(s, one)) for one in keywords]
    return tuple([arg for _, arg in sorted(things, key=lambda thing: thing[0])])


def _positional(s: _Source, node: ast.expr) -> f.Arg:
    return f.Arg(_expr(s, node.value), None, "*") if isinstance(node, ast.Starred) else f.Arg(_expr(s, node))


def _keyword(s: _Source, node: ast.keyword) -> f.Arg:
    return f.Arg(_expr(s, node.value), node.arg, "" if node.arg else "**")


def _constant(s: _Source, node: ast.Constant) -> f.Expr:
    value = node.value
    if isinstance(value, str | bytes):
        if s.escapes:
            start, end = s.range(node)
            if s.text.find("\\", start, end) >= 0:
                one = _ONE_STRING.fullmatch(s.text, start, end)
                return f.Str(literal(one[0])) if one else s.piece(node)
        return f.Str(value if isinstance(value, str) else value.decode("latin-1"))
    if value is None or value is True or value is False:
        return _WORDS[value]
    if value is ...:
        return f.Const(None, "...")
    start, end = s.range(node)
    return number(type(value).__name__, s.text[start:end])


_WORDS: dict[bool | None, f.Expr] = {one: f.Const(one, repr(one)) for one in (None, True, False)}


_FIELD = r"\{[ ]*([^\W\d]\w*(?:\.[^\W\d]\w*)*)[ ]*(?:![rsa])?(?::[^{}'\"\\\n]*)?\}"
_PLAIN_FORMATTED = re.compile(
    rf"""[fF](?:\"\"\"((?:[^"{{}}\\]|"(?!"")|{_FIELD})*)\"\"\"|'''((?:[^'{{}}\\]|'(?!'')|{_FIELD})*)'''"""
    rf"""|"(?!"")((?:[^"{{}}\\\n]|{_FIELD})*)"|'(?!'')((?:[^'{{}}\\\n]|{_FIELD})*)')"""
)
_PART = re.compile(rf"([^{{}}]+)|{_FIELD}")


def _formatted(s: _Source, node: ast.expr) -> f.Expr:
    """Returns a formatted string; one without escapes whose fields are names and attributes needs no parser."""
    start, end = s.range(node)
    found = _PLAIN_FORMATTED.fullmatch(s.text, start, end)
    if found is None:
        return s.piece(node)
    body = next((found[group] for group in _BODIES if found[group] is not None), "")
    parts: list[f.Expr] = []
    for text, dotted in _PART.findall(body):
        first, *rest = dotted.split(".")
        if first in _CONSTANTS:
            return s.piece(node)
        at: f.Expr = f.Name(first)
        for name in rest:
            at = f.Attr(at, name)
        parts.append(f.Str(text) if text else at)
    return f.FStr(tuple(parts))


_BODIES = (1, 3, 5, 7)
_CONSTANTS = frozenset(("None", "True", "False"))


def _sequence(kind: str) -> Callable[[_Source, Any], f.Expr]:
    def read_it(s: _Source, node: ast.List | ast.Tuple | ast.Set) -> f.Expr:
        return f.Seq(kind, _all(s, node.elts))

    return read_it


def _starred(s: _Source, node: ast.Starred) -> f.Expr:
    return f.Star(_expr(s, node.value))


def _dict(s: _Source, node: ast.Dict) -> f.Expr:
    pairs = zip(node.keys, node.values, strict=True)
    return f.Dict(tuple([f.DictItem(_maybe(s, key), _expr(s, value)) for key, value in pairs]))


_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitOr: "|", ast.BitAnd: "&", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>", ast.MatMult: "@",
    ast.And: "and", ast.Or: "or", ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Eq: "==",
    ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in", ast.NotIn: "not in",
    ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip


def _binary(s: _Source, node: ast.BinOp) -> f.Expr:
    return f.Binary(_OPERATORS[type(node.op)], _expr(s, node.left), _expr(s, node.right))


def _boolean(s: _Source, node: ast.BoolOp) -> f.Expr:
    return f.Bool(_OPERATORS[type(node.op)], _all(s, node.values))


def _unary(s: _Source, node: ast.UnaryOp) -> f.Expr:
    return f.Unary(_OPERATORS[type(node.op)], _expr(s, node.operand))


def _compare(s: _Source, node: ast.Compare) -> f.Expr:
    return f.Compare(_expr(s, node.left), tuple([_OPERATORS[type(op)] for op in node.ops]), _all(s, node.comparators))


def _ifexp(s: _Source, node: ast.IfExp) -> f.Expr:
    return f.IfExp(_expr(s, node.test), _expr(s, node.body), _expr(s, node.orelse))


def _subscript(s: _Source, node: ast.Subscript) -> f.Expr:
    index = node.slice
    if isinstance(index, ast.Tuple) and len(index.elts) == 1:
        # ``x[a,]``: libcst takes the comma for one of the brackets.
        inside = index.elts[0]
        if (inside.lineno, inside.col_offset) == (index.lineno, index.col_offset):
            index = inside
    return f.Subscript(_expr(s, node.value), _expr(s, index))


def _slice(s: _Source, node: ast.Slice) -> f.Expr:
    return f.Group(_all(s, [part for part in (node.lower, node.upper, node.step) if part is not None]))


def _await(s: _Source, node: ast.Await) -> f.Expr:
    return f.Await(_expr(s, node.value))


def _lambda(s: _Source, node: ast.Lambda) -> f.Expr:
    return f.Lambda(_parameters(s, node.args), _expr(s, node.body), node.lineno - 1)


def _comprehension(kind: str) -> Callable[[_Source, Any], f.Expr]:
    def read_it(s: _Source, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> f.Expr:
        return f.Comp(kind, _expr(s, node.elt), _clauses(s, node.generators), None)

    return read_it


def _dict_comprehension(s: _Source, node: ast.DictComp) -> f.Expr:
    return f.Comp("dict", _expr(s, node.value), _clauses(s, node.generators), _expr(s, node.key))


def _clauses(s: _Source, nodes: Sequence[ast.comprehension]) -> tuple[f.Clause, ...]:
    return tuple([f.Clause(_expr(s, one.target), _expr(s, one.iter), _all(s, one.ifs)) for one in nodes])


def _yield(s: _Source, node: ast.Yield | ast.YieldFrom) -> f.Expr:
    return f.Yield(_maybe(s, node.value))


def _walrus(s: _Source, node: ast.NamedExpr) -> f.Expr:
    return f.Walrus(_expr(s, node.target), _expr(s, node.value))


_EXPRESSIONS: dict[type[ast.expr], Callable[[_Source, Any], f.Expr]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Constant: _constant,
    ast.JoinedStr: _formatted,
    ast.List: _sequence("list"),
    ast.Tuple: _sequence("tuple"),
    ast.Set: _sequence("set"),
    ast.Starred: _starred,
    ast.Dict: _dict,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.IfExp: _ifexp,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Await: _await,
    ast.Lambda: _lambda,
    ast.ListComp: _comprehension("list"),
    ast.SetComp: _comprehension("set"),
    ast.GeneratorExp: _comprehension("generator"),
    ast.DictComp: _dict_comprehension,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
    ast.NamedExpr: _walrus,
}
if _template := cast("type[ast.expr] | None", getattr(ast, "TemplateStr", None)):
    _EXPRESSIONS[_template] = _formatted


def _parameters(s: _Source, node: ast.arguments) -> tuple[f.Param, ...]:
    plain = [*node.posonlyargs, *node.args]
    defaults: list[ast.expr | None] = [*[None] * (len(plain) - len(node.defaults)), *node.defaults]
    kinds = [*["/"] * len(node.posonlyargs), *[""] * len(node.args)]
    out = [_parameter(s, *each) for each in zip(plain, kinds, defaults, strict=True)]
    if node.vararg is not None:
        out.append(_parameter(s, node.vararg, "*", None))
    out += [_parameter(s, arg, "k", value) for arg, value in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
    if node.kwarg is not None:
        out.append(_parameter(s, node.kwarg, "**", None))
    return tuple(out)


def _parameter(s: _Source, node: ast.arg, kind: str, default: ast.expr | None) -> f.Param:
    return f.Param(node.arg, kind, _maybe(s, default), _maybe(s, node.annotation))


# --- statements -------------------------------------------------------------------------------------------------------


def _block(s: _Source, nodes: Sequence[ast.stmt]) -> tuple[f.Stmt, ...]:
    out: list[f.Stmt] = []
    for node in nodes:
        read_it = _STATEMENTS.get(type(node))
        if read_it is None:
            raise Beyond
        out.append(read_it(s, node, node.lineno - 1))
    return tuple(out)


def _aliases(nodes: Sequence[ast.alias]) -> tuple[f.Alias, ...]:
    return tuple([f.Alias(node.name, node.asname) for node in nodes])


def _import(_s: _Source, node: ast.Import, line: int) -> f.Stmt:
    return f.Import(line, _aliases(node.names))


def _from(_s: _Source, node: ast.ImportFrom, line: int) -> f.Stmt:
    return f.From(line, node.level, node.module or "", _aliases(node.names))


def _assign(s: _Source, node: ast.Assign, line: int) -> f.Stmt:
    return f.Assign(line, _all(s, node.targets), _expr(s, node.value))


def _annotated(s: _Source, node: ast.AnnAssign, line: int) -> f.Stmt:
    return f.Assign(line, (_expr(s, node.target),), _maybe(s, node.value), _expr(s, node.annotation))


def _augmented(s: _Source, node: ast.AugAssign, line: int) -> f.Stmt:
    return f.Assign(line, (_expr(s, node.target),), _expr(s, node.value), None, _OPERATORS[type(node.op)])


def _do(s: _Source, node: ast.Expr, line: int) -> f.Stmt:
    return f.Do(line, _expr(s, node.value))


def _return(s: _Source, node: ast.Return, line: int) -> f.Stmt:
    return f.Return(line, _maybe(s, node.value))


def _raise(s: _Source, node: ast.Raise, line: int) -> f.Stmt:
    value, cause = _maybe(s, node.exc), _maybe(s, node.cause)
    if value is not None and cause is not None and not isinstance(cause, f.Name | f.Const):
        value = f.Group((value, cause))
    return f.Raise(line, value)


def _assert(s: _Source, node: ast.Assert, line: int) -> f.Stmt:
    return f.Do(line, f.Group(_all(s, [node.test] if node.msg is None else [node.test, node.msg])))


def _delete(s: _Source, node: ast.Delete, line: int) -> f.Stmt:
    targets = _all(s, node.targets)
    if len(targets) == 1:
        if s.text[s.range(node.targets[0])[1] :].lstrip(") \t").startswith(","):
            raise Beyond
        return f.Do(line, f.Group(targets))
    return f.Do(line, f.Group((f.Seq("tuple", targets),)))


def _word(word: str) -> Callable[[_Source, Any, int], f.Stmt]:
    def read_it(_s: _Source, _node: ast.stmt, line: int) -> f.Stmt:
        return f.Flow(line, word)

    return read_it


def _scoped(word: str) -> Callable[[_Source, Any, int], f.Stmt]:
    def read_it(_s: _Source, node: ast.Global | ast.Nonlocal, line: int) -> f.Stmt:
        return f.Scoped(line, word, tuple(node.names))

    return read_it


def _type_alias(s: _Source, node: Any, line: int) -> f.Stmt:
    return f.Assign(line, (_expr(s, node.name),), _expr(s, node.value))


def _def(s: _Source, node: ast.FunctionDef | ast.AsyncFunctionDef, line: int) -> f.Stmt:
    return f.Def(
        line,
        node.name,
        _parameters(s, node.args),
        _block(s, node.body),
        _all(s, node.decorator_list),
        _maybe(s, node.returns),
        isinstance(node, ast.AsyncFunctionDef),
    )


def _class(s: _Source, node: ast.ClassDef, line: int) -> f.Stmt:
    bases = _arguments(s, node.bases, node.keywords)
    return f.Class(line, node.name, bases, _block(s, node.body), _all(s, node.decorator_list))


def _if(s: _Source, node: ast.If, line: int) -> f.Stmt:
    return f.If(line, _expr(s, node.test), _block(s, node.body), _block(s, node.orelse))


def _for(s: _Source, node: ast.For | ast.AsyncFor, line: int) -> f.Stmt:
    target, source = _expr(s, node.target), _expr(s, node.iter)
    return f.For(line, target, source, _block(s, node.body), _block(s, node.orelse))


def _while(s: _Source, node: ast.While, line: int) -> f.Stmt:
    return f.While(line, _expr(s, node.test), _block(s, node.body), _block(s, node.orelse))


def _try(s: _Source, node: ast.Try, line: int) -> f.Stmt:
    handlers = [f.Handler(h.lineno - 1, _maybe(s, h.type), h.name, _block(s, h.body)) for h in node.handlers]
    final = _block(s, node.finalbody)
    return f.Try(line, _block(s, node.body), tuple(handlers), _block(s, node.orelse), final)


def _with(s: _Source, node: ast.With | ast.AsyncWith, line: int) -> f.Stmt:
    items = [f.Item(_expr(s, item.context_expr), _maybe(s, item.optional_vars)) for item in node.items]
    return f.With(line, tuple(items), _block(s, node.body))


def _match(s: _Source, node: ast.Match, line: int) -> f.Stmt:
    cases = [f.Case(tuple(_bound(case.pattern)), _maybe(s, case.guard), _block(s, case.body)) for case in node.cases]
    return f.Match(line, _expr(s, node.subject), tuple(cases))


def _bound(node: ast.pattern) -> list[str]:
    """Returns the names that a pattern binds, the outer ones first."""
    names: list[str] = []
    below: Sequence[ast.pattern | None] = ()
    match node:
        case ast.MatchAs(pattern=pattern, name=name):
            names, below = [name] if name else [], (pattern,)
        case ast.MatchStar(name=name):
            names = [name] if name else []
        case ast.MatchMapping(patterns=patterns, rest=rest):
            names, below = [rest] if rest else [], patterns
        case ast.MatchClass(patterns=patterns, kwd_patterns=keywords):
            below = (*patterns, *keywords)
        case ast.MatchSequence(patterns=patterns) | ast.MatchOr(patterns=patterns):
            below = patterns
        case _:
            pass
    return [*names, *(name for pattern in below if pattern is not None for name in _bound(pattern))]


_STATEMENTS: dict[type[ast.stmt], Callable[[_Source, Any, int], f.Stmt]] = {
    ast.Import: _import,
    ast.ImportFrom: _from,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Expr: _do,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Delete: _delete,
    ast.Pass: _word("pass"),
    ast.Break: _word("break"),
    ast.Continue: _word("continue"),
    ast.Global: _scoped("global"),
    ast.Nonlocal: _scoped("nonlocal"),
    ast.FunctionDef: _def,
    ast.AsyncFunctionDef: _def,
    ast.ClassDef: _class,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Match: _match,
}
if _alias := cast("type[ast.stmt] | None", getattr(ast, "TypeAlias", None)):
    _STATEMENTS[_alias] = _type_alias
