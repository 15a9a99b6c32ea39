"""Two sets of response headers side by side, by Keploy's rules, and what each difference means."""

import re
from collections.abc import Iterable, Iterator
from email.message import Message

from tta_validate.recordings.model import Pairs
from tta_validate.replay.classify import Setting, classify, moment_of
from tta_validate.replay.compare_model import Change, Class, Difference, Rules
from tta_validate.replay.compare_noise import Ignored, matches_any

FRESH = frozenset(
    (
        "date", "x-request-id", "request-id", "x-correlation-id", "x-runtime", "traceparent", "tracestate", "b3",
        "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-datadog-trace-id", "x-datadog-parent-id",
        "x-amzn-trace-id", "x-cloud-trace-context", "sentry-trace",
    )
)  # fmt: skip
"""Headers whose value Keploy forgives since v3.6.22 where both sides have them."""

_FRESH_TOO = frozenset(
    ("age", "expires", "last-modified", "etag", "server-timing", "x-process-time", "x-response-time", "cf-ray")
)
_ENVIRONMENT = frozenset(("server", "via", "x-powered-by", "alt-svc", "vary", "x-served-by", "x-aspnet-version"))
HOP_BY_HOP = frozenset(("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding"))
"""Source: RFC 9110 section 7.6.1."""
_STRIPPED_BY_GO = frozenset(("trailer", "transfer-encoding"))
_COOKIE = re.compile(r",(?=\s*[\w!#$%&'*+.^`|~-]+=)")
_PROTECTIVE = re.compile(
    r"^(?:x-content-type-options|x-frame-options|referrer-policy|cross-origin-.*|permissions-policy)$"
)
_COOKIE_TIMES = ("expires", "max-age")


def header_differences(expected: Pairs, actual: Pairs, rules: Rules, setting: Setting) -> Iterator[Difference]:
    """Yields every header that differs and is no noise, in the order of the recording, new ones last."""
    if rules.noise.all_headers or any(name.lower() == "header" for name, _ in rules.noise.headers):
        return
    recorded, replayed = _joined(expected, rules), _joined(actual, rules)
    ignored = Ignored(rules.ignore)
    for lower in (*recorded, *(name for name in replayed if name not in recorded)):
        name = (recorded.get(lower) or replayed[lower])[0]
        old, new = recorded.get(lower), replayed.get(lower)
        if old and new and old[1] == new[1]:
            continue
        after = new[1] if new else None
        if _is_noise(lower, after, rules) or ignored.header(name, after):
            continue
        if rules.compat and rules.auto_header_noise and old and new and lower in FRESH and not _guarded(lower, rules):
            continue
        narrowed = _guarded(lower, rules) or (lower in FRESH and not rules.auto_header_noise)
        yield _difference(name, old[1] if old else None, after, None if narrowed else setting)


def _joined(headers: Pairs, rules: Rules) -> dict[str, tuple[str, str]]:
    """Returns name and value by lower-case name; values of one name joined as Go joins them."""
    found: dict[str, tuple[str, str]] = {}
    for name, value in headers:
        lower = name.lower()
        if lower in (_STRIPPED_BY_GO if rules.compat else HOP_BY_HOP):
            continue
        if lower == "connection" and value.strip().lower() == "close":
            continue
        found[lower] = (found[lower][0], f"{found[lower][1]},{value}") if lower in found else (name, value)
    return found


def _entry(lower: str, rules: Rules) -> tuple[str, ...] | None:
    """A noise name covers each header whose name it is part of; the longest wins."""
    fitting = [(name.lower(), patterns) for name, patterns in rules.noise.headers if name.lower() in lower]
    return min(fitting, key=lambda entry: (-len(entry[0]), entry[0]))[1] if fitting else None


def _guarded(lower: str, rules: Rules) -> bool:
    return bool(_entry(lower, rules))


def _is_noise(lower: str, value: str | None, rules: Rules) -> bool:
    patterns = _entry(lower, rules)
    if patterns is None:
        return False
    return not patterns or (value is not None and matches_any(patterns, value))


def _difference(name: str, old: str | None, new: str | None, setting: Setting | None) -> Difference:
    """Without a setting the user has narrowed what may differ here, so that what does is behaviour."""
    change: Change = "missing" if new is None else "added" if old is None else "changed"
    kind, why = _class(name.lower(), old, new, setting) if setting else ("behaviour", "outside what noise allows")
    return Difference(f"header.{name}", kind, change, old, new, f"header.{name}", why)


def _class(name: str, old: str | None, new: str | None, setting: Setting) -> tuple[Class, str]:
    if name in _ENVIRONMENT:
        return "drift", "a header of the server or framework"
    if old is None or new is None:
        if old is None and (_PROTECTIVE.match(name) or name in FRESH):
            return "drift", "a header that frameworks add in later versions"
        return "behaviour", ""
    if name in FRESH or name in _FRESH_TOO:
        return "volatile", "a header that is new every time"
    if name == "content-type" and _same_media_type(old, new):
        return "drift", "the same media type spelled otherwise"
    if name.startswith("access-control-") and _tokens(old) == _tokens(new):
        return "drift", "the same names in another order"
    if name == "set-cookie":
        return _cookies(old, new, setting)
    if moment_of(old) is not None and moment_of(new) is not None and "date" in name:
        return "volatile", "a header that is new every time"
    return classify(name, old, new, setting)


def _tokens(value: str) -> set[str]:
    return {token.strip().lower() for token in value.split(",")}


def _same_media_type(old: str, new: str) -> bool:
    """Source: RFC 8259 section 11: JSON has no charset, so one that comes or goes says nothing."""
    (left, one), (right, other) = _media_type(old), _media_type(new)
    return left == right and (one == other or left == "application/json" or left.endswith("+json"))


def _media_type(value: str) -> tuple[str, frozenset[tuple[str, str]]]:
    message = Message()
    message["Content-Type"] = value
    found = [(str(key).lower(), str(inner).lower()) for key, inner in message.get_params(failobj=[])[1:]]
    return message.get_content_type(), frozenset(found)


def _cookies(old: str, new: str, setting: Setting) -> tuple[Class, str]:
    """A cookie that is still set with the same attributes may carry another value: a session or a token."""
    before, after = cookies(old), cookies(new)
    if before.keys() != after.keys():
        return "behaviour", "other cookies are set"
    for name, (value, attributes) in before.items():
        new_value, new_attributes = after[name]
        if attributes != new_attributes:
            return "behaviour", f"other attributes of the cookie {name}"
        if bool(value) != bool(new_value) or (value != new_value and value and value in setting.sent):
            return "behaviour", f"another value of the cookie {name}"
    return "volatile", "the value of a cookie that is new every time"


def cookies(text: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Returns value and attributes of each cookie of one or more joined ``Set-Cookie`` headers, without their times."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for cookie in _COOKIE.split(text):
        first, *rest = (part.strip() for part in cookie.split(";"))
        name, _, value = first.partition("=")
        found[name] = (value, frozenset(_attribute(part) for part in rest if part))
    return found


def _attribute(part: str) -> str:
    name = part.partition("=")[0].lower()
    return name if name in _COOKIE_TIMES else part.lower()


def without_length(differences: Iterable[Difference]) -> list[Difference]:
    """Returns the differences without the one of Content-Length, which says nothing where the body is as recorded."""
    return [one for one in differences if one.where.lower() != "header.content-length"]
