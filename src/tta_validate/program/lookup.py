"""Names: which bindings can reach a use, and what they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tta_validate import facts as f
from tta_validate.program.fillings import filled
from tta_validate.program.scopes import Binding, Context, Scope
from tta_validate.program.values import (
    Args,
    ClassVal,
    DictVal,
    Env,
    Ext,
    Func,
    Inst,
    Lib,
    Linker,
    Lit,
    Merged,
    Opened,
    Outside,
    SeqVal,
    Text,
    Thunk,
    Unknown,
    Value,
    Values,
    positional_parameters,
)

_PASSING = {"try", "with", "final", "arg"}
_ANYTIME = float("inf")


def _blocks(context: Context | None) -> list[Context]:
    """Returns the contexts that decide whether code runs at all, outermost last."""
    return [] if context is None else [c for c in context.chain() if c.kind not in _PASSING]


def dominates(context: Context | None, use: Context | None) -> bool:
    """Tells whether code in one context has surely run when the code in another, later one runs."""
    if not (blocks := _blocks(context)):
        return True
    around = set(map(id, use.chain())) if use is not None else set[int]()
    return all(id(block) in around for block in blocks)


def reaching(bindings: Iterable[Binding], order: float, context: Context | None) -> list[Binding]:
    """Returns the bindings that can be in force at a use, latest first; all of them when none comes before it."""
    every = list(bindings)
    if len(every) == 1:
        return every
    before = [b for b in every if b.order < order or (b.order == order and b.kind in {"item", "param"})]
    found: list[Binding] = []
    halves: dict[int, set[str]] = {}
    for binding in reversed(before):
        if _excluded(binding.context, context):
            continue
        found.append(binding)
        if dominates(binding.context, context):
            return found
        blocks = _blocks(binding.context)
        if blocks and blocks[0].kind in {"then", "else"} and dominates(blocks[0].outer, context):
            (sides := halves.setdefault(id(blocks[0].node), set())).add(blocks[0].kind)
            if len(sides) == 2:
                return found
    return found or every


def _excluded(context: Context | None, use: Context | None) -> bool:
    """Tells whether two places stand in opposite branches of one if."""
    if context is None or use is None:
        return False
    sides = {id(c.node): c.kind for c in use.chain() if c.kind in {"then", "else"}}
    return any(
        sides.get(id(c.node), c.kind) != c.kind and c.kind in {"then", "else"}
        for c in context.chain()
        if id(c.node) in sides
    )


def name(ln: Linker, wanted: str, env: Env, order: float, context: Context | None) -> Values:
    """Returns what a name can stand for at a place."""
    start = env.scope
    at: Env | None = env
    while at is not None:
        scope = at.scope
        if scope.kind != "class" or scope is start:
            if wanted in scope.bindings and wanted not in scope.outside:
                when = order if scope is start and scope.kind != "module" else _ANYTIME
                if scope.kind == "module" and scope is start:
                    when = order
                use = context if scope is start else None
                found = bound(ln, reaching(scope.bindings[wanted], when, use), at)
                own = scope.kind == "module"
                return filled(ln, found, scope.module, wanted, running=scope is start) if own else found
            if scope.kind == "lambda" and scope is start and scope.parent is not None:
                start, order, context = scope.parent, scope.order + 0.5, scope.context
        at = enclosing(ln, at)
    if found := _starred(ln, wanted, env):
        return found
    return (Lib(wanted if ln.tables.imported(wanted) else f"builtins.{wanted}"),)


def enclosing(ln: Linker, env: Env) -> Env | None:
    """Returns the activation of the enclosing scope."""
    parent = env.scope.parent
    if parent is None:
        return None
    if env.outer is not None and env.outer.scope is parent:
        return env.outer
    return ln.env(parent)


def _starred(ln: Linker, wanted: str, env: Env) -> Values:
    for binding in env.scope.module.bindings.get("*", ()):
        target = ln.module(binding.module, env.scope.module.path, binding.level)
        if target is None:
            dotted = f"{binding.module}.{wanted}"
            if not binding.level and (ln.tables.constructors.get(dotted) or ln.tables.functions.get(dotted)):
                return (Lib(dotted),)
            continue
        found = ln.attr(target, wanted)
        if found and not all(isinstance(value, Unknown) for value in found):
            return found
    return ()


def bound(ln: Linker, bindings: list[Binding], env: Env) -> Values:
    """Returns what some bindings of one name stand for, without declarations where there are values."""
    merged = Merged()
    declared = [b for b in bindings if b.kind == "declared"]
    for binding in [b for b in bindings if b.kind != "declared"] or declared:
        merged.add(_value(ln, binding, env))
    return merged.values()


def _value(ln: Linker, binding: Binding, env: Env) -> Values:
    here = env if env.scope is binding.scope else ln.env(binding.scope)
    match binding.kind:
        case "value":
            return _of(ln, binding, here)
        case "import" | "from":
            return imported(ln, binding)
        case "def":
            assert binding.child is not None
            return (ln.func(binding.child, here),)
        case "class":
            assert binding.child is not None
            return (ClassVal(binding.child, here),)
        case "param":
            assert binding.param is not None
            return parameter(ln, binding.param, here)
        case "with":
            return entered(ln, _of(ln, binding, here))
        case "unpack" | "item" | "item-unpack":
            return _picked(ln, binding, here)
        case "declared":
            return annotated(ln, binding.annotation, here, "it is only declared")
        case "merged":
            return _merged(ln, binding, here)
        case _:
            return (Unknown(_CHANGES),)


def _merged(ln: Linker, binding: Binding, env: Env) -> Values:
    """Returns what ``x |= y`` leaves in ``x``, of dicts and of what composes."""
    found = _of(ln, binding, env)
    return (Unknown(_CHANGES),) if any(isinstance(value, Text) for value in found) else found


_CHANGES = "it changes in ways that reading does not follow"


def _of(ln: Linker, binding: Binding, env: Env) -> Values:
    assert binding.value is not None
    return ln.eval(Thunk(binding.value, env, binding.order, binding.context))


def _picked(ln: Linker, binding: Binding, env: Env) -> Values:
    merged = Merged()
    for value in _of(ln, binding, env):
        if binding.kind == "unpack":
            merged.add(element(ln, value, binding.index))
        else:
            for item in elements(ln, value):
                merged.add((item,) if binding.kind == "item" else element(ln, item, binding.index))
    return merged.values() or (Unknown("it is an element of something built elsewhere"),)


def element(ln: Linker, value: Value, index: int) -> Values:
    """Returns what an element of a sequence can stand for."""
    if isinstance(value, SeqVal):
        if index < len(value.items):
            return ln.force(value.items[index])
        return (Unknown("the sequence is built elsewhere"),)
    if isinstance(value, Ext) and value.type is not None and not value.tail:
        return (value,) if index == 0 else (Unknown("it is a part of a library's answer"),)
    return (Unknown("it is a part of a value that reading does not follow"),)


def elements(ln: Linker, value: Value) -> Values:
    """Returns what iterating over a value can give."""
    merged = Merged()
    if isinstance(value, SeqVal):
        for item in value.items:
            merged.add(ln.force(item))
    elif isinstance(value, DictVal):
        for key, _ in value.items:
            if isinstance(key, Thunk):
                merged.add(ln.eval(key))
            elif isinstance(key, str):
                merged.add((Lit(key),))
    elif isinstance(value, Opened):
        merged.add(yielded(ln, value))
    return merged.values()


def yielded(ln: Linker, value: Opened) -> Values:
    """Returns what a generator function yields."""
    merged = Merged()
    for expr, order in value.func.scope.yields:
        merged.add(ln.eval(Thunk(expr, value.env, order)))
    return merged.values()


def entered(ln: Linker, values: Values) -> Values:
    """Returns what ``with values as x`` binds."""
    merged = Merged()
    for value in values:
        if isinstance(value, Opened):
            merged.add(yielded(ln, value))
        elif isinstance(value, Inst):
            merged.add(_enter(ln, value) or (value,))
        else:
            merged.add((value,))
    return merged.values()


def _enter(ln: Linker, value: Inst) -> Values:
    for method in ("__aenter__", "__enter__"):
        for scope in ln.mro(value.cls):
            if isinstance(scope, Scope) and method in scope.bindings:
                return invoke_method(ln, value, method)
    return ()


def invoke_method(ln: Linker, value: Inst, method: str) -> Values:
    """Returns what a method without arguments can return."""
    merged = Merged()
    for found in ln.attr(value, method):
        if isinstance(found, Func):
            call = f.Call(f.Name(method), (), 0, 0, 0, 0)
            merged.add(ln.invoke(found, ln.args(call, ln.env(found.scope), 0, None)))
    return merged.values()


# --- imports ----------------------------------------------------------------------------------------------------------


def imported(ln: Linker, binding: Binding) -> Values:
    """Returns what an import binds: the project's own thing, or another package's."""
    path = binding.scope.module.path
    if binding.kind == "import":
        found = ln.module(binding.module, path, 0)
        return (found or Lib(binding.module),)
    module = ln.module(binding.module, path, binding.level)
    dotted = f"{binding.module}.{binding.name}" if binding.module else binding.name
    if module is not None:
        found_values = ln.attr(module, binding.name)
        if found_values and not all(isinstance(value, Unknown) for value in found_values):
            return found_values
        below = ln.module(dotted, path, binding.level)
        if below is not None:
            return (below,)
        return found_values or (Unknown(f"{dotted} is not found in the project"),)
    below = ln.module(dotted, path, binding.level) if binding.level else None
    if below is not None:
        return (below,)
    return (Unknown(f"{dotted} is not in the tree"),) if binding.level else (Lib(dotted),)


# --- parameters -------------------------------------------------------------------------------------------------------


def parameter(ln: Linker, param: f.Param, env: Env) -> Values:
    """Returns what a parameter can stand for: by this activation's arguments, else by those of every caller."""
    scope = env.scope
    if _is_receiver(scope, param):
        return (env.receiver or _any_receiver(ln, scope),)
    if env.args is not None:
        return _passed(ln, param, env, env.args) or (Unknown(f"nothing is passed for {param.name}"),)
    merged = Merged()
    calls = ln.callers(scope)
    for args in calls:
        inner = ln.frame(scope, args, env.receiver, env.outer, env.depth + 1)
        merged.add(_passed(ln, param, inner, args))
    if merged.values() and not all(isinstance(v, Unknown) or v == Lit(None) for v in merged.found):
        return merged.values()
    loose = ln.loose_callers(scope) if param.kind == "**" and not calls else ()
    for args in loose:
        merged.add((_rest(scope, args),))
    if not loose:
        merged.add(_injected(ln, param, env, called=bool(calls)))
    return merged.values()


def _injected(ln: Linker, param: f.Param, env: Env, *, called: bool) -> Values:
    why = str if called else Outside
    if param.kind == "**":
        return (DictVal((), open=why(f"{param.name} is passed in by callers")),)
    if param.kind == "*":
        return (SeqVal((), open=True),)
    found = Merged()
    default = param.default
    if default is not None:
        found.add(default_of(ln, param, env.scope))
    elif provided := _provided(ln, param, env):
        return provided
    known = annotated(ln, param.annotation, env, why(f"parameter {param.name} is passed in from outside"))
    if default is None or found.values() == (Lit(None),):
        found.add(known)
    elif not all(isinstance(value, Lit) for value in found.values()):
        found.add((Unknown(f"parameter {param.name} may be passed in"),))
    return found.values()


def _provided(ln: Linker, param: f.Param, env: Env) -> Values:
    """Returns what the module's functions of a parameter's name and type return: a framework passes that by name.

    So do pytest's fixtures and Hamilton's nodes, whose variants are spelled ``name__variant``.
    """
    scope = env.scope
    if param.annotation is None or scope.kind != "def" or scope.owner() is not None or ln.callers(scope):
        return ()
    merged = Merged()
    for name in ln.variants(scope.module, param.name):
        children: list[Scope | None] = [b.child for b in scope.module.bindings.get(name) if b.kind == "def"]
        for child in children:
            if child is None or not isinstance(child.node, f.Def) or child is scope:
                continue
            if child.node.returns == param.annotation:
                call = f.Call(f.Name(name), (), 0, 0, 0, 0)
                merged.add(ln.invoke(ln.func(child), ln.args(call, ln.env(child), 0, None)))
    return merged.values()


def default_of(ln: Linker, param: f.Param, scope: Scope) -> Values:
    """Returns what a parameter's default stands for; it is evaluated where the function is defined."""
    assert param.default is not None
    place = scope.parent or scope
    return ln.eval(Thunk(param.default, ln.env(place), scope.order, scope.context))


def _is_receiver(scope: Scope, param: f.Param) -> bool:
    if scope.owner() is None or not isinstance(scope.node, f.Def) or decorated(scope, "staticmethod"):
        return False
    return next(positional_parameters(scope), None) is param


def decorated(scope: Scope, *names: str) -> bool:
    """Tells whether a function has a decorator whose last name is one of these."""
    if not isinstance(scope.node, f.Def):
        return False
    for decorator in scope.node.decorators:
        at = decorator.func if isinstance(decorator, f.Call) else decorator
        last = at.name if isinstance(at, f.Attr) else at.id if isinstance(at, f.Name) else ""
        if last in names:
            return True
    return False


def _any_receiver(ln: Linker, scope: Scope) -> Value:
    owner = scope.owner()
    assert owner is not None
    if decorated(scope, "classmethod") or scope.name in {"__new__", "__init_subclass__"}:
        return ClassVal(owner)
    return ln.inst(owner)


def _passed(ln: Linker, param: f.Param, env: Env, args: Args) -> Values:
    """Returns what one call passes for a parameter, its default where it passes nothing."""
    if param.kind == "**":
        return (_rest(env.scope, args),)
    for key, thing in args.keywords:
        if key == param.name:
            return ln.force(thing)
    names = [p.name for p in positional_parameters(env.scope)]
    bound_first = env.scope.owner() is not None and not decorated(env.scope, "staticmethod")
    if param.kind == "*":
        return (SeqVal(args.positional[max(0, len(names) - bound_first) :], bool(args.stars)),)
    if param.name in names:
        index = names.index(param.name) - bound_first
        if 0 <= index < len(args.positional):
            return ln.force(args.positional[index])
        if args.stars and index >= len(args.positional):
            starred = _from_star(ln, args, index - len(args.positional))
            if starred:
                return starred
    found = Merged()
    for thunk in args.spreads:
        for value in ln.eval(thunk):
            found.add(_from_spread(ln, value, param.name))
    if any(not isinstance(value, Unknown) for value in found.values()):
        return found.values()
    if param.default is not None:
        return default_of(ln, param, env.scope)
    if args.stars and param.name in names:
        found.add((Unknown(f"{param.name} may come out of *{_shown(args.stars[0].expr)}"),))
    return found.values()


def _from_star(ln: Linker, args: Args, index: int) -> Values:
    """Returns what ``f(*args)`` passes at a place, where the sequence is known up to there."""
    merged = Merged()
    for value in ln.eval(args.stars[0]):
        if isinstance(value, SeqVal) and index < len(value.items):
            merged.add(ln.force(value.items[index]))
    return merged.values()


def _shown(expr: f.Expr) -> str:
    return expr.id if isinstance(expr, f.Name) else "arguments"


def _from_spread(ln: Linker, value: Value, key: str) -> Values:
    if isinstance(value, DictVal):
        merged = Merged()
        for at, thing in value.items:
            if at == key or (isinstance(at, Thunk) and ln.eval(at) == (Lit(key),)):
                merged.add(ln.force(thing))
        for change in value.changes:
            if change.key == key or (isinstance(change.key, f.Str) and change.key.value == key):
                merged.add(ln.eval(change.value))
        if not merged.found and value.open:
            merged.add((Unknown(value.open),))
        return merged.values()
    return (Unknown(f"{key} may come out of **arguments"),)


def _rest(scope: Scope, args: Args) -> DictVal:
    """Returns what ``**kwargs`` holds after one call."""
    assert isinstance(scope.node, f.Def | f.Lambda)
    named = {p.name for p in scope.node.params if p.kind in {"", "k"}}
    items = [(key, thing) for key, thing in args.keywords if key not in named]
    spread = [(None, thunk) for thunk in args.spreads]
    return DictVal((*items, *spread))


# --- annotations ------------------------------------------------------------------------------------------------------

_WRAPPERS = {"Optional", "Annotated", "Type", "Final", "ClassVar", "Union", "Callable", "Required", "NotRequired"}


def annotated(ln: Linker, annotation: f.Expr | None, env: Env, reason: str) -> Values:
    """Returns what an annotation says of something that comes from outside."""
    merged = Merged()
    for name_expr in _types(annotation):
        for value in ln.eval(Thunk(name_expr, ln.env(env.scope.parent) if env.scope.parent else env, 1 << 60)):
            if isinstance(value, ClassVal):
                merged.add((ln.inst(value.scope),))
            elif isinstance(value, Lib) and not value.path.startswith("builtins."):
                merged.add((ln.instance(value.path, reason),))
            elif value in _NUMBERS and isinstance(annotation, f.Name):
                merged.add((Text("{number}"),))
    return merged.values() or (Unknown(reason),)


_NUMBERS = (Lib("builtins.int"), Lib("builtins.float"))
"""What a plain annotation says is never None."""


def _types(annotation: f.Expr | None) -> Iterator[f.Expr]:
    match annotation:
        case f.Name() | f.Attr():
            yield annotation
        case f.Binary(op="|", left=left, right=right):
            yield from _types(left)
            yield from _types(right)
        case f.Subscript(value=f.Name(id=word) | f.Attr(name=word), index=index) if word in _WRAPPERS:
            for part in index.items if isinstance(index, f.Seq) else (index,):
                yield from _types(part)
        case f.Subscript(value=value):
            yield from _types(value)
        case f.Str(value=text):
            yield from _quoted(text)
        case _:
            return


def _quoted(text: str) -> Iterator[f.Expr]:
    for word in text.replace("Optional[", "").replace("]", "").split("|"):
        parts = word.strip().split(".")
        if all(part.isidentifier() for part in parts):
            at: f.Expr = f.Name(parts[0])
            for part in parts[1:]:
                at = f.Attr(at, part)
            yield at
