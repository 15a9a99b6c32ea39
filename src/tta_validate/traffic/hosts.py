"""Which provider serves a URL (the data is in ``hosts.toml``), and in which shape it answers."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

UNKNOWN = "unknown"
"""The provider of a host that nobody named."""


class Endpoint(NamedTuple):
    """Where a request goes: provider, shape of the answer (empty: no endpoint of a model), model in the URL, path."""

    provider: str
    shape: str
    model: str
    path: str
    host: str
    embedding: bool


_MODEL = re.compile(r"/(?:models|model|deployments|engines)/([^/:?]+(?::\d+)?)")
_SHAPES: tuple[tuple[str, str], ...] = (
    (r"/count[_-]tokens$|/input_tokens$|:countTokens$|/tokenize$|/batches(?:/|$)", ""),
    (r"/responses(?:/compact)?$", "responses"),
    (r"/responses/[^/]+$", "fetched-response"),
    (r"/messages$", "anthropic"),
    (r"/model/[^/]+/(?:converse|converse-stream)$", "converse"),
    (r"/model/[^/]+/(?:invoke|invoke-with-response-stream)$", "invoke"),
    (r":(?:streamGenerateContent|generateContent|generateText|generateMessage)$", "gemini"),
    (r":(?:rawPredict|streamRawPredict)$", "anthropic"),
    (r":(?:embedContent|batchEmbedContents|embedText)$|models/[^/]*embed[^/]*:predict$", "gemini-embedding"),
    (r"/api/(?:chat|generate)$", "ollama"),
    (r"/api/(?:embed|embeddings)$", "ollama-embedding"),
    (r"^/v[12]/(?:chat|generate)$", "cohere"),
    (r"^/v[12]/embed$", "cohere-embedding"),
    (r"/completions$", "chat"),
    (r"/embeddings$", "embedding"),
    (r"/xai_api\.Chat/Get\w+$", "xai-grpc"),
)
_COMPILED = tuple((re.compile(pattern), shape) for pattern, shape in _SHAPES)


@cache
def _hosts() -> tuple[tuple[re.Pattern[str], str], ...]:
    data = tomllib.loads(files("tta_validate").joinpath("hosts.toml").read_text(encoding="utf-8"))
    rows = [*data["model-host"], *data["endpoint"]]
    return tuple((re.compile(row["host"]), row["provider"]) for row in rows)


def provider_of(url: str) -> str:
    """Returns the provider whose public host the URL names, or ``unknown``."""
    parts = urlsplit(url)
    where = f"{parts.scheme}://{parts.netloc}{parts.path}"
    return next((provider for pattern, provider in _hosts() if pattern.search(where)), UNKNOWN)


class Directory:
    """Looks up where URLs go; ``own`` names the provider of further hosts (``host``, ``host:port``, with a path)."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self._own = sorted((own or {}).items(), key=lambda item: -len(item[0]))
        self._known: dict[str, Endpoint] = {}

    def endpoint(self, url: str) -> Endpoint:
        """Returns where a URL goes; its query does not matter."""
        plain = url.partition("?")[0]
        found = self._known.get(plain)
        if found is None:
            if len(self._known) > 10_000:
                self._known.clear()
            found = self._known[plain] = self._look_up(plain)
        return found

    def _look_up(self, url: str) -> Endpoint:
        try:
            parts = urlsplit(url)
        except ValueError:
            return Endpoint(UNKNOWN, "", "", "", "", False)
        path = unquote(unquote(parts.path)).rstrip("/")
        shape = next((shape for pattern, shape in _COMPILED if pattern.search(path)), "")
        place = f"{parts.netloc}{parts.path}"
        named = next(
            (who for host, who in self._own if place == host or place.startswith((f"{host}/", f"{host}:"))), ""
        )
        model = _MODEL.search(_arn(path))
        return Endpoint(
            named or provider_of(url),
            shape,
            model[1] if model else "",
            path,
            parts.netloc.rpartition("@")[2],
            shape.endswith("embedding") or (shape == "invoke" and "embed" in path),
        )


def _arn(path: str) -> str:
    """Returns the path with the name of an inference profile, an ARN, as its model."""
    return re.sub(r"/model/arn:[^/]*/([^/]+)/", r"/model/\1/", path)
