"""What stands in the place of secrets, and the noise that can be told from one answer."""

import json
import re
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tta_validate.recordings.model import Response
from tta_validate.replay.compare_noise import matches_any
from tta_validate.replay.record_masks import Found, Masks, in_body, in_headers, in_url
from tta_validate.replay.record_noise import masked_noise, noise_of, pattern

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=20)
SECRETS = st.builds(
    "{}{}{}".format,
    st.from_regex("[A-Za-z0-9]{4,30}", fullmatch=True),
    TEXT,
    st.from_regex("[a-z0-9]{4}", fullmatch=True),
)
ASCII = st.from_regex(r"[A-Za-z0-9]{4,20}[!-~]{0,20}[a-z0-9]{4,20}", fullmatch=True)
NOW = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()) * 1_000_000_000


def shape(text: str) -> str:
    return re.sub("[A-Z]", "A", re.sub("[a-z]", "a", re.sub("[0-9]", "0", text)))


@settings(max_examples=25)
@given(ASCII)
def test_a_stand_in_has_the_shape_of_the_secret_and_is_the_same_everywhere(secret: str) -> None:
    masks = Masks()
    masks.learn(iter([Found("token", secret)]), brought=False)
    body = masks.in_case(json.dumps({"token": secret}))
    given_out = json.loads(body)["token"]
    assert masks.in_case(f"Bearer {secret}") == masks.in_mock(f"Bearer {secret}") == f"Bearer {given_out}"
    assert masks.in_case(f"/a?t={quote(secret, safe='')}") in (f"/a?t={given_out}", f"/a?t={quote(given_out, safe='')}")
    hexadecimal = len(secret) >= 16 and re.fullmatch("[0-9a-f]+", secret)
    assert re.fullmatch("[0-9a-f]+", given_out) if hexadecimal else shape(given_out) == shape(secret)
    assert len(given_out) == len(secret)


@settings(max_examples=25)
@given(SECRETS, st.sampled_from(["password", "client_secret", "apiKey", "access_token"]))
def test_no_secret_under_a_telling_name_is_left(secret: str, name: str) -> None:
    masks = Masks()
    masks.learn(in_body(json.dumps({"a": [{name: secret}]}), "application/json"), brought=True)
    for text in (json.dumps({name: secret}), json.dumps({name: secret}, ensure_ascii=False), f"k={quote(secret)}&b=1"):
        hidden = masks.in_case(text)
        assert secret not in hidden
        assert "{{string .secret." in hidden
    assert list(masks.brought.values()) in ([secret], [secret, quote(secret)])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (in_headers((("Authorization", "Bearer abcdef123456"),)), ["abcdef123456"]),
        (
            in_headers((("authorization", "Basic dXNlcjpwYXNz"), ("X-Api-Key", "k-123456"))),
            ["dXNlcjpwYXNz", "k-123456"],
        ),
        (in_headers((("Cookie", "theme=dark; sid=0123456789abcdef01; lang=en"),)), ["0123456789abcdef01"]),
        (in_headers((("Set-Cookie", "a=short; HttpOnly; Path=/"), ("Set-Cookie", "theme=dark; Path=/"))), ["short"]),
        (in_url("https://h/p?api_key=abcd1234&page=2&sort_key=name"), ["abcd1234"]),
        (in_url("https://ann:hunter22@h/p"), ["ann:hunter22"]),
        (in_body('{"code": "not_found", "key": "a1", "token_type": "bearer", "max_tokens": 5}', ""), []),
        (in_body('{"code": "Zm9vYmFyYmF6MTIzNDU2"}', ""), ["Zm9vYmFyYmF6MTIzNDU2"]),
        (in_body("user=ann&password=s3cret99", "application/x-www-form-urlencoded"), ["s3cret99"]),
        (in_body("call with sk-proj-0123456789abcdef please", "text/plain"), ["sk-proj-0123456789abcdef"]),
        (
            in_body(
                '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter22\r\n--b--', "multipart/form-data"
            ),
            ["hunter22"],
        ),
    ],
)
def test_secrets_are_known_by_name_or_look(found: "list[Found]", expected: list[str]) -> None:
    assert [one.value for one in found if one.value] == expected


def test_a_token_keeps_its_claims_and_loses_its_signature() -> None:
    masks = Masks()
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4iLCJpYXQiOjE3NjM3MjAwMDB9.c2lnbmF0dXJlLW9mLXRva2Vu"
    masks.learn(in_body(json.dumps({"token": token}), ""), brought=False)
    masked = masks.in_case(token)
    assert masked.rpartition(".")[0] == token.rpartition(".")[0]
    assert masked != token
    assert pattern(token) == pattern(masked)


@given(
    st.datetimes(datetime(2000, 3, 1), datetime(2000, 12, 31)), st.sampled_from([UTC, None]), st.integers(0, 10**6 - 1)
)
def test_the_pattern_of_a_moment_fits_other_moments_alone(moment: datetime, zone: object, micro: int) -> None:
    told = moment.replace(tzinfo=UTC if zone else None, microsecond=micro).isoformat()
    expression = pattern(told)
    assert matches_any([expression], told)
    assert matches_any([expression], moment.replace(year=2031, tzinfo=UTC if zone else None).isoformat())
    assert not matches_any([expression], "soon")
    assert not matches_any([expression], "2031-01-01")


def test_only_moments_of_the_recording_are_noise() -> None:
    body = {
        "created": "2026-11-21T12:00:01.25Z",
        "due": "2026-12-24T00:00:00Z",
        "at": NOW / 1e9,
        "ms": NOW // 10**6,
        "count": 1_700_000_000,
        "list": [{"seen": "Sat, 21 Nov 2026 11:59:59 GMT"}, {"seen": "never"}],
    }
    headers = (("Date", "Sat, 21 Nov 2026 12:00:00 GMT"), ("Expires", "Thu, 01 Jan 1970 00:00:00 GMT"))
    found = noise_of(Response(200, headers, json.dumps(body), NOW))
    assert dict(found.headers) == {"Date": ()}
    assert [path for path, _ in found.body] == ["created", "at", "ms", "list.seen"]


def test_what_was_masked_is_noise_of_its_kind() -> None:
    kept = Response(200, (), '{"a": {"secret": "0123456789abcdef0123"}, "b": "x"}')
    masked = Response(200, (), '{"a": {"secret": "ffffffffffffffff0000"}, "b": "x"}')
    assert masked_noise(kept, masked).body == (("a.secret", ("^[0-9a-f]+$",)),)
