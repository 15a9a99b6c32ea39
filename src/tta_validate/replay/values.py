"""Fresh values for recorded ones: a token, id or cookie of an earlier answer stands in later requests and expectations.

Two ways lead there: a placeholder of Keploy takes the value of its name, and without placeholders a recorded value
that an answer replaced by another one is replaced wherever it recurs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tta_validate.recordings.model import Case, Response
from tta_validate.replay.compare_checks import as_text
from tta_validate.replay.compare_json import NOT_JSON, is_array, is_object, parse_json
from tta_validate.replay.values_fresh import Refresher
from tta_validate.replay.values_learn import replaced
from tta_validate.replay.values_model import Fresh, Substitution, shown
from tta_validate.replay.values_templates import names, rendered

_MOST = 5000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case that is ready to be sent or compared, and what was replaced in it."""

    case: Case
    substitutions: tuple[Substitution, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """The new values, which an answer must repeat: another id than the one of before is no fresh one."""
        return tuple(dict.fromkeys(one.new for one in self.substitutions))


@dataclass(frozen=True, slots=True)
class Flow:
    """The values known so far in one test set. Its methods change nothing and return what is new.

    ``template`` holds the values of placeholders by name; ``learned`` names those that an answer has given. ``fresh``
    holds what recorded values are now, the newest last.
    """

    template: Mapping[str, object] = field(default_factory=dict[str, object])
    fresh: tuple[Fresh, ...] = ()
    learned: frozenset[str] = frozenset()

    @classmethod
    def of(cls, template: Mapping[str, object], secret: Mapping[str, object] | None = None) -> "Flow":
        """Returns the flow at the start of a set, with the ``template`` and ``secret`` of its settings."""
        return cls({**dict(names(template)), **dict(names({"secret": dict(secret or {})}))})

    def prepare(self, case: Case) -> Prepared:
        """Returns the case to send: placeholders filled on both sides, fresh values in the request."""
        filled, done = rendered(case, self.template) if case.templates else (case, [])
        refresher = Refresher(self.fresh)
        request = refresher.request(filled.request) if self.fresh else filled.request
        return Prepared(replace(filled, request=request), tuple(dict.fromkeys([*done, *refresher.done])))

    def settle(self, prepared: Case, answer: Response) -> Prepared:
        """Returns the case to compare: recorded values of the expectation that the answer has fresh ones for replaced.

        An expectation that the answer meets as recorded stays. The value of a placeholder is taken from the first
        answer that has it, and must stay the same from then on.
        """
        said = _said(prepared.response)
        known = [one for one in self.fresh if one.old in said]
        named = self._values()
        first = [one for one in replaced(prepared, answer, named) if named.get(one.old, "") not in ("", *self.learned)]
        refresher = Refresher([*known, *first])
        response = refresher.response(prepared.response)
        body = _kept(prepared.response.body, response.body, answer.body)
        now = set(answer.headers)
        pairs = zip(prepared.response.headers, response.headers, strict=True)
        headers = tuple(recorded if recorded in now else refreshed for recorded, refreshed in pairs)
        settled = replace(response, body=body, headers=headers)
        done = () if settled == prepared.response else tuple(dict.fromkeys(refresher.done))
        return Prepared(replace(prepared, response=settled), done)

    def learn(self, prepared: Case, answer: Response) -> "Flow":
        """Returns the flow after the answer to a prepared case."""
        named = self._values()
        found = list(replaced(prepared, answer, named))[:_MOST]
        template, learned = dict(self.template), set(self.learned)
        for one in found:
            name = named.get(one.old, "")
            if name and name not in learned:
                template[name] = one.value
                learned.add(name)
        known = {one.old: one for one in self.fresh}
        for one in found:
            known.pop(one.old, None)
            known[one.old] = one
        return Flow(template, tuple(known.values())[-_MOST:], frozenset(learned))

    def _values(self) -> dict[str, str]:
        """Returns the name of a placeholder by its value; secrets are left out, and numbers of one digit."""
        by_value = {shown(value): name for name, value in reversed(list(self.template.items()))}
        return {value: name for value, name in by_value.items() if not name.startswith("secret.") and len(value) > 1}


def _said(response: Response) -> str:
    body = as_text(response.body)
    return "\n".join([*(value for _, value in response.headers), body if isinstance(body, str) else ""])


def _kept(recorded: str | bytes, refreshed: str | bytes, answer: str | bytes) -> str | bytes:
    """Returns the refreshed body with what the answer has as recorded put back."""
    if as_text(recorded) == as_text(answer):
        return recorded
    before, after, now = parse_json(recorded), parse_json(refreshed), parse_json(answer)
    if recorded == refreshed or NOT_JSON in (before, after, now):
        return refreshed
    mixed = _mixed(before, after, now)
    if mixed == before:
        return recorded
    return refreshed if mixed == after else json.dumps(mixed, ensure_ascii=False)


def _mixed(before: object, after: object, now: object) -> object:
    if is_object(before) and is_object(after) and is_object(now):
        return {name: _mixed(before[name], after[name], now.get(name)) for name in before}
    if is_array(before) and is_array(after) and is_array(now) and len(before) == len(now):
        return [_mixed(*three) for three in zip(before, after, now, strict=True)]
    return before if before == now else after
