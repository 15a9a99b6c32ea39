import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tta_validate.recordings.model import Case, FormField, Place, Request, Response
from tta_validate.replay.compare import compare_case
from tta_validate.replay.compare_model import Comparison, Rules
from tta_validate.replay.values import Flow
from tta_validate.replay.values_model import Substitution

OLD, NEW = "tok-8Zx81kqP0aa7", "tok-1Ab71xxP0bb9"


def case(name: str, request: Request, response: Response, *, templates: bool = False) -> Case:
    return Case(name, "Http", "s", Place(f"{name}.yaml", 1), request, response, templates=templates)


def body(value: object, *headers: tuple[str, str], status: int = 200) -> Response:
    return Response(status, headers, json.dumps(value))


LOGIN = case("login", Request("POST", "http://h/login"), body({"token": OLD, "user": {"id": 7}, "note": "seven 7"}))
LOGGED_IN = body({"token": NEW, "user": {"id": 12}, "note": "seven 7"})


def after_login() -> Flow:
    return Flow().learn(Flow().prepare(LOGIN).case, LOGGED_IN)


def test_a_token_and_an_id_flow_into_the_next_request() -> None:
    request = Request(
        "PUT",
        "http://h:7/users/7?id=7&page=7",
        (("Authorization", f"Bearer {OLD}"), ("X-Seven", "7")),
        json.dumps({"user_id": 7, "count": 7, "link": f"/t/{OLD}"}),
        form=(FormField("id", ("7",)), FormField("n", ("7",))),
    )
    prepared = after_login().prepare(case("next", request, body({})))
    sent = prepared.case.request
    assert sent.url == "http://h:7/users/12?id=12&page=7"
    assert sent.headers == (("Authorization", f"Bearer {NEW}"), ("X-Seven", "7"))
    assert json.loads(str(sent.body)) == {"user_id": 12, "count": 7, "link": f"/t/{NEW}"}
    assert sent.form == (FormField("id", ("12",)), FormField("n", ("7",)))
    assert prepared.substitutions == (
        Substitution(OLD, NEW, "s/login body.token", "request.header.Authorization"),
        Substitution("7", "12", "s/login body.user.id", "request.form.id"),
        Substitution("7", "12", "s/login body.user.id", "request.url"),
        Substitution("7", "12", "s/login body.user.id", "request.body.user_id"),
        Substitution(OLD, NEW, "s/login body.token", "request.body.link"),
    )


def test_an_expectation_takes_the_fresh_value_where_the_answer_has_it() -> None:
    expected = case("next", Request("GET", "/"), body({"id": 7, "owner_id": 7, "t": OLD}))
    answer = body({"id": 12, "owner_id": 7, "t": NEW})
    settled = after_login().settle(expected, answer)
    assert compare_case(settled.case, answer, Rules()) == Comparison((), True)
    assert [one.where for one in settled.substitutions] == ["body.id", "body.owner_id", "body.t"]


def test_an_expectation_that_is_met_as_recorded_stays() -> None:
    expected = case("next", Request("GET", "/"), body({"id": 7}))
    settled = after_login().settle(expected, body({"id": 7}))
    assert (settled.case, settled.substitutions) == (expected, ())


def test_another_wrong_value_is_still_a_difference() -> None:
    expected = case("next", Request("GET", "/"), body({"id": 7}))
    answer = body({"id": 99})
    settled = after_login().settle(expected, answer)
    assert not compare_case(settled.case, answer, Rules()).passed


def test_an_id_of_an_earlier_answer_must_come_back() -> None:
    old, new, wrong = (f"0f8fad5b-d9cb-469f-a165-7086772895{end}" for end in ("0e", "1f", "2d"))
    flow = Flow().learn(case("create", Request("POST", "/"), body({"id": old})), body({"id": new}))
    listed = case("list", Request("GET", "/"), body([{"id": old}]))
    for found, passed in ((new, True), (wrong, False)):
        settled = flow.settle(listed, body([{"id": found}]))
        assert compare_case(settled.case, body([{"id": found}]), Rules(), settled.known).passed is passed


def test_words_are_no_values_that_flow() -> None:
    order = case("order", Request("GET", "/"), body({"status": "delivered to the door", "name": "shipment"}))
    assert Flow().learn(order, body({"status": "cancelled by the shop", "name": "parcels!"})).fresh == ()


def test_cookies_and_locations_flow() -> None:
    first = case(
        "first",
        Request("POST", "/"),
        body({}, ("Set-Cookie", "session=0a1b2c3d4e; Path=/"), ("Location", "http://h/things/41"), status=201),
    )
    answer = body({}, ("Set-Cookie", "session=9z8y7x6w5v; Path=/"), ("Location", "http://h/things/58"), status=201)
    request = Request("GET", "http://h/things/41", (("Cookie", "a=b; session=0a1b2c3d4e"),))
    sent = Flow().learn(first, answer).prepare(case("next", request, body({}))).case.request
    assert (sent.url, sent.headers) == ("http://h/things/58", (("Cookie", "a=b; session=9z8y7x6w5v"),))


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("/x/{{.user.id}}", "/x/5"),
        ("/x/{{ string .token }}?a={{int .user.id}}", "/x/abc?a=5"),
        ("/x/%7B%7Bstring .token%7D%7D", "/x/abc"),
        ("/x/{{.unknown}}/{{ .token | upper }}", "/x/{{.unknown}}/{{ .token | upper }}"),
        ("/x/{{.secret.key}}", "/x/hush"),
    ],
)
def test_placeholders(text: str, filled: str) -> None:
    flow = Flow.of({"token": "abc", "user": {"id": 5}}, {"key": "hush"})
    assert flow.prepare(case("c", Request("GET", text), body({}), templates=True)).case.request.url == filled


def test_placeholders_inside_json_are_escaped_and_numbers_bare() -> None:
    flow = Flow.of({"quote": 'a"b', "n": 5})
    request = Request("POST", "/", body='{"q": "{{string .quote}}", "n": "{{int .n}}", "s": "{{string .n}}"}')
    sent = flow.prepare(case("c", request, body({}), templates=True)).case.request.body
    assert json.loads(str(sent)) == {"q": 'a"b', "n": 5, "s": "5"}


def test_a_placeholder_takes_its_value_from_the_first_answer_and_keeps_it() -> None:
    flow = Flow.of({"token": OLD})
    login = case("login", Request("POST", "/"), Response(200, (), '{"value": "{{string .token}}"}'), templates=True)
    prepared = flow.prepare(login).case
    answer = body({"value": NEW})
    assert compare_case(flow.settle(prepared, answer).case, answer, Rules()).passed is True
    flow = flow.learn(prepared, answer)
    again = flow.prepare(replace(login, name="again")).case
    assert again.response.body == json.dumps({"value": NEW})


def test_a_secret_is_not_listed() -> None:
    prepared = Flow.of({}, {"key": "hush"}).prepare(
        case("c", Request("GET", "/", (("K", "{{.secret.key}}"),)), body({}), templates=True)
    )
    assert prepared.substitutions == (
        Substitution("{{.secret.key}}", "(secret)", "template secret.key", "request.header.K"),
    )


@given(st.dictionaries(st.text("abc", max_size=2), st.integers() | st.text(max_size=12), max_size=4))
@settings(max_examples=40)
def test_nothing_is_replaced_where_an_answer_is_as_recorded(value: dict[str, object]) -> None:
    recorded = case("c", Request("POST", "http://h/7", body=json.dumps(value)), body(value))
    flow = Flow().learn(recorded, body(value))
    assert flow == Flow()
    assert after_login().settle(recorded, body(value)).case == recorded
