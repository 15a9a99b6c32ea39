"""Annotations: what they say of something that comes from outside."""

from __future__ import annotations

from collections.abc import Iterator

from tta_validate import facts as f
from tta_validate.program.values import (
    ClassVal,
    Env,
    Inst,
    Lib,
    Linker,
    Merged,
    Text,
    Thunk,
    Unknown,
    Values,
    is_known,
)  # fmt: skip

_WRAPPERS = {"Optional", "Type", "Final", "ClassVar", "Union", "Callable", "Required", "NotRequired"}


def annotated(ln: Linker, annotation: f.Expr | None, env: Env, reason: str) -> Values:
    """Returns what an annotation says of something that comes from outside."""
    merged, given = Merged(), Merged()
    for name_expr in _types(annotation):
        for value in ln.eval(Thunk(name_expr, ln.env(env.scope.parent) if env.scope.parent else env, 1 << 60)):
            if isinstance(value, ClassVal):
                merged.add((ln.inst(value.scope),))
            elif isinstance(value, Lib) and not value.path.startswith("builtins."):
                merged.add((ln.instance(value.path, reason),))
            elif isinstance(value, Inst) or is_known(value):
                given.add((value,))
            elif value in _NUMBERS and isinstance(annotation, f.Name):
                merged.add((Text("{number}"),))
    return given.values() or merged.values() or (Unknown(reason),)


_NUMBERS = (Lib("builtins.int"), Lib("builtins.float"))
"""What a plain annotation says is never None."""


def _types(annotation: f.Expr | None) -> Iterator[f.Expr]:
    match annotation:
        case f.Name() | f.Attr():
            yield annotation
        case f.Binary(op="|", left=left, right=right):
            yield from _types(left)
            yield from _types(right)
        case f.Subscript(value=f.Name(id="Annotated") | f.Attr(name="Annotated"), index=f.Seq(items=items)) if items:
            if any(isinstance(item, f.Call) for item in items[1:]):
                yield annotation
            yield from _types(items[0])
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
