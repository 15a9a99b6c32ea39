"""Facts of statements, from the cache or from worker processes."""

import contextlib
import hashlib
import os
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib.metadata import version

import msgspec

from tta_validate import facts
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
    given = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(given, _MAX_JOBS))


class Scanner:
    """Reads statements into facts; the answers depend on the texts only, never on ``jobs`` or on what is cached.

    ``seconds``: how long one statement may take. Use it in a ``with`` block: leaving it ends the processes.
    """

    def __init__(self, cache: Cache, jobs: int = 0, seconds: float = SECONDS) -> None:
        self._cache = cache
        self._pool = Pool(jobs or default_jobs(), seconds)
        self._version = own_code() + f"{version('libcst')}\0".encode()
        self._ahead: dict[bytes, Answer] = {}
        self._met: set[bytes] = set()
        self._early: dict[bytes, Answer] = {}
        self._reading: threading.Thread | None = None
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
        if self._reading is not None:
            self._reading.join()
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

    def read_ahead(self, statements: Sequence[str]) -> None:
        """Has the workers read statements that are likely to be asked for, without waiting for them."""
        keys = {self._key(text): text for text in statements}
        saved = self._cache.get_many(list(keys))
        missing = [text for key, text in keys.items() if key not in saved]
        if missing and self._reading is None:
            self._reading = threading.Thread(target=self._read, args=(missing,), daemon=True)
            self._reading.start()

    def _read(self, texts: list[str]) -> None:
        """Keeps the answers; where there are none, `facts` asks again and meets the reason."""
        with contextlib.suppress(Exception):
            answers = self._pool.run(texts)
            self._early = {self._key(text): answer for text, answer in zip(texts, answers, strict=True)}

    def _finish_reading(self) -> None:
        if self._reading is not None:
            self._reading.join()
            self._reading = None
            self._keep(self._early)
            self._count((), self._early)
            self._ahead |= self._early

    def facts(self, statements: Sequence[str], ahead: Sequence[str] = ()) -> list[facts.Facts | Unread]:
        """Returns the facts of each statement, or why there are none, in the same order; no two share a tree.

        ``ahead`` are statements whose facts are likely to be asked for next: reading many at a time is quicker.
        """
        self._finish_reading()
        keys = {text: self._key(text) for text in (*statements, *ahead)}
        wanted = {text: key for text, key in keys.items() if key not in self._ahead}
        saved = self._cache.get_many(list(wanted.values()))
        found = {key: answer for key in wanted.values() if (answer := _restored(saved.get(key))) is not None}
        missing = [text for text, key in wanted.items() if key not in found]
        self._count(found, {keys[text] for text in missing})
        if missing:
            answers = {keys[text]: answer for text, answer in zip(missing, self._answers(missing), strict=True)}
            self._keep(answers)
            found |= answers
        self._ahead |= {keys[text]: found[keys[text]] for text in ahead if keys[text] in found}
        return [_result(found.get(keys[text]) or self._ahead[keys[text]]) for text in statements]

    def _count(self, known: Iterable[bytes], missing: Collection[bytes]) -> None:
        self.known += len(set(known) - self._met)
        self.read += len(set(missing) - self._met)
        self._met.update(known, missing)

    def _answers(self, texts: list[str]) -> list[Answer]:
        try:
            return self._pool.run(texts)
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
