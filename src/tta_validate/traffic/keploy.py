"""Exchanges out of Keploy's mocks of kind Http."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tta_validate.recordings.mocks import load_mock, mock_entries
from tta_validate.recordings.model import Mock, Skipped
from tta_validate.traffic.exchange import Exchange, Left

_KINDS = frozenset(("http", "http2", "https"))


def exchanges(file: Path, path: str) -> Iterator[Exchange | Left]:
    """Yields the outgoing HTTP exchanges of a file of mocks; the folder around it, a test set, is their session."""
    session = path.rpartition("/")[0] or path
    for entry in mock_entries(file, path):
        if isinstance(entry, Skipped):
            yield Left(entry.place.path, entry.place.line, entry.reason)
        elif entry.kind and entry.kind.lower() not in _KINDS:
            yield Left(path, entry.place.line, f"is a mock of kind {entry.kind[:40]}")
        else:
            found = load_mock(entry)
            if isinstance(found, Skipped):
                yield Left(found.place.path, found.place.line, found.reason)
            elif found.request is None or found.response is None:
                yield Left(path, found.place.line, f"is a mock of kind {found.kind[:40]}")
            else:
                yield _exchange(found, path, session)


def _exchange(mock: Mock, path: str, session: str) -> Exchange:
    assert mock.request is not None
    assert mock.response is not None
    url = mock.request.url
    if not urlsplit(url).netloc:
        url = f"https://{mock.request.header('Host') or ''}{url}"
    took = None if mock.at is None or mock.until is None else max(0, mock.until - mock.at) / 1e9
    body = mock.response.body
    if mock.response.chunks:
        body = "".join(_event(dict(chunk.data)) for chunk in mock.response.chunks)
    return Exchange(
        path,
        mock.place.line,
        session,
        mock.request.method,
        url,
        mock.request.body,
        mock.response.status,
        body,
        None if mock.at is None else mock.at / 1e9,
        took,
        dict(mock.metadata).get("caller", ""),
        {name.lower(): value for name, value in mock.response.headers},
    )


def _event(fields: dict[str, str]) -> str:
    if "raw" in fields:
        return fields["raw"]
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if name in ("event", "data")) + "\n"
