"""Asks the simple API of an index (PEP 503, 691, 700) what is newest and what was yanked."""

import http.client
import json
import re
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from tta_validate.lock.versions import VersionError, parse_version

_SECONDS = 10.0
_MAX_BYTES = 64 * 2**20
_FRESH = timedelta(hours=6)
_ACCEPT = "application/vnd.pypi.simple.v1+json"

Files = list[dict[str, Any]]


class Index:
    """A client of indexes; connections are kept, answers cached in a folder, and failures collected, not raised."""

    def __init__(self, cache: Path | None = None) -> None:
        self.cache = cache
        self.failures: list[str] = []
        self._connections: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def latest(self, index: str, name: str, version: str) -> tuple[str | None, datetime | None, str | None]:
        """Returns the newest stable version, its upload, and why the locked one was yanked; None for unknown."""
        files = self._files(index, name)
        newest: tuple[object, str, datetime | None] | None = None
        yanked: str | None = None
        for file in files:
            found = _version(str(file.get("filename", "")), name)
            if found is None:
                continue
            if found == version and file.get("yanked"):
                yanked = file["yanked"] if isinstance(file["yanked"], str) else "no reason given"
            parsed = parse_version(found)
            if parsed.is_prerelease or file.get("yanked"):
                continue
            moment = _moment(file.get("upload-time"))
            if newest is None or parsed > newest[0]:  # pyright: ignore[reportOperatorIssue]
                newest = (parsed, found, moment)
        return (None, None, yanked) if newest is None else (newest[1], newest[2], yanked)

    def _files(self, index: str, name: str) -> Files:
        url = f"{index.rstrip('/')}/{name}/"
        stored = self.cache / f"{sha256(url.encode()).hexdigest()}.json" if self.cache else None
        text = _kept(stored)
        if text is None:
            text = self._get(url)
            if text is not None and stored is not None:
                stored.parent.mkdir(parents=True, exist_ok=True)
                stored.write_bytes(text)
        try:
            values = json.loads(text or b"{}")
        except ValueError:
            self.failures.append(f"{name}: the index does not answer in JSON")
            return []
        files = cast("Mapping[str, object]", values).get("files") if isinstance(values, dict) else None
        return [file for file in cast("list[Any]", files) if isinstance(file, dict)] if isinstance(files, list) else []

    def _get(self, url: str) -> bytes | None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            return None
        try:
            for again in (False, True):
                connection = self._connection(parts.scheme, parts.netloc.rpartition("@")[2], renew=again)
                try:
                    connection.request("GET", parts.path, headers={"Accept": _ACCEPT, "User-Agent": "tta-validate"})
                    answer = connection.getresponse()
                    data = answer.read(_MAX_BYTES)
                except (http.client.HTTPException, ConnectionError):
                    if again:
                        raise
                    continue
                if answer.status == 200:
                    return data
                self.failures.append(f"{url}: the index answers {answer.status}")
                return None
        except (OSError, http.client.HTTPException, ssl.SSLError) as error:
            self.failures.append(f"{url}: {type(error).__name__}: {error}")
        return None

    def _connection(self, scheme: str, host: str, *, renew: bool) -> http.client.HTTPConnection:
        key = (scheme, host)
        if renew or key not in self._connections:
            kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
            self._connections[key] = kind(host, timeout=_SECONDS)
        return self._connections[key]


def _kept(path: Path | None) -> bytes | None:
    try:
        if path is None or datetime.now(UTC) - datetime.fromtimestamp(path.stat().st_mtime, UTC) > _FRESH:
            return None
        return path.read_bytes()
    except OSError:
        return None


def _version(filename: str, name: str) -> str | None:
    """Returns the version in a file's name, normalised; None for a name that has none."""
    if filename.endswith(".whl"):
        text = filename.split("-")[1] if filename.count("-") >= 4 else ""
    else:
        stem = re.sub(r"\.(?:tar\.gz|tar\.bz2|zip|tgz)$", "", filename)
        if stem == filename:
            return None
        text = stem[len(name) + 1 :] if re.sub(r"[-_.]+", "-", stem).lower().startswith(f"{name}-") else ""
    try:
        return str(parse_version(text.replace("_", "+", 1)))
    except VersionError:
        return None


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
