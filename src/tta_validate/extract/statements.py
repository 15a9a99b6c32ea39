"""Statements of a libcst tree to facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from tta_validate import facts as f
from tta_validate.extract.expressions import Reader, Table, argument, chosen, is_a, operator, parameters
from tta_validate.extract.patterns import pass_pattern, pass_type_parameters

if TYPE_CHECKING:
    import libcst as cst


class StatementReader(Reader):
    """Reads the statements of a libcst tree in source order."""

    def block(self, body: Sequence[cst.CSTNode]) -> tuple[f.Stmt, ...]:
        """Returns the statements of a block."""
        out: list[f.Stmt] = []
        for node in body:
            kind = type(node)
            if kind.__name__ in _LINES:
                for small in cast("cst.SimpleStatementLine", node).body:
                    out.extend(self.small(small))
            else:
                read = _COMPOUND_BY_CLASS.get(kind) or chosen(_COMPOUND_BY_CLASS, _COMPOUND, kind)
                out.append(read(self, node))
        return tuple(out)

    def suite(self, node: cst.BaseSuite) -> tuple[f.Stmt, ...]:
        """Returns the statements of the body of a compound statement."""
        return self.block(cast("cst.IndentedBlock", node).body if is_a(node, "IndentedBlock") else [node])

    def line(self) -> int:
        """Returns the line on which the next statement starts."""
        return self.place(self.start())[0]

    def small(self, node: cst.BaseSmallStatement) -> Sequence[f.Stmt]:
        """Returns a simple statement, as one or none."""
        line = self.line()
        kind = type(node)
        return (_SMALL_BY_CLASS.get(kind) or chosen(_SMALL_BY_CLASS, _SMALL, kind))(self, node, line)


_LINES = frozenset(("SimpleStatementLine", "SimpleStatementSuite"))


def _dotted(node: cst.CSTNode | None) -> str:
    if is_a(node, "Attribute"):
        attribute = cast("cst.Attribute", node)
        return f"{_dotted(attribute.value)}.{attribute.attr.value}"
    return cast("cst.Name", node).value if is_a(node, "Name") else ""


def _aliases(names: Sequence[cst.ImportAlias] | cst.ImportStar) -> tuple[f.Alias, ...]:
    if is_a(names, "ImportStar"):
        return (f.Alias("*", None),)
    each = cast("Sequence[cst.ImportAlias]", names)
    return tuple(f.Alias(_dotted(a.name), _dotted(a.asname.name) if a.asname else None) for a in each)


def _import(r: StatementReader, node: cst.Import, line: int) -> Sequence[f.Stmt]:
    r.find("import")
    _consume(r, node.names)
    return (f.Import(line, _aliases(node.names)),)


def _from(r: StatementReader, node: cst.ImportFrom, line: int) -> Sequence[f.Stmt]:
    r.find("from")
    if node.module is not None:
        r.expr(node.module)
    r.find("import")
    if node.lpar:
        r.find("(")
    if is_a(node.names, "ImportStar"):
        r.find("*")
    else:
        _consume(r, cast("Sequence[cst.ImportAlias]", node.names))
    if node.rpar:
        r.find(")")
    return (f.From(line, len(node.relative), _dotted(node.module), _aliases(node.names)),)


def _consume(r: StatementReader, names: Sequence[cst.ImportAlias]) -> None:
    for alias in names:
        r.expr(alias.name)
        if alias.asname is not None:
            r.expr(alias.asname.name)


def _assign(r: StatementReader, node: cst.Assign, line: int) -> Sequence[f.Stmt]:
    targets = tuple(r.expr(target.target) for target in node.targets)
    return (f.Assign(line, targets, r.expr(node.value)),)


def _annotated(r: StatementReader, node: cst.AnnAssign, line: int) -> Sequence[f.Stmt]:
    target = r.expr(node.target)
    annotation = r.expr(node.annotation.annotation)
    return (f.Assign(line, (target,), r.maybe(node.value), annotation),)


def _augmented(r: StatementReader, node: cst.AugAssign, line: int) -> Sequence[f.Stmt]:
    target = r.expr(node.target)
    return (f.Assign(line, (target,), r.expr(node.value), None, operator(node.operator)),)


def _do(r: StatementReader, node: cst.Expr, line: int) -> Sequence[f.Stmt]:
    return (f.Do(line, r.expr(node.value)),)


def _return(r: StatementReader, node: cst.Return, line: int) -> Sequence[f.Stmt]:
    r.find("return")
    return (f.Return(line, r.maybe(node.value)),)


def _raise(r: StatementReader, node: cst.Raise, line: int) -> Sequence[f.Stmt]:
    r.find("raise")
    value = r.maybe(node.exc)
    cause = r.expr(node.cause.item) if node.cause is not None else None
    if value is not None and cause is not None and not isinstance(cause, f.Name | f.Const):
        value = f.Group((value, cause))
    return (f.Raise(line, value),)


def _assert(r: StatementReader, node: cst.Assert, line: int) -> Sequence[f.Stmt]:
    r.find("assert")
    test = r.expr(node.test)
    message = r.maybe(node.msg)
    return (f.Do(line, f.Group((test, message) if message is not None else (test,))),)


def _delete(r: StatementReader, node: cst.Del, line: int) -> Sequence[f.Stmt]:
    r.find("del")
    return (f.Do(line, f.Unary("del", r.expr(node.target))),)


def _word(word: str) -> Callable[[StatementReader, Any, int], Sequence[f.Stmt]]:
    def read(r: StatementReader, _node: cst.CSTNode, line: int) -> Sequence[f.Stmt]:
        r.find(word)
        return (f.Flow(line, word),)

    return read


def _scoped(word: str) -> Callable[[StatementReader, Any, int], Sequence[f.Stmt]]:
    def read(r: StatementReader, node: cst.Global | cst.Nonlocal, line: int) -> Sequence[f.Stmt]:
        r.find(word)
        for item in node.names:
            r.expr(item.name)
        return (f.Scoped(line, word, tuple(item.name.value for item in node.names)),)

    return read


def _type_alias(r: StatementReader, node: cst.TypeAlias, line: int) -> Sequence[f.Stmt]:
    r.find("type")
    name = r.expr(node.name)
    return (f.Assign(line, (name,), r.expr(node.value)),)


_SMALL_BY_CLASS: Table[Callable[[StatementReader, Any, int], Sequence[f.Stmt]]] = {}
_SMALL: dict[str, Callable[[StatementReader, Any, int], Sequence[f.Stmt]]] = {
    "Import": _import,
    "ImportFrom": _from,
    "Assign": _assign,
    "AnnAssign": _annotated,
    "AugAssign": _augmented,
    "Expr": _do,
    "Return": _return,
    "Raise": _raise,
    "Assert": _assert,
    "Del": _delete,
    "Pass": _word("pass"),
    "Break": _word("break"),
    "Continue": _word("continue"),
    "Global": _scoped("global"),
    "Nonlocal": _scoped("nonlocal"),
    "TypeAlias": _type_alias,
}


def _decorators(r: StatementReader, nodes: Sequence[cst.Decorator]) -> tuple[f.Expr, ...]:
    out: list[f.Expr] = []
    for node in nodes:
        r.find("@")
        out.append(r.expr(node.decorator))
    return tuple(out)


def _def(r: StatementReader, node: cst.FunctionDef) -> f.Stmt:
    decorators = _decorators(r, node.decorators)
    line = r.place(r.find("async" if node.asynchronous else "def"))[0]
    r.find(node.name.value)
    if node.type_parameters is not None:
        pass_type_parameters(r, node.type_parameters)
    r.find("(")
    params = parameters(r, node.params)
    r.find(")")
    returns = r.expr(node.returns.annotation) if node.returns is not None else None
    return f.Def(line, node.name.value, params, r.suite(node.body), decorators, returns, node.asynchronous is not None)


def _class(r: StatementReader, node: cst.ClassDef) -> f.Stmt:
    decorators = _decorators(r, node.decorators)
    line = r.place(r.find("class"))[0]
    r.find(node.name.value)
    if node.type_parameters is not None:
        pass_type_parameters(r, node.type_parameters)
    bases = tuple(argument(r, arg) for arg in (*node.bases, *node.keywords))
    if is_a(node.rpar, "RightParen"):
        r.find(")")
    return f.Class(line, node.name.value, bases, r.suite(node.body), decorators)


def _if(r: StatementReader, node: cst.If) -> f.Stmt:
    line = r.line()
    r.at += 2
    test = r.expr(node.test)
    body = r.suite(node.body)
    orelse: tuple[f.Stmt, ...] = ()
    if is_a(node.orelse, "If"):
        orelse = (_if(r, cast("cst.If", node.orelse)),)
    elif node.orelse is not None:
        r.find("else")
        orelse = r.suite(node.orelse.body)
    return f.If(line, test, body, orelse)


def _else(r: StatementReader, node: cst.Else | None) -> tuple[f.Stmt, ...]:
    if node is None:
        return ()
    r.find("else")
    return r.suite(node.body)


def _for(r: StatementReader, node: cst.For) -> f.Stmt:
    line = r.line()
    r.find("for")
    target, source = r.expr(node.target), r.expr(node.iter)
    return f.For(line, target, source, r.suite(node.body), _else(r, node.orelse))


def _while(r: StatementReader, node: cst.While) -> f.Stmt:
    line = r.line()
    r.find("while")
    return f.While(line, r.expr(node.test), r.suite(node.body), _else(r, node.orelse))


def _try(r: StatementReader, node: cst.Try | cst.TryStar) -> f.Stmt:
    line = r.line()
    r.find("try")
    body = r.suite(node.body)
    handlers: list[f.Handler] = []
    for handler in node.handlers:
        at = r.place(r.find("except"))[0]
        caught = r.maybe(handler.type)
        name = handler.name.name if handler.name is not None else None
        if name is not None and is_a(name, "Name"):
            r.find(cast("cst.Name", name).value)
        handlers.append(f.Handler(at, caught, _dotted(name) or None, r.suite(handler.body)))
    orelse = _else(r, node.orelse)
    final: tuple[f.Stmt, ...] = ()
    if node.finalbody is not None:
        r.find("finally")
        final = r.suite(node.finalbody.body)
    return f.Try(line, body, tuple(handlers), orelse, final)


def _with(r: StatementReader, node: cst.With) -> f.Stmt:
    line = r.line()
    r.find("with")
    if is_a(node.lpar, "LeftParen"):
        r.find("(")
    items: list[f.Item] = []
    for item in node.items:
        value = r.expr(item.item)
        items.append(f.Item(value, r.expr(item.asname.name) if item.asname is not None else None))
    if is_a(node.rpar, "RightParen"):
        r.find(")")
    return f.With(line, tuple(items), r.suite(node.body))


def _match(r: StatementReader, node: cst.Match) -> f.Stmt:
    line = r.line()
    r.find("match")
    subject = r.expr(node.subject)
    cases: list[f.Case] = []
    for case in node.cases:
        r.find("case")
        names: list[str] = []
        pass_pattern(r, case.pattern, names)
        guard = r.maybe(case.guard)
        cases.append(f.Case(tuple(names), guard, r.suite(case.body)))
    return f.Match(line, subject, tuple(cases))


_COMPOUND_BY_CLASS: Table[Callable[[StatementReader, Any], f.Stmt]] = {}
_COMPOUND: dict[str, Callable[[StatementReader, Any], f.Stmt]] = {
    "FunctionDef": _def,
    "ClassDef": _class,
    "If": _if,
    "For": _for,
    "While": _while,
    "Try": _try,
    "TryStar": _try,
    "With": _with,
    "Match": _match,
}
