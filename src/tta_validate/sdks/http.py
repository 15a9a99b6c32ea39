"""Raw HTTP: requests, httpx, aiohttp, urllib and urllib3, where the URL is that of a model."""

import tomllib
from importlib.resources import files

import msgspec

from tta_validate.sdk import Call, Endpoint, Giver, Keys, Sdk, Type

_TIMEOUT: Keys = {"timeout": ("timeout",)}
_BODY = ("json", "data", "content")
_LIMIT = (
    *(f"json.{name}" for name in ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_tokens_to_sample")),
    *(f"json.{name}" for name in ("options.num_predict", "generationConfig.maxOutputTokens")),
    *(f"json.{name}" for name in ("generation_config.max_output_tokens", "inferenceConfig.maxTokens")),
)
"""Where the bodies of OpenAI's, Anthropic's, Ollama's, Google's and Amazon's endpoints have the limit of the output."""

_URL = ("url", "0")
_URL_SECOND = ("url", "1")

# No host is known of these: the URL begins with an unknown piece (in braces), a path, or a machine of one's own.
_OWN = r"^(?:\{[^}]*\}\S*|https?://(?:\{[^}]*\}|localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|[\w-]+[:/])\S*|(?=/))"
_ANYWHERE = (
    Endpoint("google", path=r":(?:generateContent|streamGenerateContent)\b"),
    Endpoint("google", path=r":(?:embedContent|batchEmbedContents)\b", embedding=True),
    Endpoint("ollama", path=_OWN + r"/api/(?:chat|generate)/?(?:[?#]|$)", body=("model",)),
    Endpoint("unknown", path=r"/chat/completions/?(?:[?#]|$)"),
    Endpoint("anthropic", path=_OWN + r"/v1/messages/?(?:[?#]|$)"),
    Endpoint("unknown", path=_OWN + r"/v1/(?:completions|responses)/?(?:[?#]|$)"),
    Endpoint("unknown", path=_OWN + r"/(?:v1|openai)/embeddings/?(?:[?#]|$)", embedding=True),
    Endpoint("ollama", path=r"^\{[^}]*\}/api/generate/?$"),
    Endpoint("ollama", path=r"^\{[^}]*\}/api/embed(?:dings)?/?$", embedding=True),
)


def _hosts() -> tuple[Endpoint, ...]:
    text = files("tta_validate").joinpath("hosts.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["endpoint"], tuple[Endpoint, ...])


def _near() -> tuple[str, ...]:
    text = files("tta_validate").joinpath("hosts.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["endpoint-texts"])


def _send(path: str, *url: str, stream: bool = False) -> Call:
    return Call((path,), url=url, prompt=_BODY, model=("json.model",), limit=_LIMIT, guards=_TIMEOUT, stream=stream)


SDK = Sdk(
    name="http",
    title="Raw HTTP",
    near=_near(),
    imports=("requests", "httpx", "aiohttp", "urllib.request", "urllib3", "http.client", "niquests", "curl_cffi"),
    kind="http",
    provider="unknown",
    unset=("httpx.USE_CLIENT_DEFAULT", "aiohttp.client.DEFAULT_TIMEOUT"),
    endpoints=(*_hosts(), *_ANYWHERE),
    types=(
        Type(
            "http.requests",
            constructors=(
                "{requests,niquests}.{Session,session,sessions.Session,sessions.session}",
                "curl_cffi.requests.Session",
                "requests_toolbelt.sessions.BaseUrlSession",
            ),
            url=("base_url",),
            guards=_TIMEOUT,
            sets={"mount": {"retry": ("1.max_retries", "adapter.max_retries")}},
            calls=(_send("post", *_URL), _send("request", *_URL_SECOND)),
        ),
        Type(
            "http.cached",
            constructors=("requests_cache.{CachedSession,session.CachedSession}",),
            guards={"cache": ("allowable_methods",)},
            sets={"mount": {"retry": ("1.max_retries", "adapter.max_retries")}},
            calls=(_send("post", *_URL), _send("request", *_URL_SECOND)),
        ),
        Type(
            "http.httpx",
            constructors=("httpx.{Client,AsyncClient}", "curl_cffi.requests.AsyncSession"),
            url=("base_url",),
            guards={"timeout": ("timeout",), "retry": ("transport.retries", "transport.retry")},
            calls=(
                _send("post", *_URL),
                _send("request", *_URL_SECOND),
                _send("stream", *_URL_SECOND, stream=True),
            ),
        ),
        Type(
            "http.aiohttp",
            constructors=("aiohttp.{ClientSession,client.ClientSession}",),
            url=("base_url", "0"),
            guards=_TIMEOUT,
            calls=(_send("post", *_URL), _send("request", *_URL_SECOND)),
        ),
        Type(
            "http.aiohttp-retry",
            constructors=("aiohttp_retry.{RetryClient,client.RetryClient}",),
            inner=("client_session", "0"),
            guards=_TIMEOUT,
            gives=("retry",),
            calls=(_send("post", *_URL), _send("request", *_URL_SECOND)),
        ),
        Type(
            "http.urllib3",
            constructors=("urllib3.{PoolManager,ProxyManager}",),
            guards={"timeout": ("timeout",), "retry": ("retries",)},
            calls=(
                Call(
                    ("{request,urlopen}",),
                    url=_URL_SECOND,
                    prompt=("json", "body", "fields"),
                    guards={"timeout": ("timeout",), "retry": ("retries",)},
                ),
            ),
        ),
        Type(
            "http.connection",
            constructors=("http.client.{HTTPSConnection,HTTPConnection}",),
            url=("host", "0"),
            guards=_TIMEOUT,
            calls=(Call(("request",), url=_URL_SECOND, prompt=("body", "2")),),
        ),
    ),
    functions=(
        _send("{requests,httpx,niquests,curl_cffi.requests}.post", *_URL),
        _send("{requests,httpx,niquests,curl_cffi.requests,aiohttp}.request", *_URL_SECOND),
        _send("httpx.stream", *_URL_SECOND, stream=True),
        Call(
            ("urllib3.request",),
            url=_URL_SECOND,
            prompt=("json", "body"),
            guards={"timeout": ("timeout",), "retry": ("retries",)},
        ),
        Call(
            ("urllib.request.urlopen",),
            url=("0.url", "0.0", "url.url", "url.0", "url", "0"),
            prompt=("0.data", "url.data", "data", "1"),
            guards={"timeout": ("timeout", "2")},
        ),
    ),
    givers=(
        Giver(("requests_cache.install_cache",), "cache", "global", bound=("allowable_methods",)),
        Giver(("socket.setdefaulttimeout",), "timeout", "global", bound=("timeout", "0")),
    ),
)
