"""Keeps secrets out of recordings, so that they still replay.

A secret that an answer gave (a session's token) becomes another text of the same shape, everywhere the same one:
replay takes it for the value that a fresh one replaces. A secret that the client brought along becomes a placeholder
of Keploy, ``{{string .secret.name}}``, whose value goes to the set's ``secret.yaml``. What is masked in calls that the
app makes is noise there.
"""

import hashlib
import hmac
import json
import os
import re
import string
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from tta_validate.replay.compare_json import NOT_JSON, is_array, is_object, parse_json
from tta_validate.replay.redact import is_secret, secrets_in

SHORTEST = 4
"""A shorter value is never masked, in characters: it would be found everywhere."""
_STANDS_ALONE = 8
_UNSURE = frozenset(("code", "key", "auth", "session", "sig", "signature", "sid", "cookie"))
_RANDOM = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])\S{16,}")
_JWT = re.compile(r"(eyJ[\w-]+\.[\w-]+\.)([\w-]*)")
_SCHEME = re.compile(r"(?:Bearer|Basic|Token|Digest|ApiKey|Key)\s+", re.IGNORECASE)
_PART = re.compile(r'name="([^"]+)"(?![^\r\n]*filename)[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n([^\r\n]+)')
_NAMED = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A secret in a message, and the name it stood under."""

    name: str
    value: str


def in_headers(headers: tuple[tuple[str, str], ...]) -> Iterator[Found]:
    """Yields the secrets in headers: credentials, cookies that are no plain setting, and what looks like a key."""
    for name, value in headers:
        if name.lower() in ("authorization", "proxy-authorization"):
            yield Found("authorization", _SCHEME.sub("", value, count=1).strip())
        elif name.lower() == "cookie":
            yield from (_cookie(*part.strip().partition("=")[::2]) for part in value.split(";"))
        elif name.lower() == "set-cookie":
            yield from _set_cookie(value)
        else:
            yield from _named(name, value)


def _cookie(name: str, value: str) -> Found:
    plain = value.strip('"')
    return Found(name, plain if is_secret(name) or _RANDOM.fullmatch(plain) else "")


def _set_cookie(value: str) -> Iterator[Found]:
    pair, _, attributes = value.partition(";")
    name, _, inner = pair.partition("=")
    hidden = "httponly" in attributes.lower()
    yield Found(name.strip(), inner.strip('"')) if hidden else _cookie(name.strip(), inner.strip())


def in_url(url: str) -> Iterator[Found]:
    """Yields the secrets in a URL: parameters of telling names, and what looks like a key anywhere."""
    query = url.partition("?")[2].partition("#")[0]
    for name, value in urllib.parse.parse_qsl(query, errors="replace"):
        yield from _named(name, value)
    yield from (Found("url", one) for one in secrets_in(url))


def in_body(body: str, content_type: str) -> Iterator[Found]:
    """Yields the secrets in a text: fields of telling names in JSON and forms, and what looks like a key anywhere."""
    value = parse_json(body)
    if value is not NOT_JSON:
        yield from _leaves("", value)
    elif content_type.startswith("application/x-www-form-urlencoded"):
        for name, one in urllib.parse.parse_qsl(body, errors="replace"):
            yield from _named(name, one)
    else:
        for name, one in _PART.findall(body) if content_type.startswith("multipart/") else ():
            yield from _named(name, one)
        yield from (Found("token", one) for one in secrets_in(body))


def _leaves(name: str, value: object) -> Iterator[Found]:
    if is_object(value):
        for key, inner in value.items():
            yield from _leaves(key, inner)
    elif is_array(value):
        for inner in value:
            yield from _leaves(name, inner)
    elif isinstance(value, str):
        yield from _named(name, value)


def _named(name: str, value: str) -> Iterator[Found]:
    """A name such as ``code`` tells a secret only where the value looks drawn by chance."""
    last = re.split(r"[^a-z]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())[-1]
    if is_secret(name) and (last not in _UNSURE or "api" in name.lower() or _RANDOM.fullmatch(value)):
        yield Found(name, value)
    else:
        yield from (Found(name or "token", _SCHEME.sub("", one, count=1)) for one in secrets_in(value))


class Masks:
    """The secrets of one recording, in the order of time, and what stands in their place."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._secrets: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def learn(self, found: Iterator[Found], *, brought: bool) -> None:
        """Notes the secrets of a message; ``brought`` says that the client sent it, and not the app or one it calls."""
        for one in found:
            if len(one.value) < SHORTEST or one.value in self._secrets:
                continue
            self._secrets[one.value] = self._stand_in(one.value)
            if brought:
                self._names[one.value] = self._name(one.name)

    @property
    def brought(self) -> dict[str, str]:
        """The secrets that the client brought along, by the name of their placeholder."""
        return {name: value for value, name in self._names.items()}

    def in_case(self, text: str) -> str:
        """Returns a text of a case without secrets: placeholders for those that were brought along."""
        return self._without(text, placeholders=True)

    def in_mock(self, text: str) -> str:
        """Returns a text of a call without secrets."""
        return self._without(text, placeholders=False)

    def _without(self, text: str, *, placeholders: bool) -> str:
        for secret in sorted(self._secrets, key=len, reverse=True):
            for spelled, how in _spellings(secret):
                if spelled in text:
                    known = placeholders and secret in self._names
                    masked = self._placeholder(secret, spelled, how) if known else how(self._secrets[secret])
                    text = _bounded(spelled).sub(lambda _, masked=masked: masked, text)
        return text

    def _placeholder(self, secret: str, spelled: str, how: "_Quote") -> str:
        """A placeholder is filled with escapes in JSON, but as it is in a URL: there it stands for the quoted text."""
        if how is _url and spelled not in self._names:
            self._names[spelled] = self._name(f"{self._names[secret]}_in_url")
        return f"{{{{string .secret.{self._names[spelled if how is _url else secret]}}}}}"

    def _name(self, name: str) -> str:
        plain = _NAMED.sub("_", name.lower()).strip("_") or "value"
        taken = set(self._names.values())
        return next(
            one for at in range(1, len(taken) + 2) if (one := plain if at == 1 else f"{plain}_{at}") not in taken
        )

    def _stand_in(self, secret: str) -> str:
        token = _JWT.fullmatch(secret)
        # The claims say when a token was issued, which sets the clock of replay; without its end it opens nothing.
        return token[1] + self._scrambled(token[2]) if token else self._scrambled(secret)

    def _scrambled(self, text: str) -> str:
        """Returns a text of the same length and kinds of characters, that says nothing of the first."""
        drawn = hashlib.shake_256(hmac.digest(self._key, text.encode(), "sha256")).digest(len(text))
        hexadecimal = len(text) >= 16 and all(one in "0123456789abcdef" for one in text)
        return "".join(_alike(one, byte, hexadecimal=hexadecimal) for one, byte in zip(text, drawn, strict=True))


def _alike(character: str, byte: int, *, hexadecimal: bool) -> str:
    kinds = ("0123456789abcdef",) if hexadecimal else (string.digits, string.ascii_lowercase, string.ascii_uppercase)
    kind = next((kind for kind in kinds if character in kind), character)
    return kind[byte % len(kind)]


def _plain(text: str) -> str:
    return text


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _url(text: str) -> str:
    return urllib.parse.quote(text, safe="")


_Quote = Callable[[str], str]


@cache
def _spellings(secret: str) -> tuple[tuple[str, _Quote], ...]:
    """Returns how the secret may stand in a text, in JSON and in a URL or form, each with how to write another so."""
    escaped = _json(secret)
    found: dict[str, _Quote] = {secret: _plain}
    for one in (json.dumps(secret)[1:-1], escaped, escaped.replace("/", "\\/")):
        found.setdefault(one, _json)
    for one in (_url(secret), urllib.parse.quote(secret), urllib.parse.quote_plus(secret)):
        found.setdefault(one, _url)
    return tuple(found.items())


def _bounded(spelled: str) -> re.Pattern[str]:
    """A short secret counts only where it stands alone as a value, a long one wherever it is no part of a word."""
    if len(spelled) < _STANDS_ALONE:
        return re.compile(rf"(?<=[\"'=]){re.escape(spelled)}(?=[\"'&;]|$)")
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(spelled)}(?![A-Za-z0-9])")
