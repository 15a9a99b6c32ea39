"""Puts fresh values in the place of recorded ones: a long one within any text, a short one where it stands alone."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import unquote, urlsplit, urlunsplit

from tta_validate.recordings.model import FormField, Request, Response
from tta_validate.replay.compare_json import NOT_JSON, is_array, is_number, is_object, parse_json, spelled
from tta_validate.replay.compare_noise import Path
from tta_validate.replay.values_model import Fresh, Substitution, field_name, is_id_name

_FORM = re.compile(r"[^\s={}<>]+=[^\s{}<>]*")
_STEP = re.compile(r"[^/]+")


class Refresher:
    """Replaces values in requests and answers; ``done`` lists what it did."""

    def __init__(self, fresh: Iterable[Fresh]) -> None:
        self._all = tuple(fresh)
        self._long = [one for one in self._all if one.within]
        self._short = {one.old: one for one in self._all if not one.within}
        self.done: list[Substitution] = []

    def request(self, request: Request) -> Request:
        """Returns the request with fresh values in URL, headers, body and form."""
        headers = tuple((name, self._text(value, f"request.header.{name}")) for name, value in request.headers)
        form = tuple(
            FormField(
                part.key,
                tuple(self._alone(part.key, value, f"request.form.{part.key}") for value in part.values),
                part.paths,
            )
            for part in request.form
        )
        url, body = self._url(request.url, "request.url"), self._body(request.body, "request.body")
        return replace(request, url=url, headers=headers, body=body, form=form)

    def response(self, response: Response) -> Response:
        """Returns the answer with fresh values in headers and body."""
        headers = tuple(
            (name, (self._url if name.lower() == "location" else self._text)(value, f"header.{name}"))
            for name, value in response.headers
        )
        return replace(response, headers=headers, body=self._body(response.body, "body"))

    def _put(self, one: Fresh, where: str) -> str:
        self.done.append(Substitution(one.old, one.new, one.source, where))
        return one.new

    def _text(self, text: str, where: str) -> str:
        for one in self._long:
            if one.old in text:
                text = text.replace(one.old, self._put(one, where))
        return text

    def _alone(self, name: str, text: str, where: str) -> str:
        """A short value counts only under the name of an id, or of the field it came from."""
        one = self._short.get(text)
        if one and (is_id_name(name) or name == one.name):
            return self._put(one, where)
        return self._text(text, where)

    def _url(self, url: str, where: str) -> str:
        url = self._text(url, where)
        if not self._short:
            return url
        try:
            parts = urlsplit(url)
        except ValueError:
            return url
        path = _STEP.sub(lambda step: self._step(step[0], where), parts.path)
        query = self._pairs(parts.query, where)
        changed = path != parts.path or query != parts.query
        return urlunsplit(parts._replace(path=path, query=query)) if changed else url

    def _step(self, step: str, where: str) -> str:
        one = self._short.get(unquote(step))
        return self._put(one, where) if one else step

    def _pairs(self, query: str, where: str) -> str:
        found: list[str] = []
        for pair in query.split("&"):
            name, mark, value = pair.partition("=")
            found.append(f"{name}{mark}{self._alone(unquote(name), value, where)}")
        return "&".join(found)

    def _body(self, body: str | bytes, where: str) -> str | bytes:
        """A body without any of the values stays as it was recorded, to the byte."""
        if not isinstance(body, str) or not any(one.old in body for one in self._all):
            return body
        value = parse_json(body)
        if value is NOT_JSON:
            return self._pairs(body, where) if _FORM.fullmatch(body) else self._text(body, where)
        refreshed = self._json(value, (), where)
        return body if refreshed == value else json.dumps(refreshed, ensure_ascii=False)

    def _json(self, value: object, path: Path, where: str) -> object:
        if is_object(value):
            return {name: self._json(inner, (*path, name), where) for name, inner in value.items()}
        if is_array(value):
            return [self._json(inner, (*path, at), where) for at, inner in enumerate(value)]
        if isinstance(value, str):
            return self._alone(field_name(path), value, f"{where}{spelled(path)}")
        if is_number(value):
            one = self._short.get(json.dumps(value))
            if one and one.number and (is_id_name(field_name(path)) or field_name(path) == one.name):
                self._put(one, f"{where}{spelled(path)}")
                return one.value
        return value
