"""Keploy's placeholders: ``{{.name}}``, ``{{string .a.b}}``, ``{{int .n}}``, ``{{float .x}}``, and nothing else."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import unquote

from tta_validate.recordings.model import Case, FormField, Pairs
from tta_validate.replay.compare_json import NOT_JSON, is_object, parse_json
from tta_validate.replay.values_model import Substitution, shown

_PLACEHOLDER = re.compile(r"\{\{\s*(?:(string|int|float)\s+)?\.([\w-]+(?:\.[\w-]+)*)\s*\}\}")
_ENCODED = re.compile(r"%7B%7B[^/?&]*?%7D%7D", re.IGNORECASE)
_QUOTED_NUMBER = re.compile(r'"(\{\{\s*(?:int|float)\s[^{}"]*\}\})"')


def names(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yields each value with the name a placeholder has for it: dots between the keys."""
    for name, value in values.items():
        if is_object(value):
            yield from names(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def rendered(case: Case, values: Mapping[str, object]) -> tuple[Case, list[Substitution]]:
    """Returns the case with its placeholders filled on both sides, and what was put where."""
    filling = _Filling(values)
    request, response = case.request, case.response
    request = replace(
        request,
        url=filling.text(request.url, "request.url"),
        headers=filling.pairs(request.headers, "request.header"),
        body=filling.body(request.body, "request.body"),
        form=tuple(
            FormField(
                part.key, tuple(filling.text(value, f"request.form.{part.key}") for value in part.values), part.paths
            )
            for part in request.form
        ),
    )
    response = replace(
        response, headers=filling.pairs(response.headers, "header"), body=filling.body(response.body, "body")
    )
    return replace(case, request=request, response=response), filling.done


class _Filling:
    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values
        self.done: list[Substitution] = []

    def text(self, text: str, where: str, *, escape: bool = False) -> str:
        """Returns the text filled; a name without a value stays as it is, as in Keploy."""

        def fill(found: re.Match[str]) -> str:
            if found[2] not in self._values:
                return found[0]
            value = shown(self._values[found[2]])
            told = "(secret)" if found[2].startswith("secret.") else value
            self.done.append(Substitution(found[0], told, f"template {found[2]}", where))
            return json.dumps(value, ensure_ascii=False)[1:-1] if escape else value

        return _PLACEHOLDER.sub(fill, _ENCODED.sub(lambda found: unquote(found[0]), text))

    def pairs(self, pairs: Pairs, where: str) -> Pairs:
        return tuple((name, self.text(value, f"{where}.{name}")) for name, value in pairs)

    def body(self, body: str | bytes, where: str) -> str | bytes:
        """Inside JSON a value is escaped, and a number stands without quotes."""
        if not isinstance(body, str) or "{{" not in body:
            return body
        before = len(self.done)
        filled = self.text(_QUOTED_NUMBER.sub(r"\1", body), where, escape=True)
        if parse_json(filled) is not NOT_JSON:
            return filled
        del self.done[before:]
        return self.text(body, where)
