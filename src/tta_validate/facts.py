"""What is read from Python source, with no judgement: a small syntax tree that knows no library.

Lines count from 0 at the first line of the text that was read, so that the facts of a statement stay the same when it
moves; columns count code points from 0. Trees are immutable and travel as JSON arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, cast

import msgspec


class Node(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A piece of syntax."""


class Name(Node, frozen=True, tag="n"):
    """A plain name."""

    id: str


class Attr(Node, frozen=True, tag="a"):
    """``value.name``."""

    value: Expr
    name: str


class Arg(Node, frozen=True, tag="g"):
    """An argument of a call; ``star`` is ``""``, ``"*"`` or ``"**"``."""

    value: Expr
    keyword: str | None = None
    star: str = ""


class Call(Node, frozen=True, tag="c"):
    """A call and the range of its whole expression, the receiver included."""

    func: Expr
    args: tuple[Arg, ...]
    line: int
    column: int
    end_line: int
    end_column: int


class Const(Node, frozen=True, tag="k"):
    """A number, True, False, None or ``...`` (as None with ``text`` ``"..."``)."""

    value: int | float | bool | None
    text: str


class Str(Node, frozen=True, tag="s"):
    """A string or bytes literal, adjacent ones joined."""

    value: str


class FStr(Node, frozen=True, tag="f"):
    """A formatted or template string: its literal pieces and its expressions, in order."""

    parts: tuple[Expr, ...]


class DictItem(Node, frozen=True, tag="di"):
    """``key: value``, or ``**value`` when the key is None."""

    key: Expr | None
    value: Expr


class Dict(Node, frozen=True, tag="d"):
    """A dict display."""

    items: tuple[DictItem, ...]


class Seq(Node, frozen=True, tag="l"):
    """A list, tuple or set display."""

    kind: str
    items: tuple[Expr, ...]


class Star(Node, frozen=True, tag="*"):
    """``*value`` in a display."""

    value: Expr


class Binary(Node, frozen=True, tag="b"):
    """A binary operation."""

    op: str
    left: Expr
    right: Expr


class Bool(Node, frozen=True, tag="o"):
    """``and`` or ``or``."""

    op: str
    values: tuple[Expr, ...]


class Unary(Node, frozen=True, tag="u"):
    """``not``, ``-``, ``+`` or ``~``; also ``del`` with what a statement deletes."""

    op: str
    value: Expr


class Compare(Node, frozen=True, tag="m"):
    """A comparison chain."""

    left: Expr
    ops: tuple[str, ...]
    rights: tuple[Expr, ...]


class IfExp(Node, frozen=True, tag="i"):
    """``body if test else orelse``."""

    test: Expr
    body: Expr
    orelse: Expr


class Subscript(Node, frozen=True, tag="x"):
    """``value[index]``."""

    value: Expr
    index: Expr


class Await(Node, frozen=True, tag="w"):
    """``await value``."""

    value: Expr


class Lambda(Node, frozen=True, tag="L"):
    """A lambda."""

    params: tuple[Param, ...]
    body: Expr
    line: int


class Clause(Node, frozen=True, tag="cl"):
    """``for target in iter if ...`` of a comprehension."""

    target: Expr
    iter: Expr
    tests: tuple[Expr, ...]


class Comp(Node, frozen=True, tag="C"):
    """A comprehension; ``key`` for a dict's."""

    kind: str
    element: Expr
    clauses: tuple[Clause, ...]
    key: Expr | None = None


class Yield(Node, frozen=True, tag="y"):
    """``yield`` or ``yield from``."""

    value: Expr | None


class Walrus(Node, frozen=True, tag="="):
    """``name := value``."""

    target: Expr
    value: Expr


class Group(Node, frozen=True, tag="G"):
    """Expressions that belong together with no meaning kept (slices)."""

    items: tuple[Expr, ...]


Expr: TypeAlias = (
    Name | Attr | Call | Const | Str | FStr | Dict | Seq | Star | Binary | Bool | Unary | Compare | IfExp | Subscript
    | Await | Lambda | Comp | Yield | Walrus | Group
)  # fmt: skip


class Param(Node, frozen=True, tag="p"):
    """A parameter; ``kind`` is ``""``, ``"/"`` (positional only), ``"k"`` (keyword only), ``"*"`` or ``"**"``."""

    name: str
    kind: str
    default: Expr | None
    annotation: Expr | None


class Alias(Node, frozen=True, tag="al"):
    """``name as bound``; the bound name is None without ``as``."""

    name: str
    bound: str | None


class Import(Node, frozen=True, tag="I"):
    """``import a.b as c``."""

    line: int
    names: tuple[Alias, ...]


class From(Node, frozen=True, tag="F"):
    """``from ..a import b as c``; a star import has the single name ``*``."""

    line: int
    level: int
    module: str
    names: tuple[Alias, ...]


class Assign(Node, frozen=True, tag="A"):
    """An assignment, annotated or not; ``value`` is None for a bare annotation."""

    line: int
    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None = None
    op: str = ""


class Do(Node, frozen=True, tag="E"):
    """An expression statement, an assert, a delete."""

    line: int
    value: Expr


class Return(Node, frozen=True, tag="R"):
    """``return``."""

    line: int
    value: Expr | None


class Raise(Node, frozen=True, tag="X"):
    """``raise``."""

    line: int
    value: Expr | None


class Flow(Node, frozen=True, tag="B"):
    """``break``, ``continue`` or ``pass``."""

    line: int
    word: str


class Scoped(Node, frozen=True, tag="S"):
    """``global`` or ``nonlocal``."""

    line: int
    word: str
    names: tuple[str, ...]


class If(Node, frozen=True, tag="?"):
    """``if``; an ``elif`` is an If alone in ``orelse``."""

    line: int
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class For(Node, frozen=True, tag="O"):
    """``for`` or ``async for``."""

    line: int
    target: Expr
    iter: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class While(Node, frozen=True, tag="W"):
    """``while``."""

    line: int
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class Handler(Node, frozen=True, tag="h"):
    """``except caught as name``."""

    line: int
    caught: Expr | None
    name: str | None
    body: tuple[Stmt, ...]


class Try(Node, frozen=True, tag="T"):
    """``try``."""

    line: int
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]


class Item(Node, frozen=True, tag="wi"):
    """``value as target`` of a with statement."""

    value: Expr
    target: Expr | None


class With(Node, frozen=True, tag="H"):
    """``with`` or ``async with``."""

    line: int
    items: tuple[Item, ...]
    body: tuple[Stmt, ...]


class Case(Node, frozen=True, tag="ca"):
    """One case of a match; ``names`` are those that the pattern binds."""

    names: tuple[str, ...]
    guard: Expr | None
    body: tuple[Stmt, ...]


class Match(Node, frozen=True, tag="M"):
    """``match``."""

    line: int
    subject: Expr
    cases: tuple[Case, ...]


class Def(Node, frozen=True, tag="D"):
    """A function; ``line`` is that of ``def`` (of ``async`` for an async one)."""

    line: int
    name: str
    params: tuple[Param, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...]
    returns: Expr | None
    is_async: bool


class Class(Node, frozen=True, tag="K"):
    """A class."""

    line: int
    name: str
    bases: tuple[Arg, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...]


Stmt: TypeAlias = (
    Import | From | Assign | Do | Return | Raise | Flow | Scoped | If | For | While | Try | With | Match | Def | Class
)  # fmt: skip


class Facts(Node, frozen=True, tag="facts"):
    """The statements of a piece of a module, and how many lines it has."""

    body: tuple[Stmt, ...]
    lines: int


def walk(node: Node) -> Iterator[Node]:
    """Yields a node and everything below it, in no particular order."""
    waiting: list[Node] = [node]
    while waiting:
        at = waiting.pop()
        yield at
        for name in at.__struct_fields__:
            value = getattr(at, name)
            if isinstance(value, Node):
                waiting.append(value)
            elif isinstance(value, tuple):
                waiting.extend(item for item in cast("tuple[object, ...]", value) if isinstance(item, Node))


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Facts] | None = None


def encode(facts: Facts) -> bytes:
    """Returns the facts as MessagePack."""
    return _encoder.encode(facts)


def decode(data: bytes) -> Facts:
    """Returns the facts that `encode` wrote.

    Raises `msgspec.MsgspecError` (a ValueError) or RecursionError for anything else.
    """
    global _decoder
    if _decoder is None:
        _decoder = msgspec.msgpack.Decoder(Facts)
    return _decoder.decode(data)
