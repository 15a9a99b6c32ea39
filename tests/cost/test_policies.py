"""What policies would save: exact figures, and what has to hold for any trace."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cost.traces import chat, report, trace
from tta_validate.cost.cards import dollars
from tta_validate.cost.evaluate import Settings
from tta_validate.cost.policies import Bounds, Cache, PromptCache, Route
from tta_validate.cost.state import State

M = 1_000_000


def one_chat(model: str, prompt: str, at: int, size: int) -> dict[str, object]:
    return chat(model, 100 + size, size, prompt=prompt, at=at, session=prompt)


ROWS = st.lists(
    st.builds(
        one_chat,
        st.sampled_from(("big", "small", "nobody-knows")),
        st.sampled_from(("a", "b", "c")),
        st.integers(0, 50).map(lambda at: at * 10),
        st.integers(0, 20),
    ),
    max_size=25,
)
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_cache_answers_within_its_lifetime_only(tmp_path: Path) -> None:
    rows = [chat("big", 100, 10, at=at) for at in (0, 60, 61, 200)]
    found, _ = trace(tmp_path, rows)
    one = 100 * 10 / M + 10 * 30 / M
    hits = {ttl: Cache(ttl, 0).apply(State(found), found.ordered()) for ttl in (0, 59, 60, 61, 1000)}
    assert {ttl: outcome.hits for ttl, outcome in hits.items()} == {0: 0, 59: 1, 60: 1, 61: 2, 1000: 3}
    assert dollars(hits[1000].saved) == pytest.approx(3 * one, abs=1e-9)


def test_a_cache_of_one_answer_forgets(tmp_path: Path) -> None:
    found, _ = trace(tmp_path, [chat("big", 9, 1, prompt=prompt, at=at) for at, prompt in enumerate("abab")])
    assert [Cache(99, size).apply(State(found), found.ordered()).hits for size in (1, 2, 0)] == [0, 2, 2]


def test_a_prefix_that_comes_back_is_charged_as_written_once_and_read_later(tmp_path: Path) -> None:
    long = {"role": "system", "content": "x" * 8000}
    rows = [chat("big", 2000, 1, messages=[long, {"role": "user", "content": str(at)}], at=at) for at in range(3)]
    found, _ = trace(tmp_path, rows)
    prefix = int((8000 + 33) / found.pieces[0] * 2000)
    outcome = PromptCache(300, 1024).apply(State(found), found.ordered())
    expected = 2 * prefix * (10 - 1) / M - prefix * (12.5 - 10) / M
    assert outcome.hits == 2
    assert dollars(outcome.saved) == pytest.approx(expected, abs=0.0005)


def test_simple_calls_go_to_the_cheaper_model(tmp_path: Path) -> None:
    found, _ = trace(tmp_path, [chat("big", 100, 10), chat("big", 5000, 10), chat("small", 100, 10)])
    outcome = Route({"big": "small"}).apply(State(found), found.ordered())
    saved = 100 * 10 / M + 10 * 30 / M - (100 * 1 / M + 10 * 3 / M)
    assert outcome.hits == 1
    assert dollars(outcome.saved) == pytest.approx(saved, abs=1e-9)


def test_attempts_beyond_the_bound_are_not_sent(tmp_path: Path) -> None:
    found, _ = trace(tmp_path, [chat("big", 100, 10, at=at) for at in range(5)])
    outcome = Bounds(3).apply(State(found), found.ordered())
    assert (outcome.hits, dollars(outcome.saved)) == (2, pytest.approx(2 * (100 * 10 + 10 * 30) / M, abs=1e-9))


@pytest.mark.parametrize(
    ("kind", "sessions", "rows", "verdict"),
    [
        ("production", 12, 3, "met"),
        ("production", 9, 3, "met"),
        ("production", 12, 1, "missed"),
        ("test", 12, 3, "not-applicable"),
        ("production", 2, 1, "not-enough-traffic"),
    ],
)
def test_the_target_is_judged_on_enough_production_traffic(
    tmp_path: Path, kind: str, sessions: int, rows: int, verdict: str
) -> None:
    exchanges = [
        chat("big", 100, 10, prompt=str(session), session=str(session))
        for session in range(sessions)
        for _ in range(rows)
    ]
    found = report(tmp_path, exchanges, Settings(kind=kind, min_exchanges=5, target=40))  # pyright: ignore[reportArgumentType]
    assert found.target.verdict == verdict
    if sessions < 10:
        assert found.saving.low is None
    elif rows == 3:
        assert found.saving.percent == pytest.approx(200 / 3)
        assert (found.saving.low, found.saving.high) == (pytest.approx(200 / 3), pytest.approx(200 / 3))


@FEW
@given(rows=ROWS, cut=st.integers(0, 25))
def test_costs_of_the_parts_add_up(tmp_path: Path, rows: list[dict[str, object]], cut: int) -> None:
    whole, one, two = (trace(tmp_path, part)[0] for part in (rows, rows[:cut], rows[cut:]))
    assert sum(whole.cost) == sum(one.cost) + sum(two.cost)


@FEW
@given(rows=ROWS, size=st.integers(0, 4), ttls=st.tuples(st.integers(0, 600), st.integers(0, 600)))
def test_a_cache_never_costs_and_keeps_more_for_longer(
    tmp_path: Path, rows: list[dict[str, object]], size: int, ttls: tuple[int, int]
) -> None:
    found, _ = trace(tmp_path, rows)
    order = found.ordered()
    assert all(Cache(ttl, size).apply(State(found), order).saved >= 0 for ttl in ttls)
    short, long = (Cache(ttl, 0).apply(State(found), order).hits for ttl in sorted(ttls))
    assert short <= long


@FEW
@given(rows=ROWS, seed=st.integers(0, 99))
def test_the_order_of_equal_moments_does_not_matter(tmp_path: Path, rows: list[dict[str, object]], seed: int) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    asked = Settings(route=Route({"big": "small"}), cache=Cache(100, 2))
    one, two = (report(tmp_path, part, asked) for part in (rows, sorted(shuffled, key=lambda row: str(row["time"]))))
    assert one.total == two.total
    assert [(p.hits, p.alone, p.added) for p in one.policies] == [(p.hits, p.alone, p.added) for p in two.policies]
