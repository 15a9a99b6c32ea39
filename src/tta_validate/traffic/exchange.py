"""What every reader of recordings gives: a request with its answer, or a note of what was left out."""

from collections.abc import Mapping

from msgspec import Struct


class Exchange(Struct, frozen=True):
    """One recorded request with its answer.

    ``path`` and ``line`` say where it is recorded; ``session`` names what was recorded in one go. Bodies are bytes or
    text as sent, or values where the recording holds them decoded. ``at`` is when it was sent, in seconds since 1970,
    ``seconds`` how long it took, ``caller`` the place in the code that sent it (``path:line function``); each None or
    empty where the recording does not tell. ``headers`` are those of the answer, names in lower case.
    """

    path: str
    line: int
    session: str
    method: str
    url: str
    request: object
    status: int
    response: object
    at: float | None = None
    seconds: float | None = None
    caller: str = ""
    headers: Mapping[str, str] = {}


class Left(Struct, frozen=True):
    """Something recorded that is in no figure, and why."""

    path: str
    line: int
    reason: str
