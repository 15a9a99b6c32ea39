"""What is sent for a recorded request."""

import gzip
from pathlib import Path

import pytest

from tta_validate.recordings.model import BodyRef, FormField, Request
from tta_validate.replay.app_exchange import Sending
from tta_validate.replay.app_request import Unsendable, sending

URL = "http://user:pass@api.example.org:8000/a%20b/c?q=1&q=2#part"
HOST = ("Host", "api.example.org:8000")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Request("GET", URL), Sending("GET", "/a%20b/c?q=1&q=2", (HOST,))),
        (
            Request("GET", "http://x", (("Host", "kept:1"), ("Cookie", "a=1; b=2"), ("Accept", "a, b"))),
            Sending("GET", "/", (("Host", "kept:1"), ("Cookie", "a=1; b=2"), ("Accept", "a, b"))),
        ),
        (
            Request("POST", URL, (("Content-Length", "99"), ("Expect", "100-continue"), ("X", "1")), "\u00fc"),
            Sending("POST", "/a%20b/c?q=1&q=2", (HOST, ("X", "1"), ("Content-Length", "2")), b"\xc3\xbc"),
        ),
        (Request("PUT", URL), Sending("PUT", "/a%20b/c?q=1&q=2", (HOST, ("Content-Length", "0")))),
        (
            Request("POST", URL, (("Content-Encoding", "gzip"),), "text"),
            Sending(
                "POST",
                "/a%20b/c?q=1&q=2",
                (HOST, ("Content-Encoding", "gzip"), ("Content-Length", "24")),
                gzip.compress(b"text", mtime=0),
            ),
        ),
        (
            Request(
                "POST",
                URL,
                (("Content-Type", "application/x-www-form-urlencoded"),),
                form=(FormField("a b", ("1", "2")), FormField("c", ("&",))),
            ),
            Sending(
                "POST",
                "/a%20b/c?q=1&q=2",
                (HOST, ("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", "17")),
                b"a+b=1&a+b=2&c=%26",
            ),
        ),
    ],
)
def test_a_request_is_sent_as_it_was_recorded(request_: Request, expected: Sending):
    assert sending(request_, "/nowhere") == expected


def test_uploads_are_put_together_again(tmp_path: Path):
    (tmp_path / "set" / "assets").mkdir(parents=True)
    (tmp_path / "set" / "assets" / "a.txt").write_bytes(b"\x00file")
    form = (FormField("n", ("1",)), FormField("f", (), ("set/assets/a.txt",)))

    sent = sending(Request("POST", "http://h/up", (("Content-Type", "multipart/form-data"),), form=form), str(tmp_path))

    boundary = dict(sent.headers)["Content-Type"].partition("boundary=")[2]
    assert sent.headers[2] == ("Content-Length", str(len(sent.body)))
    assert sent.body.decode() == (
        f'--{boundary}\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n'
        f"Content-Type: text/plain\r\n\r\n\x00file\r\n--{boundary}--\r\n"
    )


def test_a_large_body_is_read_from_its_file(tmp_path: Path):
    (tmp_path / "body.txt").write_text("large")
    sent = sending(Request("POST", "http://h/", body_ref=BodyRef("body.txt", 5)), str(tmp_path))

    assert (sent.body, sent.headers[-1]) == (b"large", ("Content-Length", "5"))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("../secret", "../secret is outside of the recordings"),
        ("/etc/passwd", "/etc/passwd is outside of the recordings"),
        ("no.txt", "no.txt cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_is_not_there_is_said(path: str, message: str, tmp_path: Path):
    with pytest.raises(Unsendable) as caught:
        sending(Request("POST", "http://h/", body_ref=BodyRef(path, 5)), str(tmp_path))

    assert str(caught.value) == message
