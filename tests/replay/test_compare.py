import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tta_validate.recordings.model import Case, Noise, Patterns, Place, Request, Response
from tta_validate.replay.compare import compare, compare_case
from tta_validate.replay.compare_model import CLASSES, Comparison, Rules

RECORDED_AT = 1767323045_000000000
JSON_HEADERS = (("Content-Type", "application/json"),)
NAMES = st.sampled_from(["a", "b", "id", "a.b", "A", ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-2, 2) | st.text("ab1", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
HEADERS = st.lists(st.tuples(st.sampled_from(["X-A", "x-b", "Date", "Server"]), st.text("ab,", max_size=3)), max_size=3)
PATHS = st.lists(st.sampled_from(["a", "b", "id"]), min_size=1, max_size=2).map(".".join)


def answer(body: object, *headers: tuple[str, str], status: int = 200) -> Response:
    return Response(status, (*JSON_HEADERS, *headers), json.dumps(body), at=RECORDED_AT)


def text(body: str, *headers: tuple[str, str], status: int = 200) -> Response:
    return Response(status, headers, body, at=RECORDED_AT)


def told(comparison: Comparison) -> list[tuple[str, str, str]]:
    return [(one.where, one.kind, one.change) for one in comparison.differences]


@given(JSON, HEADERS.map(tuple), st.booleans(), st.booleans())
@settings(max_examples=60)
def test_an_answer_is_like_itself(body: Any, headers: Any, compat: bool, unordered: bool) -> None:
    one = answer(body, *headers)
    comparison = compare(one, one, Rules(compat=compat, ignore_ordering=unordered, fail_on=CLASSES))
    assert comparison == Comparison((), True)


@given(JSON, JSON, st.lists(PATHS, max_size=2), st.booleans())
@settings(max_examples=100)
def test_what_is_noise_one_way_is_noise_the_other_way(left: Any, right: Any, paths: Any, unordered: bool) -> None:
    rules = Rules(noise=Noise(body=tuple((path, ()) for path in paths)), ignore_ordering=unordered, fail_on=CLASSES)
    one, other = answer(left), answer(right)
    assert compare(one, other, rules).passed == compare(other, one, rules).passed


@given(JSON, JSON)
@settings(max_examples=100)
def test_each_difference_names_an_entry_that_silences_it(left: Any, right: Any) -> None:
    expected, actual = answer(left), answer(right)
    found = compare(expected, actual, Rules(ignore_ordering=False, fail_on=CLASSES))
    entries = {one.noise for one in found.differences}
    body: Patterns = tuple((entry[5:], ()) for entry in entries if entry.startswith("body."))
    paths: Patterns = tuple((entry, ()) for entry in entries if entry.startswith("$"))
    quiet = Rules(Noise(body=body, all_body="body" in entries), ignore=paths, ignore_ordering=False, fail_on=CLASSES)
    left_over = compare(expected, actual, quiet).differences
    assert [one for one in left_over if not one.where.endswith("]")] == []


@given(st.lists(JSON, max_size=5), st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_the_order_of_arrays_is_free_unless_asked_for(items: list[Any], random: Any) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)
    assert compare(answer({"l": items}), answer({"l": shuffled}), Rules()).passed


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        ({"n": 1}, {"n": 2}, [("body.n", "behaviour", "changed")]),
        ({"n": 1}, {"n": "1"}, [("body.n", "behaviour", "type")]),
        ({"a": 1, "b": 2}, {"a": 1}, [("body.b", "behaviour", "missing")]),
        ({"a": 1}, {"a": 1, "b": 2}, [("body.b", "behaviour", "added")]),
        ({"l": [{"x": 1}, {"x": 2}]}, {"l": [{"x": 2}, {"x": 3}]}, [("body.l[0].x", "behaviour", "changed")]),
        ({"l": [1, 2]}, {"l": [2]}, [("body.l[0]", "behaviour", "missing")]),
        ({"a b": {"c.d": 1}}, {"a b": {"c.d": 2}}, [('body["a b"]["c.d"]', "behaviour", "changed")]),
        (
            {"id": "0f8fad5b-d9cb-469f-a165-70867728950e"},
            {"id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"},
            [("body.id", "volatile", "changed")],
        ),
        (
            {"at": "2026-01-02T03:04:05Z", "due": "2026-03-02T00:00:00Z", "unix": 1767323045},
            {"at": "2026-01-02T03:05:00.5Z", "due": "2026-04-02T00:00:00Z", "unix": 1767323101},
            [
                ("body.at", "volatile", "changed"),
                ("body.due", "behaviour", "changed"),
                ("body.unix", "volatile", "changed"),
            ],
        ),
        (
            {"token": "Zx81kqP0aa7Lm3Q9", "title": "Zx81kqP0aa7Lm3Q9"},
            {"token": "Ab71xxP0bb9Kq2Z1", "title": "Ab71xxP0bb9Kq2Z1"},
            [("body.token", "volatile", "changed"), ("body.title", "behaviour", "changed")],
        ),
        (
            {"help": "https://docs.example.org/2.5/v/missing"},
            {"help": "https://docs.example.org/2.11/v/missing"},
            [("body.help", "drift", "changed")],
        ),
    ],
)
def test_differences_of_json_have_a_place_and_a_class(expected: Any, actual: Any, found: Any) -> None:
    assert told(compare(answer(expected), answer(actual), Rules())) == found


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        ([("Server", "Werkzeug/3.0.3")], [("Server", "Werkzeug/3.1.9")], [("header.Server", "drift", "changed")]),
        ([("Date", "a")], [("date", "b")], [("header.Date", "volatile", "changed")]),
        ([], [("Connection", "close"), ("Transfer-Encoding", "chunked"), ("Keep-Alive", "timeout=5")], []),
        ([("X-Limit", "5")], [("X-Limit", "6")], [("header.X-Limit", "behaviour", "changed")]),
        ([("X-Limit", "5")], [], [("header.X-Limit", "behaviour", "missing")]),
        ([], [("X-Limit", "5")], [("header.X-Limit", "behaviour", "added")]),
        ([("Content-Length", "7")], [("Content-Length", "9")], []),
        ([("Accept", "a,b")], [("Accept", "a"), ("Accept", "b")], []),
        (
            [("Set-Cookie", "s=1a; Path=/; HttpOnly; Max-Age=5")],
            [("Set-Cookie", "s=2b; Path=/; HttpOnly; Max-Age=9")],
            [("header.Set-Cookie", "volatile", "changed")],
        ),
        (
            [("Set-Cookie", "s=1a; Path=/; HttpOnly")],
            [("Set-Cookie", "s=2b; Path=/")],
            [("header.Set-Cookie", "behaviour", "changed")],
        ),
        (
            [("Set-Cookie", "s=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT,t=2")],
            [("Set-Cookie", "s=1; Expires=Thu, 22 Oct 2026 07:28:00 GMT"), ("Set-Cookie", "t=2")],
            [("header.Set-Cookie", "volatile", "changed")],
        ),
        (
            [("Access-Control-Allow-Methods", "GET, POST")],
            [("Access-Control-Allow-Methods", "POST,GET")],
            [("header.Access-Control-Allow-Methods", "drift", "changed")],
        ),
    ],
)
def test_headers(expected: Any, actual: Any, found: Any) -> None:
    assert told(compare(answer({}, *expected), answer({}, *actual), Rules())) == found


def test_content_length_is_told_where_the_body_differs() -> None:
    expected, actual = answer({"a": 1}, ("Content-Length", "7")), answer({"a": 22}, ("Content-Length", "8"))
    assert told(compare(expected, actual, Rules())) == [
        ("header.Content-Length", "behaviour", "changed"),
        ("body.a", "behaviour", "changed"),
    ]


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        (text("ok"), text(""), [("body", "behaviour", "missing")]),
        (text("ok"), text("ko"), [("body", "behaviour", "changed")]),
        (
            text("<p>Not Found</p>", ("Content-Type", "text/html"), status=404),
            text("<p>Nothing here</p>", ("Content-Type", "text/html; charset=utf-8"), status=404),
            [("header.Content-Type", "behaviour", "changed"), ("body", "drift", "changed")],
        ),
        (Response(200, (), b"\xff\x00"), Response(200, (), b"\xff\x01"), [("body", "behaviour", "changed")]),
        (Response(200, (), b"abc"), Response(200, (), "abc"), []),
        (Response(200, (), "", body_size=3), Response(200, (), b"abcd"), [("body.size", "behaviour", "changed")]),
        (Response(200, (), "", body_size=2), Response(200, (), "é"), []),
    ],
)
def test_other_bodies(expected: Response, actual: Response, found: Any) -> None:
    assert told(compare(expected, actual, Rules())) == found


def test_events_of_a_stream_are_compared_one_by_one() -> None:
    stream = (("Content-Type", "text/event-stream"),)
    expected = Response(200, stream, 'event: n\ndata: {"n": 1, "x": 2}\n\n: ping\n\ndata: end\n\n')
    assert compare(
        expected, Response(200, stream, 'data: {"x":2,"n":1}\r\nevent:n\r\n\r\ndata:end\n\n'), Rules()
    ).passed
    assert told(
        compare(expected, Response(200, stream, 'event: n\ndata: {"n": 3, "x": 2}\n\ndata: end\n\n'), Rules())
    ) == [("body[0].data.n", "behaviour", "changed")]


@pytest.mark.parametrize(
    "ignore",
    [
        "$.items[*].id",
        "$.items[0].id",
        "body.items.*.id",
        "body.items.id",
        "body.**.id",
        "$..id",
        "body.item?.id",
        "body.items",
    ],
)
def test_paths_of_our_config_silence(ignore: str) -> None:
    expected, actual = answer({"items": [{"id": 1}], "Id": 1}), answer({"items": [{"id": 2}], "Id": 1})
    assert compare(expected, actual, Rules(ignore=((ignore, ()),), fail_on=CLASSES)).passed


@pytest.mark.parametrize("ignore", ["$.items[1].id", "body.ITEMS.id", "body.id", "$.items.x.id", "header.id"])
def test_other_paths_do_not(ignore: str) -> None:
    expected, actual = answer({"items": [{"id": 1}]}), answer({"items": [{"id": 2}]})
    assert not compare(expected, actual, Rules(ignore=((ignore, ()),))).passed


def test_globs_and_patterns_of_our_config() -> None:
    rules = Rules(ignore=(("header.X-*", ("^[0-9]+$",)), ("body.n", ("^7$",))))
    expected = answer({"n": 1}, ("X-A", "1"))
    assert compare(expected, answer({"n": 7}, ("X-A", "22")), rules).passed
    assert told(compare(expected, answer({"n": 8}, ("X-A", "b")), rules)) == [
        ("header.X-A", "behaviour", "changed"),
        ("body.n", "behaviour", "changed"),
    ]


def test_a_value_outside_the_patterns_of_noise_is_behaviour() -> None:
    rules = Rules(noise=Noise(body=(("id", ("^ord-",)),)))
    old, new = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    assert told(compare(answer({"id": old}), answer({"id": new}), rules)) == [("body.id", "behaviour", "changed")]


def test_an_id_that_the_request_carries_must_come_back() -> None:
    old, new = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    request = Request("GET", f"http://localhost/orders/{old}")
    case = Case("c", "Http", "s", Place("c.yaml", 1), request, answer({"id": old}))
    assert told(compare_case(case, answer({"id": new}), Rules())) == [("body.id", "behaviour", "changed")]


def test_assertions_hold_beside_the_comparison_and_replace_it_with_compat() -> None:
    case = Case(
        "c",
        "Http",
        "s",
        Place("c.yaml", 1),
        Request("GET", "/"),
        answer({"a": 1}),
        checks=(("status_code", 200), ("odd", 1)),
    )
    other = answer({"a": 2})
    assert told(compare_case(case, other, Rules())) == [
        ("body.a", "behaviour", "changed"),
        ("assertion.odd", "behaviour", "changed"),
    ]
    assert compare_case(case, other, Rules(compat=True)) == Comparison((), True)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "((a)(a))*b", "(?P<x>a*)*", "a*a*a*a*a*b", "["])
def test_a_pattern_that_could_hang_or_is_broken_matches_nothing(pattern: str) -> None:
    rules = Rules(noise=Noise(body=(("v", (pattern,)),)))
    assert not compare(answer({"v": "b"}), answer({"v": "a" * 5000 + "!"}), rules).passed


def test_large_arrays_in_another_order_take_no_quadratic_time() -> None:
    items = [{"id": at, "name": f"n{at}"} for at in range(5000)]
    changed = [*reversed(items[1:]), {"id": 0, "name": "other"}]
    assert told(compare(answer(items), answer(changed), Rules())) == [("body[0].name", "behaviour", "changed")]


def test_nesting_does_not_crash() -> None:
    deep = "[" * 900 + "1" + "]" * 900
    expected, actual = Response(200, (), deep), Response(200, (), deep.replace("1", "2"))
    assert compare(expected, expected, Rules()).passed
    assert not compare(expected, actual, Rules()).passed
