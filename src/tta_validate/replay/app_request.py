"""Turns a recorded request into what is sent: the same but for what belongs to one connection.

Source: what Keploy sends, of which two things are left out: the headers ``KEPLOY-TEST-ID`` and its like, which an app
could show in its answer, and ``Expect``, which asks for an exchange that was not recorded.
"""

import hashlib
import mimetypes
import urllib.parse
from collections.abc import Sequence
from pathlib import Path

from tta_validate.recordings.model import FormField, Request
from tta_validate.replay.app_exchange import Sending
from tta_validate.replay.coding import packed

_DROPPED = {"content-length", "transfer-encoding", "trailer", "expect"}
_WITH_BODY = {"POST", "PUT", "PATCH"}


class Unsendable(Exception):
    """A request that cannot be put together; the message says which part of it is missing."""


def sending(request: Request, keploy_folder: str) -> Sending:
    """Returns what to send for a recorded request. Raises Unsendable when a file it refers to cannot be read."""
    try:
        url = urllib.parse.urlsplit(request.url)
    except ValueError as error:
        raise Unsendable(f"the URL {request.url!r} cannot be read: {error}") from None
    target = urllib.parse.urlunsplit(("", "", url.path or "/", url.query, ""))
    target = target if target.startswith("/") and not target.startswith("//") else "/" + target.lstrip("/")
    headers = [(name, value) for name, value in request.headers if name.lower() not in _DROPPED]
    if request.header("Host") is None:
        headers.insert(0, ("Host", url.netloc.rpartition("@")[2] or "localhost"))
    body, content_type = _body(request, Path(keploy_folder))
    if content_type:
        headers = [(name, value) for name, value in headers if name.lower() != "content-type"]
        headers.append(("Content-Type", content_type))
    coded = packed(body, request.header("Content-Encoding") or "") if body else None
    body = body if coded is None else coded
    if body or request.method.upper() in _WITH_BODY:
        headers.append(("Content-Length", str(len(body))))
    return Sending(request.method, target, tuple(headers), body)


def _body(request: Request, folder: Path) -> tuple[bytes, str]:
    """Returns the body, and the content type where it has to replace the recorded one."""
    if request.body_ref is not None:
        return _file(folder, request.body_ref.path), ""
    body = request.body if isinstance(request.body, bytes) else request.body.encode("utf-8", "surrogateescape")
    if body or not request.form:
        return body, ""
    if (request.header("Content-Type") or "").lower().startswith("application/x-www-form-urlencoded"):
        pairs = [(field.key, value) for field in request.form for value in field.values]
        return urllib.parse.urlencode(pairs).encode(), ""
    return _multipart(request.form, folder)


def _multipart(form: Sequence[FormField], folder: Path) -> tuple[bytes, str]:
    """Returns the fields as multipart/form-data (RFC 7578); the boundary follows from the content."""
    parts: list[tuple[str, bytes]] = []
    for field in form:
        name = _quoted(field.key)
        parts += [(f'Content-Disposition: form-data; name="{name}"', value.encode()) for value in field.values]
        for path in field.paths:
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            head = f'Content-Disposition: form-data; name="{name}"; filename="{_quoted(Path(path).name)}"'
            parts.append((f"{head}\r\nContent-Type: {kind}", _file(folder, path)))
    digest = hashlib.sha256(b"".join(head.encode() + body for head, body in parts)).hexdigest()
    boundary = f"tta-{digest[:32]}"
    pieces = [f"--{boundary}\r\n{head}\r\n\r\n".encode() + body + b"\r\n" for head, body in parts]
    return b"".join((*pieces, f"--{boundary}--\r\n".encode())), f"multipart/form-data; boundary={boundary}"


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _file(folder: Path, path: str) -> bytes:
    """Returns a file of the recording; one outside of its folder is none of it."""
    found = (folder / path).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise Unsendable(f"{path} is outside of the recordings")
    try:
        return found.read_bytes()
    except OSError as error:
        raise Unsendable(f"{path} cannot be read: {error.strerror}") from None
