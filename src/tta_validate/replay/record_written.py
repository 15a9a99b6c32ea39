"""Makes a test set of what was recorded: cases, mocks and secrets as files, all of them or none."""

import os
import shutil
import tempfile
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tta_validate.errors import InputError
from tta_validate.recordings.documents import case_document, mock_document
from tta_validate.recordings.emit import dump
from tta_validate.recordings.model import BodyRef, Case, Mock, Place, Request, Response
from tta_validate.recordings.sets import natural
from tta_validate.recordings.writing import write_beside
from tta_validate.replay.coding import unpacked
from tta_validate.replay.mock_calls import differences, recorded_call
from tta_validate.replay.mock_wire import Headers
from tta_validate.replay.record_masks import Masks, in_body, in_headers, in_url
from tta_validate.replay.record_noise import masked_noise, noise_of
from tta_validate.replay.record_relay import Exchange, plain_codings

LARGEST_BODY = 1 << 20
"""The most bytes of a body that stand in the file of a case, as in Keploy; a larger request is kept beside it."""

_PLACE = Place("", 1)
_IGNORED = "/reports/\n/*/secret.yaml\n"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A test set that was written: its folder, the cases and mocks in it, and what was left out with the reason."""

    folder: Path
    cases: tuple[Case, ...]
    mocks: tuple[Mock, ...]
    secrets: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def next_set(keploy_folder: Path) -> str:
    """Returns the first name ``test-set-N`` that nothing has, after the last one that something has."""
    taken = sorted((entry.name for entry in keploy_folder.glob("test-set-*")), key=natural)
    numbers = [int(digits) for name in taken if (digits := name.removeprefix("test-set-")).isdecimal()]
    return f"test-set-{max(numbers, default=-1) + 1}"


def check_target(folder: Path) -> None:
    """Raises InputError for a set that is there already, and for a name that is none."""
    name = folder.name
    if folder.exists():
        raise InputError(f"{folder}: exists already; choose another name with --set, or remove it")
    if name.startswith(".") or not name.isprintable() or "::" in name or len(name) > 200:
        raise InputError(f"--set: {name!r} cannot be the name of a test set")


@dataclass(frozen=True, slots=True)
class Made:
    """The cases and mocks of a set without secrets; ``secrets`` by the names of their placeholders, ``files`` by path.

    A path is relative to the set.
    """

    cases: tuple[Case, ...]
    mocks: tuple[Mock, ...]
    secrets: Mapping[str, str]
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Sent:
    """What went through us: requests to the app, its HTTP calls, and its other calls as mocks without names."""

    incoming: Sequence[Exchange]
    outgoing: Sequence[Exchange]
    services: Sequence[Mock] = ()


def made(name: str, sent: Sent, app_port: int | None) -> Made:
    """Returns the set of that name; its cases stand in the order in which their requests came, from ``test-1`` on."""
    masks = Masks()
    incoming = sorted(sent.incoming, key=lambda exchange: exchange.began)
    outgoing = sorted(sent.outgoing, key=lambda exchange: exchange.began)
    cases = [_case(exchange, f"test-{number}", name, app_port) for number, exchange in enumerate(incoming, 1)]
    mocks = [_mock(exchange, number) for number, exchange in enumerate(outgoing, 1)]
    moments: list[tuple[int | None, Request | Response | None, bool]] = []
    for case in cases:
        moments += [(case.request.at, case.request, True), (case.response.at, case.response, False)]
    for mock in mocks:
        moments += [(mock.at, mock.request, False), (mock.until, mock.response, False)]
    for _, message, brought in sorted(moments, key=lambda moment: moment[0] or 0):
        _learn(masks, message, brought=brought)
    files: dict[str, bytes] = {}
    small = tuple(_small(_masked_case(case, masks), files) for case in cases)
    masked = [*(_masked_mock(mock, masks) for mock in mocks), *sent.services]
    masked.sort(key=lambda mock: mock.at or 0)
    named = tuple(replace(mock, name=f"mock-{number}") for number, mock in enumerate(masked, 1))
    return Made(small, named, masks.brought, files)


def write_set(folder: Path, content: Made) -> None:
    """Writes the set: it is there whole or not at all. Raises InputError when it cannot be written."""
    check_target(folder)
    staging: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        (staging / "tests").mkdir()
        _write_into(staging, content)
        ignored = folder.parent / ".gitignore"
        if not ignored.exists():
            write_beside(ignored, _IGNORED)
        staging.chmod(0o755)
        os.rename(staging, folder)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from None
    finally:
        if staging is not None and staging.exists():
            shutil.rmtree(staging, ignore_errors=True)


def _write_into(staging: Path, content: Made) -> None:
    for case in content.cases:
        (staging / "tests" / f"{case.name}.yaml").write_text(case_document(case), encoding="utf-8")
    if content.mocks:
        documents = "---\n".join(mock_document(mock) for mock in content.mocks)
        (staging / "mocks.yaml").write_text(f"# Generated by tta-validate\n{documents}", encoding="utf-8")
    for path, data in content.files.items():
        target = staging / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    if content.secrets:
        secret = staging / "secret.yaml"
        secret.touch(mode=0o600)
        secret.write_text(dump(dict(content.secrets)), encoding="utf-8")


def _case(exchange: Exchange, name: str, set_name: str, app_port: int | None) -> Case:
    sent, got = exchange.request, exchange.answer
    host = sent.header("Host") or "localhost"
    url = sent.target if "://" in sent.target.partition("?")[0] else f"http://{host}{sent.target}"
    query = urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True, errors="replace")
    params = tuple({name: ",".join(value for one, value in query if one == name) for name, _ in query}.items())
    request = Request(sent.method, url, sent.headers, _content(sent.body, sent.headers), exchange.began, params)
    response = Response(
        got.status,
        tuple((_canonical(name), value) for name, value in got.headers),
        _content(got.body, got.headers),
        exchange.ended,
        got.reason,
    )
    return Case(name, "Http", set_name, _PLACE, request, response, noise_of(response), app_port=app_port)


def _canonical(name: str) -> str:
    """Returns the name of a header as Go spells it: keploy compares names by their letters."""
    return "-".join(part.capitalize() for part in name.split("-"))


def _mock(exchange: Exchange, number: int) -> Mock:
    sent, got = exchange.request, exchange.answer
    parts = urllib.parse.urlsplit(sent.target)
    target = sent.target if not parts.netloc else parts._replace(scheme="", netloc="").geturl()
    headers = sent.headers
    if not sent.header("Host") and sent.origin is not None:
        headers = (("Host", f"{sent.origin[0]}:{sent.origin[1]}"), *headers)
    request = Request(sent.method, target, headers, _content(sent.body, headers))
    response = Response(got.status, got.headers, _content(got.body, got.headers), None, got.reason)
    metadata = [("connID", str(number - 1)), ("name", "Http"), ("operation", sent.method), ("type", "HTTP_CLIENT")]
    if sent.caller:
        metadata.append(("caller", sent.caller))
    spec = {"objects": list[object](), "created": exchange.began // 1_000_000_000}
    return Mock(
        *(f"mock-{number}", "Http", _PLACE, spec, exchange.began, exchange.ended, str(number - 1)),
        metadata=tuple(metadata),
        request=request,
        response=response,
    )


def _content(body: bytes, headers: Headers) -> str | bytes:
    encoding = next((value for name, value in headers if name.lower() == "content-encoding"), "")
    if not plain_codings(encoding):
        return body
    plain = unpacked(body, encoding) if encoding else body
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return plain


def _learn(masks: Masks, message: Request | Response | None, *, brought: bool) -> None:
    if message is None:
        return
    masks.learn(in_headers(message.headers), brought=brought)
    if isinstance(message, Request):
        masks.learn(in_url(message.url), brought=brought)
    if isinstance(message.body, str):
        masks.learn(in_body(message.body, (message.header("Content-Type") or "").lower()), brought=brought)


def _masked_case(case: Case, masks: Masks) -> Case:
    request, response = case.request, case.response
    masked = replace(
        response,
        headers=tuple((name, masks.in_case(value)) for name, value in response.headers),
        body=masks.in_case(response.body) if isinstance(response.body, str) else response.body,
    )
    return replace(
        case,
        request=replace(
            request,
            url=masks.in_case(request.url),
            params=tuple((name, masks.in_case(value)) for name, value in request.params),
            headers=tuple((name, masks.in_case(value)) for name, value in request.headers),
            body=masks.in_case(request.body) if isinstance(request.body, str) else request.body,
        ),
        response=masked,
        noise=case.noise.over(masked_noise(response, masked)),
    )


def _masked_mock(mock: Mock, masks: Masks) -> Mock:
    """What was masked in the call is noise: the app will send its own key again."""
    request, response = mock.request, mock.response
    assert request is not None
    assert response is not None
    masked = replace(
        mock,
        request=replace(
            request,
            url=masks.in_mock(request.url),
            headers=tuple((name, masks.in_mock(value)) for name, value in request.headers),
            body=masks.in_mock(request.body) if isinstance(request.body, str) else request.body,
        ),
        response=replace(
            response,
            headers=tuple((name, masks.in_mock(value)) for name, value in response.headers),
            body=masks.in_mock(response.body) if isinstance(response.body, str) else response.body,
        ),
    )
    before, after = recorded_call(mock), recorded_call(masked)
    if before is None or after is None or before == after:
        return masked
    return replace(masked, noise=tuple(one.where for one in differences(before, after)))


def _small(case: Case, files: dict[str, bytes]) -> Case:
    """Returns the case with bodies over 1 MiB taken out: of a request to a file, of an answer but for its size."""
    sent = case.request.body if isinstance(case.request.body, bytes) else case.request.body.encode()
    got = case.response.body if isinstance(case.response.body, bytes) else case.response.body.encode()
    if len(sent) > LARGEST_BODY:
        path = f"assets/{case.name}/body.txt"
        files[path] = sent
        kept = BodyRef(f"{case.set_name}/{path}", len(sent))
        case = replace(case, request=replace(case.request, body="", body_ref=kept))
    if len(got) > LARGEST_BODY:
        case = replace(case, response=replace(case.response, body="", body_size=len(got)))
    return case
