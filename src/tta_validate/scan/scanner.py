"""Facts of statements, from the cache or from worker processes."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib.metadata import version

import msgspec

from tta_validate import facts
from tta_validate.apart import processors
from tta_validate.cache import Cache, own_code
from tta_validate.scan.pool import Answer, Pool

SECONDS = 20.0
"""How long one statement may take."""

_MAX_JOBS = 8
_MANY = 500
"""So many answers are put in the cache at a time: each transaction has its cost."""

_SAVED = msgspec.msgpack.Decoder(Answer)


class Unread(msgspec.Struct, frozen=True, gc=False):
    """Why a statement has no facts, and on which line of its text, from 0."""

    reason: str
    line: int = 0


def default_jobs() -> int:
    """Returns how many processes may run at a time: the processors given to this one, 8 at the most."""
    return max(1, min(processors(), _MAX_JOBS))


class Scanner:
    """Reads statements into facts; the answers depend on the texts only, never on ``jobs`` or on what is cached.

    ``seconds``: how long one statement may take. Use it in a ``with`` block: leaving it ends the processes.
    """

    def __init__(self, cache: Cache, jobs: int = 0, seconds: float = SECONDS) -> None:
        self._cache = cache
        self.jobs = jobs or default_jobs()
        """How many processes may run at a time."""
        self._pool = Pool(self.jobs, seconds)
        self._version = own_code() + f"{version('libcst')}\0".encode()
        self._ahead: dict[bytes, Answer] = {}
        """What was read in this run, or known when it was to be read ahead."""
        self._asked: dict[bytes, int] = {}
        """The tickets of what is read ahead."""
        self._met: set[bytes] = set()
        self._unsaved: list[tuple[bytes, bytes]] = []
        self.read = 0
        """Statements that had to be read."""
        self.known = 0
        """Statements whose facts were cached."""

    def __enter__(self) -> "Scanner":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the worker processes, and puts what they have answered in the cache."""
        self._pool.close()
        tickets = {ticket: key for key, ticket in self._asked.items()}
        self._asked.clear()
        self._keep({tickets[ticket]: answer for ticket, answer in self._pool.ready(tickets).items()})
        self._save()

    def _keep(self, answers: Mapping[bytes, Answer]) -> None:
        self._unsaved += [(key, msgspec.msgpack.encode(one)) for key, one in answers.items() if one.lasting]
        if len(self._unsaved) > _MANY:
            self._save()

    def _save(self) -> None:
        unsaved, self._unsaved = self._unsaved, []
        self._cache.put_many(unsaved)

    def warm_up(self) -> None:
        """Starts the worker processes, whose imports take long, without waiting for them."""
        self._pool.start()

    def read_ahead(self, statements: Iterable[str]) -> None:
        """Has the workers read statements that are sure to be asked for, in this order, without waiting for them."""
        keys = {key: text for text in statements if (key := self._key(text)) not in self._met}
        known = self._known(list(keys))
        self._ahead |= known
        missing = {key: text for key, text in keys.items() if key not in known}
        self._count(known, missing)
        if missing:
            tickets = self._pool.ask_ahead(list(missing.values()))
            self._asked.update(zip(missing, tickets, strict=True))

    def facts(self, statements: Sequence[str]) -> list[facts.Facts | Unread]:
        """Returns the facts of each statement, or why there are none, in the same order; no two share a tree."""
        keys = {text: self._key(text) for text in statements}
        asked = {key: self._asked.pop(key) for key in keys.values() if key in self._asked}
        if asked:
            read = dict(zip(asked, self._answers(list(asked.values())), strict=True))
            self._keep(read)
            self._ahead |= read
        found = {key: self._ahead[key] for key in keys.values() if key in self._ahead}
        wanted = {key: text for text, key in keys.items() if key not in found}
        known = self._known(list(wanted))
        missing = {key: text for key, text in wanted.items() if key not in known}
        self._count(known, missing)
        if missing:
            answers = dict(zip(missing, self._answers(self._pool.ask(list(missing.values()))), strict=True))
            self._keep(answers)
            self._ahead |= answers
            found |= answers
        found |= known
        return [_result(found[keys[text]]) for text in statements]

    def _known(self, keys: list[bytes]) -> dict[bytes, Answer]:
        saved = self._cache.get_many(keys) if keys and not self._cache.fresh else {}
        return {key: answer for key in keys if (answer := _restored(saved.get(key))) is not None}

    def _count(self, known: Iterable[bytes], missing: Collection[bytes]) -> None:
        self.known += len(set(known) - self._met)
        self.read += len(set(missing) - self._met)
        self._met.update(known, missing)

    def _answers(self, tickets: list[int]) -> list[Answer]:
        try:
            return self._pool.answers(tickets)
        except BaseException:
            self._pool.close()
            raise

    def _key(self, text: str) -> bytes:
        return hashlib.blake2b(self._version + text.encode("utf-8", "surrogatepass"), digest_size=20).digest()


def _result(answer: Answer) -> facts.Facts | Unread:
    return Unread(answer.reason, answer.line) if answer.facts is None else facts.decode(answer.facts)


def _restored(data: bytes | None) -> Answer | None:
    """Returns an answer that was kept, or None where it is not one, or its facts cannot be decoded."""
    try:
        if data is None:
            return None
        answer = _SAVED.decode(data)
        _result(answer)
        return answer
    except (ValueError, RecursionError):
        return None
