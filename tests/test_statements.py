"""Splitting agrees with the interpreter's own parser."""

import ast
import io
import keyword
import sysconfig
import textwrap
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tta_validate.bindings import Import, imports
from tta_validate.source import Undecodable, decode
from tta_validate.statements import blanked, split


def first_lines(text: str) -> list[int]:
    """Returns the lines on which the parser sees a top-level statement start, each once."""
    found: set[int] = set()
    for node in ast.parse(text).body:
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        found.add(min([node.lineno, *(one.lineno for one in decorators)]))
    return sorted(found)


class Bound(ast.NodeVisitor):
    """Collects what binds a name in the module itself."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.names.add(node.name)
        self.names.update(name for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names)

    visit_AsyncFunctionDef = visit_FunctionDef
    visit_ClassDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        pass

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.names.add(node.id)

    def visit_ListComp(self, node: ast.expr) -> None:
        self.names.update(inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))

    visit_SetComp = visit_ListComp
    visit_DictComp = visit_ListComp
    visit_GeneratorExp = visit_ListComp

    def visit_alias(self, node: ast.alias) -> None:
        self.names.add(node.asname or node.name.partition(".")[0])

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.names.update([node.name] if node.name else [])
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self.names.update([node.name] if node.name else [])
        self.generic_visit(node)


def parsed_imports(text: str) -> set[Import]:
    found: set[Import] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found.update(Import(one.name, 0, (), (one.asname,)) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(one.name for one in node.names)
            found.add(Import(node.module or "", node.level, names, tuple(one.asname for one in node.names)))
    return found


def code(text: str) -> list[tuple[str, tuple[int, int]]]:
    """Returns the names, numbers and signs of a text with their offsets, those inside formatted strings left out."""
    kinds = {tokenize.NAME, tokenize.NUMBER, tokenize.OP}
    found: list[tuple[str, tuple[int, int]]] = []
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        depth += name.endswith("STRING_START") - name.endswith("STRING_END")
        if token.type in kinds and not depth:
            found.append((token.string, token.start))
    return found


def check_blanks(text: str) -> None:
    """Compares what is code with what is left of it when comments and strings are blanked."""
    plain = blanked(text)
    assert len(plain) == len(text)
    # Where a string spans lines, blanking joins them: offsets stay, and so do the tokens.
    tokens = code(text)
    assert [token for token, _ in code(plain)] == [token for token, _ in tokens]
    starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]
    for token, (line, column) in tokens:
        assert plain.startswith(token, starts[line - 1] + column)


def check_against_the_parser(text: str) -> None:
    check_blanks(text)
    statements = split(text)
    assert [one.line for one in statements] == first_lines(text)
    assert text.endswith("".join(one.text for one in statements))
    bound: dict[int, set[str]] = {one.line: set() for one in statements}
    for node in ast.parse(text).body:
        visitor = Bound()
        visitor.visit(node)
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        bound[min([node.lineno, *(one.lineno for one in decorators)])] |= visitor.names
    for one in statements:
        assert bound[one.line] <= one.binds, one.text
    assert parsed_imports(text) <= {found for one in statements for found in one.imports}


LIBRARY = Path(sysconfig.get_path("stdlib"))


@pytest.mark.parametrize("package", ["asyncio", "json", "importlib", "collections", "email"])
def test_the_standard_library_splits_as_it_parses(package: str) -> None:
    for path in sorted((LIBRARY / package).rglob("*.py")):
        try:
            text = decode(path.read_bytes())
            ast.parse(text)
        except (Undecodable, SyntaxError):
            continue
        check_against_the_parser(text)


CORNERS = {
    "decorators with comments and blank lines between": """
        @one(
            1,
        )
        # why
        @two

        @three
        def f():
            pass
        x = 1
        """,
    "a comment in the first column inside of a function": """
        def f():
            a = 1
        # here
            b = 2
        x = 1
        """,
    "strings over lines": '''
        a = """
        def not_here():
        ' " # (
        """
        b = \'\'\'
        x = 1
        \\\'\'\' [
        \'\'\'
        c = 'x\\
        y = (\\
        z'
        d = r"\\\"" "(" '[' # {
        e = 1
        ''',
    "brackets over lines": """
        a = (
        1,
        [2, {
        3: (4, [((((((((5,
        6
        ))))))))])
        }]
        )
        b = [
        # )
        ")",
        ]
        c = 1
        """,
    "lines joined by a backslash": """
        a = 1 + \\
        2
        from os \\
        import path, \\
        sep
        if a: \\
        b = 1
        c = 2
        """,
    "clauses": """
        try:
            import a
        except ImportError:
            a = None
        else:
            b = 1
        # c
        finally:
            d = 2
        if a:
            x = 1

        elif b:
            y = 2
        else:
            z = 3
        for i, (j, *k) in []:
            pass
        else:
            q = 1
        else_ = 2
        """,
    "semicolons": "a = 1; import b; c = 2\nd = 3; e = 4",
    "form feeds and tabs": "a = 1\n\f\ndef f():\n\treturn 1\n\fdef g(): pass\n \fh = 1\n\f# c\n\f\ti = 2\n".replace(
        "\f\ti", "i"
    ),
    "formatted strings": '''
        a = f"{x!r:>{width}} {{ not }} {d['k']}"
        b = f"""
        def no(): {
        x["y"]
        }
        {y:#x}
        """
        c = rf'\\{x}' + Rb"\\x"
        d = 1
        ''',
    "names bound in many ways": """
        a = b = c = 1
        (d, [e, *f]) = g.h, i = x
        j: int = 1
        k: "str"
        l += 1
        m.n = 1
        o[p] = 2
        print(q := 3)
        with open(r) as s, open(t) as (u, v):
            pass
        import w.ww, x as y
        from z import *
        def aa():
            global bb, cc
        class dd(metaclass=ee): ff = 1
        match gg:
            case [hh, *ii]: pass
            case {"a": jj, **kk} as ll: pass
            case mm(nn=oo): pass
        try: pass
        except* E as pp: pass
        [qq for rr in ss if (tt := rr)]
        async def uu(): pass
        x = lambda: (vv := 1)
        """,
    "imports at any depth": """
        def f():
            from ..a.b import (c,  # )
                d as e)
            if True: import g, h.i as j; from . import k
        class A:
            try: from . . import l
            except ImportError: from.m import n
            importance = important = 1
        """,
    "only comments": "# a\n\n   # b\n",
    "nothing": "",
    "a comment without a newline": "x = 1\n# end",
    "indented comments before all": "   # a\n\nx = 1",
    "words beyond ASCII": "été = 1\nclass Größe:\n    π = 3\nfrom ñ import ö as ü\n",
}


@pytest.mark.parametrize("text", [pytest.param(textwrap.dedent(text), id=name) for name, text in CORNERS.items()])
def test_corners_of_the_grammar(text: str) -> None:
    check_against_the_parser(text)


NEW_GRAMMAR = '''a = f"{x["k)"]}" + f'{'"'}'
b = f"{f"{f"{"#"}"}"}" + f"{(
    1,
)}"
c = f"""{
    d  # }
    ["("]
}"""
type D[T] = list[T]
e = t"{f"{")"}"}"
g = f"{x:{"}"}} {y:%H:%M}" f"{z!r:{w}}"
h = f"{lambda x: 1}" f"{(lambda x: 1)}" f"{{}}" f"\\{i}" f"\\N{DIGIT ONE}"
j = 1
'''


def test_strings_nested_in_formatted_strings_of_like_quotes() -> None:
    assert [(one.line, one.text.partition(" ")[0]) for one in split(NEW_GRAMMAR)] == [
        *((1, "a"), (2, "b"), (5, "c"), (9, "type"), (10, "e"), (11, "g"), (12, "h"), (13, "j"))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "x = (1\ny = 2\n",
        'a = 1\ns = "abc\nb = 2\n',
        "a = 1\nb = )\nc = 1\n",
        '"""never\nclosed\n',
        "x = 1 \\ y\nz = 1\n",
        'f"{x\ny = 1\n',
        "@a\n",
        "x = 1\\",
    ],
)
def test_text_that_does_not_close_is_one_statement(text: str) -> None:
    assert [(one.line, one.text) for one in split(text)] == [(1, text)]


def test_hostile_texts_end_soon() -> None:
    for text in (
        "(" * 200_000,
        "(" * 10_000 + ")" * 10_000,
        '"' * 99_999,
        "f'{" * 20_000,
        "[{(" * 30_000,
        "\\\n" * 50_000,
    ):
        assert "".join(one.text for one in split(text)) in (text, "")
    assert len(split("x = " + " + ".join("a" * 10_000) + "\n" + "@a\n" * 20_000 + "def f(): pass")) == 2
    assert imports("import" + " " * 100_000 + "from " * 20_000 + "import " + "." * 50_000) is not None


NAME = st.sampled_from(["a", "b", "cd", "été", "f", "rb", "match", "type", "else_", "_"])
ATOM = st.recursive(
    st.one_of(
        NAME,
        st.sampled_from(
            ["1", "'x'", '"("', "f'{a}'", 'f"{a:>{b}}"', "b'#'", '"""\nx = 1\n"""', "'''(\n'''", "r'\\''", "None"]
        ),
        st.sampled_from(['rf"""\n{a}\n"""', "u'}'", "f'''{\na}'''", "'a\\\nb'"]),
    ),
    lambda inner: st.one_of(
        st.tuples(
            st.sampled_from(
                ["({}, {})", "[\n{},\n{}]", "f({}, a={})", "{{{}: {}}}", "({}\n# )\n+ {})", "({} \\\n- {})"]
            ),
            inner,
            inner,
        )
        .map(lambda made: made[0].format(made[1], made[2]))
        .filter(lambda text: compiles(f"({text})")),
    ),
    max_leaves=8,
)


def compiles(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


SIMPLE = st.one_of(
    st.tuples(NAME, ATOM).map(lambda made: f"{made[0]} = {made[1]}"),
    ATOM.map(lambda atom: f"call({atom})"),
    st.tuples(NAME, NAME).map(lambda made: f"import {made[0]} as {made[1]}, {made[1]}.{made[0]}"),
    st.tuples(NAME, NAME).map(lambda made: f"from .{made[0]} import (\n{made[1]} as a,  # x\n)"),
    st.sampled_from(
        ["pass", "# only a comment", "", "del a", "a.b = c", "a[1]: int = 2", "x, *y = z", "print(w := 1)"]
    ),
)
BLOCKS = st.sampled_from(
    [
        "def f(a=(\n1)):\n    {}\n# c\n    pass",
        "class C:\n    '''doc\n    '''\n    {}\n    pass",
        "if a:\n    {}\n    pass\nelif b: pass\n\nelse:\n\tpass",
        "try:\n    {}\n    pass\nexcept A as e:\n    pass\nfinally: pass",
        "@d(\n1)\n# c\n@e\nasync def g():\n    {}\n    pass",
        "for i in a:\n    {}\n    pass\nelse: pass",
        "with a as b, c as (d, e):\n    {}\n    pass",
        "match a:\n    case [b, *c]:\n        pass\n    case _:\n        pass  # {{}}",
    ]
)
BLOCK = st.tuples(BLOCKS, SIMPLE).map(lambda made: made[0].format(made[1].replace("\n", "\n    ")))
MODULE = st.lists(st.one_of(SIMPLE, BLOCK), max_size=6).map("\n".join)


@given(MODULE.filter(compiles), st.sampled_from(["", "\n", "\n\n# end", "\n\f\n"]))
def test_generated_modules_split_as_they_parse(text: str, end: str) -> None:
    check_against_the_parser(text + end)


def test_blanks_stand_for_comments_and_strings() -> None:
    text = '''call(a, "f(x)", r\'g(\\'h)\', f"{k(1)} l(", b"m(")  # n()\n"""o(\n"p"\n""" + q()\n'''
    blank = '''call(a, "    ", r\'      \', f"{k(1)} l(", b"  ")  #    \n"""       """ + q()\n'''
    assert blanked(text) == blank
    for unclosed in ("a = 'f(\n", 'a = """f(', "a = f'{b(\n"):
        assert blanked(unclosed) == unclosed


@given(st.text(st.sampled_from("ab \n\t\f'\"#()[]{}\\:;=@,.f!importelse"), max_size=60))
def test_any_text_is_kept_whole(text: str) -> None:
    joined = "".join(one.text for one in split(text))
    assert text.endswith(joined)
    assert not text[: len(text) - len(joined)].strip() or text.lstrip(" \t\f\n").startswith(("#", "\\"))
    assert not any(keyword.iskeyword(name) for one in split(text) for name in one.binds)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1\r\ny = 2\rz", "x = 1\ny = 2\nz"),
        (b"\xef\xbb\xbf# coding: utf-8\nx", "# coding: utf-8\nx"),
        (b"#!/bin/x\n# -*- coding: latin-1 -*-\n'\xe9'", "#!/bin/x\n# -*- coding: latin-1 -*-\n'é'"),
        (b"x = 1\n# coding: nonsense\n", "x = 1\n# coding: nonsense\n"),
        (b"", ""),
    ],
)
def test_source_is_decoded_as_the_interpreter_does(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"x = 1\0", "a NUL byte in the source"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "a UTF-8 byte order mark and a coding line that says latin-1"),
        (b"# coding: nonsense\n", "an unknown encoding: nonsense"),
        (b"# coding: rot13\nx", "an unknown encoding: rot13"),
        (b"# coding: bz2\nx", "an unknown encoding: bz2"),
        (b"a = 1\n'\xff'", "not utf-8 text at byte 7"),
        (b"# coding: ascii\n'\xe9'", "not ascii text at byte 17"),
        (b"# coding: undefined\n", "not undefined text"),
    ],
)
def test_source_that_no_interpreter_reads_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Undecodable) as raised:
        decode(data)
    assert str(raised.value) == reason
