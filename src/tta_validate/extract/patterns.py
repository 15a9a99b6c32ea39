"""What is walked past in source order with little or nothing kept: patterns of match, and type parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from tta_validate.extract.cursor import Unreadable
from tta_validate.extract.expressions import Reader, is_a

if TYPE_CHECKING:
    import libcst as cst


def pass_type_parameters(r: Reader, node: cst.TypeParameters) -> None:
    """Moves the cursor behind type parameters."""
    r.find("[")
    for each in node.params:
        r.expr(each.param.name)
        r.maybe(cast("cst.BaseExpression | None", getattr(each.param, "bound", None)))
        r.maybe(each.default)
    r.find("]")


def pass_pattern(r: Reader, node: cst.CSTNode, names: list[str]) -> None:
    """Moves the cursor behind a pattern, and adds the names that it binds, the outer ones first."""
    read = _PATTERNS.get(type(node).__name__)
    if read is None:
        raise Unreadable(f"unknown syntax {type(node).__name__}")
    left = cast("Sequence[object]", getattr(node, "lpar", ()))
    for _ in left:
        r.find("(")
    read(r, node, names)
    for _ in left:
        r.find(")")


def _value(r: Reader, node: cst.MatchValue, _names: list[str]) -> None:
    r.expr(node.value)


def _element(r: Reader, node: cst.MatchSequenceElement, names: list[str]) -> None:
    pass_pattern(r, node.value, names)


def _star(r: Reader, node: cst.MatchStar, names: list[str]) -> None:
    r.find("*")
    if node.name is None:
        r.find("_")
    else:
        names.append(node.name.value)
        r.expr(node.name)


def _sequence(r: Reader, node: cst.MatchList, names: list[str]) -> None:
    if is_a(node.lbracket, "LeftSquareBracket"):
        r.find("[")
    for each in node.patterns:
        pass_pattern(r, each, names)
    if is_a(node.rbracket, "RightSquareBracket"):
        r.find("]")


def _tuple(r: Reader, node: cst.MatchTuple, names: list[str]) -> None:
    for each in node.patterns:
        pass_pattern(r, each, names)


def _mapping(r: Reader, node: cst.MatchMapping, names: list[str]) -> None:
    r.find("{")
    if node.rest is not None:
        names.append(node.rest.value)
    for each in node.elements:
        r.expr(each.key)
        pass_pattern(r, each.pattern, names)
    r.maybe(node.rest)
    r.find("}")


def _class(r: Reader, node: cst.MatchClass, names: list[str]) -> None:
    r.expr(node.cls)
    r.find("(")
    for each in node.patterns:
        pass_pattern(r, each, names)
    for keyword in node.kwds:
        r.expr(keyword.key)
        pass_pattern(r, keyword.pattern, names)
    r.find(")")


def _as(r: Reader, node: cst.MatchAs, names: list[str]) -> None:
    if node.name is not None:
        names.append(node.name.value)
    if node.pattern is not None:
        pass_pattern(r, node.pattern, names)
        r.find("as")
    if node.name is not None:
        r.expr(node.name)
    else:
        r.find("_")


def _or(r: Reader, node: cst.MatchOr, names: list[str]) -> None:
    for each in node.patterns:
        pass_pattern(r, each.pattern, names)


_PATTERNS: dict[str, Callable[[Reader, Any, list[str]], None]] = {
    "MatchValue": _value,
    "MatchSingleton": _value,
    "MatchSequenceElement": _element,
    "MatchStar": _star,
    "MatchList": _sequence,
    "MatchTuple": _tuple,
    "MatchMapping": _mapping,
    "MatchClass": _class,
    "MatchAs": _as,
    "MatchOr": _or,
}
