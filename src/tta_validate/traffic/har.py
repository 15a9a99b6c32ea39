"""Exchanges out of an HTTP archive. Source: the HAR 1.2 specification."""

import base64
import binascii
from collections.abc import Iterator, Mapping

from tta_validate.traffic.cassettes import headers
from tta_validate.traffic.exchange import Exchange
from tta_validate.traffic.moments import seconds
from tta_validate.traffic.values import items, mapping, number, text


def exchanges(tree: Mapping[str, object], path: str) -> Iterator[Exchange]:
    """Yields the entries of an archive; those of one page are one session."""
    for entry in map(mapping, items(mapping(tree.get("log")).get("entries"))):
        request, response = mapping(entry.get("request")), mapping(entry.get("response"))
        took = number(entry.get("time"))
        status = response.get("status")
        page = text(entry.get("pageref"))
        yield Exchange(
            path,
            1,
            f"{path}#{page}" if page else path,
            text(request.get("method")),
            text(request.get("url")),
            text(mapping(request.get("postData")).get("text")),
            status if isinstance(status, int) else 0,
            _content(mapping(response.get("content"))),
            seconds(entry.get("startedDateTime")),
            None if took is None else took / 1000,
            headers=headers(response.get("headers")),
        )


def _content(content: Mapping[str, object]) -> object:
    body = text(content.get("text"))
    if content.get("encoding") != "base64":
        return body
    try:
        return base64.b64decode(body)
    except (binascii.Error, ValueError):
        return body
