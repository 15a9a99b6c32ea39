"""Facts agree with the interpreter's own parser: places of calls, lines of statements, structure."""

import ast
import sys
import textwrap
from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tta_validate import facts as f
from tta_validate.extract import Unreadable, extract, tree
from tta_validate.extract.statements import StatementReader

Place = tuple[int, int, int, int]

_STATEMENTS = (
    f.Import, f.From, f.Assign, f.Do, f.Return, f.Raise, f.Flow, f.Scoped, f.If, f.For, f.While, f.Try, f.With, f.Match,
    f.Def, f.Class, f.Handler,
)  # fmt: skip


def _columns(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def parsed_calls(text: str) -> list[Place]:
    """Returns the ranges of the calls that the parser sees: lines from 0, columns in code points."""
    lines = _columns(text)

    def column(line: int, offset: int) -> int:
        return len(lines[line - 1].encode()[:offset].decode())

    return sorted(
        (
            *(node.lineno - 1, column(node.lineno, node.col_offset)),
            *((node.end_lineno or 0) - 1, column(node.end_lineno or 0, node.end_col_offset or 0)),
        )
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
    )


def read_calls(text: str) -> list[Place]:
    return sorted(
        (node.line, node.column, node.end_line, node.end_column)
        for node in f.walk(extract(text))
        if isinstance(node, f.Call)
    )


def parsed_lines(text: str) -> list[int]:
    """Returns the lines of statements and handlers; a decorated one starts at its ``def`` or ``class``."""
    return sorted(
        node.lineno - 1 for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt | ast.ExceptHandler)
    )


def read_lines(text: str) -> list[int]:
    return sorted(getattr(node, "line") for node in f.walk(extract(text)) if isinstance(node, _STATEMENTS))  # noqa: B009


def names(text: str) -> list[str]:
    """Returns the names that the parser sees used in expressions, but for those of patterns and type parameters."""
    return sorted(node.id for node in _kept(ast.parse(text)) if isinstance(node, ast.Name))


def _kept(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for field, value in ast.iter_fields(node):
        if field in {"pattern", "type_params"} or (field == "cause" and isinstance(value, ast.Name)):
            continue
        if isinstance(node, ast.Global | ast.Nonlocal):
            continue
        for item in _nodes(value):
            yield from _kept(item)


def _nodes(value: object) -> list[ast.AST]:
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, ast.AST)]


def read_names(text: str) -> list[str]:
    return sorted(node.id for node in f.walk(extract(text)) if isinstance(node, f.Name))


SYNTAX = {
    "a call in each place of a function": """
        @decorate(a(), b=c())
        @other
        def one(x=d(), /, y: e() = g(), *args: h(), z=i(), **options: j()) -> k():
            "doc"
            return l()(m())[n()](o())
        """,
    "receivers over lines, in parentheses, behind comments": """
        x = (
            client  # f(
            .with_options(timeout=(3))
            .chat
            .create(
                a=[b(), (c(
                ))],
            )
        )
        ((f)(1), (g).h(2), ((i.j))[0](3))
        (f(1))
        (
            a
            + b
        )(c)
        """,
    "receivers of every kind": """
        "".join(a)
        "a" "b".join(c)
        f"{x}".format(1)
        b"".hex()
        [1].append(2)
        {1}.add(2)
        {1: 2}.get(3)
        {**a}.get(3)
        [a for a in b].sort()
        {a for a in b}.pop()
        {a: b for a in c}.keys()
        (a for a in b).send(1)
        (1, 2).count(1)
        (lambda: 1)()
        (yield_ := f)(1)
        1.0.hex()
        1j.conjugate()
        None.x()
        (await_).x()
        (not a).b()
        (-a).b()
        (a if b else c)(d)
        """,
    "stars and keywords": """
        f(*a, *b(), c, *d, e=1, **g(), h=i(*j), **{"k": l()})
        f(x for x in y())
        f((x for x in y()), z())
        f(a)(b)(c)
        f(  )
        f(
            # nothing
        )
        f(a,)
        print(*[f(x)], sep=f(y))
        """,
    "walrus, lambdas, conditions, comparisons": """
        if (n := f(a)) > g(b) != h(c) not in i(d) is not j(e): k(n)
        x = f(a) if g(b) else h(c)
        y = lambda a=f(1), *b, c=g(2), **d: h(a, b)(c)
        z = not f(a) and -g(b) or ~h(c) ** i(d)
        w = [f(a) for a in g(b) if h(a) if i(a) for c in j(a)]
        v = {f(a): g(b) for a, b in h(c).items()}
        u = {*f(a), *g(b)}
        t = a[f(1):g(2):h(3), i(4)], b[f(5)], c[*f(6), 7]
        s = (f(1), *g(2))
        """,
    "asynchronous code": """
        async def one():
            async with a() as b, c(d()) as (e, g):
                async for h in i(b):
                    await j(h)
            return [await k(x) async for x in l() if await m(x)]
        """,
    "compound statements": """
        for a, *b in c(d):
            e()
        else:
            g()
        while h(i): break
        else: j()
        try:
            k()
        except (L, m()) as n:
            raise o() from p(q)
        except Q: q()
        except:
            pass
        else:
            r()
        finally:
            s()
        if t(): u()
        elif v():
            w()
        elif x(): pass
        else:
            y()
        with (z() as aa, bb()): cc()
        with (dd(), ee()) as ff: pass
        with (gg()): pass
        with (yield_): pass
        with (hh()).ii() as jj: pass
        """,
    "match": """
        match f(a), g(b):
            case [1, "x", *rest] if h(rest):
                i()
            case {"a": C(x=1, y=[2, D()]), **kw} | None:
                j(kw)
            case (E.f | E.g) as k: l(k)
            case -1 | 1+2j | "(": m()
            case _:
                n()
        match = f(match)
        match(a)
        match[b](c)
        case = type(match)
        """,
    "small statements": """
        import a, b.c as d; from . import e; from ..g.h import (i as j, k,); from l import *
        m: n() = o(); p: q(); r += s(); t, u = v = w(); x[y()] = z()
        del aa, bb[cc()], (dd, ee)
        assert ff(), gg()
        def hh(): global ii; jj()
        def kk():
            mm = 1
            def nn():
                nonlocal mm; yield oo(); pp = yield; yield from qq()
                return
        class rr: ss = tt(); uu = vv()
        class ww(xx(), *ab(), yy=zz(), **cd()): pass
        raise
        """,
    "formatted strings": '''
        f"{a(b)} {c(d)!r} {e(g):>{h(i)}} {j(k)=} {{l(m)}} {n(o) = :{p(q)}.{r}} {s(t)!s:^{u(1)}}"
        f"""{
            v(w)
        } {"x" + x(y)}
        """ "plain (" rf'\\d{z(1)}' f(aa)
        fr"{a(b)}\\{c(d)}"
        f"{a['b']}{a[0](c)}{lambda_(x)}{(lambda x: f(x))}"
        f""
        f"{a!r}" + f"{b(1)}"
        '''.replace("f(aa)", ""),
    "strings that look like code": '''
        a = "f(x) # no" "g('y')" 'h(")")'
        b = r"\\\\" + f(1); c = """
        d(e)
        """; g(2)
        h = b"i(j)" + k(b'(')
        l = u"m(n)"
        o = 'p\\
        q(r)'; s(t)
        ''',
    "semicolons, backslashes, blank lines": """
        a(); b(c) ; d()

        x = e() + \\
            f() \\
            (g)
        if h(): i(); j()

        def k(): l(); return m()
        """,
    "text beyond ASCII": """
        été = größe("äöü", naïve(x)).ñ(); π(ω)
        "日本".join(文字(a)); f"é{ü(1)}ß" + ö(2)
        """,
    "numbers and constants": """
        f(1, 0x1F, 1_000, .5, 1.5e-3, 2j, 0o17, 0b1, ..., None, True, -3)(a)
        x[...](1)
        1 .real(2)
        """,
    "decorators of classes and methods": """
        @a.b(c())
        class D(E[f()], metaclass=g()):
            h: i = j()

            @k()
            @l.m
            async def n(self): return o()

            @property

            # a comment (
            def p(self):
                def q():
                    return r()
                return q
        """,
}

NEWER = {
    "strings nested in like quotes": (
        (3, 12),
        """
        f"{a["b"](c("d"))} {f"{e(f"{g("h")}")}"}"
        f'{a('b')}' + f"{x:{y("z")}}"
        f"{a(
            b,  # c(
        )}"
        """,
    ),
    "type parameters": (
        (3, 12),
        """
        def a[T: (b, c), *U, **V](x: T = d()) -> e(): return g()
        class H[T](i(), j=k()): l = m()
        async def n[T](x): return o()
        type P[T] = q()
        type = r(1)
        """,
    ),
    "groups of exceptions": (
        (3, 11),
        """
        try:
            a()
        except* (B, c()) as d:
            e(d)
        except* G: h()
        """,
    ),
    "stars in subscripts and annotations": (
        (3, 11),
        """
        def a(*args: *b): return c[*d(), e()]
        """,
    ),
    "defaults of type parameters": (
        (3, 13),
        """
        def a[T = b](x: T): return c(x)
        class D[T = int, *U = e](g()): pass
        """,
    ),
    "template strings": (
        (3, 14),
        """
        t"{a(b)} {c(d)!r:>{e(g)}}" + t'{h("i")}' + rt"\\{j(k)}"
        """,
    ),
}


def variants(text: str) -> Iterator[str]:
    """Yields a text with other newlines and indents, which change no line of it."""
    text = textwrap.dedent(text).lstrip("\n")
    yield text
    yield text.rstrip("\n")
    yield text.replace("\n", "\r\n")
    yield "\n\n# first (\n" + text + "\n\n# last ("
    yield "\n".join("\t" * ((len(line) - len(line.lstrip(" "))) // 4) + line.lstrip(" ") for line in text.split("\n"))


def check(text: str) -> None:
    assert read_calls(text) == parsed_calls(text)
    assert read_lines(text) == parsed_lines(text)
    assert read_names(text) == names(text)
    facts = extract(text)
    assert f.decode(f.encode(facts)) == facts


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in SYNTAX.items()])
def test_syntax_is_read_as_it_parses(text: str) -> None:
    for variant in variants(text):
        check(variant)


@pytest.mark.parametrize(("since", "text"), [pytest.param(*case, id=name) for name, case in NEWER.items()])
def test_newer_syntax_is_read_as_it_parses(since: tuple[int, int], text: str) -> None:
    if sys.version_info < since:
        for variant in variants(text):
            assert read_calls(variant)
        return
    for variant in variants(text):
        check(variant)


PATTERNS = """
match point:
    case ((a, b, 9) |
          (-1, c, d)):
        w = 0
    case Point(x=0, y=[first, *_, (last)], z=Kind.B | None) if first > (
        last
    ):
        w = 1
    case {"a": [1, "b"], "c": "d" "e", **rest} as whole:
        w = 2
    case [*rest], {} | (), str() as text, (_):
        w = 3
    case a, *_:
        w = 4
"""


def test_patterns_end_where_they_end() -> None:
    check(PATTERNS)
    (found,) = extract(PATTERNS).body
    assert isinstance(found, f.Match)
    names = ("a", "b", "c", "d"), ("first", "last"), ("whole", "rest"), ("rest", "text"), ("a",)
    assert tuple(case.names for case in found.cases) == names


def test_plain_trees_say_what_trees_of_libcst_say() -> None:
    for text in (PATTERNS, *SYNTAX.values(), *(text for _, text in NEWER.values())):
        text = textwrap.dedent(text).lstrip("\n")
        assert type(tree.parse(text)) is not type(tree.whole(text))
        assert extract(text).body == StatementReader(text).block(tree.whole(text).body)
    errors: list[tuple[str, int]] = []
    for parse in (tree.parse, tree.whole):
        with pytest.raises(tree.ParserSyntaxError) as error:
            parse("a = (\n")
        errors.append((error.value.message, error.value.raw_line))
    assert errors[0] == errors[1]


def test_every_node_of_libcst_has_a_plain_class() -> None:
    import libcst

    nodes = {name for name, kind in vars(libcst).items() if isinstance(kind, type) and issubclass(kind, libcst.CSTNode)}
    abstract = {name for name in nodes if name.startswith("Base")} | {"CSTNode", "MatchPattern", "MatchSequence"}
    assert nodes - abstract <= tree.names()


def test_facts_of_a_function() -> None:
    text = "@a\nasync def f(x, /, y=1, *, z: int = 2, **k) -> str:\n    return await c.d(x, *y, k=None, **k)\n"
    params = (
        f.Param("x", "/", None, None),
        f.Param("y", "", f.Const(1, "1"), None),
        f.Param("z", "k", f.Const(2, "2"), f.Name("int")),
        f.Param("k", "**", None, None),
    )
    args = (
        f.Arg(f.Name("x")),
        f.Arg(f.Name("y"), None, "*"),
        f.Arg(f.Const(None, "None"), "k"),
        f.Arg(f.Name("k"), None, "**"),
    )
    call = f.Call(f.Attr(f.Name("c"), "d"), args, 2, 17, 2, 40)
    body = (f.Return(2, f.Await(call)),)
    assert extract(text) == f.Facts((f.Def(1, "f", params, body, (f.Name("a"),), f.Name("str"), True),), 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 'a' \"b\" r'\\n'", f.Str("ab\\n")),
        ("x = 'a\\n\\t\\\\'", f.Str("a\n\t\\")),
        ("x = 1_0", f.Const(10, "1_0")),
        ("x = 0x1f", f.Const(31, "0x1f")),
        ("x = 1.5e3", f.Const(1500.0, "1.5e3")),
        ("x = True", f.Const(True, "True")),
        ("x = ...", f.Const(None, "...")),
        ("x = f'a{b}c'", f.FStr((f.Str("a"), f.Name("b"), f.Str("c")))),
        ("x = a[c, 1:]", f.Subscript(f.Name("a"), f.Seq("tuple", (f.Name("c"), f.Group((f.Const(1, "1"),)))))),
        ("x = {**a, 'b': c}", f.Dict((f.DictItem(None, f.Name("a")), f.DictItem(f.Str("b"), f.Name("c"))))),
        ("x = a or b or c", f.Bool("or", (f.Name("a"), f.Name("b"), f.Name("c")))),
        ("x = a < b is not c", f.Compare(f.Name("a"), ("<", "is not"), (f.Name("b"), f.Name("c")))),
        ("x = [*a]", f.Seq("list", (f.Star(f.Name("a")),))),
        ("x = a >> b | c", f.Binary("|", f.Binary(">>", f.Name("a"), f.Name("b")), f.Name("c"))),
        ("x = a if b else c", f.IfExp(f.Name("b"), f.Name("a"), f.Name("c"))),
        ("x = [a for b in c if d]", f.Comp("list", f.Name("a"), (f.Clause(f.Name("b"), f.Name("c"), (f.Name("d"),)),))),
    ],
)  # fmt: skip
def test_facts_of_an_expression(text: str, expected: f.Expr) -> None:
    assert extract(text).body == (f.Assign(0, (f.Name("x"),), expected),)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("print 'x'\n", 0),
        ("x = 1\nexec 'y' in z\n", 1),
        ("if x:\npass\n", 1),
        ("x = 1\ny = = 2\n", 1),
        ("raise A, 'b'\n", 0),
        ("x = 0777L\n", 0),
        ("async = 1\n", 0),
    ],
)
def test_what_no_version_reads_has_its_line(text: str, line: int) -> None:
    with pytest.raises(Unreadable) as raised:
        extract(text)
    assert raised.value.reason.startswith("syntax error")
    assert raised.value.line == line


NAME = st.sampled_from(["a", "b", "été", "match", "type", "f", "rb", "_"])
ATOM = st.one_of(
    NAME, st.sampled_from(["1", "'('", '"f(x)"', "f'{a(b)}'", 'f"{a(b)!r:>{c(1)}}"', "b')'", "None", "...", "r'\\''"])
)
EXPRESSION = st.recursive(
    ATOM,
    lambda inner: st.one_of(
        st.tuples(
            st.sampled_from(
                [
                    "f({}, {})", "({})({})", "g(*{}, k={})", "({}).a({})", "[{}, {}]", "({} + {})", "{{{}: {}}}",
                    "({} if c() else {})", "(lambda x={}: {})", "[{} for x in {}]", "(\n{}\n# f(\n, {})", "a[{}]({})",
                    "(w := f({}, {}))", "h({}\n,\n{},\n)", "(not {} and {})", "({} < {} in d())",
                ]
            ),
            inner,
            inner,
        ).map(lambda made: made[0].format(made[1], made[2])),
    ),
    max_leaves=6,
)  # fmt: skip
SIMPLE = st.tuples(
    st.sampled_from(
        ["x = {}", "f({})", "return_ = y = {}", "x += {}", "assert {}, b()", "x: t = {}", "del x[{}]", "{}"]
    ),
    EXPRESSION,
).map(lambda made: made[0].format(made[1]))
BLOCK = st.tuples(
    st.sampled_from(
        [
            "if {}:\n  {}\nelse: c()", "for x in {}:\n\t{}", "with {} as y:\n    {}", "while {}: {}",
            "@d({})\ndef f():\n {}", "class C(k={}):\n  {}", "try:\n  d({})\nexcept e() as x:\n  {}", "async def g(x={}):\n  {}",  # noqa: E501
            "match {}:\n  case [x, *y]: {}", "{}\n{}", "{}; z()\n{}",
        ]
    ),
    EXPRESSION,
    SIMPLE,
).map(lambda made: made[0].format(made[1].replace("\n", " ").replace("# f(", ""), made[2]))  # fmt: skip


def _compiles(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


@settings(max_examples=120, derandomize=True)
@given(st.lists(BLOCK, min_size=1, max_size=4).map("\n".join).filter(_compiles), st.sampled_from(["\n", "\r\n"]))
def test_generated_modules_are_read_as_they_parse(text: str, newline: str) -> None:
    check(text.replace("\n", newline))


@settings(max_examples=60, derandomize=True)
@given(st.lists(BLOCK, min_size=1, max_size=3).map("\n".join).filter(_compiles))
def test_layout_changes_nothing_but_places(text: str) -> None:
    unparsed = ast.unparse(ast.parse(text))
    assert len(read_calls(text)) == len(read_calls(unparsed))
    assert read_names(text) == read_names(unparsed)
