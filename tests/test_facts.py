"""Facts as values: what is below them, and how they travel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tta_validate import facts as f

NAMES = st.text("abé_", min_size=1, max_size=4).map(f.Name)
CONSTANTS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.booleans(), st.none()).map(
    lambda value: f.Const(value, repr(value))
)
TEXTS = st.text(max_size=8).map(f.Str)
LINES = st.integers(0, 9)


def _larger(inner: st.SearchStrategy[f.Expr]) -> st.SearchStrategy[f.Expr]:
    few = st.lists(inner, max_size=3).map(tuple)
    args = st.lists(st.builds(f.Arg, inner, st.none() | st.just("k"), st.sampled_from(["", "*", "**"])), max_size=2)
    return st.one_of(
        st.builds(f.Attr, inner, st.just("name")),
        st.builds(f.Call, inner, args.map(tuple), LINES, LINES, LINES, LINES),
        st.builds(f.Seq, st.sampled_from(["list", "tuple", "set"]), few),
        st.builds(f.Dict, st.lists(st.builds(f.DictItem, st.none() | inner, inner), max_size=2).map(tuple)),
        st.builds(f.FStr, few),
        st.builds(f.Bool, st.sampled_from(["and", "or"]), few),
        st.builds(f.IfExp, inner, inner, inner),
        st.builds(f.Yield, st.none() | inner),
        st.builds(f.Group, few),
    )


EXPRESSIONS: st.SearchStrategy[f.Expr] = st.recursive(st.one_of(NAMES, CONSTANTS, TEXTS), _larger, max_leaves=8)


def _condition(line: int, test: f.Expr, value: f.Expr) -> f.If:
    return f.If(line, test, (f.Do(line, value),), ())


STATEMENTS = st.one_of(
    st.builds(f.Do, LINES, EXPRESSIONS),
    st.builds(f.Return, LINES, st.none() | EXPRESSIONS),
    st.builds(f.Assign, LINES, st.lists(EXPRESSIONS, max_size=2).map(tuple), st.none() | EXPRESSIONS),
    st.builds(_condition, LINES, EXPRESSIONS, EXPRESSIONS),
)
FACTS = st.builds(f.Facts, st.lists(STATEMENTS, max_size=4).map(tuple), LINES)


@given(FACTS)
def test_facts_travel_unchanged(facts: f.Facts) -> None:
    assert f.decode(f.encode(facts)) == facts


@given(FACTS, st.data())
def test_what_is_damaged_is_refused_or_is_other_facts(facts: f.Facts, data: st.DataObject) -> None:
    whole = f.encode(facts)
    short = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(ValueError):  # noqa: PT011
        f.decode(short)


def test_walking_yields_every_node_once() -> None:
    call = f.Call(f.Attr(f.Name("a"), "b"), (f.Arg(f.Name("c"), "k"),), 0, 0, 0, 5)
    handler = f.Handler(1, f.Name("E"), "e", (f.Flow(2, "pass"),))
    facts = f.Facts((f.Try(0, (f.Do(0, call),), (handler,), (), (f.Return(3, None),)),), 4)
    seen = [type(node).__name__ for node in f.walk(facts)]
    assert sorted(seen) == sorted(
        ["Facts", "Try", "Do", "Call", "Attr", "Name", "Arg", "Name", "Handler", "Name", "Flow", "Return"]
    )
