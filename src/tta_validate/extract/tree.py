"""Trees by libcst's native parser, of node classes that cost less to make than libcst's own.

The native parser looks every class up by name in the module ``libcst`` and calls it with the fields as keywords. While
it runs, that module is a namespace of plain classes here: validation, defaults and the import of libcst itself are
what takes most of the time otherwise. Where the native parser cannot be had like this, libcst's own trees do.
"""

import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from importlib.machinery import PathFinder
from types import ModuleType, SimpleNamespace
from typing import Any, cast

_PACKAGE = "libcst"
_NATIVE = "libcst.native"

_TRIVIA = """AssignEqual Colon Comma Comment Dot EmptyLine Newline ParenthesizedWhitespace Semicolon SimpleWhitespace
TrailingWhitespace"""
_NODES = """
Add AddAssign And AnnAssign Annotation Arg AsName Assert Assign AssignTarget Asynchronous Attribute AugAssign Await
BinaryOperation BitAnd BitAndAssign BitInvert BitOr BitOrAssign BitXor BitXorAssign BooleanOperation Break Call
ClassDef CompFor CompIf Comparison ComparisonTarget ConcatenatedString Continue Decorator Del Dict DictComp
DictElement Divide DivideAssign Element Ellipsis Else Equal ExceptHandler ExceptStarHandler Expr Finally Float
FloorDivide FloorDivideAssign For FormattedString FormattedStringExpression FormattedStringText From FunctionDef
GeneratorExp Global GreaterThan GreaterThanEqual If IfExp Imaginary Import ImportAlias ImportFrom ImportStar In
IndentedBlock Index Integer Is IsNot Lambda LazyImport LazyImportFrom LeftCurlyBrace LeftParen LeftShift
LeftShiftAssign LeftSquareBracket LessThan LessThanEqual List ListComp Match MatchAs MatchCase MatchClass
MatchKeywordElement MatchList MatchMapping MatchMappingElement MatchOr MatchOrElement MatchSequenceElement
MatchSingleton MatchStar MatchTuple MatchValue MatrixMultiply MatrixMultiplyAssign Minus Module Modulo ModuloAssign
Multiply MultiplyAssign Name NameItem NamedExpr Nonlocal Not NotEqual NotIn Or Param ParamSlash ParamSpec ParamStar
Parameters Pass Plus Power PowerAssign Raise Return RightCurlyBrace RightParen RightShift RightShiftAssign
RightSquareBracket Set SetComp SimpleStatementLine SimpleStatementSuite SimpleString Slice StarredDictComp
StarredDictElement StarredElement Subscript SubscriptElement Subtract SubtractAssign TemplatedString
TemplatedStringExpression TemplatedStringText Try TryStar Tuple TypeAlias TypeParam TypeParameters TypeVar
TypeVarTuple UnaryOperation While With WithItem Yield
"""
_ABSENT = """
annotation asname asynchronous bound cause conversion default equal exc finalbody format_spec guard inner_for_in
keyword lbracket lower module msg name orelse pattern rbracket rest returns rpar star star_arg star_kwarg step type
type_parameters upper value
"""
_EMPTY = "ifs kwonly_params lpar params posonly_params relative"


class ParserSyntaxError(Exception):
    """The text is no Python; ``raw_line`` counts from 1."""

    def __init__(self, message: str, lines: object, raw_line: int, raw_column: int) -> None:
        super().__init__(message)
        self.message = message
        self.raw_line = raw_line


def parse(text: str) -> Any:
    """Returns the tree of a module's text, of plain nodes with the names and fields of libcst's.

    Raises `ParserSyntaxError`.
    """
    read = _native()
    if read is not None:
        found = _lent(read, text)
        if type(found) is _classes().Module:
            return found
    return whole(text)


def whole(text: str) -> Any:
    """Returns libcst's own tree of the same text. Raises `ParserSyntaxError`."""
    import libcst

    try:
        return libcst.parse_module(text)
    except libcst.ParserSyntaxError as error:
        raise ParserSyntaxError(error.message, (), error.raw_line, error.raw_column) from None


def _lent(read: Callable[[str], object], text: str) -> object:
    """Parses with the plain classes in libcst's place; None where the parser misses one there."""
    before = sys.modules.get(_PACKAGE)
    sys.modules[_PACKAGE] = _classes()
    try:
        return read(text)
    except (ParserSyntaxError, RecursionError, MemoryError):
        raise
    except BaseException as error:
        # A panic of the native code is no Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return None
    finally:
        if before is None:
            del sys.modules[_PACKAGE]
        else:
            sys.modules[_PACKAGE] = before


def names() -> frozenset[str]:
    """Returns the names of the nodes that can be made."""
    return frozenset((*_TRIVIA.split(), *_NODES.split()))


@cache
def _native() -> Callable[[str], object] | None:
    """Returns the native parser, loaded without libcst's Python; None where it is not where it is expected."""
    module = sys.modules.get(_NATIVE)
    try:
        package = None if module is not None else importlib.util.find_spec(_PACKAGE)
        if package is not None:
            spec = PathFinder.find_spec(_NATIVE, package.submodule_search_locations)
            if spec is None or spec.loader is None:
                return None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            sys.modules[_NATIVE] = module
    except (ImportError, ValueError, AttributeError):
        return None
    return getattr(module, "parse_module", None)


@cache
def _classes() -> Any:
    """Returns what stands in libcst's place: a class for each node, with defaults for the fields that may be absent.

    What only spaces things out is a dict, the cheapest of what takes keywords. It is no module, for which a missing
    attribute costs an error message at each look; a spec spares another.
    """
    fields: dict[str, object] = {"__slots__": (), **dict.fromkeys(_ABSENT.split()), **dict.fromkeys(_EMPTY.split(), ())}
    node = type("Node", (SimpleNamespace,), fields)
    found = SimpleNamespace(
        __spec__=SimpleNamespace(_initializing=False),
        ParserSyntaxError=ParserSyntaxError,
        **{name: type(name, (node,), {"__slots__": ()}) for name in _NODES.split()},
        **dict.fromkeys(_TRIVIA.split(), dict),
    )
    return cast(ModuleType, found)
