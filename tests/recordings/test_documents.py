from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.recordings.texts import CASE, HTTP_MOCK
from tta_validate.recordings.cases import read_cases
from tta_validate.recordings.documents import case_document, mock_document
from tta_validate.recordings.mocks import read_mocks
from tta_validate.recordings.model import (
    BodyRef,
    Case,
    Chunk,
    FormField,
    Mock,
    Noise,
    Place,
    Request,
    Response,
)

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=6)
NAMES = st.text("abcXY-", min_size=1, max_size=4)
MOMENTS = st.none() | st.integers(0, 4 * 10**18)
BODIES = TEXTS | st.binary(min_size=1, max_size=6)
HEADERS = st.lists(st.tuples(NAMES, TEXTS), max_size=3, unique_by=lambda pair: pair[0].lower()).map(tuple)
PROTO = {"proto_major": 1, "proto_minor": 1}
PATTERNS = st.dictionaries(NAMES, st.lists(st.text("ab.^", min_size=1, max_size=3), max_size=2).map(tuple), max_size=2)

REQUESTS = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST"]),
    url=st.just("http://h/") | TEXTS.map(lambda text: f"/{text}"),
    headers=HEADERS,
    body=BODIES,
    at=MOMENTS,
    params=HEADERS,
    form=st.lists(st.builds(FormField, NAMES, st.just(("a", "b")), st.just(("s/x",))), max_size=1).map(tuple),
    body_ref=st.none() | st.just(BodyRef("s/assets/x", 5)),
    extra=st.just(PROTO),
)
RESPONSES = st.builds(
    Response,
    status=st.integers(200, 599),
    headers=HEADERS,
    body=BODIES,
    at=MOMENTS,
    message=TEXTS,
    body_size=st.none() | st.integers(0, 9),
    extra=st.just(PROTO),
)
NOISE = st.builds(
    Noise,
    PATTERNS.map(lambda found: tuple(found.items())),
    PATTERNS.map(lambda found: tuple(found.items())),
    st.booleans(),
    st.booleans(),
)
CASES = st.builds(
    Case,
    name=NAMES,
    kind=st.just("Http"),
    set_name=st.just("s"),
    place=st.just(Place("c.yaml", 4)),
    request=REQUESTS,
    response=RESPONSES,
    noise=NOISE,
    checks=st.sampled_from([(), (("status_code", 200), ("header_exists", ["X"]))]),
    app_port=st.none() | st.integers(1, 65535),
    version=st.just("api.keploy.io/v1beta1"),
    extra=st.just({"curl_like": {"kept": [1]}}),
)


@given(CASES)
@settings(max_examples=60)
def test_a_case_that_is_written_is_read_back(case: Case) -> None:
    assert read_cases(case_document(case).encode(), "c.yaml", "s", "c") == ([case], [])


def test_a_recorded_case_is_written_and_read_back() -> None:
    [case], _ = read_cases(CASE.encode(), "c.yaml", "s", "c")
    assert read_cases(case_document(case).encode(), "c.yaml", "s", "c") == ([case], [])


def test_a_stream_is_written_as_chunks() -> None:
    chunks = (Chunk(1767323045_000000000, (("event", "a"), ("data", "1"))), Chunk(None, (("data", "2"),)))
    response = Response(200, (), "event: a\ndata: 1\n\ndata: 2\n\n", chunks=chunks, extra=PROTO)
    case = Case("c", "Http", "s", Place("c.yaml", 4), Request("GET", "/", extra=PROTO), response, version="v")
    assert read_cases(case_document(case).encode(), "c.yaml", "s", "c") == ([case], [])


def test_a_mock_is_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "mocks.yaml"
    path.write_text(HTTP_MOCK)
    [before] = read_mocks([path])
    assert isinstance(before, Mock)
    path.write_text(f"{mock_document(before)}---\n{mock_document(before)}")
    first, second = read_mocks([path])
    assert isinstance(first, Mock)
    assert isinstance(second, Mock)
    for one in (first, second):
        assert (one.at, one.until, one.connection, one.metadata) == (
            before.at,
            before.until,
            before.connection,
            before.metadata,
        )
        assert one.request is not None
        assert (one.request.headers, one.request.url, one.response and one.response.body) == (
            (("Host", "rates.example.org"),),
            "/v1/rates?base=EUR",
            '{"usd":1.1}',
        )
