"""Facts of statements, from the cache or from worker processes."""

import hashlib
import os
from collections.abc import Sequence
from importlib.metadata import version

import msgspec

from tta_validate import __version__, facts
from tta_validate.cache import Cache
from tta_validate.scan.pool import Answer, Pool

SECONDS = 20.0
"""How long one statement may take."""

_MAX_JOBS = 8
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
        self._version = f"{facts.FORMAT}\0{__version__}\0{version('libcst')}\0".encode()
        self.read = 0
        """Statements that had to be read."""
        self.known = 0
        """Statements whose facts were cached."""

    def __enter__(self) -> "Scanner":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the worker processes."""
        self._pool.close()

    def warm_up(self) -> None:
        """Starts the worker processes, whose imports take long, without waiting for them."""
        self._pool.start()

    def facts(self, statements: Sequence[str]) -> list[facts.Facts | Unread]:
        """Returns the facts of each statement, or why there are none, in the same order."""
        keys = {text: self._key(text) for text in dict.fromkeys(statements)}
        saved = self._cache.get_many(list(keys.values()))
        results = {text: result for text, key in keys.items() if (result := _restored(saved.get(key))) is not None}
        missing = [text for text in keys if text not in results]
        self.known += len(results)
        self.read += len(missing)
        if missing:
            answers = dict(zip(missing, self._answers(missing), strict=True))
            self._cache.put_many(
                [(keys[text], msgspec.msgpack.encode(one)) for text, one in answers.items() if one.lasting]
            )
            results.update((text, _result(answer)) for text, answer in answers.items())
        return [results[text] for text in statements]

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


def _restored(data: bytes | None) -> facts.Facts | Unread | None:
    try:
        return None if data is None else _result(_SAVED.decode(data))
    except (ValueError, RecursionError):
        return None
