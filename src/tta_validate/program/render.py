"""Facts back to source text, normalised."""

from __future__ import annotations

from tta_validate import facts as f


def last_name(expr: f.Expr) -> str:
    """Returns the last name of a name or attribute path, or ``""``."""
    return expr.id if isinstance(expr, f.Name) else expr.name if isinstance(expr, f.Attr) else ""


def unparse(expr: f.Expr, limit: int = 200) -> str:
    """Returns an expression as one line of source, as ``ast.unparse`` would write its common kinds; cut at a limit."""
    text = _text(expr, 0)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _text(expr: f.Expr, depth: int) -> str:
    if depth > 40:
        return "..."
    d = depth + 1
    match expr:
        case f.Name(id=name):
            return name
        case f.Attr(value=value, name=name):
            return f"{_text(value, d)}.{name}"
        case f.Call(func=func, args=args):
            return f"{_text(func, d)}({', '.join(_argument(arg, d) for arg in args)})"
        case f.Const(text=text):
            return text
        case f.Str(value=value):
            return repr(value)
        case f.FStr(parts=parts):
            inner = "".join(p.value if isinstance(p, f.Str) else f"{{{_text(p, d)}}}" for p in parts)
            return f"f{inner!r}"
        case f.Subscript(value=value, index=index):
            return f"{_text(value, d)}[{_text(index, d)}]"
        case f.Seq(kind=kind, items=items):
            left, right = {"list": "[]", "set": "{}"}.get(kind, "()")
            return f"{left}{', '.join(_text(item, d) for item in items)}{right}"
        case f.Binary(op=op, left=left_, right=right_):
            return f"{_text(left_, d)} {op} {_text(right_, d)}"
        case f.Await(value=value):
            return f"(await {_text(value, d)})"
        case f.Unary(op=op, value=value):
            return f"{op} {_text(value, d)}" if op == "not" else f"{op}{_text(value, d)}"
        case f.Bool(op=op, values=values):
            return f" {op} ".join(_text(value, d) for value in values)
        case f.IfExp(test=test, body=body, orelse=orelse):
            return f"({_text(body, d)} if {_text(test, d)} else {_text(orelse, d)})"
        case f.Compare(left=first, ops=ops, rights=rights):
            pairs = (f" {op} {_text(right, d)}" for op, right in zip(ops, rights, strict=True))
            return _text(first, d) + "".join(pairs)
        case f.Star(value=value):
            return f"*{_text(value, d)}"
        case _:
            return "..."


def _argument(arg: f.Arg, depth: int) -> str:
    head = f"{arg.keyword}=" if arg.keyword else arg.star
    return head + _text(arg.value, depth)
