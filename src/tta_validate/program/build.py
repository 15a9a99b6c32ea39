"""Builds the scopes of a module's statements from their facts, each in one walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tta_validate import facts as f
from tta_validate.hints import GROWING
from tta_validate.program.context import Context
from tta_validate.program.scopes import AttrSet, Binding, ModuleScope, Mutation, Scope, Use


def add_statement(module: ModuleScope, facts: f.Facts, base: int, number: int) -> Scope:
    """Adds the statement of that number to a module, whose first line is ``base``; returns its scope."""
    shared = module.changes
    scope = Scope(
        "module",
        module,
        None,
        None,
        base,
        number,
        None,
        module.bindings,
        attrs=shared.attrs,
        mutations=shared.mutations,
    )
    _Builder(scope, (number + 1) * 1_000_000).block(facts.body, None)
    module.parts[number] = scope
    return scope


class _Builder:
    """Fills one scope, and those inside it, in one walk."""

    def __init__(self, scope: Scope, order: int = 0) -> None:
        self.scope = scope
        self.order = order
        self.line = 0

    def bind(self, bound: str, kind: str, line: int, context: Context | None, **more: object) -> None:
        binding = Binding(kind, self.scope, self.order, context, line, **more)  # pyright: ignore[reportArgumentType]
        self.hold(bound, binding)

    def hold(self, bound: str, binding: Binding) -> None:
        """Adds a binding to the scope that it belongs to; one of another scope's name never hides those made there."""
        holder = self.scope
        if bound in holder.outside:
            holder = holder.declarer(bound)
            around = Context("outside", self.scope.node or f.Name(bound), binding.context, binding.order)
            binding = replace(binding, context=around)
        holder.bindings.setdefault(bound, []).append(binding)

    def block(self, body: tuple[f.Stmt, ...], context: Context | None) -> None:
        for statement in body:
            self.order += 1
            self.line = statement.line
            _STATEMENTS[type(statement)](self, statement, context)

    def target(self, target: f.Expr, context: Context | None, binding: Binding) -> None:
        match target:
            case f.Name(id=name):
                self.hold(name, binding)
            case f.Attr(value=value, name=name):
                self.expr(value, context)
                self.scope.attrs.append(AttrSet(value, name, binding))
            case f.Subscript(value=value, index=index):
                self.expr(value, context)
                self.expr(index, context)
                if binding.kind == "value" and binding.value is not None:
                    change = Mutation(value, "set", index, binding.value, self.order, context, self.scope, self.line)
                    self.scope.mutations.append(change)
            case f.Seq(items=items):
                self.unpack(items, context, binding)
            case f.Star(value=value):
                self.target(value, context, self.derived(binding, "opaque"))
            case _:
                self.expr(target, context)

    def unpack(self, items: tuple[f.Expr, ...], context: Context | None, binding: Binding) -> None:
        for index, item in enumerate(items):
            value = binding.value
            if binding.kind == "value" and isinstance(value, f.Seq) and len(value.items) == len(items):
                self.target(item, context, self.derived(binding, "value", value.items[index]))
            elif binding.kind in {"value", "item"}:
                kind = "unpack" if binding.kind == "value" else "item-unpack"
                self.target(item, context, self.derived(binding, kind, value, index))
            else:
                self.target(item, context, self.derived(binding, "opaque"))

    def derived(self, binding: Binding, kind: str, value: f.Expr | None = None, index: int = 0) -> Binding:
        return Binding(kind, self.scope, self.order, binding.context, binding.line, value, index)

    def expr(self, node: f.Expr | None, context: Context | None) -> None:
        if node is not None:
            _EXPRESSIONS.get(type(node), _children)(self, node, context)

    def child(self, kind: str, node: f.Def | f.Class | f.Lambda, context: Context | None) -> Scope:
        scope = Scope(kind, self.scope.module, node, self.scope, self.scope.base, self.order, context)
        self.scope.children.append(scope)
        return scope


# --- expressions ------------------------------------------------------------------------------------------------------


def _children(b: _Builder, node: f.Node, context: Context | None) -> None:
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if isinstance(value, tuple):
            for item in value:  # pyright: ignore[reportUnknownVariableType]
                if isinstance(item, f.Node):
                    b.expr(item, context)  # pyright: ignore[reportArgumentType]
        elif isinstance(value, f.Node):
            b.expr(value, context)  # pyright: ignore[reportArgumentType]


def _attribute(b: _Builder, node: f.Attr, context: Context | None) -> None:
    b.expr(node.value, context)


def _items(b: _Builder, node: f.Seq | f.Group, context: Context | None) -> None:
    for item in node.items:
        b.expr(item, context)


def _formatted(b: _Builder, node: f.FStr, context: Context | None) -> None:
    for part in node.parts:
        b.expr(part, context)


def _dict(b: _Builder, node: f.Dict, context: Context | None) -> None:
    for item in node.items:
        b.expr(item.key, context)
        b.expr(item.value, context)


def _binary(b: _Builder, node: f.Binary, context: Context | None) -> None:
    b.expr(node.left, context)
    b.expr(node.right, context)


def _subscript(b: _Builder, node: f.Subscript, context: Context | None) -> None:
    b.expr(node.value, context)
    b.expr(node.index, context)


def _leaf(_b: _Builder, _node: f.Expr, _context: Context | None) -> None:
    return


def _await(b: _Builder, node: f.Await, context: Context | None) -> None:
    b.expr(node.value, context)


def _call(b: _Builder, node: f.Call, context: Context | None) -> None:
    b.scope.uses.append(Use(node, b.scope, context, b.order))
    if isinstance(node.func, f.Call):
        b.scope.called.add(id(node.func))
    b.expr(node.func, Context("arg", node, context, b.order) if isinstance(node.func, f.Call) else context)
    inner = Context("arg", node, context, b.order)
    for arg in node.args:
        b.expr(arg.value, inner)
    if isinstance(node.func, f.Attr) and node.func.name in GROWING:
        _growth(b, node, node.func, context)


def _growth(b: _Builder, node: f.Call, func: f.Attr, context: Context | None) -> None:
    change = b.scope.mutations.append
    verb, target, args = func.name, func.value, node.args
    if verb == "update":
        for arg in args:
            key = f.Str(arg.keyword) if arg.keyword else None
            change(Mutation(target, "set" if key else "update", key, arg.value, b.order, context, b.scope, b.line))
    elif verb == "setdefault" and len(args) == 2:
        change(Mutation(target, "set", args[0].value, args[1].value, b.order, context, b.scope, b.line))
    elif verb == "pop":
        if args:
            change(Mutation(target, "set", args[0].value, f.Const(None, "None"), b.order, context, b.scope, b.line))
    elif args:
        change(Mutation(target, verb, None, args[-1].value, b.order, context, b.scope, b.line))


def _lambda(b: _Builder, node: f.Lambda, context: Context | None) -> None:
    for param in node.params:
        b.expr(param.default, context)
    scope = b.child("lambda", node, context)
    inner = _Builder(scope)
    _parameters(inner, node.params)
    inner.order += 1
    scope.returns.append((node.body, inner.order, None))
    inner.expr(node.body, None)


def _comp(b: _Builder, node: f.Comp, context: Context | None) -> None:
    inner = Context("comp", node, context, b.order)
    for clause in node.clauses:
        b.expr(clause.iter, context)
        binding = Binding("item", b.scope, b.order, inner, 0, clause.iter)
        b.target(clause.target, inner, binding)
        for test in clause.tests:
            b.expr(test, inner)
    b.expr(node.key, inner)
    b.expr(node.element, inner)


def _walrus(b: _Builder, node: f.Walrus, context: Context | None) -> None:
    b.expr(node.value, context)
    b.target(node.target, context, Binding("value", b.scope, b.order, context, 0, node.value))


def _yield(b: _Builder, node: f.Yield, context: Context | None) -> None:
    if node.value is not None:
        b.scope.yields.append((node.value, b.order, context))
        b.expr(node.value, context)
    else:
        b.scope.yields.append((f.Const(None, "None"), b.order, context))


def _if_expression(b: _Builder, node: f.IfExp, context: Context | None) -> None:
    b.expr(node.test, context)
    b.expr(node.body, Context("then", node, context, b.order))
    b.expr(node.orelse, Context("else", node, context, b.order))


_EXPRESSIONS: dict[type[f.Node], Callable[[_Builder, Any, Context | None], None]] = {
    f.Name: _leaf,
    f.Const: _leaf,
    f.Str: _leaf,
    f.Attr: _attribute,
    f.Seq: _items,
    f.Group: _items,
    f.FStr: _formatted,
    f.Dict: _dict,
    f.Binary: _binary,
    f.Subscript: _subscript,
    f.Await: _await,
    f.Call: _call,
    f.Lambda: _lambda,
    f.Comp: _comp,
    f.Walrus: _walrus,
    f.Yield: _yield,
    f.IfExp: _if_expression,
}


# --- statements -------------------------------------------------------------------------------------------------------


def _import(b: _Builder, s: f.Import, c: Context | None) -> None:
    for alias in s.names:
        name = alias.bound or alias.name.partition(".")[0]
        module = alias.name if alias.bound else name
        b.bind(name, "import", s.line, c, module=module, name=alias.name)


def _from(b: _Builder, s: f.From, c: Context | None) -> None:
    for alias in s.names:
        b.bind(alias.bound or alias.name, "from", s.line, c, module=s.module, level=s.level, name=alias.name)


def _assign(b: _Builder, s: f.Assign, c: Context | None) -> None:
    b.expr(s.value, c)
    b.expr(s.annotation, c)
    kind = "more" if s.op else "value" if s.value is not None else "declared"
    if s.op == "|":
        for target in s.targets:
            b.scope.mutations.append(
                Mutation(target, "update", None, s.value or f.Const(None, ""), b.order, c, b.scope, b.line)
            )
    binding = Binding(kind, b.scope, b.order, c, s.line, s.value, annotation=s.annotation)
    for target in s.targets:
        merged = f.Binary(s.op, target, s.value) if s.op == "|" and s.value is not None else None
        b.target(target, c, replace(binding, kind="merged", value=merged) if merged is not None else binding)


def _do(b: _Builder, s: f.Do, c: Context | None) -> None:
    b.expr(s.value, c)
    if isinstance(s.value, f.Unary) and s.value.op == "del":
        gone = s.value.value
        for one in gone.items if isinstance(gone, f.Seq) else (gone,):
            if isinstance(one, f.Subscript):
                nothing = f.Const(None, "None")
                b.scope.mutations.append(Mutation(one.value, "set", one.index, nothing, b.order, c, b.scope, s.line))


def _return(b: _Builder, s: f.Return, c: Context | None) -> None:
    b.scope.flows.append((s, c))
    if s.value is not None:
        b.expr(s.value, c)
        b.scope.returns.append((s.value, b.order, c))


def _raise(b: _Builder, s: f.Raise, c: Context | None) -> None:
    b.scope.flows.append((s, c))
    b.expr(s.value, c)


def _flow(b: _Builder, s: f.Flow, c: Context | None) -> None:
    b.scope.flows.append((s, c))


def _scoped(b: _Builder, s: f.Scoped, _c: Context | None) -> None:
    b.scope.outside.update(s.names)


def _if(b: _Builder, s: f.If, c: Context | None) -> None:
    b.expr(s.test, c)
    b.block(s.body, Context("then", s, c, b.order))
    if s.orelse:
        b.block(s.orelse, Context("else", s, c, b.order))


def _for(b: _Builder, s: f.For, c: Context | None) -> None:
    b.expr(s.iter, c)
    inner = Context("for", s, c, b.order)
    b.target(s.target, inner, Binding("item", b.scope, b.order, inner, s.line, s.iter))
    b.block(s.body, inner)
    b.block(s.orelse, c)


def _while(b: _Builder, s: f.While, c: Context | None) -> None:
    inner = Context("while", s, c, b.order)
    b.expr(s.test, inner)
    b.block(s.body, inner)
    b.block(s.orelse, c)


def _try(b: _Builder, s: f.Try, c: Context | None) -> None:
    b.block(s.body, Context("try", s, c, b.order))
    for handler in s.handlers:
        inner = Context("handler", handler, Context("except", s, c, b.order), b.order)
        b.expr(handler.caught, inner)
        if handler.name:
            b.bind(handler.name, "opaque", handler.line, inner)
        b.block(handler.body, inner)
    b.block(s.orelse, c)
    b.block(s.final, Context("final", s, c, b.order))


def _with(b: _Builder, s: f.With, c: Context | None) -> None:
    inner = Context("with", s, c, b.order)
    for item in s.items:
        b.expr(item.value, c)
        if item.target is not None:
            b.target(item.target, inner, Binding("with", b.scope, b.order, c, s.line, item.value))
    b.block(s.body, inner)


def _match(b: _Builder, s: f.Match, c: Context | None) -> None:
    b.expr(s.subject, c)
    for case in s.cases:
        inner = Context("case", s, c, b.order)
        for name in case.names:
            b.bind(name, "opaque", s.line, inner)
        b.expr(case.guard, inner)
        b.block(case.body, inner)


def _parameters(b: _Builder, params: tuple[f.Param, ...]) -> None:
    for param in params:
        b.bind(param.name, "param", 0, None, param=param)


def _def(b: _Builder, s: f.Def, c: Context | None) -> None:
    for decorator in s.decorators:
        b.expr(decorator, c)
    for param in s.params:
        b.expr(param.default, c)
    scope = b.child("def", s, c)
    b.bind(s.name, "def", s.line, c, child=scope)
    inner = _Builder(scope)
    _parameters(inner, s.params)
    inner.block(s.body, None)


def _class(b: _Builder, s: f.Class, c: Context | None) -> None:
    for base in s.bases:
        b.expr(base.value, c)
    for decorator in s.decorators:
        b.expr(decorator, c)
    scope = b.child("class", s, c)
    b.bind(s.name, "class", s.line, c, child=scope)
    _Builder(scope).block(s.body, None)


_STATEMENTS: dict[type[f.Node], Callable[[_Builder, Any, Context | None], None]] = {
    f.Import: _import,
    f.From: _from,
    f.Assign: _assign,
    f.Do: _do,
    f.Return: _return,
    f.Raise: _raise,
    f.Flow: _flow,
    f.Scoped: _scoped,
    f.If: _if,
    f.For: _for,
    f.While: _while,
    f.Try: _try,
    f.With: _with,
    f.Match: _match,
    f.Def: _def,
    f.Class: _class,
}
