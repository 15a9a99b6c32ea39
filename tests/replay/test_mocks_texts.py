"""Secrets kept out of messages, and codings of bodies."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tta_validate.replay.coding import packed, unpacked
from tta_validate.replay.redact import HIDDEN, redacted, redacted_text

TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.c2lnbmVk"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /x?token=abc&page=2", f"GET /x?token={HIDDEN}&page=2"),
        ('{"api_key": "abc", "name": "ann"}', f'{{"api_key": "{HIDDEN}", "name": "ann"}}'),
        (f"Authorization: Bearer {TOKEN}", f"Authorization: {HIDDEN}"),
        ("postgres://ann:s3cret@db/x", f"postgres://{HIDDEN}@db/x"),
        ("key sk-proj-abcdefghijklmnop1234 used", f"key {HIDDEN} used"),
        (f"cookie {TOKEN};", f"cookie {HIDDEN};"),
        ("tokens: 12 keys, secretary, monkey=3", "tokens: 12 keys, secretary, monkey=3"),
    ],
)
def test_secrets_are_hidden_and_nothing_else(text: str, shown: str):
    assert redacted_text(text) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("user.password", "x", HIDDEN),
        ("items[0].access_token", "x", HIDDEN),
        ("X-Api-Key", "x", HIDDEN),
        ("Set-Cookie", "x", HIDDEN),
        ("token", "", ""),
        ("max_tokens", "512", "512"),
        ("body.name", "x", "x"),
    ],
)
def test_a_value_is_hidden_by_its_name(name: str, value: str, shown: str):
    assert redacted(name, value) == shown


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_can_be_redacted(text: str):
    assert redacted_text(redacted_text(text)) == redacted_text(text)


@given(st.binary(), st.sampled_from(["gzip", "deflate", "x-gzip", "deflate, gzip", "identity", ""]))
def test_what_was_packed_is_unpacked(body: bytes, encoding: str):
    done = packed(body, encoding)
    assert done is not None
    assert unpacked(done, encoding) == body
    assert packed(done, encoding) == done


@given(st.binary(), st.sampled_from(["gzip", "br", "deflate"]))
def test_what_is_not_packed_stays_as_it_is(body: bytes, encoding: str):
    assert unpacked(b"\x00" + body, encoding) == b"\x00" + body


def test_raw_deflate_is_understood_and_bombs_are_left_alone():
    machine = zlib.compressobj(wbits=-15)
    assert unpacked(machine.compress(b"text") + machine.flush(), "deflate") == b"text"

    bomb = gzip.compress(bytes(65 * 1024 * 1024), 1)
    assert unpacked(bomb, "gzip") == bomb
    assert packed(b"text", "br") is None
